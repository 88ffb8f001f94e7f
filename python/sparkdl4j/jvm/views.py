"""What Java sees of data sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j.jvm.in_process import java_class

if TYPE_CHECKING:
    from sparkdl4j.dataset import ImageDataset


def view_of(data: ImageDataset, weights: NDArray[np.float32] | None = None) -> Any:
    """The Java view on the pixels of a data set, to be closed; the weights are read now.

    It is valid as long as the data set lives. Pictures of a file are read by Java itself: those of the mapped array
    would stay in the memory of this process.
    """
    arrays = java_class("org.sparkdl4j.bridge.Arrays")
    view = (
        *data.pixels.shape,
        java_integers(data.rows),
        java_integers(data.labels),
        0 if weights is None else address_of(weights),
        [str(name) for name in data.classes],
    )
    if data.pixel_file is not None:
        return arrays.imagesOfFile(data.pixel_file.path, data.pixel_file.offset, data.pixels.dtype.name, *view)
    return arrays.images(address_of(data.pixels), data.pixels.dtype.name, *view)


def address_of(array: NDArray[Any]) -> int:
    """Where an array begins."""
    # As array.ctypes.data, which takes longer.
    address: int = array.__array_interface__["data"][0]
    return address


def java_integers(values: NDArray[np.int32] | None) -> Any:
    """A Java array; None of None."""
    if values is None:
        return None
    import jpype

    return jpype.JArray(jpype.JInt)(values)
