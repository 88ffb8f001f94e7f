"""`sparkdl4j predict`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sparkdl4j import atomic_file, errors
from sparkdl4j.cli import place as places
from sparkdl4j.cli import prediction_rows
from sparkdl4j.cli.console import Console
from sparkdl4j.cli.prediction_rows import CsvRows, JsonLines


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
        if arguments.shard_size:
            if out is None:
                raise errors.error(
                    "PARAMETER_CONFLICT", "--shard-size needs --out, the folder of the parts", parameter="shard_size"
                )
            count, damaged = model.write_parts(arguments.paths, out, arguments.shard_size, arguments.model)
            return _told(out, count, damaged)
        if out is not None and is_written_by_place:
            model.write_predictions(arguments.paths, out)
            print(f"Predictions: {out}")
            return {"out": out}
        columns, rows = model.predictions(arguments.paths)
        if out is None:
            count, damaged = _write_out(arguments.console, columns, rows)
        else:
            count, damaged = _write_file(out, columns, rows)
    return _told(out, count, damaged)


def _told(out: str | None, count: int, damaged: int) -> dict[str, Any] | None:
    if out is not None:
        print(f"{count - damaged} predictions and {damaged} damaged pictures in {out}")
    if damaged == count:
        raise errors.error("DATA_EMPTY", f"none of the {count} pictures could be read")
    return None if out is None else {"out": out, "predictions": count - damaged, "damaged": damaged}


def _write_out(console: Console, columns: list[str], rows: Iterator[list[str]]) -> tuple[int, int]:
    kind = JsonLines if console.is_json else CsvRows
    return prediction_rows.write_rows(kind(columns, console.rows), rows)


def _write_file(out: str, columns: list[str], rows: Iterator[list[str]]) -> tuple[int, int]:
    """Writes the file whole or not at all."""
    partial = Path(f"{out}.partial")
    try:
        counts = prediction_rows.write_file(partial, prediction_rows.ending(out), columns, rows)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return counts
