"""What labelled pictures are: how many of each class and group, of which sizes and modes, and which are damaged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import duplicates, options
from sparkdl4j.damaged_image import DamagedImage
from sparkdl4j.dataset import ImageDataset, found
from sparkdl4j.duplicates import MOST_UNASKED, Description, Duplicates
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.report import tables

# Pictures are decoded to this size: to find the damaged ones, and to show some.
_SIZE = 96
# Decoded at a time, so that memory does not grow with the folder.
_CHUNK = 512
# Pictures of each class that are kept to be shown, and of all classes.
_SAMPLES_OF_CLASS = 8
_MOST_SAMPLES = 96
# Sets of duplicates that are listed.
_MOST_SETS = 200
# Files of a data set whose headers are read for a report.
_MOST_HEADERS = 10_000
_MOST_SIZES_SHOWN = 8
_KINDS = ("exact", "near")
_MOST_GROUPS_SHOWN = 20


class Inspection:
    """What labelled pictures are.

    `print(inspection)` shows tables, and `write_report(folder, data=inspection)` a page.

    Args:
        labels: (n,) class indices of the sound pictures.
        classes: names of the classes.
        groups: (n,) or None.
        columns: what else is known of each picture, (n,) by name.
        headers: what the files say: `format`, `mode`, `width`, `height`; of all sound pictures, or of some.
        header_labels: the class indices of those that `headers` are of.
        damaged: the pictures that cannot be read.
        damaged_by_class: how many of them each class has; None where that is not known.
        shape: (height, width, channels) that pictures were scaled to; None for those of an inspection.
        samples: some pictures, and their class indices.
        duplicates: those among the pictures; None where they were not looked for.
    """

    def __init__(
        self,
        labels: NDArray[np.int32],
        classes: Sequence[Any],
        *,
        groups: NDArray[np.object_] | None = None,
        columns: Mapping[str, NDArray[np.object_]] | None = None,
        headers: Sequence[Mapping[str, Any]] = (),
        header_labels: NDArray[np.int32] | None = None,
        damaged: Sequence[DamagedImage] = (),
        damaged_by_class: Sequence[int] | None = None,
        shape: tuple[int, int, int] | None = None,
        samples: Sequence[tuple[NDArray[Any], int]] = (),
        duplicates: Duplicates | None = None,
    ) -> None:
        self.labels = labels
        self.classes = list(classes)
        self.groups = groups
        self.columns = dict(columns or {})
        self.headers = list(headers)
        self._header_labels = labels if header_labels is None else header_labels
        self.damaged = list(damaged)
        self._damaged_by_class = damaged_by_class
        self.shape = shape
        self.samples = list(samples)
        self.duplicates = duplicates

    @classmethod
    def of(cls, data: ImageDataset, described: Description | None = None) -> Inspection:
        """What the pictures of a data set are.

        Headers of up to 10,000 of its files are read, and up to 20,000 pictures are searched for duplicates.

        Args:
            data: labelled pictures.
            described: what they are compared by, where that is known already.
        """
        labels = data.required_labels()
        headers: list[Mapping[str, Any]] = []
        header_labels = labels[:0]
        if data.paths is not None:
            from sparkdl4j.jvm import images

            chosen = _evenly(len(data), _MOST_HEADERS)
            found = images.inspect([str(path) for path in data.paths[chosen]])
            readable = np.array([isinstance(file, dict) for file in found], dtype=bool)
            headers = [file for file in found if isinstance(file, dict)]
            header_labels = labels[chosen[readable]]
        return cls(
            labels,
            data.classes,
            groups=data.groups,
            columns=data.columns,
            headers=headers,
            header_labels=header_labels,
            damaged=data.damaged,
            shape=data.image_shape,
            samples=[(data[int(k)], int(labels[k])) for k in _of_each_class(labels)],
            duplicates=duplicates.of(data, described=described) if 1 < len(data) <= MOST_UNASKED else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON holds it.

        Returns:
            `pictures`; `shape` (None of an inspection); `classes`, one object each with `class`, `pictures`, and where
            known `groups` and one number for each column (different values), `damaged`, median `width` and `height`;
            `groups`, with `pictures` and `classes` (pictures by class) each; `columns`, by name the number of different
            values; `files`: `read` (how many), `kinds` (`format`, `mode`, `pictures`), `sizes` (`width`, `height`,
            `pictures`, the most frequent first), `width` and `height` (`least`, `median`, `most`); `damaged`, a list of
            `path`, `reason`, `detail`; `duplicates` (None where they were not looked for): `exact` and `near`, each
            with `sets` and `pictures`, and `listed`, up to 200 sets with `kind`, `pictures` (paths or numbers) and
            `classes`, those with different classes first.
        """
        return {
            "pictures": len(self.labels),
            "shape": list(self.shape) if self.shape else None,
            "classes": [self._class(index) for index in range(len(self.classes))],
            "groups": self._groups(),
            "columns": {name: _different(values) for name, values in self.columns.items()},
            "files": self._files(),
            "damaged": [vars(entry) for entry in self.damaged],
            "duplicates": None if self.duplicates is None else self._duplicates(self.duplicates),
        }

    def __str__(self) -> str:
        return _text(self.to_dict())

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self.labels)} pictures, {len(self.classes)} classes>"

    def _repr_html_(self) -> str:
        from sparkdl4j.report import cards

        return cards.data(self)

    def _class(self, index: int) -> dict[str, Any]:
        members = self.labels == index
        row: dict[str, Any] = {"class": self.classes[index], "pictures": int(members.sum())}
        if self.groups is not None:
            row["groups"] = _different(self.groups[members])
        row |= {name: _different(values[members]) for name, values in self.columns.items()}
        if self._damaged_by_class is not None:
            row["damaged"] = self._damaged_by_class[index]
        if self.headers:
            of_class = [self.headers[k] for k in np.flatnonzero(self._header_labels == index)]
            for side in ("width", "height"):
                row[side] = int(np.median([header[side] for header in of_class])) if of_class else None
        return row

    def _groups(self) -> list[dict[str, Any]]:
        if self.groups is None:
            return []
        of_group: dict[str, Counter[str]] = {}
        for group, label in zip(self.groups.tolist(), self.labels.tolist(), strict=True):
            of_group.setdefault(str(group), Counter())[str(self.classes[label])] += 1
        rows = [
            {"group": group, "pictures": counts.total(), "classes": dict(counts)} for group, counts in of_group.items()
        ]
        return sorted(rows, key=lambda row: (-row["pictures"], row["group"]))

    def _duplicates(self, found: Duplicates) -> dict[str, Any]:
        exact = set(found.exact)
        kinds = [("exact", members) for members in found.exact]
        kinds += [("near", members) for members in found.near if members not in exact]
        listed = []
        for kind, members in kinds:
            classes = sorted({str(self.classes[self.labels[k]]) for k in members})
            pictures = [k if found.paths is None else str(found.paths[k]) for k in members]
            listed.append({"kind": kind, "pictures": pictures, "classes": classes})
        listed.sort(key=lambda entry: -len(entry["classes"]))
        sets = {"exact": found.exact, "near": found.near}
        counts = {name: {"sets": len(each), "pictures": sum(map(len, each))} for name, each in sets.items()}
        return {**counts, "listed": listed[:_MOST_SETS]}

    def _files(self) -> dict[str, Any]:
        if not self.headers:
            return {}
        kinds = Counter((header["format"], header["mode"]) for header in self.headers)
        sizes = Counter((header["width"], header["height"]) for header in self.headers)
        return {
            "read": len(self.headers),
            "kinds": [{"format": f, "mode": m, "pictures": count} for (f, m), count in kinds.most_common()],
            "sizes": [{"width": w, "height": h, "pictures": count} for (w, h), count in sizes.most_common()],
            **{side: _range([header[side] for header in self.headers]) for side in ("width", "height")},
        }


