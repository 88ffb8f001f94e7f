"""Pictures as PNG files, without any other package."""

from __future__ import annotations

import base64
import math
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Larger pictures are made smaller: a report shows many, and holds each of them.
_LARGEST_SIDE = 160


def encode(picture: NDArray[Any]) -> bytes:
    """A PNG file.

    Args:
        picture: (height, width), (height, width, 1) or (height, width, 3), uint8, or of other numbers, which are
            stretched from the darkest to the brightest.
    """
    pixels = eight_bits(picture)
    height, width, channels = pixels.shape
    rows = np.zeros((height, 1 + width * channels), dtype=np.uint8)
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2 if channels == 3 else 0, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)),
            _chunk(b"IEND", b""),
        ]
    )


def address(picture: NDArray[Any]) -> str:
    """The same, of a size to look at, as an address that holds the picture itself."""
    return address_as_it_is(smaller(eight_bits(picture)))


def address_as_it_is(picture: NDArray[Any]) -> str:
    """An address that holds a picture in its own size."""
    return "data:image/png;base64," + base64.b64encode(encode(picture)).decode("ascii")


def eight_bits(picture: NDArray[Any]) -> NDArray[np.uint8]:
    """The picture as (height, width, channels) of uint8."""
    pixels = np.asarray(picture)
    if pixels.ndim == 2:
        pixels = pixels[:, :, np.newaxis]
    if pixels.dtype == np.uint8:
        return pixels
    low, high = float(pixels.min()), float(pixels.max())
    return np.rint((pixels - low) * (255 / ((high - low) or 1.0))).astype(np.uint8)


def smaller(pixels: NDArray[np.uint8], largest_side: int = _LARGEST_SIDE) -> NDArray[np.uint8]:
    """A large picture by means of squares of its pixels; what does not fill a square at the edge goes."""
    height, width, channels = pixels.shape
    side = math.ceil(max(height, width) / largest_side)
    if side == 1 or min(height, width) < side:
        return pixels
    squares = pixels[: height // side * side, : width // side * side]
    squares = squares.reshape(height // side, side, width // side, side, channels)
    means: NDArray[np.uint8] = np.rint(squares.mean(axis=(1, 3))).astype(np.uint8)
    return means


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
