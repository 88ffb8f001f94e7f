"""Metrics that follow from counts: how many examples of each class there are, were predicted, and were right.

Every function takes `ClassCounts` of one set of examples or of many sets at once (the resamples of a bootstrap).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ClassCounts:
    """Numbers of examples by class, each (..., classes), whole numbers as float64.

    Args:
        right: examples of the class that were predicted as it.
        actual: examples of the class.
        predicted: examples that were predicted as the class.
    """

    right: Array
    actual: Array
    predicted: Array

    @classmethod
    def of_matrix(cls, matrix: NDArray[np.int64]) -> ClassCounts:
        """Counts of a confusion matrix, (classes, classes), rows actual."""
        counts = matrix.astype(np.float64)
        return cls(counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0))

    @classmethod
    def weighted(
        cls, actual: NDArray[np.int64], predicted: NDArray[np.int64], classes: int, weights: Array
    ) -> ClassCounts:
        """Counts of weighted examples.

        Args:
            actual, predicted: (n,) class indices.
            classes: how many.
            weights: (sets, n), how often each set has each example.
        """
        right = actual == predicted
        return cls(
            _by_class(actual[right], classes, weights[:, right]),
            _by_class(actual, classes, weights),
            _by_class(predicted, classes, weights),
        )

    @property
    def total(self) -> Array:
        """Examples, (...)."""
        total: Array = self.actual.sum(axis=-1)
        return total


def confusion_matrix(actual: ArrayLike, predicted: ArrayLike, classes: int) -> NDArray[np.int64]:
    """(classes, classes) numbers of examples by actual (row) and predicted (column) class index."""
    cells = np.asarray(actual, dtype=np.int64) * classes + np.asarray(predicted, dtype=np.int64)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def accuracy(counts: ClassCounts) -> Array:
    """Share of right predictions."""
    share: Array = counts.right.sum(axis=-1) / counts.total
    return share


def balanced_accuracy(counts: ClassCounts) -> Array:
    """Mean recall of the classes that have examples."""
    mean: Array = class_recall(counts).sum(axis=-1) / (counts.actual > 0).sum(axis=-1)
    return mean


def class_precision(counts: ClassCounts) -> Array:
    """Of every class, the share of its predictions that are right, (..., classes); a share of nothing is 0."""
    return _share(counts.right, counts.predicted)


def class_recall(counts: ClassCounts) -> Array:
    """Of every class, the share of its examples that are found, (..., classes); a share of nothing is 0."""
    return _share(counts.right, counts.actual)


def class_f1(counts: ClassCounts) -> Array:
    """Of every class, the harmonic mean of precision and recall, (..., classes); a share of nothing is 0."""
    return _share(2 * counts.right, counts.actual + counts.predicted)


def precision(counts: ClassCounts) -> Array:
    """Mean precision of all classes."""
    return _mean(class_precision(counts))


def recall(counts: ClassCounts) -> Array:
    """Mean recall of all classes."""
    return _mean(class_recall(counts))


def f1(counts: ClassCounts) -> Array:
    """Mean F1 of all classes."""
    return _mean(class_f1(counts))


def cohen_kappa(counts: ClassCounts) -> Array:
    """Agreement above that of chance (Cohen 1960); NaN where all examples are, and were predicted as, one class."""
    total, by_chance = counts.total, _sum_of_products(counts.actual, counts.predicted)
    with np.errstate(invalid="ignore"):
        kappa: Array = (total * counts.right.sum(axis=-1) - by_chance) / (total**2 - by_chance)
    return kappa


def matthews_correlation(counts: ClassCounts) -> Array:
    """Correlation of actual and predicted classes (Matthews 1975; of many classes: Gorodkin 2004).

    0 where all examples are of one class, or were predicted as one.
    """
    total = counts.total
    both = total * counts.right.sum(axis=-1) - _sum_of_products(counts.actual, counts.predicted)
    of_actual = total**2 - _sum_of_products(counts.actual, counts.actual)
    of_predicted = total**2 - _sum_of_products(counts.predicted, counts.predicted)
    return _share(both, np.sqrt(of_actual * of_predicted))


def sensitivity(counts: ClassCounts) -> Array:
    """Of two classes: the recall of the second, the positive one."""
    found: Array = class_recall(counts)[..., 1]
    return found


def specificity(counts: ClassCounts) -> Array:
    """Of two classes: the recall of the first, the negative one."""
    found: Array = class_recall(counts)[..., 0]
    return found


def _by_class(classes_of: NDArray[np.int64], classes: int, weights: Array) -> Array:
    return np.stack([np.bincount(classes_of, weights=row, minlength=classes) for row in weights])


def _share(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _mean(of_classes: Array) -> Array:
    mean: Array = of_classes.mean(axis=-1)
    return mean


def _sum_of_products(left: Array, right: Array) -> Array:
    total: Array = (left * right).sum(axis=-1)
    return total