def inspect_images(
    path: str | Path,
    *,
    name_pattern: str | None = None,
    unmatched: str = options.default("names", "unmatched"),
    max_pixels: int = options.default("image", "max_pixels"),
    progress: Callable[[int, int], None] | None = None,
) -> Inspection:
    """Looks at the pictures of a folder: reads what the files say, and decodes each once to find the damaged ones.

    Up to 20,000 pictures are searched for duplicates, 9 KB each; beyond, memory does not grow with the pictures.

    Args:
        path, name_pattern, unmatched, max_pixels: as `ImageFolder` takes them.
        progress: called with (pictures done, pictures in all).

    Raises:
        FileError: FILE_NOT_FOUND or FILE_UNREADABLE.
        DataError: DATA_EMPTY, DATA_LABELS, DATA_NAME.
        ParameterError: PARAMETER_RANGE, PARAMETER_CONFLICT.
    """
    image_options = image_options_of(max_pixels)
    from sparkdl4j.jvm import images

    paths, named = found(path, name_pattern, unmatched)
    files: list[Mapping[str, Any] | DamagedImage] = []
    for start in range(0, len(paths), _CHUNK):
        files += images.inspect(paths[start : start + _CHUNK], image_options)
        if progress is not None:
            progress(len(files), len(paths))

    def read(numbers: NDArray[np.int64], how: ImageOptions) -> ImageDataset:
        pixels, _, _ = images.read([paths[k] for k in numbers], how, max_damaged=0.0)
        return ImageDataset.from_arrays(pixels, [named.labels[k] for k in numbers])

    return of_files(
        named.labels,
        files,
        paths=paths,
        groups=None if named.groups is None else np.asarray(named.groups, dtype=object),
        columns=named.columns,
        max_pixels=max_pixels,
        read=read,
    )


