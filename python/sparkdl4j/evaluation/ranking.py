"""How well scores tell one class from the rest: ROC-AUC, average precision, and their curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RocCurve:
    """Points of the ROC curve of one class, from (0, 0) to (1, 1), as scikit-learn's `roc_curve` without dropping any.

    Attributes:
        false_positive_rate: 1 - specificity; NaN where every example is of the class.
        true_positive_rate: sensitivity; NaN where no example is of the class.
        thresholds: examples with this score, or a higher one, count as of the class; descending, the first infinite.
    """

    false_positive_rate: Array
    true_positive_rate: Array
    thresholds: Array


@dataclass(frozen=True)
class PrecisionRecallCurve:
    """Points of the precision-recall curve of one class, as scikit-learn's `precision_recall_curve`.

    Attributes:
        precision, recall: one more than thresholds: the last point is (1, 0); recall is NaN where no example is of the
            class.
        thresholds: examples with this score, or a higher one, count as of the class; ascending.
    """

    precision: Array
    recall: Array
    thresholds: Array


def roc_curve(positive: NDArray[np.bool_], scores: NDArray[np.floating]) -> RocCurve:
    """Sensitivity and specificity at every threshold that makes a difference.

    Args:
        positive: (n,) whether each example is of the class.
        scores: (n,), higher for examples that are more likely of the class.
    """
    thresholds, hits, alarms = at_thresholds(positive, scores)
    start = np.zeros(1)
    return RocCurve(
        _rate(np.concatenate([start, alarms])),
        _rate(np.concatenate([start, hits])),
        np.concatenate([[np.inf], thresholds]),
    )


def precision_recall_curve(positive: NDArray[np.bool_], scores: NDArray[np.floating]) -> PrecisionRecallCurve:
    """Precision and recall at every threshold that makes a difference; the arguments are those of `roc_curve`."""
    thresholds, hits, alarms = at_thresholds(positive, scores)
    precision, recall = hits / (hits + alarms), _rate(hits)
    return PrecisionRecallCurve(np.append(precision[::-1], 1.0), np.append(recall[::-1], 0.0), thresholds[::-1])


def at_thresholds(positive: NDArray[np.bool_], scores: NDArray[np.floating]) -> tuple[Array, Array, Array]:
    """The distinct scores, descending, and how many examples have at least that score: of the class, and others."""
    order, ends = _descending(scores)
    hits = np.cumsum(positive[order])[ends].astype(np.float64)
    return scores[order][ends].astype(np.float64), hits, ends + 1 - hits


def roc_auc(positive: NDArray[np.bool_], scores: NDArray[np.floating], weights: Array) -> Array:
    """Area under the ROC curve: the chance that an example of the class has a higher score than another (ties half).

    Args:
        positive, scores: (n,), as of `roc_curve`.
        weights: (sets, n), how often each set has each example.

    Returns:
        (sets,); NaN where a set has no example of the class, or no other.
    """
    found = _ranks(positive, scores, weights)
    hits = found.own.sum(axis=1)
    others_above = (found.all_from - found.hits_from + found.all_above - found.hits_above) / 2
    misplaced = (found.own * others_above).sum(axis=1)
    return 1 - _ratio(misplaced, hits * (weights.sum(axis=1) - hits))


def average_precision(positive: NDArray[np.bool_], scores: NDArray[np.floating], weights: Array) -> Array:
    """Mean precision over the examples of the class, each at its own score as threshold (no interpolation).

    Arguments and shape are those of `roc_auc`; NaN where a set has no example of the class.
    """
    found = _ranks(positive, scores, weights)
    precision = found.hits_from / np.maximum(found.all_from, 1)
    return _ratio((found.own * precision).sum(axis=1), found.own.sum(axis=1))


class _Ranks(NamedTuple):
    """Sums of weights, (sets, examples of the class).

    Attributes:
        own: the weight of each example of the class.
        all_from, hits_from: of all examples, and of those of the class, with at least its score.
        all_above, hits_above: of those with a higher score.
    """

    own: Array
    all_from: Array
    hits_from: Array
    all_above: Array
    hits_above: Array


def _ranks(positive: NDArray[np.bool_], scores: NDArray[np.floating], weights: Array) -> _Ranks:
    # Only the columns of the class are kept after the one sum over all examples: most of the time goes there.
    order, ends = _descending(scores)
    starts = np.concatenate([[0], ends[:-1] + 1])
    places = np.flatnonzero(positive[order])
    tie = np.searchsorted(ends, places)
    cumulated = np.zeros((len(weights), len(order) + 1))
    np.cumsum(weights[:, order], axis=1, out=cumulated[:, 1:])
    own = weights[:, order[places]]
    hits = np.zeros((len(weights), len(places) + 1))
    np.cumsum(own, axis=1, out=hits[:, 1:])
    return _Ranks(
        own,
        cumulated[:, ends[tie] + 1],
        hits[:, np.searchsorted(places, ends[tie], side="right")],
        cumulated[:, starts[tie]],
        hits[:, np.searchsorted(places, starts[tie])],
    )


def _descending(scores: NDArray[np.floating]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The order of the examples by score, and the last position of every distinct score in it."""
    order = np.argsort(-scores, kind="stable")
    return order, np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))


def _rate(cumulated: Array) -> Array:
    share: Array = cumulated / cumulated[-1] if cumulated[-1] > 0 else np.full(len(cumulated), np.nan)
    return share


def _ratio(part: Array, whole: Array) -> Array:
    ratio: Array = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return ratio
