"""Saliency laid over the picture that it is of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j.report import png

# From black over violet and orange to pale yellow: told apart in grey, too.
_HEAT = np.array(
    [[0, 0, 4], [66, 10, 104], [147, 38, 103], [221, 81, 58], [252, 165, 10], [252, 255, 164]], dtype=np.float64
)
_LEAST_PICTURE = 0.3


def overlay(picture: NDArray[Any], saliency: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The picture in colours of heat.

    Args:
        picture: (height, width[, channels]).
        saliency: (height, width), from 0 to 1.

    Returns:
        (height, width, 3): where nothing is seen the darkened picture in grey, elsewhere the hotter the more is seen.
    """
    grey = png.eight_bits(picture).mean(axis=2, keepdims=True)
    place = np.clip(saliency, 0, 1) * (len(_HEAT) - 1)
    below = np.minimum(place.astype(int), len(_HEAT) - 2)
    share = (place - below)[:, :, np.newaxis]
    heat = _HEAT[below] * (1 - share) + _HEAT[below + 1] * share
    weight = np.clip(saliency, 0, 1)[:, :, np.newaxis] * (1 - _LEAST_PICTURE)
    mixed: NDArray[np.uint8] = np.rint(0.75 * grey * (1 - weight) + heat * weight).astype(np.uint8)
    return mixed
