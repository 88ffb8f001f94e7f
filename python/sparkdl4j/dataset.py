"""Labelled pictures: from class folders, tables and numpy arrays; in memory, or in a file of decoded pictures."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import duplicates, errors, group_splits, options, picture_table, pixel_file, preprocessed, splits
from sparkdl4j import name_pattern as names
from sparkdl4j.damaged_image import DamagedImage
from sparkdl4j.duplicates import Duplicates, Leak
from sparkdl4j.image_options import ImageOptions, Window
from sparkdl4j.pixel_file import PixelFile
from sparkdl4j.preprocessing import Preprocessing

Progress = Callable[[int, int], None]


def described(count: int, image_shape: tuple[int, int, int], by_class: Mapping[Any, int], damaged: int) -> str:
    """One line on pictures: how many, of which shape (height, width, channels), of which classes."""
    parts = [f"{count} pictures {'x'.join(map(str, image_shape))}"]
    parts += [f"{name} {of_class}" for name, of_class in by_class.items()]
    parts += [f"{damaged} damaged"] if damaged else []
    return ", ".join(parts)


class ImageDataset:
    """Pictures, and their labels where known.

    Its splits and subsets share the pixels: they are views by index, and cost no memory.

    Args:
        pixels: (n, height, width, channels), uint8 or float32, C-contiguous.
        labels: (n,) int32 indices into `classes`, or None.
        classes: the names (or numbers) of the classes, sorted.
        paths: (n,) where each picture came from, or None.
        groups: (n,) the group (a patient, say) of each picture, or None.
        columns: what else is known of each picture: (n,) by name.
        weights: (n,) float32, by how much the loss of each picture counts in training, or None for 1.
        damaged: the pictures that could not be read.
        image_options: how the files were decoded; None for pictures that came as arrays.
        rows: (n,) int32, the rows of `pixels` that belong to the set; None for all.
        pixel_file: the file that `pixels` maps; None for pictures in memory.
    """

    def __init__(
        self,
        pixels: NDArray[Any],
        *,
        labels: NDArray[np.int32] | None = None,
        classes: Sequence[Any] = (),
        paths: NDArray[np.object_] | None = None,
        groups: NDArray[np.object_] | None = None,
        columns: Mapping[str, NDArray[np.object_]] | None = None,
        weights: NDArray[np.float32] | None = None,
        damaged: Sequence[DamagedImage] = (),
        image_options: ImageOptions | None = None,
        rows: NDArray[np.int32] | None = None,
        pixel_file: PixelFile | None = None,
    ) -> None:
        self.pixels = pixels
        self.pixel_file = pixel_file
        self.rows = rows
        self.labels = labels
        self.classes = list(classes)
        self.paths = paths
        self.groups = groups
        self.columns = dict(columns or {})
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

    @classmethod
    def from_table(
        cls,
        table: Any,
        size: tuple[int, int] | int,
        *,
        path_column: str = options.default("table", "path_column"),
        label_column: str | None = options.default("table", "label_column"),
        group_column: str | None = None,
        root: str | Path | None = None,
        channels: int = options.default("image", "channels"),
        window: Window = "full",
        max_damaged: float = options.default("data", "max_damaged"),
        max_pixels: int = options.default("image", "max_pixels"),
        preprocessing: Preprocessing = (),
        cache: str | os.PathLike[str] | None = None,
        progress: Progress | None = None,
    ) -> ImageDataset:
        """Pictures whose paths and labels stand in a table.

        Args:
            table: path of a CSV file (UTF-8, with a line of names; comma, semicolon or tab) or of a Parquet file; a
                frame of pandas or polars, a table of pyarrow, or a mapping of names to columns.
            size: (height, width) to scale to, or one number for both.
            path_column: the column of the files' paths.
            label_column: the column of the labels; None for pictures without labels.
            group_column: the column of the groups (patients, say); a picture without one is a group of its own.
            root: the folder that relative paths are relative to; None: that of the table's file, or the working
                directory.
            channels, window, max_damaged, max_pixels, preprocessing, cache, progress: as `ImageFolder` takes them.

        Raises:
            FileError: FILE_NOT_FOUND, also for a picture that a row names; FILE_UNREADABLE; as `ImageFolder`.
            DataError: DATA_COLUMN, DATA_FORMAT, DATA_EMPTY, DATA_DAMAGED, or DATA_LABELS for a row without a label.
                `details["rows"]` has a sentence for each row that is wrong.
            JvmError: EXTRA_MISSING where nothing can read Parquet.
        """
        image_options = ImageOptions(
            size, channels=channels, window=window, max_pixels=max_pixels, preprocessing=preprocessing
        )
        max_damaged = options.check("data", "max_damaged", max_damaged)
        found = picture_table.read(
            table, path_column=path_column, label_column=label_column, group_column=group_column, root=root
        )
        classes: list[Any] = []
        labels = None
        if found.labels is not None:
            classes, labels = _checked_labels(np.asarray(found.labels), len(found.paths))
        is_file = isinstance(table, (str, os.PathLike))
        return ImageDataset(
            **_decoded(
                found.paths,
                image_options,
                labels=labels,
                groups=found.groups,
                max_damaged=max_damaged,
                cache=cache,
                source=os.path.abspath(table) if is_file else _name_of_paths(found.paths),
                progress=progress,
            ),
            classes=classes,
        )

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

    def _repr_html_(self) -> str:
        from sparkdl4j.report import cards

        return cards.dataset(self)

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
        """The pictures, (n, height, width, channels).

        A copy in memory where this is a part of a larger set, or its cache has rows of damaged pictures.
        """
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
            columns={name: values[index] for name, values in self.columns.items()},
            weights=None if self.weights is None else self.weights[index],
            image_options=self.image_options,
            rows=np.ascontiguousarray(rows[index]),
            pixel_file=self.pixel_file,
        )

    def split(
        self,
        test_size: float = 0.25,
        *,
        stratify: bool = True,
        groups: ArrayLike | bool | None = None,
        mixed_groups: str = group_splits.WARN,
        seed: int = options.default("training", "seed"),
    ) -> tuple[ImageDataset, ImageDataset]:
        """Splits into (rest, test).

        Args:
            test_size: share of the pictures in the second part, above 0 and below 1.
            stratify: keep the share of every class equal in both parts, with groups as well as these allow.
            groups: (n,) groups (patients, say, or `near_duplicates()`), none of which gets into both parts; None for
                the groups of the data set where it has any, True to insist on these, False to ignore them. A picture
                whose group is None is a group of its own.
            mixed_groups: what is said of a group with pictures of several classes (a patient who has both, or a
                mistaken name): "warn", "error" (DATA_LABELS) or "allow".
            seed: the same seed gives the same split, on every machine; without groups in Java, too.

        Raises:
            ParameterError: PARAMETER_TYPE or PARAMETER_RANGE.
            DataError: DATA_LABELS, DATA_EMPTY when there are too few pictures to hold one out, DATA_SHAPE, or
                DATA_SPLIT for a group that is larger than the parts.
        """
        labels = self.required_labels() if stratify else np.zeros(len(self), dtype=np.int32)
        kept_together = self.kept_together(groups, mixed_groups)
        if kept_together is None:
            rest, held_out = splits.stratified_split(labels, test_size, seed=seed)
        else:
            rest, held_out = group_splits.stratified_group_split(labels, kept_together, test_size, seed=seed)
        return self.subset(rest), self.subset(held_out)

    def k_fold(
        self,
        n: int = 5,
        *,
        stratify: bool = True,
        groups: ArrayLike | bool | None = None,
        mixed_groups: str = group_splits.WARN,
        seed: int = options.default("training", "seed"),
    ) -> list[tuple[ImageDataset, ImageDataset]]:
        """The n pairs (rest, test) of cross-validation: every picture is in the test part of exactly one.

        Args:
            n: how many folds, at least 2.
            stratify, groups, mixed_groups, seed: as `split` takes them.

        Raises:
            ParameterError: PARAMETER_TYPE or PARAMETER_RANGE.
            DataError: DATA_LABELS, DATA_SHAPE, or DATA_SPLIT for a class with fewer pictures, or pictures of fewer
                groups, than folds, and for a group that is larger than a fold.
        """
        labels = self.required_labels() if stratify else np.zeros(len(self), dtype=np.int32)
        classes = self.classes if stratify else ()
        kept_together = self.kept_together(groups, mixed_groups)
        if kept_together is None:
            folds = splits.stratified_folds(labels, n, seed=seed, classes=classes)
        else:
            folds = group_splits.stratified_group_folds(labels, kept_together, n, seed=seed, classes=classes)
        return [
            (self.subset(np.flatnonzero(folds != fold)), self.subset(np.flatnonzero(folds == fold)))
            for fold in range(n)
        ]

    def kept_together(self, groups: ArrayLike | bool | None, mixed_groups: str) -> ArrayLike | None:
        """The groups that `groups` of `split` means; None where pictures are split one by one.

        Raises:
            DataError: DATA_LABELS for True where the pictures have none.
        """
        if groups is True and self.groups is None:
            raise errors.error(
                "DATA_LABELS",
                "these pictures have no groups: read them with a name_pattern that has (?P<group>…) or with a "
                "group_column, or pass groups=…",
                parameter="groups",
            )
        if groups is False:
            return None
        chosen = self.groups if groups is None or groups is True else groups
        if chosen is not None and self.labels is not None:
            group_splits.tell_of_mixed_groups(self.labels, chosen, self.classes, mixed_groups)
        return chosen

    def duplicates(
        self, *, distance: int = options.default("duplicates", "distance"), similarity: float | None = None
    ) -> Duplicates:
        """The pictures that are there more than once: with the same pixels, or nearly so.

        Nearly means scaled, re-encoded, brightened or slightly cropped (some hundredths of a side). Two pictures are
        near duplicates when their perceptual hashes differ in few bits and their local contrast correlates far more
        than that of random pairs of the same data; `sparkdl4j.duplicates` says how. 100,000 pictures take a minute.

        Args:
            distance: bits of 63 in which the hashes may differ.
            similarity: least correlation; None chooses it from the data, .85 or more.

        Raises:
            ParameterError: PARAMETER_TYPE or PARAMETER_RANGE.
            DataError: DATA_EMPTY.
        """
        return duplicates.of(self, distance=distance, similarity=similarity)

    def near_duplicates(
        self, *, distance: int = options.default("duplicates", "distance"), similarity: float | None = None
    ) -> NDArray[np.int64]:
        """(n,) a number for each picture, the same for (near) duplicates, as `split(groups=…)` takes it.

        Args:
            distance, similarity: as `duplicates` takes them.
        """
        return self.duplicates(distance=distance, similarity=similarity).groups

    def leaks(
        self,
        test: ImageDataset,
        *,
        distance: int = options.default("duplicates", "distance"),
        similarity: float | None = None,
    ) -> list[Leak]:
        """The pairs of a picture of this set, to train on, and of one to test with that are (nearly) the same.

        Args:
            test: pictures of any size.
            distance, similarity: as `duplicates` takes them.
        """
        return duplicates.between(self, test, distance=distance, similarity=similarity)

    def preprocessed(self, steps: Preprocessing, *, order: str | None = None, group: str | None = None) -> ImageDataset:
        """The pictures after steps of `sparkdl4j.preprocessing`, in memory of their own.

        Picture steps change what was decoded and scaled; `image_options` tell them then, so that a model that is
        trained on the result reads files in the same way. Steps with `along="series"` need the order of the pictures
        and their series; the result is float32, in the order of this data set.

        Args:
            steps: objects, or dicts.
            order: the column of `columns` by which the pictures of a series follow each other: numbers, or texts that
                are numbers or sort as they should.
            group: the column that names the series; None for `groups`.

        Raises:
            ParameterError: PARAMETER_TYPE, PARAMETER_RANGE; PARAMETER_CONFLICT for steps that do not take what they
                would get, and for series steps without an order and groups.
            DataError: DATA_COLUMN for a column that does not exist; DATA_LABELS for a picture without a group, or two
                of a series with the same place in it.
        """
        return preprocessed.of(self, steps, order=order, group=group)

    def batches(self, size: int) -> Iterator[NDArray[Any]]:
        """The pictures in blocks of at most `size`, so that no whole copy is ever made."""
        for start in range(0, len(self), size):
            stop = min(start + size, len(self))
            yield (self.pixels[start:stop] if self.rows is None else self.pixels[self.rows[start:stop]])
            if self.pixel_file is not None:
                pixel_file.release(self.pixels)


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
        name_pattern: a regular expression that is searched in each file's path below `path`. It names parts:
            `(?P<label>…)` is the class (without it, the subfolder is), `(?P<group>…)` the group (a patient, say),
            which becomes `groups`, and every other part a column in `columns`.
        unmatched: what a file is that does not match: an "error", or "own-group": a group of its own, of the class
            that its subfolder names.
        max_damaged: largest share of damaged pictures.
        max_pixels: width x height above which a picture counts as damaged and is not decoded.
        preprocessing: picture steps of `sparkdl4j.preprocessing`, such as `[HairRemoval(), CLAHE()]`. They see the
            decoded picture in its full size; what they leave is scaled to `size`. Models take them along, so that
            prediction reads pictures in the same way.
        cache: a file to keep the decoded pictures in, or a folder that exists, where each `path` has a file of its
            own. They are then read from there minibatch by minibatch, so they may be larger than memory; the next
            time they need not be decoded. A cache of other pictures or options is built anew, with a notice.
        progress: called with (pictures done, pictures in all) while reading.

    Raises:
        ParameterError: PARAMETER_TYPE, PARAMETER_RANGE, PARAMETER_CONFLICT.
        FileError: FILE_NOT_FOUND, FILE_UNREADABLE, or FILE_UNWRITABLE for the cache, also when its disk is too small.
        DataError: DATA_EMPTY, DATA_DAMAGED, DATA_NAME for a file that does not match `name_pattern`, or DATA_FORMAT
            for a `cache` that is some other file.
    """

    def __init__(
        self,
        path: str | Path,
        size: tuple[int, int] | int,
        *,
        channels: int = options.default("image", "channels"),
        window: Window = "full",
        name_pattern: str | None = None,
        unmatched: str = options.default("names", "unmatched"),
        max_damaged: float = options.default("data", "max_damaged"),
        max_pixels: int = options.default("image", "max_pixels"),
        preprocessing: Preprocessing = (),
        cache: str | os.PathLike[str] | None = None,
        progress: Progress | None = None,
    ) -> None:
        image_options = ImageOptions(
            size, channels=channels, window=window, max_pixels=max_pixels, preprocessing=preprocessing
        )
        max_damaged = options.check("data", "max_damaged", max_damaged)
        paths, named = found(path, name_pattern, unmatched)
        classes, labels = np.unique(np.asarray(named.labels, dtype=object), return_inverse=True)
        super().__init__(
            **_decoded(
                paths,
                image_options,
                labels=labels.astype(np.int32),
                groups=named.groups,
                columns=named.columns,
                max_damaged=max_damaged,
                cache=cache,
                source=os.path.abspath(path),
                progress=progress,
            ),
            classes=classes.tolist(),
        )


