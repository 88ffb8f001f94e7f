"""The log: one line of JSON an event, on standard error."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import datetime, timezone
from typing import Any


class JsonLog(logging.Handler):
    """Writes events, and what others log.

    Args:
        requests: whether to write a line for every request, too.
    """

    def __init__(self, *, requests: bool = True) -> None:
        super().__init__()
        self.requests = requests

    def event(self, level: str, event: str, **fields: Any) -> None:
        """Writes an event with its fields."""
        time = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        line = json.dumps({"time": time, "level": level, "event": event, **fields}, default=str)
        print(line, file=sys.stderr, flush=True)

    def failure(self, problem: BaseException, **fields: Any) -> None:
        """Writes what went wrong, with its trace."""
        trace = "".join(traceback.format_exception(problem))
        java = getattr(problem, "details", {}).get("java_trace")
        self.event("error", "failure", message=str(problem), trace=java or trace, **fields)

    def emit(self, record: logging.LogRecord) -> None:
        """Writes what a library logs with Python's own means."""
        if record.exc_info and record.exc_info[1] is not None:
            self.failure(record.exc_info[1], logger=record.name)
        else:
            self.event(record.levelname.lower(), "log", logger=record.name, message=record.getMessage())
