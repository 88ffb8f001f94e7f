"""Pictures as DataFrames."""

from __future__ import annotations

import os

from pyspark.sql import DataFrame, SparkSession

from sparkdl4j.spark import session as sessions
from sparkdl4j.spark.java_errors import translated


def read_images(session: SparkSession, folder: str | os.PathLike[str]) -> DataFrame:
    """The pictures of a folder whose subfolders are classes, on any of Hadoop's file systems.

    Only names are read; the content is, when something uses it.

    Args:
        session: a classic Spark session.
        folder: such as "hdfs://host/pictures".

    Returns:
        path (string), class (string: the subfolder), label (double: the place of the class among the sorted ones,
        whose names are in the column's metadata as pyspark.ml has them), image (binary: the encoded picture).

    Raises:
        FileError: FILE_NOT_FOUND, FILE_UNREADABLE.
        DataError: DATA_EMPTY; DATA_LABELS for pictures that lie in the folder itself.
    """
    gateway = sessions.gateway(session)
    with translated(gateway):
        return DataFrame(gateway.read(session._jsparkSession, os.fspath(folder)), session)