def _decoded(
    paths: Sequence[str],
    image_options: ImageOptions,
    *,
    labels: NDArray[np.int32] | None,
    groups: Sequence[Any] | None,
    columns: Mapping[str, NDArray[np.object_]] | None = None,
    max_damaged: float,
    cache: str | os.PathLike[str] | None,
    source: str,
    progress: Progress | None,
) -> dict[str, Any]:
    """Reads pictures; what `ImageDataset` takes for the good ones."""
    from sparkdl4j.jvm import images

    file = rows = None
    if cache is None:
        pixels, good, damaged = images.read(paths, image_options, max_damaged=max_damaged, progress=progress)
    else:
        file, good, damaged = images.read_cached(
            paths, image_options, cache, source, max_damaged=max_damaged, progress=progress
        )
        pixels = file.map((len(paths), *image_options.shape), image_options.dtype)
        rows = good if damaged else None
    return {
        "pixels": pixels,
        "pixel_file": file,
        "rows": rows,
        "labels": None if labels is None else labels[good],
        "groups": None if groups is None else _objects(groups)[good],
        "columns": {name: values[good] for name, values in (columns or {}).items()},
        "paths": _objects(paths)[good],
        "damaged": damaged,
        "image_options": image_options,
    }


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    objects = np.empty(len(values), dtype=object)
    objects[:] = values
    return objects


