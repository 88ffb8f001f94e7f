"""Predictions with a column a class, for files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession

from sparkdl4j.spark.java_errors import translated


class PredictionTable:
    """Path, prediction (the class's name), probability (of that class), p_… for every class, damaged.

    Args:
        table: Java's `PredictionTable`.
        gateway: the Java class of `session.gateway`.
        session: whose pictures they are.

    Attributes:
        columns: the names of the columns.
    """

    def __init__(self, table: Any, gateway: Any, session: SparkSession) -> None:
        self._table = table
        self._gateway = gateway
        self._text = DataFrame(table.text(), session)
        self.columns: list[str] = self._text.columns

    def sorted(self) -> Iterator[list[str]]:
        """All rows in the order of their paths: numbers with six decimals, empty text where there is nothing.

        They come to the driver partition by partition.

        Raises:
            SparkError: SPARK_JOB.
        """
        # Sorting looks at the rows twice; they are few bytes beside the pictures.
        kept = self._text.persist(StorageLevel.MEMORY_AND_DISK)
        try:
            with translated(self._gateway):
                for row in kept.orderBy("path").toLocalIterator():
                    yield ["" if value is None else value for value in row]
        finally:
            kept.unpersist()

    def write(self, folder: str) -> None:
        """Writes a folder on any of Hadoop's file systems: Parquet where its name ends with .parquet, else CSV.

        Raises:
            FileError: FILE_UNWRITABLE when it exists.
            SparkError: SPARK_JOB.
        """
        with translated(self._gateway):
            self._table.write(folder)
