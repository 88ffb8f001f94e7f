"""Pictures as DataFrames."""

from __future__ import annotations

import os

from pyspark.sql import DataFrame, SparkSession

from sparkdl4j import errors
from sparkdl4j.spark import session as sessions
from sparkdl4j.spark.java_errors import translated

_FOLDER = "binaryFile"


def read_images(
    session: SparkSession, source: str | os.PathLike[str] | DataFrame, *, format: str = _FOLDER
) -> DataFrame:
    """The pictures of a folder whose subfolders are classes, or of a table, on any of Hadoop's file systems.

    Of a folder only names are read; the content is, when something uses it.

    Args:
        session: a classic Spark session.
        source: a folder or a table, such as "hdfs://host/pictures"; or a DataFrame.
        format: "binaryFile" for a folder, whose pictures stay encoded until they are used; "image" for a folder that
            Spark's own image source decodes; "parquet" or another of Spark's formats for a table. A table or DataFrame
            must have a column `image` (or `content`) of encoded pictures or of Spark's image structs. Its class is
            what `class` says, else strings in `label`, else the name of the folder in `path` (or `image.origin`);
            numbers in `label` stay.

    Returns:
        path (string), class (string), label (double: the place of the class among the sorted ones, whose names are in
        the column's metadata as pyspark.ml has them), image (binary: the encoded picture; or Spark's struct), and
        further columns of a table.

    Raises:
        FileError: FILE_NOT_FOUND, FILE_UNREADABLE.
        DataError: DATA_EMPTY; DATA_COLUMN; DATA_LABELS for pictures without a class.
        ParameterError: PARAMETER_CONFLICT for a DataFrame with a format.
    """
    gateway = sessions.gateway(session)
    with translated(gateway):
        if not isinstance(source, DataFrame):
            return DataFrame(gateway.read(session._jsparkSession, os.fspath(source), format), session)
        if format != _FOLDER:
            raise errors.error(
                "PARAMETER_CONFLICT",
                f"format={format!r} is for files, but the pictures are those of a DataFrame: leave it out",
                parameter="format",
            )
        return DataFrame(gateway.table(source._jdf), session)
