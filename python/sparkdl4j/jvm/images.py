"""Finding and decoding pictures in the JVM, straight into numpy's memory."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j.damaged_image import DamagedImage
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.jvm.errors import translated
from sparkdl4j.jvm.in_process import java_class
from sparkdl4j.pixel_file import PixelFile

_POLL_MILLIS = 100


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
) -> tuple[NDArray[np.uint8], NDArray[np.int32], list[DamagedImage]]:
    """Decodes pictures on all cores.

    Returns:
        the pixels (good pictures, height, width, channels), the positions in `paths` of the good pictures, and the
        damaged ones.
    """
    pixels = np.empty((len(paths), *image_options.shape), dtype=np.uint8)
    run = java_class("org.sparkdl4j.bridge.Images").read(
        list(paths), json.dumps(image_options.to_dict()), max_damaged, pixels.ctypes.data
    )
    good, damaged = _result(run, len(paths), progress)
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
