"""`sparkdl4j predict`."""

from __future__ import annotations

import csv
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TextIO

from sparkdl4j import atomic_file, errors
from sparkdl4j.cli import place as places

_PARQUET = ".parquet"


def run(arguments: Namespace) -> None:
    """Predicts, and writes a row a picture."""
    out = arguments.out
    with places.of(arguments) as place:
        is_written_by_place = bool(out) and (places.is_url(out) or out.endswith(_PARQUET))
        if out and not is_written_by_place:
            atomic_file.check_folder(Path(out).parent)
        model = place.load(arguments.model)
        if is_written_by_place:
            model.write_predictions(arguments.paths, out)
            print(f"Predictions: {out}")
            return
        columns, rows = model.predictions(arguments.paths)
        _write_file(out, columns, rows)


def _write_file(out: str | None, columns: list[str], rows: Iterator[list[str]]) -> None:
    partial = Path(f"{out}.partial") if out else None
    try:
        with open(partial, "w", newline="") if partial else nullcontext(sys.stdout) as stream:
            count, damaged = _write_rows(stream, columns, rows)
        if partial and out:
            partial.replace(out)
    except OSError as problem:
        if isinstance(problem, (errors.SparkDl4jError, BrokenPipeError)):
            raise
        raise errors.error("FILE_UNWRITABLE", f"{out} cannot be written: {problem.strerror}") from None
    finally:
        if partial:
            partial.unlink(missing_ok=True)
    if out:
        print(f"{count - damaged} predictions and {damaged} damaged pictures in {out}")
    if damaged == count:
        raise errors.error("DATA_EMPTY", f"none of the {count} pictures could be read")


def _write_rows(stream: TextIO, columns: list[str], rows: Iterator[list[str]]) -> tuple[int, int]:
    """Writes the rows; returns how many there were, and how many of damaged pictures."""
    writer = csv.writer(stream)
    writer.writerow(columns)
    count = damaged = 0
    for row in rows:
        writer.writerow(row)
        count += 1
        damaged += row[-1] != ""
    return count, damaged
