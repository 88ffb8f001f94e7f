"""Spark sessions of ours for the benchmarks, and DataFrames of pictures that are in numpy's memory."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from spark_folder import spark_folder

sys.path.insert(0, str(spark_folder(4)))

import pyspark
from pyspark.sql import DataFrame, SparkSession

from sparkdl4j.spark import configure

_COLUMNS = "image binary, label double, isValidation boolean"
# Rows in one statement, which holds them as they are.
_ROWS = 2000


@contextmanager
def cluster(master: str, **settings: str) -> Iterator[SparkSession]:
    """A session that leaves nothing behind.

    Args:
        master: of Spark.
        settings: further ones of Spark, with `_` for `.`.
    """
    with tempfile.TemporaryDirectory() as local:
        builder = (
            SparkSession.builder.master(master)
            .appName("sparkdl4j benchmarks")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.driver.host", "localhost")
            .config("spark.driver.memory", "4g")
            .config("spark.local.dir", local)
            .config("spark.sql.warehouse.dir", local)
        )
        for name, value in settings.items():
            builder = builder.config(name.replace("_", "."), value)
        session = configure(builder).getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        application = session.sparkContext.applicationId
        try:
            yield session
        finally:
            session.stop()
            # A local-cluster keeps a copy of the jar for every application.
            shutil.rmtree(Path(pyspark.__file__).parent / "work" / application, ignore_errors=True)


def pictures_frame(
    session: SparkSession,
    pixels: np.ndarray[Any, Any],
    labels: np.ndarray[Any, Any],
    validation: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None = None,
) -> DataFrame:
    """Columns image (PNG, without compression), label and isValidation, from Parquet files that go with the session.

    Args:
        session: one of `cluster`.
        pixels: (n, height, width, channels), uint8.
        labels: (n,).
        validation: pictures and labels that are validated with.
    """
    folder = tempfile.mkdtemp(dir=session.sparkContext.getConf().get("spark.local.dir"))
    for pictures, classes, is_validation in ((pixels, labels, False), (*(validation or ((), ())), True)):
        for start in range(0, len(pictures), _ROWS):
            part = slice(start, start + _ROWS)
            rows = [
                (_png(picture), float(label), is_validation)
                for picture, label in zip(pictures[part], classes[part], strict=True)
            ]
            session.createDataFrame(rows, _COLUMNS).write.mode("append").parquet(folder)
    return session.read.parquet(folder)


def _png(picture: np.ndarray[Any, Any]) -> bytearray:
    stream = io.BytesIO()
    Image.fromarray(picture.squeeze(axis=2) if picture.shape[2] == 1 else picture).save(
        stream, format="PNG", compress_level=0
    )
    return bytearray(stream.getvalue())