def image_options_of(max_pixels: int, channels: int = 3) -> ImageOptions:
    """How pictures are decoded to look at them."""
    return ImageOptions(_SIZE, channels=channels, max_pixels=max_pixels)


def of_files(
    labels: Sequence[Any],
    files: Sequence[Mapping[str, Any] | DamagedImage],
    *,
    paths: Sequence[str],
    groups: NDArray[np.object_] | None,
    columns: Mapping[str, NDArray[np.object_]],
    max_pixels: int,
    read: Callable[[NDArray[np.int64], ImageOptions], ImageDataset],
) -> Inspection:
    """What n pictures are that have been looked at.

    Args:
        labels, paths, groups, columns: of all of them.
        files: what `jvm.images.inspect` says of them.
        max_pixels: as they were looked at with.
        read: decodes sound ones, named by their numbers in ascending order, to labelled pictures in that order.
    """
    classes, numbers = np.unique(np.asarray(labels, dtype=object), return_inverse=True)
    sound = np.array([k for k, file in enumerate(files) if not isinstance(file, DamagedImage)], dtype=np.int64)
    own = numbers[sound].astype(np.int32)
    copies = None
    if 1 < len(sound) <= MOST_UNASKED:
        compared = read(sound, image_options_of(max_pixels, channels=1))
        compared.paths = np.asarray(paths, dtype=object)[sound]
        copies = compared.duplicates()
    samples: list[tuple[NDArray[Any], int]] = []
    chosen = _of_each_class(own)
    if len(chosen):
        shown = read(sound[np.sort(chosen)], image_options_of(max_pixels))
        places = [classes.tolist().index(name) for name in shown.classes]
        samples = [(shown[k], places[label]) for k, label in enumerate(shown.required_labels())]
        samples.sort(key=lambda sample: sample[1])
    return Inspection(
        own,
        classes.tolist(),
        groups=None if groups is None else groups[sound],
        columns={name: values[sound] for name, values in columns.items()},
        headers=[file for file in files if not isinstance(file, DamagedImage)],
        damaged=[file for file in files if isinstance(file, DamagedImage)],
        damaged_by_class=(np.bincount(numbers) - np.bincount(own, minlength=len(classes))).tolist(),
        samples=samples,
        duplicates=copies,
    )


