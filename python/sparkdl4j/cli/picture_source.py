"""Pictures to predict, read piece by piece: files of folders, or a Parquet table of encoded pictures."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors
from sparkdl4j.cli.place import require_reachable
from sparkdl4j.damaged_image import DamagedImage
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.picture_table import PARQUET

# As Spark's tables of pictures have them.
_PATH = "path"
_PICTURES = ("image", "content")


@dataclass(frozen=True)
class Piece:
    """Some pictures, decoded.

    Args:
        names: (n,) what the pictures are called.
        pixels: of the good ones, in their order.
        good: their places among the names.
        damaged: what is wrong with the others, in their order.
    """

    names: Sequence[str]
    pixels: NDArray[Any]
    good: NDArray[np.int32]
    damaged: Sequence[DamagedImage]


class PictureSource(ABC):
    """Pictures in an order."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def identity(self) -> str:
        """The same for the same pictures: a hash of names, sizes and times."""

    @abstractmethod
    def read(self, start: int, stop: int, image_options: ImageOptions) -> Piece:
        """Decodes the pictures from `start` up to `stop`."""


def of(paths: Sequence[str]) -> PictureSource:
    """The pictures of folders and files, or of one Parquet file, or folder of such files, named .parquet.

    Raises:
        FileError: FILE_NOT_FOUND, FILE_UNREADABLE.
        DataError: DATA_EMPTY; DATA_COLUMN for a table without pictures; DATA_FORMAT.
        ParameterError: PARAMETER_CONFLICT for a table beside others, or URLs.
    """
    for path in paths:
        require_reachable(path)
        if not Path(path).exists():
            raise errors.error("FILE_NOT_FOUND", f"{path} does not exist", path=path)
    tables = [path for path in paths if path.endswith(PARQUET)]
    if not tables:
        return _Files(paths)
    if len(paths) > 1:
        raise errors.error(
            "PARAMETER_CONFLICT", f"{tables[0]} is a table of pictures: name it alone, not beside others"
        )
    return _Table(tables[0])


def _identity(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        try:
            found = file.stat()
            state = f"{found.st_size}\0{found.st_mtime_ns}"
        except OSError:
            state = "unreadable"
        digest.update(f"{file}\0{state}\n".encode())
    return digest.hexdigest()


class _Files(PictureSource):
    def __init__(self, paths: Sequence[str]) -> None:
        from sparkdl4j.jvm import images

        self._files: list[str] = []
        for path in paths:
            self._files += images.find(Path(path))

    def __len__(self) -> int:
        return len(self._files)

    def identity(self) -> str:
        return _identity(map(Path, self._files))

    def read(self, start: int, stop: int, image_options: ImageOptions) -> Piece:
        from sparkdl4j.jvm import images

        names = self._files[start:stop]
        return Piece(names, *images.read(names, image_options, max_damaged=images.ANY_DAMAGED))


class _Table(PictureSource):
    """Row groups of Parquet files, of which only those are read that are needed."""

    def __init__(self, path: str) -> None:
        try:
            from pyarrow import ArrowException, parquet
        except ImportError:
            raise errors.missing_extra("pyarrow", "parquet") from None
        self._paths = sorted(Path(path).rglob(f"*{PARQUET}")) if Path(path).is_dir() else [Path(path)]
        try:
            self._files = [parquet.ParquetFile(file) for file in self._paths]
        except (ArrowException, OSError) as problem:
            raise errors.error("DATA_FORMAT", f"{path} cannot be read as Parquet: {problem}", path=path) from None
        if not sum(len(self._groups(file)) for file in self._files):
            raise errors.error("DATA_EMPTY", f"there are no pictures in {path}", path=path)
        names = self._files[0].schema_arrow.names
        found = [name for name in _PICTURES if name in names]
        if not found:
            raise errors.error(
                "DATA_COLUMN",
                f"there is no column image or content in {path}, which would hold the encoded pictures; the columns "
                f"are {', '.join(names)}",
                column=_PICTURES[0],
            )
        self._column = found[0]
        self._has_paths = _PATH in names
        # (first row, file, group), in order.
        self._starts: list[tuple[int, int, int]] = []
        self._count = 0
        for number, file in enumerate(self._files):
            for group, rows in enumerate(self._groups(file)):
                self._starts.append((self._count, number, group))
                self._count += rows

    @staticmethod
    def _groups(file: Any) -> list[int]:
        metadata = file.metadata
        return [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]

    def __len__(self) -> int:
        return self._count

    def identity(self) -> str:
        return _identity(self._paths)

    def read(self, start: int, stop: int, image_options: ImageOptions) -> Piece:
        from sparkdl4j.jvm import images

        names: list[str] = []
        contents: list[bytes] = []
        for place, (first, number, group) in enumerate(self._starts):
            after = self._starts[place + 1][0] if place + 1 < len(self._starts) else self._count
            if after <= start or first >= stop:
                continue
            columns = [self._column, *([_PATH] if self._has_paths else [])]
            rows = self._files[number].read_row_group(group, columns=columns)
            rows = rows.slice(max(0, start - first), min(stop, after) - max(start, first))
            # A picture that is null has no bytes.
            contents += [content or b"" for content in rows.column(self._column).to_pylist()]
            if self._has_paths:
                names += [str(name) for name in rows.column(_PATH).to_pylist()]
            else:
                at = max(start, first) - first
                names += [f"{self._paths[number]}#{group}.{at + i}" for i in range(rows.num_rows)]
        offsets = np.cumsum([0, *map(len, contents)], dtype=np.int64)
        encoded = np.frombuffer(b"".join(contents) or b"\0", dtype=np.uint8)
        return Piece(
            names, *images.read_encoded(names, encoded, offsets, image_options, max_damaged=images.ANY_DAMAGED)
        )
