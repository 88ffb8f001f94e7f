"""TensorBoard: the curves of a training run as event files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sparkdl4j import errors
from sparkdl4j.callbacks.callback import Callback

_CURVES = ("loss", "accuracy")


class TensorBoard(Callback):
    """Writes event files that `tensorboard --logdir FOLDER` shows, while training runs.

    Two runs, as Keras writes them: `FOLDER/train` has `loss`, `accuracy` and `images_per_second` of every epoch and, by
    minibatch, `minibatch/loss` and `minibatch/images_per_second` (at most about ten a second); `FOLDER/validation` has
    `loss` and `accuracy` of every epoch. Steps are epochs, or minibatches counted through the whole run. A resumed
    training goes on at its place. On Spark the driver writes.

    Args:
        folder: made where it is missing.

    Raises:
        JvmError: EXTRA_MISSING when tensorboard is not installed.
        FileError: FILE_UNWRITABLE.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        try:
            import tensorboard.summary  # noqa: F401 - now rather than after pictures were read
        except ImportError:
            raise errors.missing_extra("tensorboard", "tensorboard") from None
        self.folder = os.fspath(folder)
        self._writers: dict[str, Any] = {}
        self._steps_per_epoch = 0

    def on_event(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "start":
            self._steps_per_epoch = event["steps_per_epoch"]
        elif kind == "minibatch":
            step = (event["epoch"] - 1) * self._steps_per_epoch + event["step"]
            for name in ("loss", "images_per_second"):
                self._writer("train").add_scalar(f"minibatch/{name}", event[name], step)
        elif kind == "epoch":
            self._write_epoch(event)
        elif kind in ("end", "error"):
            for writer in self._writers.values():
                writer.close()
            self._writers = {}

    def _write_epoch(self, event: dict[str, Any]) -> None:
        for name in (*_CURVES, "images_per_second"):
            self._writer("train").add_scalar(name, event[name], event["epoch"])
        if event["validation_loss"] is not None:
            for name in _CURVES:
                self._writer("validation").add_scalar(name, event[f"validation_{name}"], event["epoch"])
        for writer in self._writers.values():
            writer.flush()

    def _writer(self, run: str) -> Any:
        if run not in self._writers:
            from tensorboard.summary import Writer

            try:
                self._writers[run] = Writer(str(Path(self.folder) / run))
            except OSError as problem:
                raise errors.error(
                    "FILE_UNWRITABLE",
                    f"TensorBoard's files cannot be written to {self.folder}: {problem.strerror}",
                    path=self.folder,
                ) from None
        return self._writers[run]
