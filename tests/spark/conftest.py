from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark")

from pyspark.sql import DataFrame, SparkSession

from sparkdl4j.spark import configure, read_images

SCRIPT = Path(__file__).parent / "train_script.py"
PACKAGE = Path(__file__).parents[2] / "python"
HADOOP_JARS = Path(__file__).parents[2] / "build" / "hadoop" / "cluster"
PARTS = ("coefficients.bin", "updaterState.bin", "configuration.json")


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    folder = tmp_path_factory.mktemp("spark")
    builder = SparkSession.builder.master("local[2]").appName("sparkdl4j tests")
    session = (
        configure(builder)
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.host", "localhost")
        .config("spark.local.dir", str(folder / "local"))
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def pictures(spark: SparkSession, picture_folder: Path) -> DataFrame:
    """Twenty pictures of each of three colours."""
    return read_images(spark, picture_folder)


@pytest.fixture(scope="session")
def network() -> dict[str, Any]:
    """A small network for the pictures."""
    return {
        "layers": [
            {"type": "Conv2D", "filters": 8, "kernel_size": [3, 3]},
            {"type": "MaxPool2D"},
            {"type": "Dropout", "rate": 0.2},
            {"type": "Dense", "units": 16},
            {"type": "Output"},
        ]
    }


@pytest.fixture(scope="session")
def run_training() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs train_script.py; see `_run`."""
    return _run


@pytest.fixture(scope="session")
def train() -> Callable[..., Trained]:
    """Trains in a process of its own; see `_train`."""
    return _train


@pytest.fixture(scope="session")
def hadoop() -> Callable[[str, Path], AbstractContextManager[str]]:
    """Runs a small cluster of Hadoop's beside the tests; see `_hadoop`."""
    return _hadoop


@dataclass(frozen=True)
class Trained:
    """What a training gives.

    Args:
        parts: the entries of the model file that must not differ.
        killed: how many executors were killed.
        memory: as train_script.py writes it.
    """

    parts: dict[str, bytes]
    killed: int
    memory: list[list[int]]


def _train(master: str, pictures: Path | str, model: Path, *options: str, spark: Path | None = None) -> Trained:
    """Trains.

    Args:
        master: of Spark.
        pictures: a folder of classes, or its URI.
        model: the file to write.
        options: as train_script.py takes them.
        spark: the folder that PySpark is installed in; by default the one in use.
    """
    done = _run(master, pictures, model, *options, spark=spark)
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout.splitlines()[-1])
    with zipfile.ZipFile(model) as file:
        return Trained({part: file.read(part) for part in PARTS}, report["killed"], report["memory"])


def _run(
    master: str, pictures: Path | str, model: Path, *options: str, spark: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """The finished process, whether it could train or not; its arguments are those of `_train`."""
    path = [str(PACKAGE), str(spark)] if spark is not None else sys.path
    return subprocess.run(
        [sys.executable, str(SCRIPT), master, str(pictures), str(model), *options],
        capture_output=True,
        text=True,
        timeout=400,
        cwd=model.parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
        check=False,
    )


@contextmanager
def _hadoop(program: str, folder: Path) -> Iterator[str]:
    """Runs a program of this folder until it is no longer needed.

    Args:
        program: a file of Java, which writes a line once it is ready, and ends with its standard input.
        folder: its argument, below which all its files go.

    Returns:
        the line.
    """
    if not HADOOP_JARS.is_dir():
        pytest.skip("Hadoop is not there: make test-long installs it")
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(java), "-Xmx512m", "-cp", f"{HADOOP_JARS}/*", str(Path(__file__).parent / program), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=folder,
            text=True,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        assert line, (folder / "log").read_text()[-3000:]
        yield line
    finally:
        try:
            process.communicate(timeout=60)
        finally:
            process.kill()