def _text(found: Mapping[str, Any]) -> str:
    """Tables for a terminal."""
    rows = [list(found["classes"][0])]
    rows += [[_cell(value) for value in row.values()] for row in found["classes"]]
    damaged = len(found["damaged"])
    parts = [
        f"{found['pictures']} pictures, {len(found['classes'])} classes"
        + (f", {len(found['groups'])} groups" if found["groups"] else "")
        + "".join(f", {count} different values of {name}" for name, count in found["columns"].items())
        + f", {damaged} damaged",
        tables.aligned(rows, right=range(1, len(rows[0])), ruled=True),
    ]
    if found["groups"]:
        parts.append(_groups_table(found["groups"]))
    files = found["files"]
    if files:
        kinds = [["format", "mode", "pictures"]]
        kinds += [[kind["format"], kind["mode"], str(kind["pictures"])] for kind in files["kinds"]]
        parts.append(tables.aligned(kinds, right=(2,), ruled=True))
        sizes = [["width", "height", "pictures"]]
        sizes += [[str(size[name]) for name in sizes[0]] for size in files["sizes"][:_MOST_SIZES_SHOWN]]
        shown = tables.aligned(sizes, right=(0, 1, 2), ruled=True)
        left = len(files["sizes"]) - _MOST_SIZES_SHOWN
        spans = ", ".join(
            f"{side} {files[side]['least']} to {files[side]['most']} (median {files[side]['median']})"
            for side in ("width", "height")
        )
        parts.append(shown + (f"\nand {left} other sizes" if left > 0 else "") + f"\n{spans}")
    copies = found["duplicates"]
    if copies is not None:
        counts = [f"{copies[kind]['pictures']} in {copies[kind]['sets']} sets of {kind}" for kind in _KINDS]
        mixed = sum(len(entry["classes"]) > 1 for entry in copies["listed"])
        parts.append(f"{', '.join(counts)} duplicates; {mixed} sets of several classes")
    if damaged:
        rows = [["damaged", "reason", "detail"]]
        rows += [[entry["path"], entry["reason"], entry["detail"]] for entry in found["damaged"][:_MOST_GROUPS_SHOWN]]
        more = f"\nand {damaged - _MOST_GROUPS_SHOWN} more" if damaged > _MOST_GROUPS_SHOWN else ""
        parts.append(tables.aligned(rows, right=(), ruled=True) + more)
    return "\n\n".join(parts)


def _groups_table(groups: Sequence[Mapping[str, Any]]) -> str:
    rows = [["group", "pictures", "classes"]]
    for group in groups[:_MOST_GROUPS_SHOWN]:
        of_class = ", ".join(f"{tables.name(name)} {count}" for name, count in group["classes"].items())
        rows.append([tables.name(group["group"]), str(group["pictures"]), of_class])
    left = len(groups) - _MOST_GROUPS_SHOWN
    return tables.aligned(rows, right=(1,), ruled=True) + (f"\nand {left} smaller groups" if left > 0 else "")


def _cell(value: Any) -> str:
    return "" if value is None else tables.name(value)


def _different(values: NDArray[np.object_]) -> int:
    return len({value for value in values.tolist() if value is not None})


def _range(values: Sequence[int]) -> dict[str, int]:
    return {"least": min(values), "median": int(np.median(values)), "most": max(values)}


def _evenly(count: int, most: int) -> NDArray[np.int64]:
    return np.linspace(0, count - 1, min(count, most)).astype(np.int64)


def _of_each_class(labels: NDArray[Any]) -> NDArray[np.int64]:
    """Positions of some pictures of every class, evenly from all of it."""
    present = np.unique(labels)[:_MOST_SAMPLES]
    each = max(1, min(_SAMPLES_OF_CLASS, _MOST_SAMPLES // max(1, len(present))))
    members = [np.flatnonzero(labels == label) for label in present]
    chosen = [of_class[_evenly(len(of_class), each)] for of_class in members]
    return np.concatenate(chosen) if chosen else np.empty(0, dtype=np.int64)
