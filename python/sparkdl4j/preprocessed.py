"""Data sets whose pictures have been through steps of preprocessing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors
from sparkdl4j import preprocessing as stages
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.preprocessing import PictureKind, Preprocessing, Scale, Step

if TYPE_CHECKING:
    from sparkdl4j.dataset import ImageDataset


def of(data: ImageDataset, steps: Preprocessing, *, order: str | None, group: str | None) -> ImageDataset:
    """As `ImageDataset.preprocessed`, which documents it."""
    checked = stages.steps(steps)
    kind_of(data).after(checked)
    series = None
    if any(step.is_for_series for step in checked):
        series = _Series(data, order, group)
    for step in checked:
        data = series.transformed(data, step) if step.is_for_series and series else _changed(data, (step,))
    return data


def kind_of(data: ImageDataset) -> PictureKind:
    """What the pictures of a data set are."""
    height, width, channels = data.image_shape
    color = "grey" if channels == 1 else "rgb"
    return PictureKind(color, data.pixels.dtype.name, height=height, width=width)


def options_after(data: ImageDataset, steps: tuple[Step, ...]) -> ImageOptions:
    """How files become the pictures that steps make of those of a data set."""
    height, width, channels = data.image_shape
    before = data.image_options or ImageOptions((height, width), channels=channels)
    kind = kind_of(data).after(steps)
    assert kind.height is not None
    assert kind.width is not None
    return ImageOptions(
        (kind.height, kind.width),
        channels=kind.channels,
        window=before.window,
        max_pixels=before.max_pixels,
        preprocessing=(*before.steps, Scale(height, width), *steps),
    )


def _changed(data: ImageDataset, steps: tuple[Step, ...]) -> ImageDataset:
    from sparkdl4j.jvm import images

    image_options = options_after(data, steps)
    pixels = images.preprocess(data, steps, image_options.shape, kind_of(data).after(steps).number)
    return _with_pixels(data, pixels, image_options)


def _with_pixels(data: ImageDataset, pixels: NDArray[Any], image_options: ImageOptions | None) -> ImageDataset:
    same = data.subset(np.arange(len(data)))
    same.pixels, same.rows, same.pixel_file = pixels, None, None
    same.image_options = image_options
    same.damaged = data.damaged
    return same


class _Series:
    """The series of a data set, and the order of their pictures."""

    def __init__(self, data: ImageDataset, order: str | None, group: str | None) -> None:
        if order is None or (group is None and data.groups is None):
            raise errors.error(
                "PARAMETER_CONFLICT",
                "steps along series need the column that orders the pictures (order=…) and one that names their series "
                "(group=…, or the groups of the data set)",
                parameter="order",
            )
        places = _sortable(_column(data, order))
        names = data.groups if group is None else _column(data, group)
        assert names is not None
        series = np.array([str(name) for name in names])
        if any(name is None for name in names):
            raise errors.error("DATA_LABELS", "a picture belongs to no series: its group is None", parameter="group")
        self._sorted = np.lexsort((places, series))
        sorted_series, sorted_places = series[self._sorted], places[self._sorted]
        same = (sorted_series[1:] == sorted_series[:-1]) & (sorted_places[1:] == sorted_places[:-1])
        if same.any():
            at = int(np.argmax(same))
            raise errors.error(
                "DATA_LABELS",
                f"two pictures of the series {sorted_series[at]} have the same place {sorted_places[at]} in the column "
                f"{order}",
                parameter="order",
            )
        _, starts = np.unique(sorted_series, return_index=True)
        self._lengths = np.diff(np.append(starts, len(series))).astype(np.int32)

    def transformed(self, data: ImageDataset, step: Step) -> ImageDataset:
        from sparkdl4j.jvm import images

        result = images.transform_series(data.subset(self._sorted), step, self._lengths)
        pixels = np.empty_like(result)
        pixels[self._sorted] = result
        return _with_pixels(data, pixels, None)


def _column(data: ImageDataset, name: str) -> NDArray[Any]:
    if name not in data.columns:
        known = ", ".join(data.columns) or "none"
        raise errors.error("DATA_COLUMN", f"there is no column {name}: there are {known}", column=name)
    return data.columns[name]


def _sortable(values: NDArray[Any]) -> NDArray[Any]:
    """Numbers where all are numbers, else texts."""
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError):
        return values.astype(str)
