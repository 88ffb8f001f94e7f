"""`sparkdl4j predict`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sparkdl4j import atomic_file, errors
from sparkdl4j.cli import place as places
from sparkdl4j.cli import prediction_rows
from sparkdl4j.cli.console import Console
from sparkdl4j.cli.prediction_rows import CsvRows, JsonLines, ParquetRows, PredictionRows


def run(arguments: Namespace) -> dict[str, Any] | None:
    """Predicts, and writes a row a picture.

    Returns:
        how many rows were written where; None where they went to standard output themselves.
    """
    out: str | None = arguments.out
    with places.of(arguments) as place:
        is_written_by_place = out is not None and place.writes(out)
        if out is not None and not is_written_by_place:
            atomic_file.check_folder(Path(out).parent)
            prediction_rows.require_package(out)
        model = place.load(arguments.model)
        if out is not None and is_written_by_place:
            model.write_predictions(arguments.paths, out)
            print(f"Predictions: {out}")
            return {"out": out}
        columns, rows = model.predictions(arguments.paths)
        if out is None:
            count, damaged = _write_out(arguments.console, columns, rows)
        else:
            count, damaged = _write_file(out, columns, rows)
            print(f"{count - damaged} predictions and {damaged} damaged pictures in {out}")
    if damaged == count:
        raise errors.error("DATA_EMPTY", f"none of the {count} pictures could be read")
    return None if out is None else {"out": out, "predictions": count - damaged, "damaged": damaged}


def _write_out(console: Console, columns: list[str], rows: Iterator[list[str]]) -> tuple[int, int]:
    kind = JsonLines if console.is_json else CsvRows
    return _write_rows(kind(columns, console.rows), rows)


def _write_file(out: str, columns: list[str], rows: Iterator[list[str]]) -> tuple[int, int]:
    """Writes the file whole or not at all."""
    partial = Path(f"{out}.partial")
    try:
        with ExitStack() as stack:
            target: PredictionRows
            if out.endswith(prediction_rows.PARQUET):
                target = ParquetRows(columns, partial)
            else:
                stream = stack.enter_context(open(partial, "w", newline="", encoding="utf-8"))
                is_json = out.endswith(prediction_rows.JSON_LINES)
                target = JsonLines(columns, stream) if is_json else CsvRows(columns, stream)
            counts = _write_rows(target, rows)
        partial.replace(out)
    except OSError as problem:
        if isinstance(problem, errors.SparkDl4jError):
            raise
        raise errors.error("FILE_UNWRITABLE", f"{out} cannot be written: {problem.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
    return counts


def _write_rows(target: PredictionRows, rows: Iterator[list[str]]) -> tuple[int, int]:
    """Writes the rows; returns how many there were, and how many of damaged pictures."""
    count = damaged = 0
    for row in rows:
        target.write(row)
        count += 1
        damaged += row[-1] != ""
    target.finish()
    return count, damaged
