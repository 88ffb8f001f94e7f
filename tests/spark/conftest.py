from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark")

from pyspark.sql import DataFrame, SparkSession

from sparkdl4j.spark import configure, read_images

SCRIPT = Path(__file__).parent / "train_script.py"
PACKAGE = Path(__file__).parents[2] / "python"
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
def train() -> Callable[..., tuple[dict[str, bytes], int]]:
    """Trains in a process of its own; see `_train`."""
    return _train


def _train(
    master: str, pictures: Path, model: Path, *, kills: str = "", spark: Path | None = None
) -> tuple[dict[str, bytes], int]:
    """What a training gives, and how many executors were killed.

    Args:
        master: of Spark.
        pictures: a folder of classes.
        model: the file to write.
        kills: as train_script.py takes it.
        spark: the folder that PySpark is installed in; by default the one in use.
    """
    path = [str(PACKAGE), str(spark)] if spark is not None else sys.path
    done = subprocess.run(
        [sys.executable, str(SCRIPT), master, str(pictures), str(model), kills],
        capture_output=True,
        text=True,
        timeout=400,
        cwd=model.parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = re.search(r"killed (\d+)", done.stdout)
    assert found is not None
    with zipfile.ZipFile(model) as file:
        return {part: file.read(part) for part in PARTS}, int(found[1])
