"""Ctrl-C while the JVM works: noticed between two calls of the gateway, never within one."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """Takes Ctrl-C while it is open, for who asks with `check`.

    PySpark's own handler sends commands to the JVM, and where it interrupts one that waits for its answer, both fail.
    Outside of the main thread, where Python hears no signals, it does nothing.
    """

    def __init__(self) -> None:
        self._pressed = threading.Event()
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        """Raises KeyboardInterrupt, once for every time that Ctrl-C was pressed."""
        if self._pressed.is_set():
            self._pressed.clear()
            raise KeyboardInterrupt

    def _press(self, number: int, frame: FrameType | None) -> None:
        self._pressed.set()
