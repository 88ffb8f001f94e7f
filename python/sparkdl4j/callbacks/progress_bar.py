"""ProgressBar: how a training goes, for who waits for it."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from sparkdl4j.callbacks.callback import Callback

_BAR = 24
_SMALLEST_BAR = 8
_REDRAW_SECONDS = 0.1


class ProgressBar(Callback):
    """One line an epoch on standard error, with the time that remains.

    On a terminal a bar moves through the current epoch; elsewhere only finished epochs are written.

    Args:
        stream: where to write; None takes `sys.stderr` as it is when the run starts.
        clock: seconds from a fixed moment.
        columns: width of the terminal; None asks the terminal.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        columns: int | None = None,
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._columns = columns
        self._epochs = 0
        self._epoch_start = 0.0
        self._first_epoch_start = 0.0
        self._finished = 0
        self._drawn_at: float | None = None

    def on_event(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "start":
            self._epochs = event["epochs"]
            self._first_epoch_start = self._epoch_start = self._clock()
            self._finished = 0
            self._drawn_at = None
        elif kind == "minibatch":
            self._draw_bar(event)
        elif kind == "epoch":
            self._write_epoch(event)
        elif kind in ("end", "error"):
            self._write_end(event)

    def hide(self) -> None:
        """Takes the bar away until it is drawn again, so that others can print in its place."""
        if self._drawn_at is not None:
            self._write("\r\x1b[K")
            self._drawn_at = None

    def _draw_bar(self, event: Mapping[str, Any]) -> None:
        now = self._clock()
        is_last = event["step"] == event["steps_per_epoch"]
        if not self._target.isatty() or (
            self._drawn_at is not None and now - self._drawn_at < _REDRAW_SECONDS and not is_last
        ):
            return
        self._drawn_at = now
        share = event["step"] / event["steps_per_epoch"]
        in_epoch = now - self._epoch_start
        rest_of_epoch = in_epoch * (1 - share) / share
        if self._finished:
            # Finished epochs are the better measure of those to come: they include validation.
            per_epoch = (self._epoch_start - self._first_epoch_start) / self._finished
        else:
            per_epoch = in_epoch + rest_of_epoch
        rest = rest_of_epoch + (self._epochs - event["epoch"]) * per_epoch
        parts = [
            self._epoch_title(event["epoch"]),
            f"{share:4.0%}",
            f"ETA {_duration(rest)} (epoch {_duration(rest_of_epoch)})",
            f"loss {_number(event['loss'])}",
            f"{event['images_per_second']:,.0f} images/s",
        ]
        self._rewrite(self._with_bar(parts, share))

    def _with_bar(self, parts: list[str], share: float) -> str:
        """As much as the terminal's width holds: first the bar shrinks, then the last parts go."""
        width = self._width() - 1
        room = width - len("  ".join(parts)) - 4
        if room >= _SMALLEST_BAR:
            size = min(_BAR, room)
            filled = int(share * size)
            parts = [parts[0], f"[{'=' * filled}{'.' * (size - filled)}]", *parts[1:]]
        while len("  ".join(parts)) > width and len(parts) > 1:
            parts = parts[:-1]
        return "  ".join(parts)[:width]

    def _write_epoch(self, event: Mapping[str, Any]) -> None:
        now = self._clock()
        self._finished += 1
        self._epoch_start = now
        parts = [self._epoch_title(event["epoch"])]
        parts.append(f"loss {_number(event['loss'])}  accuracy {_number(event['accuracy'])}")
        if event.get("validation_loss") is not None:
            parts.append(
                f"validation loss {_number(event['validation_loss'])}  accuracy {_number(event['validation_accuracy'])}"
            )
        parts.append(f"{event['images_per_second']:,.0f} images/s")
        parts.append(f"{event['seconds']:.1f} s")
        left = self._epochs - event["epoch"]
        if left > 0:
            rest = (now - self._first_epoch_start) / self._finished * left
            parts.append(f"ETA {_duration(rest)}")
        self._finish_line("  ".join(parts))

    def _write_end(self, event: Mapping[str, Any]) -> None:
        reason, kept = event.get("reason"), event.get("kept_epoch")
        if reason in ("cancelled", "diverged"):
            text = f"{reason} in epoch {event['epoch']}, minibatch {event['step']}"
            text += f"; the parameters of epoch {kept} are kept" if kept else ""
            self._finish_line(text)
        elif reason in ("stopped_early", "stopped"):
            self._finish_line(_stopped(event))
        elif reason == "completed" and kept and kept != event["epoch"]:
            self._finish_line(f"the parameters of epoch {kept} are kept: the best of all")
        elif self._drawn_at is not None:
            self._write("\n")
            self._drawn_at = None

    def _epoch_title(self, epoch: int) -> str:
        return f"epoch {epoch:>{len(str(self._epochs))}}/{self._epochs}"

    def _finish_line(self, text: str) -> None:
        """A line that stays: in place of the bar, if one is shown."""
        self.hide()
        self._write(text + "\n")

    def _rewrite(self, text: str) -> None:
        self._write(f"\r\x1b[K{text}")

    def _write(self, text: str) -> None:
        self._target.write(text)
        self._target.flush()

    @property
    def _target(self) -> TextIO:
        return sys.stderr if self._stream is None else self._stream

    def _width(self) -> int:
        if self._columns is not None:
            return self._columns
        try:
            return os.get_terminal_size(self._target.fileno()).columns or 80
        except (OSError, ValueError):
            return shutil.get_terminal_size().columns


def _stopped(end: Mapping[str, Any]) -> str:
    if end["reason"] == "stopped_early":
        stopping = end["early_stopping"]
        why = f"stopped early: {stopping['metric']} was best in epoch {stopping['best_epoch']}"
    else:
        why = f"stopped by a callback after epoch {end['epoch']}"
    return f"{why}; the parameters of epoch {end['kept_epoch']} are kept"


def _number(value: Any) -> str:
    return "-" if value is None else f"{float(value):.4f}"


def _duration(seconds: float) -> str:
    whole = max(0, round(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
