"""CSVLogger: the epochs of a training run as a CSV file."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable
from typing import Any

from sparkdl4j import errors
from sparkdl4j.callbacks.callback import Callback
from sparkdl4j.callbacks.line_file import LineFile
from sparkdl4j.history import COLUMNS


class CSVLogger(Callback):
    """Writes a row an epoch, at once, with the columns of the history; what is not known is empty.

    A training that is resumed goes on with its own file: the rows of epochs that are trained once more are removed.
    On Spark the driver writes.

    Args:
        path: the file.
        append: add to the file, rather than replace it, when training is not resumed.

    Raises:
        FileError: FILE_NOT_FOUND for a missing folder, FILE_UNWRITABLE; before training.
        DataError: DATA_FORMAT when a file to add to has other columns; before training.
    """

    def __init__(self, path: str | os.PathLike[str], append: bool = False) -> None:
        self.path = os.fspath(path)
        self.append = append
        self._file: LineFile | None = None
        self._resumed = False

    def __repr__(self) -> str:
        return f"CSVLogger({self.path!r}, append={self.append})"

    def open(self, *, resumed: bool) -> None:
        self._resumed = resumed
        self._file = LineFile(self.path, append=self.append or resumed)
        header = _line(COLUMNS)
        first = self._file.first_line()
        if first is None:
            self._file.write(header)
        elif first != header:
            self.close()
            raise errors.error(
                "DATA_FORMAT",
                f"{self.path} has other columns ({first[:80]}) than {header}: name another file",
                path=self.path,
            )

    def on_event(self, event: dict[str, Any]) -> None:
        if self._file is None:
            return
        if event["type"] == "start" and self._resumed:
            self._cut_epochs_after(len(event["finished"]))
        elif event["type"] == "epoch":
            self._file.write(_line(event.get(name) for name in COLUMNS))

    def _cut_epochs_after(self, finished: int) -> None:
        assert self._file is not None
        following: float = math.inf

        def is_obsolete(line: str) -> bool:
            nonlocal following
            epoch = _epoch(line)
            # Where the epochs begin anew, the rows are those of another run.
            obsolete = finished < epoch < following
            following = epoch
            return obsolete

        self._file.cut_while(is_obsolete)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None


def _line(values: Iterable[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    return text.getvalue()


def _epoch(line: str) -> int:
    """The epoch of a row; 0 of the header."""
    first = line.split(",")[0]
    return int(first) if first.isdecimal() else 0
