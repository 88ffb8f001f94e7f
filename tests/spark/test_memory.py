"""Two hundred epochs take no more memory than twenty."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark")

EPOCHS = 200
SETTLED = 20
MEGABYTE = 1 << 20
LARGEST_GROWTH = 32 * MEGABYTE
# Java's own heap takes all of its memory at the start: what grows is not it.
WHOLE_HEAP = "-Xms512m -XX:+AlwaysPreTouch"


@pytest.mark.long
def test_memory_of_driver_and_executors_is_flat(
    train: Callable[..., Any], picture_folder: Path, tmp_path: Path
) -> None:
    trained = train(
        "local-cluster[2,1,1024]",
        picture_folder,
        tmp_path / "model.zip",
        f"--epochs={EPOCHS}",
        "--conf=spark.driver.memory=512m",
        f"--conf=spark.driver.extraJavaOptions={WHOLE_HEAP}",
        f"--conf=spark.executor.extraJavaOptions={WHOLE_HEAP}",
    )
    settled, end = trained.memory[SETTLED - 1], trained.memory[EPOCHS - 1]
    assert len(settled) == len(end) == 3
    growth = [(after - before) // MEGABYTE for before, after in zip(settled, end, strict=True)]
    assert max(growth) * MEGABYTE <= LARGEST_GROWTH, f"driver and executors have grown by {growth} MB"
