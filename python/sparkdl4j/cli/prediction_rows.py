"""Predictions as rows of a file: CSV, JSON lines or Parquet."""

from __future__ import annotations

import csv
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from sparkdl4j import errors
from sparkdl4j.picture_table import PARQUET

JSON_LINES = ".jsonl"
CSV = ".csv"
# Rows that a Parquet file takes at a time.
_ROW_GROUP = 8192


class PredictionRows(ABC):
    """Rows that are written one after the other.

    Args:
        columns: path, prediction, probability, p_… for every class, damaged.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns

    @abstractmethod
    def write(self, row: Sequence[str]) -> None:
        """Writes the texts of one row; empty where there is nothing."""

    @abstractmethod
    def finish(self) -> None:
        """Writes what is still to be written."""

    def _values(self, row: Sequence[str]) -> dict[str, Any]:
        """The row by columns, with numbers as numbers and None where there is nothing."""
        last = len(row) - 1
        return {
            name: None if not text else float(text) if 2 <= place < last else text
            for place, (name, text) in enumerate(zip(self._columns, row, strict=True))
        }


class CsvRows(PredictionRows):
    """A header and a line a row, as Python's module csv writes them."""

    def __init__(self, columns: Sequence[str], stream: TextIO) -> None:
        super().__init__(columns)
        self._writer = csv.writer(stream)
        self._writer.writerow(columns)

    def write(self, row: Sequence[str]) -> None:
        self._writer.writerow(row)

    def finish(self) -> None:
        """Nothing is."""


class JsonLines(PredictionRows):
    """A JSON object a line."""

    def __init__(self, columns: Sequence[str], stream: TextIO) -> None:
        super().__init__(columns)
        self._stream = stream

    def write(self, row: Sequence[str]) -> None:
        self._stream.write(json.dumps(self._values(row), ensure_ascii=False) + "\n")

    def finish(self) -> None:
        """Nothing is."""


class ParquetRows(PredictionRows):
    """A Parquet file, with the columns that Spark writes.

    Raises:
        JvmError: EXTRA_MISSING when pyarrow is not installed.
    """

    def __init__(self, columns: Sequence[str], path: Path) -> None:
        super().__init__(columns)
        self._arrow, parquet = _arrow()
        texts, numbers = self._arrow.string(), self._arrow.float64()
        last = len(columns) - 1
        self._schema = self._arrow.schema(
            [(name, numbers if 2 <= place < last else texts) for place, name in enumerate(columns)]
        )
        self._writer = parquet.ParquetWriter(path, self._schema)
        self._rows: list[dict[str, Any]] = []

    def write(self, row: Sequence[str]) -> None:
        self._rows.append(self._values(row))
        if len(self._rows) == _ROW_GROUP:
            self._write_group()

    def finish(self) -> None:
        if self._rows:
            self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        self._writer.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
        self._rows.clear()


def ending(name: str) -> str:
    """The ending of files of the format that a name asks for."""
    return next((ending for ending in (JSON_LINES, PARQUET) if name.endswith(ending)), CSV)


def write_file(path: Path, ending: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[int, int]:
    """Writes a file.

    Args:
        ending: of its name, which says the format.

    Returns:
        how many rows there were, and how many of damaged pictures.

    Raises:
        FileError: FILE_UNWRITABLE.
        JvmError: EXTRA_MISSING.
    """
    try:
        with ExitStack() as stack:
            target: PredictionRows
            if ending == PARQUET:
                target = ParquetRows(columns, path)
            else:
                stream = stack.enter_context(open(path, "w", newline="", encoding="utf-8"))
                target = JsonLines(columns, stream) if ending == JSON_LINES else CsvRows(columns, stream)
            return write_rows(target, rows)
    except OSError as problem:
        if isinstance(problem, errors.SparkDl4jError):
            raise
        raise errors.error("FILE_UNWRITABLE", f"{path} cannot be written: {problem.strerror}") from None


def write_rows(target: PredictionRows, rows: Iterable[Sequence[str]]) -> tuple[int, int]:
    """Writes rows; how many there were, and how many of damaged pictures."""
    count = damaged = 0
    for row in rows:
        target.write(row)
        count += 1
        damaged += row[-1] != ""
    target.finish()
    return count, damaged


def require_package(out: str) -> None:
    """Makes sure that the file can be written, before anything is predicted.

    Raises:
        JvmError: EXTRA_MISSING.
    """
    if out.endswith(PARQUET):
        _arrow()


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise errors.missing_extra("pyarrow", "parquet") from None
    return pyarrow, parquet
