"""What happens to a training when executors die, and on other clusters and other Sparks: nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pyspark = pytest.importorskip("pyspark")

Train = Callable[..., tuple[dict[str, bytes], int]]

CLUSTER = "local-cluster[2,1,1024]"
SPARKS = sorted(path.parent for path in (Path(__file__).parents[2] / "build" / "spark").glob("*/installed"))


def test_a_killed_executor_changes_nothing(train: Train, picture_folder: Path, tmp_path: Path) -> None:
    # Threads of one process instead of a cluster of processes.
    undisturbed, none = train("local[2]", picture_folder, tmp_path / "undisturbed.zip")
    assert none == 0
    disturbed, killed = train(CLUSTER, picture_folder, tmp_path / "disturbed.zip", kills="0,3")
    assert killed == 2
    assert disturbed == undisturbed


@pytest.mark.skipif(pyspark.__version__.startswith("3."), reason="compared once, by the newer one")
def test_every_spark_gives_the_same(train: Train, picture_folder: Path, tmp_path: Path) -> None:
    if len(SPARKS) < 2:
        pytest.skip("only one Spark is installed")
    found = [train("local[2]", picture_folder, tmp_path / "model.zip", spark=spark)[0] for spark in SPARKS]
    assert all(one == found[0] for one in found)


@pytest.mark.long
@pytest.mark.parametrize(("kills", "number"), [("5", 1), ("!2", 2), ("0,1,!3,5", 5)])
def test_executors_killed_at_any_time_change_nothing(
    train: Train, picture_folder: Path, tmp_path: Path, kills: str, number: int
) -> None:
    undisturbed, _ = train(CLUSTER, picture_folder, tmp_path / "undisturbed.zip")
    disturbed, killed = train(CLUSTER, picture_folder, tmp_path / "disturbed.zip", kills=kills)
    assert killed == number
    assert disturbed == undisturbed
