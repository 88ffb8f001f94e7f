"""Whether a classifier can learn from features: what makes it fail without a word is said before."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors

# Fewer pictures say nothing about spread.
FEWEST = 2

# Standard deviations of features: between those that differ, and from 1.
_LARGEST_RATIO = 100
_LARGEST_SPREAD = 100
_SMALLEST_SPREAD = 0.01

# Of the features that differ between pictures, these shares are left out at both ends.
_TAIL = 5

_FEWEST_ALIVE = 0.1


class FeatureWarning(UserWarning):
    """Features that a classifier can hardly learn from as they are."""


def check(features: NDArray[np.float32] | NDArray[np.float64], layer: str) -> None:
    """Warns (`FeatureWarning`) of features whose spread needs standardising, and of many that never change.

    Regularisation and gradient steps treat all features alike: a feature with a hundredth of another's spread needs a
    weight a hundred times as large, which regularisation forbids and gradient steps take a hundred times as many to
    reach. Of a saturated or dead activation nothing is left to learn from.

    Args:
        features: (n, m); fewer than two pictures say nothing.
        layer: that made them, for the message.

    Raises:
        DataError: DATA_NOT_FINITE; DATA_CONSTANT when every feature is the same for all pictures.
    """
    unsound = int(np.count_nonzero(~np.isfinite(features).all(axis=0)))
    if unsound:
        raise errors.error(
            "DATA_NOT_FINITE",
            f"{unsound} of {features.shape[1]} features of the layer {layer} are NaN or infinite for some "
            "picture: the model's parameters or the pictures are not sound",
        )
    if len(features) < FEWEST:
        return
    spread = features.std(axis=0, dtype=np.float64)
    # Roundings of what is computed in batches are no differences.
    alive = spread > 1e-6 * np.maximum(1e-30, np.abs(features).max(axis=0))
    if not alive.any():
        raise errors.error(
            "DATA_CONSTANT",
            f"all {len(alive)} features of the layer {layer} are the same for all {len(features)} pictures, so that "
            "nothing can be learned from them: its activations are dead or saturated, or the pictures are equal; take "
            "an earlier layer or another model",
        )
    if alive.mean() < _FEWEST_ALIVE:
        warnings.warn(
            f"only {int(alive.sum())} of {len(alive)} features of the layer {layer} differ between the "
            f"{len(features)} pictures: take an earlier layer, or a model of more similar pictures",
            FeatureWarning,
            stacklevel=3,
        )
    low, high = np.percentile(spread[alive], [_TAIL, 100 - _TAIL])
    if high > _LARGEST_RATIO * low or high > _LARGEST_SPREAD or low < _SMALLEST_SPREAD:
        warnings.warn(
            f"the standard deviations of the features of the layer {layer} reach from {low:.2g} to {high:.2g}: "
            "standardise them before a classifier with regularisation (StandardScaler, of scikit-learn or of MLlib)",
            FeatureWarning,
            stacklevel=3,
        )
