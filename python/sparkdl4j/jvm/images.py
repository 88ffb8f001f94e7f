"""Finding and decoding pictures in the JVM, straight into numpy's memory."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j.damaged_image import DamagedImage
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.jvm.errors import translated
from sparkdl4j.jvm.in_process import java_class
from sparkdl4j.jvm.views import java_integers, view_of
from sparkdl4j.pixel_file import PixelFile
from sparkdl4j.preprocessing import Step

if TYPE_CHECKING:
    from sparkdl4j.dataset import ImageDataset

_POLL_MILLIS = 100

# In place of a share: all may be damaged, as in a piece of a larger whole.
ANY_DAMAGED = float("inf")


@translated()
def find_labelled(root: Path) -> tuple[list[str], list[str]]:
    """The pictures below the subfolders of `root`: their paths, and the names of the subfolders."""
    paths, names = java_class("org.sparkdl4j.bridge.Images").findLabelled(str(root))
    return [str(path) for path in paths], [str(name) for name in names]


@translated()
def find(path: Path) -> list[str]:
    """All pictures below a folder, sorted; or the one picture that `path` is."""
    return [str(found) for found in java_class("org.sparkdl4j.bridge.Images").find(str(path))]


@translated()
def inspect(paths: Sequence[str], image_options: ImageOptions | None = None) -> list[dict[str, Any] | DamagedImage]:
    """What files are, looked at on all cores; no pixels are kept.

    Args:
        paths: the files.
        image_options: also whether they can be decoded so; None reads no further than their structure.

    Returns:
        for each file `format`, `mode`, `width` and `height`; or what is wrong with it.
    """
    request = None if image_options is None else json.dumps(image_options.to_dict())
    found = _json(java_class("org.sparkdl4j.bridge.Images").inspect(list(paths), request))
    return [DamagedImage(**file) if "reason" in file else file for file in found]


@translated()
def read(
    paths: Sequence[str],
    image_options: ImageOptions,
    *,
    max_damaged: float,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[NDArray[Any], NDArray[np.int32], list[DamagedImage]]:
    """Decodes pictures on all cores.

    Returns:
        the pixels (good pictures, height, width, channels), the positions in `paths` of the good pictures, and the
        damaged ones.
    """
    pixels = np.empty((len(paths), *image_options.shape), dtype=image_options.dtype)
    run = java_class("org.sparkdl4j.bridge.Images").read(
        list(paths), json.dumps(image_options.to_dict()), max_damaged, pixels.ctypes.data
    )
    good, damaged = _result(run, len(paths), progress)
    return pixels[: len(good)], good, damaged


@translated()
def read_encoded(
    names: Sequence[str],
    encoded: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    image_options: ImageOptions,
    *,
    max_damaged: float,
) -> tuple[NDArray[Any], NDArray[np.int32], list[DamagedImage]]:
    """Decodes pictures of memory on all cores.

    Args:
        names: what the pictures are called in reports.
        encoded: their bytes, one after the other.
        offsets: where each picture begins in them, and where the last one ends.

    Returns:
        as `read`, by the positions in `names`.
    """
    import jpype

    pixels = np.empty((len(names), *image_options.shape), dtype=image_options.dtype)
    run = java_class("org.sparkdl4j.bridge.Images").readEncoded(
        list(names),
        encoded.ctypes.data,
        jpype.JArray(jpype.JLong)(offsets),
        json.dumps(image_options.to_dict()),
        max_damaged,
        pixels.ctypes.data,
    )
    good, damaged = _result(run, len(names), None)
    return pixels[: len(good)], good, damaged


@translated()
def read_cached(
    paths: Sequence[str],
    image_options: ImageOptions,
    cache: str | os.PathLike[str],
    source: str,
    *,
    max_damaged: float,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[PixelFile, NDArray[np.int32], list[DamagedImage]]:
    """Decodes pictures on all cores into a file, unless it has them already.

    Args:
        cache: the file; or a folder that exists, in which the pictures of this source have a file of their own.
        source: where the pictures come from.

    Returns:
        the file, with a row for every path; the positions in `paths` of the good pictures; and the damaged ones, whose
        rows are undefined.
    """
    run = java_class("org.sparkdl4j.bridge.Images").readCached(
        os.fspath(cache), source, list(paths), json.dumps(image_options.to_dict()), max_damaged
    )
    good, damaged = _result(run.reading(), len(paths), progress)
    return PixelFile(str(run.file()), int(run.offset())), good, damaged


@translated()
def preprocess(data: ImageDataset, steps: Sequence[Step], shape: tuple[int, int, int], number: str) -> NDArray[Any]:
    """Changes decoded pictures on all cores.

    Args:
        data: the pictures.
        steps: picture steps.
        shape: (height, width, channels) that the steps give.
        number: "uint8" or "float32", likewise.
    """
    pixels = np.empty((len(data), *shape), dtype=number)
    if len(data):
        view = view_of(data)
        try:
            steps_as_json = json.dumps([step.to_dict() for step in steps])
            java_class("org.sparkdl4j.bridge.Images").preprocess(steps_as_json, view, pixels.ctypes.data)
        finally:
            view.close()
    return pixels


@translated()
def transform_series(data: ImageDataset, step: Step, lengths: NDArray[np.int32]) -> NDArray[np.float32]:
    """Changes series of pictures.

    Args:
        data: the pictures, sorted by series, and in it by their order.
        step: a series step.
        lengths: how many pictures each series has.
    """
    pixels = np.empty((len(data), *data.image_shape), dtype=np.float32)
    if len(data):
        view = view_of(data)
        try:
            java_class("org.sparkdl4j.bridge.Images").transformSeries(
                json.dumps(step.to_dict()), view, java_integers(lengths), pixels.ctypes.data
            )
        finally:
            view.close()
    return pixels


def _result(
    run: Any, count: int, progress: Callable[[int, int], None] | None
) -> tuple[NDArray[np.int32], list[DamagedImage]]:
    """Waits for a reading; the positions of the good pictures, and the damaged ones."""
    try:
        while not run.await_(_POLL_MILLIS):
            if progress is not None:
                progress(run.done(), count)
    except BaseException:
        # The decoder's threads write into memory of the caller: they must have ended before it is freed.
        run.cancel()
        while not run.await_(_POLL_MILLIS):
            pass
        raise
    good = np.array(run.good(), dtype=np.int32)
    damaged = [DamagedImage(**entry) for entry in _json(run.damaged())]
    if progress is not None:
        progress(count, count)
    return good, damaged


def _json(text: Any) -> Any:
    return json.loads(str(text))