def _name_of_paths(paths: Sequence[str]) -> str:
    """A name for a table that has none."""
    return "table-" + hashlib.sha256("\n".join(map(os.path.abspath, paths)).encode()).hexdigest()


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


def found(path: str | Path, name_pattern: str | None, unmatched: str) -> tuple[Sequence[str], names.Named]:
    """The pictures of a folder, and what their names or subfolders say of them, as `ImageFolder` takes it.

    Raises:
        ParameterError: PARAMETER_RANGE, PARAMETER_CONFLICT.
        FileError: FILE_NOT_FOUND or FILE_UNREADABLE.
        DataError: DATA_EMPTY, DATA_LABELS, DATA_NAME.
    """
    pattern = names.of(name_pattern, unmatched)
    from sparkdl4j.jvm import images

    root = _existing_folder(path)
    if pattern is None:
        paths, labels = images.find_labelled(root)
        return paths, names.Named(labels, None, {})
    paths = images.find(root)
    return paths, pattern.read(root, paths)


def _existing_folder(path: str | Path) -> Path:
    """The folder, or FILE_NOT_FOUND."""
    root = Path(path)
    if not root.exists():
        raise errors.error("FILE_NOT_FOUND", f"the folder {path} does not exist", path=str(path))
    if not root.is_dir():
        raise errors.error("FILE_NOT_FOUND", f"{path} is a file, not a folder of pictures", path=str(path))
    return root
