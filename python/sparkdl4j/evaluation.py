"""Evaluation of a classifier: confusion matrix and the metrics that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import errors
from sparkdl4j.report import tables


@dataclass(frozen=True)
class ClassMetrics:
    """Metrics of one class; what is undefined (a share of nothing) is 0.

    Attributes:
        precision: share of the class's predictions that are right.
        recall: share of the class's examples that are found.
        f1: harmonic mean of precision and recall.
        support: examples of the class.
    """

    precision: float
    recall: float
    f1: float
    support: int


class Metrics:
    """How good predictions are, from counts; equal to scikit-learn's metrics with zero_division=0.

    `print(metrics)` shows the final table.

    Args:
        confusion_matrix: (k, k) counts, rows actual, columns predicted.
        log_loss: mean negative logarithm of the true class's probability (cross-entropy, nats).
        classes: k names (or numbers) of the classes.

    Attributes:
        classes, confusion_matrix, log_loss: as given.
        per_class: one `ClassMetrics` a class.
        accuracy: share of right predictions.
        balanced_accuracy: mean recall of the classes that have examples.
        precision, recall, f1: means over all k classes (macro).
    """

    def __init__(self, confusion_matrix: NDArray[np.int64], log_loss: float, *, classes: Sequence[Any]) -> None:
        self.classes: list[Any] = list(classes)
        self.confusion_matrix = confusion_matrix
        self.per_class = per_class(confusion_matrix)
        self.accuracy = accuracy(confusion_matrix)
        self.balanced_accuracy = balanced_accuracy(confusion_matrix)
        self.precision = _mean([entry.precision for entry in self.per_class])
        self.recall = _mean([entry.recall for entry in self.per_class])
        self.f1 = _mean([entry.f1 for entry in self.per_class])
        self.log_loss = log_loss

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON holds it; averages are macro."""
        return {
            "accuracy": self.accuracy,
            "balanced_accuracy": self.balanced_accuracy,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "log_loss": self.log_loss,
            "classes": self.classes,
            "confusion_matrix": self.confusion_matrix.tolist(),
            "per_class": [
                {"class": name, **vars(entry)} for name, entry in zip(self.classes, self.per_class, strict=True)
            ],
        }

    def __str__(self) -> str:
        return tables.evaluation_table(self.to_dict())

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(examples={self.confusion_matrix.sum()}, classes={len(self.classes)}, "
            f"accuracy={self.accuracy:.4f}, f1={self.f1:.4f}, log_loss={self.log_loss:.4f})"
        )


class Evaluation(Metrics):
    """How good predictions are; the metrics are those of `Metrics`.

    Args:
        actual: (n,) true class indices.
        probabilities: (n, k); the predicted class is the first of the most probable.
        classes: k names (or numbers) of the classes; by default 0..k-1.

    Attributes:
        actual, predicted: (n,) class indices.
        probabilities: (n, k), as given.

    Raises:
        DataError: DATA_EMPTY, DATA_SHAPE, DATA_LABELS or DATA_NOT_FINITE.
    """

    def __init__(
        self,
        actual: ArrayLike,
        probabilities: ArrayLike,
        *,
        classes: Sequence[Any] | None = None,
    ) -> None:
        shares = _checked_probabilities(probabilities)
        count = shares.shape[1]
        names: list[Any] = list(range(count)) if classes is None else _plain(classes)
        if len(names) != count:
            raise errors.error(
                "DATA_SHAPE",
                f"there are {len(names)} classes, but probabilities for {count}",
                parameter="classes",
            )
        self.probabilities = shares
        self.actual = _checked_actual(actual, len(shares), count)
        self.predicted: NDArray[np.int64] = np.argmax(shares, axis=1)
        matrix = confusion_matrix(self.actual, self.predicted, count)
        super().__init__(matrix, log_loss(self.actual, shares), classes=names)


def confusion_matrix(actual: ArrayLike, predicted: ArrayLike, count: int) -> NDArray[np.int64]:
    """(count, count) numbers of examples by actual (row) and predicted (column) class index."""
    cells = np.asarray(actual, dtype=np.int64) * count + np.asarray(predicted, dtype=np.int64)
    return np.bincount(cells, minlength=count * count).reshape(count, count)


def accuracy(matrix: NDArray[np.int64]) -> float:
    """Share of right predictions."""
    return float(matrix.trace() / matrix.sum())


def balanced_accuracy(matrix: NDArray[np.int64]) -> float:
    """Mean recall of the classes that have examples."""
    support = matrix.sum(axis=1)
    present = support > 0
    return float((matrix.diagonal()[present] / support[present]).mean())


def per_class(matrix: NDArray[np.int64]) -> list[ClassMetrics]:
    """Precision, recall, F1 and support of every class."""
    right, support, predicted = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    precision, recall = _share(right, predicted), _share(right, support)
    f1 = _share(2 * right, support + predicted)
    return [
        ClassMetrics(float(precision[c]), float(recall[c]), float(f1[c]), int(support[c])) for c in range(len(matrix))
    ]


def log_loss(actual: NDArray[np.int64], probabilities: NDArray[np.float64]) -> float:
    """Mean cross-entropy in nats; probabilities are clipped by float64's epsilon, rows as given."""
    eps = np.finfo(np.float64).eps
    of_actual = probabilities[np.arange(len(actual)), actual].astype(np.float64)
    return float(-np.log(np.clip(of_actual, eps, 1 - eps)).mean())


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.where(whole > 0, part / np.maximum(whole, 1), 0.0)


def _mean(values: list[float]) -> float:
    return float(np.mean(values))


def _plain(classes: Sequence[Any]) -> list[Any]:
    """Names as Python's own types, so that they go into JSON."""
    return [name.item() if isinstance(name, np.generic) else name for name in classes]


def _checked_probabilities(probabilities: ArrayLike) -> NDArray[Any]:
    shares = np.asarray(probabilities)
    if shares.ndim != 2 or shares.shape[1] == 0 or shares.dtype.kind not in "fiub":
        raise errors.error(
            "DATA_SHAPE",
            f"probabilities must be numbers of shape (n, classes), but are {shares.dtype} of shape {shares.shape}",
            parameter="probabilities",
        )
    if len(shares) == 0:
        raise errors.error("DATA_EMPTY", "there is nothing to evaluate: give at least one example")
    if not np.isfinite(shares).all():
        row = int(np.argwhere(~np.isfinite(shares))[0][0])
        raise errors.error(
            "DATA_NOT_FINITE",
            f"probabilities hold NaN or infinity; first in row {row}",
            parameter="probabilities",
            index=row,
        )
    return shares


def _checked_actual(actual: ArrayLike, n: int, count: int) -> NDArray[np.int64]:
    indices = np.asarray(actual)
    if indices.shape != (n,) or indices.dtype.kind not in "iu":
        raise errors.error(
            "DATA_LABELS",
            f"actual must be {n} class indices, one a row of probabilities, but has the shape "
            f"{indices.shape} and the dtype {indices.dtype}",
            parameter="actual",
        )
    wrong = (indices < 0) | (indices >= count)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise errors.error(
            "DATA_LABELS",
            f"actual holds the class index {int(indices[row])} in row {row}, but there are {count} classes",
            parameter="actual",
            index=row,
        )
    return indices.astype(np.int64)
