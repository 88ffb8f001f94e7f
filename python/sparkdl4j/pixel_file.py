"""Decoded pictures in a file, which may be larger than memory."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PixelFile:
    """Where pictures (height, width, channels) lie one after the other.

    Args:
        path: the file.
        offset: where the first picture begins, in bytes.
    """

    path: str
    offset: int

    def map(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.memmap[Any, np.dtype[Any]]:
        """The pictures as a read-only array, whose pages are read when they are used."""
        return np.memmap(self.path, dtype, mode="r", offset=self.offset, shape=shape)


def release(pixels: NDArray[Any]) -> None:
    """Gives the pages of a mapped array back, which else count as memory of this process until others need it.

    The array stays valid: pages are read again when they are used. An array that is not mapped is left alone.
    """
    mapping = getattr(pixels, "_mmap", None)
    if isinstance(mapping, mmap.mmap) and hasattr(mapping, "madvise"):
        mapping.madvise(mmap.MADV_DONTNEED)
