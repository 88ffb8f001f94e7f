"""What happens to a training when executors die, and on other clusters and other Sparks: nothing."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pyspark = pytest.importorskip("pyspark")

Train = Callable[..., Any]

CLUSTER = "local-cluster[2,1,1024]"
SPARKS = sorted(path.parent for path in (Path(__file__).parents[2] / "build" / "spark").glob("*/installed"))


@pytest.fixture(scope="module")
def undisturbed(train: Train, picture_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What threads of one process give, instead of a cluster of processes."""
    trained = train("local[2]", picture_folder, tmp_path_factory.mktemp("undisturbed") / "model.zip")
    assert trained.killed == 0
    parts: dict[str, bytes] = trained.parts
    return parts


def test_killed_executors_change_nothing(
    train: Train, picture_folder: Path, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    # In the first and in the last round.
    disturbed = train(CLUSTER, picture_folder, tmp_path / "model.zip", "--kill=1/1=1", "--kill=6/3=1")
    assert disturbed.killed == 2
    assert disturbed.parts == undisturbed


@pytest.mark.skipif(pyspark.__version__.startswith("3."), reason="compared once, by the newer one")
def test_every_spark_gives_the_same(train: Train, picture_folder: Path, tmp_path: Path) -> None:
    if len(SPARKS) < 2:
        pytest.skip("only one Spark is installed")
    found = [train("local[2]", picture_folder, tmp_path / "model.zip", spark=spark).parts for spark in SPARKS]
    assert all(one == found[0] for one in found)


@pytest.mark.long
@pytest.mark.parametrize(
    ("kills", "number"),  # at least: of "all", any number may be there
    [(["1/1=1"], 1), (["3/3=1"], 1), (["6/3=1"], 1), (["3/1=2"], 2), (["1/1=1", "2/1=all", "4/3=1", "6/3=all"], 4)],
    ids=["first round", "middle round", "last round", "two at once", "again and again"],
)
def test_executors_killed_at_any_time_change_nothing(
    train: Train, picture_folder: Path, tmp_path: Path, undisturbed: dict[str, bytes], kills: list[str], number: int
) -> None:
    disturbed = train(CLUSTER, picture_folder, tmp_path / "model.zip", *(f"--kill={kill}" for kill in kills))
    assert disturbed.killed >= number
    assert disturbed.parts == undisturbed


@pytest.mark.long
def test_executors_with_too_little_memory_are_named_with_the_setting(
    run_training: Callable[..., subprocess.CompletedProcess[str]], picture_folder: Path, tmp_path: Path
) -> None:
    # Parameters, gradient, updater state and activations take some 800 MB: twice what such an executor may have.
    options = ["--image-size=800", "--epochs=1", "--conf=spark.executor.memory=480m", "--conf=spark.task.maxFailures=1"]
    done = run_training("local-cluster[2,1,480]", picture_folder, tmp_path / "model.zip", *options)
    assert done.returncode != 0
    sentence = done.stderr.splitlines()[-1]
    assert re.search(r"executor \d+ (on .* has too little memory|was ended)", sentence), done.stderr[-3000:]
    assert "spark.executor.memory" in sentence
    assert not (tmp_path / "model.zip").exists()
