"""Labelled pictures in memory: from class folders and numpy arrays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import errors, options, splits
from sparkdl4j.damaged_image import DamagedImage
from sparkdl4j.image_options import ImageOptions, Window

Progress = Callable[[int, int], None]


def described(count: int, image_shape: tuple[int, int, int], by_class: Mapping[Any, int], damaged: int) -> str:
    """One line on pictures: how many, of which shape (height, width, channels), of which classes."""
    parts = [f"{count} pictures {'x'.join(map(str, image_shape))}"]
    parts += [f"{name} {of_class}" for name, of_class in by_class.items()]
    parts += [f"{damaged} damaged"] if damaged else []
    return ", ".join(parts)


class ImageDataset:
    """Pictures, and their labels where known, in memory.

    Its splits and subsets share the pixels: they are views by index, and cost no memory.

    Args:
        pixels: (n, height, width, channels), uint8 or float32, C-contiguous.
        labels: (n,) int32 indices into `classes`, or None.
        classes: the names (or numbers) of the classes, sorted.
        paths: (n,) where each picture came from, or None.
        groups: (n,) the group (a patient, say) of each picture, or None.
        weights: (n,) float32, by how much the loss of each picture counts in training, or None for 1.
        damaged: the pictures that could not be read.
        image_options: how the files were decoded; None for pictures that came as arrays.
    """

    def __init__(
        self,
        pixels: NDArray[Any],
        *,
        labels: NDArray[np.int32] | None = None,
        classes: Sequence[Any] = (),
        paths: NDArray[np.object_] | None = None,
        groups: NDArray[np.object_] | None = None,
        weights: NDArray[np.float32] | None = None,
        damaged: Sequence[DamagedImage] = (),
        image_options: ImageOptions | None = None,
        rows: NDArray[np.int32] | None = None,
    ) -> None:
        self.pixels = pixels
        self.rows = rows
        self.labels = labels
        self.classes = list(classes)
        self.paths = paths
        self.groups = groups
        self.weights = weights
        self.damaged = list(damaged)
        self.image_options = image_options

    @classmethod
    def from_arrays(cls, X: ArrayLike, y: ArrayLike | None = None) -> ImageDataset:
        """Pictures from arrays.

        Args:
            X: (n, height, width) or (n, height, width, channels) with 1 or 3 channels. Integers from 0 to 255 are
                kept as uint8, other numbers as float32.
            y: (n,) labels of any sortable kind: strings, integers, booleans.

        Raises:
            DataError: DATA_SHAPE, DATA_TYPE, DATA_NOT_FINITE, DATA_EMPTY or DATA_LABELS.
        """
        if hasattr(X, "toarray"):
            raise errors.error("DATA_TYPE", "X is a sparse matrix: sparse input is not supported", parameter="X")
        pixels = _checked_pixels(np.asarray(X))
        if y is None:
            return cls(pixels)
        classes, labels = _checked_labels(np.asarray(y), len(pixels))
        return cls(pixels, labels=labels, classes=classes)

    def __len__(self) -> int:
        return len(self.pixels) if self.rows is None else len(self.rows)

    def __getitem__(self, index: int) -> NDArray[Any]:
        """One picture, (height, width, channels)."""
        picture: NDArray[Any] = self.pixels[index if self.rows is None else self.rows[index]]
        return picture

    def __getstate__(self) -> dict[str, Any]:
        # A part takes its own pictures along, and not all of the whole.
        state = dict(self.__dict__)
        if self.rows is not None:
            state |= {"pixels": self.X, "rows": None}
        return state

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    def __str__(self) -> str:
        counts: dict[Any, int] = {}
        if self.labels is not None:
            counts = dict(zip(self.classes, np.bincount(self.labels, minlength=len(self.classes)), strict=True))
        return described(len(self), self.image_shape, counts, len(self.damaged))

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        _, height, width, channels = self.pixels.shape
        return height, width, channels

    @property
    def X(self) -> NDArray[Any]:
        """The pictures, (n, height, width, channels); a copy where this is a part of a larger set."""
        return self.pixels if self.rows is None else self.pixels[self.rows]

    @property
    def y(self) -> NDArray[Any]:
        """The labels, (n,), as names (or numbers) of classes.

        Raises:
            DataError: DATA_LABELS when the pictures have none.
        """
        return np.asarray(self.classes)[self.required_labels()]

    def required_labels(self) -> NDArray[np.int32]:
        """The class indices, or DATA_LABELS when the pictures have no labels."""
        if self.labels is None:
            raise errors.error(
                "DATA_LABELS",
                "these pictures have no labels: give y, or a folder with one subfolder a class",
            )
        return self.labels

    def subset(self, index: ArrayLike) -> ImageDataset:
        """The pictures at these positions, sharing the pixels."""
        index = np.asarray(index)
        rows = np.arange(len(self.pixels), dtype=np.int32) if self.rows is None else self.rows
        return ImageDataset(
            self.pixels,
            labels=None if self.labels is None else self.labels[index],
            classes=self.classes,
            paths=None if self.paths is None else self.paths[index],
            groups=None if self.groups is None else self.groups[index],
            weights=None if self.weights is None else self.weights[index],
            image_options=self.image_options,
            rows=np.ascontiguousarray(rows[index]),
        )

    def split(
        self,
        test_size: float = 0.25,
        *,
        stratify: bool = True,
        seed: int = options.default("training", "seed"),
    ) -> tuple[ImageDataset, ImageDataset]:
        """Splits into (rest, test).

        Args:
            test_size: share of the pictures in the second part, above 0 and below 1.
            stratify: keep the share of every class equal in both parts.
            seed: the same seed gives the same split, on every machine and in Java.
        """
        labels = self.required_labels() if stratify else np.zeros(len(self), dtype=np.int32)
        rest, held_out = splits.stratified_split(labels, test_size, seed=seed)
        return self.subset(rest), self.subset(held_out)

    def batches(self, size: int) -> Iterator[NDArray[Any]]:
        """The pictures in blocks of at most `size`, so that no whole copy is ever made."""
        for start in range(0, len(self), size):
            stop = min(start + size, len(self))
            yield (self.pixels[start:stop] if self.rows is None else self.pixels[self.rows[start:stop]])


class ImageFolder(ImageDataset):
    """Pictures in class folders, decoded on all cores.

    The class of a picture is the name of its subfolder of `path`, unless `name_pattern` says otherwise. JPEG, PNG, BMP,
    GIF (first frame), TIFF and WebP are read; transparency is laid over white; the EXIF orientation is applied.
    Damaged pictures are listed in `damaged` with a reason.

    Args:
        path: the folder.
        size: (height, width) to scale to, or one number for both.
        channels: 1 (grey) or 3 (RGB).
        window: how 16-bit pictures become 8-bit: "full" (0..65535), "minmax" (of each picture), or (low, high).
        name_pattern: a regular expression that is searched in each file's path below `path`, with a group named
            `label` for the class and, optionally, one named `group` (a patient, say).
        max_damaged: largest share of damaged pictures.
        max_pixels: width x height above which a picture counts as damaged and is not decoded.
        progress: called with (pictures done, pictures in all) while reading.

    Raises:
        FileError: FILE_NOT_FOUND or FILE_UNREADABLE.
        DataError: DATA_EMPTY, DATA_DAMAGED, or DATA_NAME for a file that does not match `name_pattern`.
    """

    def __init__(
        self,
        path: str | Path,
        size: tuple[int, int] | int,
        *,
        channels: int = options.default("image", "channels"),
        window: Window = "full",
        name_pattern: str | None = None,
        max_damaged: float = options.default("data", "max_damaged"),
        max_pixels: int = options.default("image", "max_pixels"),
        progress: Progress | None = None,
    ) -> None:
        image_options = ImageOptions(size, channels=channels, window=window, max_pixels=max_pixels)
        max_damaged = options.check("data", "max_damaged", max_damaged)
        pattern = _compiled_pattern(name_pattern)
        from sparkdl4j.jvm import images

        root = _existing_folder(path)
        groups: list[str] | None = None
        if pattern is None:
            paths, names = images.find_labelled(root)
        else:
            paths = images.find(root)
            names, groups = _names_from_pattern(pattern, root, paths)
        pixels, good, damaged = images.read(paths, image_options, max_damaged=max_damaged, progress=progress)
        classes, labels = np.unique(np.asarray(names, dtype=object), return_inverse=True)
        super().__init__(
            pixels,
            labels=labels.astype(np.int32)[good],
            classes=classes.tolist(),
            paths=np.asarray(paths, dtype=object)[good],
            groups=None if groups is None else np.asarray(groups, dtype=object)[good],
            damaged=damaged,
            image_options=image_options,
        )


def _checked_pixels(pixels: NDArray[Any]) -> NDArray[Any]:
    if pixels.ndim == 3:
        pixels = pixels[..., np.newaxis]
    if pixels.ndim != 4 or pixels.shape[3] not in (1, 3):
        raise errors.error(
            "DATA_SHAPE",
            "X must have the shape (n, height, width) or (n, height, width, channels) with 1 or 3 channels, "
            f"but has {tuple(pixels.shape)}",
            parameter="X",
        )
    if pixels.size == 0:
        raise errors.error("DATA_EMPTY", f"X holds no pictures: its shape is {tuple(pixels.shape)}")
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels)
    if pixels.dtype.kind == "c":
        raise errors.error("DATA_TYPE", f"Complex data not supported: the dtype of X is {pixels.dtype}", parameter="X")
    if pixels.dtype.kind not in "biuf":
        raise errors.error(
            "DATA_TYPE",
            f"X must hold numbers (uint8 or float32 for preference), but its dtype is {pixels.dtype}",
            parameter="X",
        )
    if pixels.dtype.kind in "biu" and pixels.min() >= 0 and pixels.max() <= 255:
        return np.ascontiguousarray(pixels, dtype=np.uint8)
    with np.errstate(over="ignore"):
        pixels = np.ascontiguousarray(pixels, dtype=np.float32)
    for number, picture in enumerate(pixels):
        if not np.isfinite(picture).all():
            raise errors.error(
                "DATA_NOT_FINITE",
                f"X holds NaN, infinity or a number too large for float32; first in picture {number}",
                parameter="X",
                index=number,
            )
    return pixels


def _checked_labels(y: NDArray[Any], n: int) -> tuple[list[Any], NDArray[np.int32]]:
    if y.shape != (n,):
        raise errors.error(
            "DATA_LABELS",
            f"y must have the shape ({n},), one label a picture, but has {y.shape}",
            parameter="y",
        )
    if y.dtype.kind == "f":
        if not np.isfinite(y).all():
            raise errors.error(
                "DATA_LABELS",
                f"y holds NaN or infinity; first at index {int(np.argmin(np.isfinite(y)))}",
                parameter="y",
            )
        if not (y == np.round(y)).all():
            raise errors.error(
                "DATA_LABELS",
                "y holds fractions (continuous values): a classifier needs classes (strings or integers)",
                parameter="y",
            )
    try:
        classes, labels = np.unique(y, return_inverse=True)
    except TypeError:
        kinds = ", ".join(sorted({type(label).__name__ for label in y}))
        raise errors.error("DATA_LABELS", f"y must hold labels of one kind, but holds {kinds}", parameter="y") from None
    return classes.tolist(), labels.astype(np.int32)


def _compiled_pattern(name_pattern: str | None) -> re.Pattern[str] | None:
    if name_pattern is None:
        return None
    try:
        pattern = re.compile(name_pattern)
    except re.error as problem:
        raise errors.error(
            "PARAMETER_RANGE",
            f"name_pattern is not a regular expression: {problem}",
            parameter="name_pattern",
        ) from None
    if "label" not in pattern.groupindex:
        raise errors.error(
            "PARAMETER_RANGE",
            f"name_pattern must have a group named label, as in '(?P<label>[^_]+)_', but is {name_pattern!r}",
            parameter="name_pattern",
        )
    return pattern


def _names_from_pattern(
    pattern: re.Pattern[str], root: Path, paths: Sequence[str]
) -> tuple[list[str], list[str] | None]:
    names, groups = [], []
    for path in paths:
        match = pattern.search(Path(path).relative_to(root).as_posix())
        if match is None or match["label"] is None:
            raise errors.error(
                "DATA_NAME",
                f"{path} does not match name_pattern {pattern.pattern!r}: rename or remove it, or mend the pattern",
                path=path,
            )
        names.append(match["label"])
        if "group" in pattern.groupindex:
            groups.append(match["group"])
    return names, groups or None


def _existing_folder(path: str | Path) -> Path:
    root = Path(path)
    if not root.exists():
        raise errors.error("FILE_NOT_FOUND", f"the folder {path} does not exist", path=str(path))
    if not root.is_dir():
        raise errors.error("FILE_NOT_FOUND", f"{path} is a file, not a folder of pictures", path=str(path))
    return root
