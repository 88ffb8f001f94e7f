"""IDX files: the format of MNIST and Fashion-MNIST."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors
from sparkdl4j.dataset import ImageDataset


def load_idx(images: str | Path, labels: str | Path | None = None) -> ImageDataset:
    """Pictures from IDX files (the format of MNIST and Fashion-MNIST), plain or gzipped.

    Args:
        images: file of unsigned bytes, (n, height, width) or (n, height, width, channels).
        labels: file of unsigned bytes, (n,). By default the file beside `images` whose name has `labels` and `idx1` in
            place of `images` and `idx3`, where there is one.

    Raises:
        FileError: FILE_NOT_FOUND or FILE_UNREADABLE.
        DataError: DATA_FORMAT, DATA_SHAPE or DATA_LABELS.
    """
    images = Path(images)
    if labels is None:
        beside = images.with_name(images.name.replace("images", "labels").replace("idx3", "idx1"))
        labels = beside if beside != images and beside.exists() else None
    return ImageDataset.from_arrays(_read_idx(images), None if labels is None else _read_idx(Path(labels)))


def _read_idx(path: Path) -> NDArray[np.uint8]:
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
    except FileNotFoundError:
        raise errors.error("FILE_NOT_FOUND", f"{path} does not exist", path=str(path)) from None
    except (OSError, EOFError, zlib.error) as problem:
        raise errors.error("FILE_UNREADABLE", f"{path} cannot be read: {problem}", path=str(path)) from None
    if len(data) < 8 or data[:3] != b"\0\0\x08" or len(data) < 4 + 4 * data[3]:
        raise errors.error("DATA_FORMAT", f"{path} is not an IDX file of unsigned bytes", path=str(path))
    shape = struct.unpack(f">{data[3]}I", data[4 : 4 + 4 * data[3]])
    pixels = np.frombuffer(data, dtype=np.uint8, offset=4 + 4 * data[3])
    if pixels.size != int(np.prod(shape, dtype=object)):
        raise errors.error(
            "DATA_FORMAT",
            f"{path} holds {pixels.size} values, but its header says {' x '.join(map(str, shape))}",
            path=str(path),
        )
    return pixels.reshape(shape)
