"""Reading HDF5 without following where a file leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors
from sparkdl4j.keras_import import problems


def library() -> ModuleType:
    """h5py.

    Raises:
        JvmError: EXTRA_MISSING when it is not installed.
    """
    try:
        import h5py
    except ImportError:
        raise errors.missing_extra("h5py", "keras") from None
    return h5py  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Dataset:
    """An array of numbers in an HDF5 file.

    Args:
        path: of the file, for errors.
        name: in the file.
        handle: h5py's.
    """

    path: Path
    name: str
    handle: Any

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(int(side) for side in self.handle.shape)

    def read(self) -> NDArray[np.float32]:
        try:
            values = self.handle[()]
        except (OSError, ValueError) as problem:
            raise problems.damaged(self.path, f"{self.name} cannot be read ({problem})") from None
        return np.ascontiguousarray(values, dtype=np.float32)


def group(path: Path, parent: Any, name: str) -> Any:
    """A group, or None where there is none.

    Raises:
        ModelFileError: MODEL_FILE_UNSAFE for a link.
    """
    found = _member(path, parent, name)
    return found if isinstance(found, library().Group) else None


def dataset(path: Path, parent: Any, name: str) -> Dataset:
    """An array of numbers.

    Raises:
        ModelFileError: MODEL_FILE_DAMAGED where there is none; MODEL_FILE_UNSAFE where its values are elsewhere.
    """
    found = _member(path, parent, name)
    where = f"{parent.name}/{name}"
    if not isinstance(found, library().Dataset):
        raise problems.damaged(path, f"it lacks the weights {where}")
    if found.is_virtual or found.external:
        raise problems.unsafe(path, f"the weights {where} are in another file")
    if found.dtype.kind not in "fiu" and found.dtype.name != "bfloat16":
        raise problems.damaged(path, f"the weights {where} are of the type {found.dtype}")
    return Dataset(path, where, found)


def _member(path: Path, parent: Any, name: str) -> Any:
    place = parent
    for part in filter(None, name.split("/")):
        if not isinstance(place, library().Group):
            return None
        link = place.get(part, getlink=True)
        if link is None:
            return None
        if not isinstance(link, library().HardLink):
            raise problems.unsafe(path, f"{place.name}/{part} is a link to elsewhere")
        try:
            place = place[part]
        except (OSError, KeyError, RuntimeError) as problem:
            raise problems.damaged(path, f"{part} cannot be read ({problem})") from None
    return place


def text(attributes: Mapping[str, Any], name: str) -> str | None:
    """An attribute as text, or None."""
    value = attributes.get(name)
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return None if value is None else str(value)


def texts(attributes: Mapping[str, Any], name: str) -> list[str] | None:
    """An attribute that is a list of texts, which Keras cuts into several where it is long; or None."""
    if name in attributes:
        parts = [attributes[name]]
    else:
        parts = []
        while f"{name}{len(parts)}" in attributes:
            parts.append(attributes[f"{name}{len(parts)}"])
        if not parts:
            return None
    values = [value for part in parts for value in np.asarray(part).tolist()]
    return [value.decode("utf-8") if isinstance(value, bytes) else str(value) for value in values]
