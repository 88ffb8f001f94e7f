"""EventFile: one run of TensorBoard's, as its event file."""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sparkdl4j import errors

_PNG_RGBA = 4


class EventFile:
    """One run of TensorBoard's: a new event file in a folder.

    Args:
        folder: made where it is missing.

    Raises:
        FileError: FILE_UNWRITABLE.
    """

    def __init__(self, folder: Path) -> None:
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        try:
            self._writer = EventFileWriter(str(folder))
        except OSError as problem:
            raise errors.error(
                "FILE_UNWRITABLE",
                f"TensorBoard's files cannot be written to {folder}: {problem.strerror}",
                path=str(folder),
            ) from None

    def scalar(self, tag: str, value: float, step: int) -> None:
        """Adds a point of a curve."""
        from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_SCALAR, Summary
        from tensorboard.plugins.scalar import metadata
        from tensorboard.util.tensor_util import make_tensor_proto

        about = metadata.create_summary_metadata(display_name=None, description=None)
        about.data_class = DATA_CLASS_SCALAR
        self._add(Summary(), step, tag=tag, metadata=about, tensor=make_tensor_proto(np.float32(value)))

    def histogram(self, tag: str, histogram: Mapping[str, Any], step: int) -> None:
        """Adds a histogram of `counts` in equal parts of the range from `min` to `max`."""
        from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_TENSOR, Summary
        from tensorboard.plugins.histogram import metadata
        from tensorboard.util.tensor_util import make_tensor_proto

        low, high, counts = histogram["min"], histogram["max"], histogram["counts"]
        if low == high:
            # One bar with a width, as TensorBoard draws a single value.
            low, high, counts = low - 0.5, high + 0.5, [sum(counts)]
        edges = np.linspace(low, high, len(counts) + 1)
        bars = np.stack([edges[:-1], edges[1:], np.asarray(counts, dtype=np.float64)], axis=1)
        about = metadata.create_summary_metadata(display_name=None, description=None)
        about.data_class = DATA_CLASS_TENSOR
        self._add(Summary(), step, tag=tag, metadata=about, tensor=make_tensor_proto(bars))

    def picture(self, tag: str, png: bytes, step: int) -> None:
        """Adds a picture."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        # The size stands at the beginning of every PNG file.
        width, height = struct.unpack(">II", png[16:24])
        image = Summary.Image(height=height, width=width, colorspace=_PNG_RGBA, encoded_image_string=png)
        self._add(Summary(), step, tag=tag, image=image)

    def text(self, tag: str, markdown: str, step: int) -> None:
        """Adds a text."""
        from tensorboard.plugins.text.summary_v2 import text_pb

        self._add(text_pb(tag, markdown), step)

    def summary(self, summary: Any) -> None:
        """Adds what one of TensorBoard's plugins has made."""
        self._add(summary, 0)

    def flush(self) -> None:
        """Hands to the system what was added until now."""
        self._writer.flush()

    def close(self) -> None:
        """Writes the rest."""
        self._writer.close()

    def _add(self, summary: Any, step: int, **value: Any) -> None:
        from tensorboard.compat.proto.event_pb2 import Event

        if value:
            summary.value.add(**value)
        self._writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))
