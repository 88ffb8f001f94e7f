"""Predictions of a cluster, written part by part."""

from __future__ import annotations

from typing import Any

from sparkdl4j.spark.java_errors import translated


class PredictionParts:
    """A folder of parts, `part=00000` and so on, each of which Spark writes whole or not at all.

    Args:
        parts: Java's `PredictionParts`.
        gateway: the Java class of `session.gateway`.

    Attributes:
        count: parts in all.
    """

    def __init__(self, parts: Any, gateway: Any) -> None:
        self._parts = parts
        self._gateway = gateway
        self.count: int = parts.count()

    def write(self, part: int) -> bool:
        """Writes a part, unless an earlier run has; whether it was written now.

        Raises:
            FileError: FILE_UNWRITABLE.
            SparkError: SPARK_JOB.
        """
        with translated(self._gateway):
            is_new: bool = self._parts.write(part)
        return is_new

    @property
    def rows(self) -> int:
        """Rows of all parts that are whole."""
        return int(self._parts.rows())

    @property
    def damaged(self) -> int:
        """Those of them that are of damaged pictures."""
        return int(self._parts.damaged())
