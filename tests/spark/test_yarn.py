"""Training on YARN: a small cluster on this machine, with containers of its own."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from sparkdl4j.jvm import jar, java_home

pyspark = pytest.importorskip("pyspark")

pytestmark = pytest.mark.long

Hadoop = Callable[[str, Path], AbstractContextManager[str]]

HOME = Path(pyspark.__file__).parent
PARTS = ("coefficients.bin", "updaterState.bin", "configuration.json")
# Nodes of this machine have Spark's jars already; and there are as many executors as workers.
SETTINGS = (f"spark.yarn.jars=local:{HOME}/jars/*", "spark.executor.instances=2", "spark.executor.memory=512m")


@pytest.fixture(scope="module")
def yarn(hadoop: Hadoop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder with the settings that clients need."""
    folder = tmp_path_factory.mktemp("yarn")
    with hadoop("SmallYarn.java", folder):
        yield folder


@pytest.fixture
def settings(yarn: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("HADOOP_CONF_DIR", str(yarn))
    java = java_home.find().path
    monkeypatch.setenv("JAVA_HOME", str(java))
    # Containers start with Java of their own.
    homes = [f"{where}.JAVA_HOME={java}" for where in ("spark.yarn.appMasterEnv", "spark.executorEnv")]
    return [*SETTINGS, *homes, f"spark.yarn.stagingDir={yarn.as_uri()}/staging"]


@pytest.fixture(scope="module")
def undisturbed(
    train: Callable[..., Any], picture_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """What threads of one process give."""
    parts: dict[str, bytes] = train("local[2]", picture_folder, tmp_path_factory.mktemp("local") / "model.zip").parts
    return parts


@pytest.mark.parametrize("kills", [[], ["--kill=3/1=1"]], ids=["undisturbed", "a container killed"])
def test_the_driver_here(
    train: Callable[..., Any],
    settings: list[str],
    picture_folder: Path,
    tmp_path: Path,
    undisturbed: dict[str, bytes],
    kills: list[str],
) -> None:
    options = [f"--conf={setting}" for setting in settings]
    trained = train("yarn", picture_folder, tmp_path / "model.zip", *options, *kills)
    assert trained.killed == len(kills)
    assert trained.parts == undisturbed


def test_the_driver_on_the_cluster_with_the_jar_alone(
    settings: list[str], network: dict[str, Any], picture_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "network.json").write_text(json.dumps(network))
    on_yarn = submit("yarn", [*settings, "spark.submit.deployMode=cluster"], picture_folder, tmp_path, "yarn.zip")
    assert on_yarn == submit("local[2]", [], picture_folder, tmp_path, "local.zip")


def test_executors_without_room_are_refused(
    run_training: Callable[..., subprocess.CompletedProcess[str]],
    settings: list[str],
    picture_folder: Path,
    tmp_path: Path,
) -> None:
    options = [f"--conf={setting}" for setting in [*settings, "spark.executor.memoryOverhead=20m"]]
    done = run_training("yarn", picture_folder, tmp_path / "model.zip", *options, "--image-size=224")
    assert done.returncode != 0
    sentence = done.stderr.splitlines()[-1]
    assert "an executor has 20 MiB outside its Java heap, but the 1 workers" in sentence
    assert "set spark.executor.memoryOverhead=" in sentence


def submit(master: str, settings: list[str], pictures: Path, folder: Path, model: str) -> dict[str, bytes]:
    """What the jar's command gives."""
    command = [str(HOME / "bin" / "spark-submit"), "--master", master, "--class", "org.sparkdl4j.cli.Main"]
    for setting in [*settings, "spark.ui.enabled=false", f"spark.local.dir={folder}/local"]:
        command += ["--conf", setting]
    command += [str(jar.find_jars()[0]), "train", pictures.as_uri(), "--network", str(folder / "network.json")]
    command += ["--size", "16", "--epochs", "4", "--batch-size", "8", "--num-workers", "2"]
    done = subprocess.run(
        [*command, "--model", str(folder / model)],
        capture_output=True,
        text=True,
        timeout=400,
        env={**os.environ, "SPARK_HOME": str(HOME)},
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with zipfile.ZipFile(folder / model) as file:
        return {part: file.read(part) for part in PARTS}
