"""Whether probabilities mean what they say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Bins of the expected calibration error, as Guo et al. (2017) have them.
BINS = 15


@dataclass(frozen=True)
class CalibrationCurve:
    """The examples by their probability, in bins; those without examples are left out.

    Attributes:
        probability: mean probability of each bin's examples.
        share: share of them that is right, or of the class.
        examples: how many they are.
        low, high: bounds of the bins; a probability on a bound belongs to the lower bin.
    """

    probability: Array
    share: Array
    examples: NDArray[np.int64]
    low: Array
    high: Array


def curve(right: NDArray[np.bool_], probability: Array, edges: Array) -> CalibrationCurve:
    """The calibration curve (reliability diagram).

    Args:
        right: (n,) whether what the probability is for came true.
        probability: (n,).
        edges: (bins + 1,) bounds of the bins, ascending; what lies outside of them goes to the first or last bin.
    """
    bins = len(edges) - 1
    bin_of = _bin_of(probability, edges)
    examples = np.bincount(bin_of, minlength=bins)
    filled = examples > 0
    return CalibrationCurve(
        np.bincount(bin_of, weights=probability, minlength=bins)[filled] / examples[filled],
        np.bincount(bin_of, weights=right, minlength=bins)[filled] / examples[filled],
        examples[filled],
        edges[:-1][filled],
        edges[1:][filled],
    )


def equal_width(bins: int) -> Array:
    """Bounds of bins that are equally wide."""
    return np.linspace(0.0, 1.0, bins + 1)


def equal_examples(probability: Array, bins: int) -> Array:
    """Bounds of bins that have equally many examples, ties apart."""
    return np.percentile(probability, np.linspace(0, 1, bins + 1) * 100)


def expected_error(right: NDArray[np.bool_], probability: Array, weights: Array) -> Array:
    """Expected calibration error (Guo et al. 2017, "On Calibration of Modern Neural Networks", eq. 3).

    The mean distance between the probability of the predicted class and the share that is right, over `BINS` bins of
    equal width, weighted by their examples.

    Args:
        right: (n,) whether the prediction is right.
        probability: (n,) of the predicted class.
        weights: (sets, n), how often each set has each example.

    Returns:
        (sets,)
    """
    bin_of = _bin_of(probability, equal_width(BINS))
    excess = weights * (right - probability)
    by_bin = np.stack([np.bincount(bin_of, weights=row, minlength=BINS) for row in excess])
    error: Array = np.abs(by_bin).sum(axis=1) / weights.sum(axis=1)
    return error


def _bin_of(probability: Array, edges: Array) -> NDArray[np.int64]:
    return np.searchsorted(edges[1:-1], probability)
