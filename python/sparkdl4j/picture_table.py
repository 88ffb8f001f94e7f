"""Paths, labels and groups of pictures from a table: a CSV or Parquet file, or a data frame."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparkdl4j import errors

# How the names of Parquet files end.
PARQUET = ".parquet"
_PARQUET = (PARQUET, ".pq")
_CSV = (".csv", ".tsv")
_DELIMITERS = ",;\t"
_ROWS_NAMED = 5


@dataclass(frozen=True)
class PictureTable:
    """What a table says of pictures.

    Args:
        paths: of the files, each below the root unless it is absolute.
        labels: the class of each picture, or None where the table has none.
        groups: the group of each picture, None where it has none; or None for no groups at all.
    """

    paths: list[str]
    labels: list[Any] | None
    groups: list[Any] | None


def is_table(path: str | os.PathLike[str]) -> bool:
    """Whether a path names a table rather than a folder, by its ending."""
    return str(path).lower().endswith((*_PARQUET, *_CSV))


def read(
    table: Any,
    *,
    path_column: str,
    label_column: str | None,
    group_column: str | None,
    root: str | os.PathLike[str] | None,
) -> PictureTable:
    """Reads a table, and checks that every row has a label and a file.

    Args:
        table: path of a CSV file (UTF-8, with a line of names; comma, semicolon or tab) or of a Parquet file; a frame
            of pandas or polars, a table of pyarrow, or a mapping of names to columns.
        path_column, label_column, group_column: names of its columns.
        root: what relative paths are relative to; None: the folder of the table's file, or the working directory.

    Raises:
        FileError: FILE_NOT_FOUND or FILE_UNREADABLE, for the table, or for a picture that a row names.
        DataError: DATA_COLUMN, DATA_FORMAT, DATA_EMPTY, or DATA_LABELS for a row without a label, and for two rows
            that give one picture different labels.
        ParameterError: PARAMETER_TYPE.
        JvmError: EXTRA_MISSING where nothing can read Parquet.
    """
    columns, name, place = _columns(table)
    if root is None:
        root = Path(table).parent if isinstance(table, (str, os.PathLike)) else Path()
    wanted = [column for column in (path_column, label_column, group_column) if column is not None]
    for column in wanted:
        if column not in columns:
            raise errors.error(
                "DATA_COLUMN",
                f"{name} has no column {column}; its columns are {', '.join(map(str, columns))}",
                column=column,
            )
    paths = _values(columns[path_column])
    if not paths:
        raise errors.error("DATA_EMPTY", f"{name} has no rows")
    _check_rows("DATA_COLUMN", [f"{place(row)} names no file" for row, path in enumerate(paths) if path is None])
    labels = None if label_column is None else _values(columns[label_column])
    if labels is not None:
        _check_rows("DATA_LABELS", [f"{place(row)} has no label" for row, label in enumerate(labels) if label is None])
    files = [os.path.join(root, str(path)) for path in paths]
    _check_rows(
        "FILE_NOT_FOUND",
        [
            f"{place(row)} names the file {file}, which does not exist"
            for row, file in enumerate(files)
            if not os.path.isfile(file)
        ],
    )
    if labels is not None:
        _check_contradictions(files, labels, place)
    return PictureTable(files, labels, None if group_column is None else _values(columns[group_column]))


def _columns(table: Any) -> tuple[Mapping[str, Any], str, Callable[[int], str]]:
    """The columns of a table by name, what to call it, and what to call one of its rows."""
    if isinstance(table, (str, os.PathLike)):
        path = Path(table)
        if not path.is_file():
            raise errors.error("FILE_NOT_FOUND", f"the table {path} does not exist", path=str(path))
        if path.name.lower().endswith(_PARQUET):
            columns = _parquet(path)
            return columns, str(path), lambda row: f"row {row} (counted from 0) of {path}"
        columns, lines = _csv(path)
        return columns, str(path), lambda row: f"line {lines[row]} of {path}"
    names = getattr(table, "column_names", None) or getattr(table, "columns", None)
    if names is None and isinstance(table, Mapping):
        names = table.keys()
    if names is None:
        raise errors.error(
            "PARAMETER_TYPE",
            "table must be the path of a CSV or Parquet file, a frame of pandas or polars, a table of pyarrow or a "
            f"mapping of columns, but is of type {type(table).__name__}",
            parameter="table",
        )
    found = {name: table[name] for name in names}
    return found, "the table", lambda row: f"row {row} (counted from 0) of the table"


def _csv(path: Path) -> tuple[dict[str, list[str]], list[int]]:
    """The columns, and the line on which each row ends."""
    try:
        # Spreadsheets write a byte order mark.
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            delimiter = max(_DELIMITERS, key=first.count)
            reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True, strict=True)
            header = next(reader, [])
            rows: list[list[str]] = []
            lines: list[int] = []
            for row in reader:
                if not row:
                    continue
                if len(row) != len(header):
                    raise errors.error(
                        "DATA_FORMAT",
                        f"line {reader.line_num} of {path} has {len(row)} cells, but the first line {len(header)}",
                        path=str(path),
                    )
                rows.append(row)
                lines.append(reader.line_num)
    except (UnicodeDecodeError, csv.Error) as problem:
        raise errors.error("DATA_FORMAT", f"{path} is not a CSV file in UTF-8: {problem}", path=str(path)) from None
    except OSError as problem:
        if isinstance(problem, errors.SparkDl4jError):
            raise
        raise errors.error(
            "FILE_UNREADABLE", f"the table {path} cannot be read: {problem.strerror or problem}", path=str(path)
        ) from None
    return {name: [row[index] for row in rows] for index, name in enumerate(header)}, lines


def _parquet(path: Path) -> dict[str, Any]:
    try:
        from pyarrow import parquet
    except ImportError:
        raise errors.missing_extra("pyarrow", "parquet") from None
    try:
        table = parquet.read_table(path)
    except (OSError, ValueError) as problem:
        raise errors.error("DATA_FORMAT", f"{path} is not a Parquet file: {problem}", path=str(path)) from None
    return {name: table[name] for name in table.column_names}


def _values(column: Any) -> list[Any]:
    """The cells of a column; None where there is nothing."""
    if hasattr(column, "isna"):
        return [
            None if missing or value == "" else value
            for value, missing in zip(column.tolist(), column.isna().tolist(), strict=True)
        ]
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, method):
            column = getattr(column, method)()
            break
    # NaN is the only value that differs from itself.
    return [None if value is None or value == "" or value != value else value for value in column]


def _check_contradictions(files: Sequence[str], labels: Sequence[Any], place: Callable[[int], str]) -> None:
    first: dict[str, int] = {}
    wrong = []
    for row, (file, label) in enumerate(zip(files, labels, strict=True)):
        before = first.setdefault(file, row)
        if labels[before] != label:
            wrong.append(f"{place(row)} gives {file} the label {label}, but {place(before)} {labels[before]}")
    _check_rows("DATA_LABELS", wrong)


def _check_rows(code: str, sentences: list[str]) -> None:
    """Raises an error for the rows that are wrong; `details["rows"]` has a sentence for each."""
    if not sentences:
        return
    more = len(sentences) - _ROWS_NAMED
    listed = "; ".join(sentences[:_ROWS_NAMED]) + (f"; and {more} more rows" if more > 0 else "")
    raise errors.error(code, listed, rows=sentences)
