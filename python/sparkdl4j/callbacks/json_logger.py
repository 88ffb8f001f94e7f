"""JsonLogger: the events of a training run as lines of JSON."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from typing import Any

from sparkdl4j.callbacks.callback import Callback
from sparkdl4j.callbacks.line_file import LineFile


class JsonLogger(Callback):
    """Writes a line of JSON an event, at once: the event as callbacks see it, after `time` (ISO 8601, UTC).

    A training that is resumed adds to the file, any other replaces it. On Spark the driver writes.

    Args:
        path: the file.

    Raises:
        FileError: FILE_NOT_FOUND for a missing folder, FILE_UNWRITABLE; before training.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._file: LineFile | None = None

    def __repr__(self) -> str:
        return f"JsonLogger({self.path!r})"

    def open(self, *, resumed: bool) -> None:
        self._file = LineFile(self.path, append=resumed)

    def on_event(self, event: dict[str, Any]) -> None:
        if self._file is not None:
            time = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
            self._file.write(json.dumps({"time": time, **event}))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None
