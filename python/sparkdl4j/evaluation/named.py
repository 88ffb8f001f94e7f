"""The metrics by their names: how each is computed for many weighted sets of the same examples at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors
from sparkdl4j.evaluation import calibration, counts, losses, ranking
from sparkdl4j.evaluation.counts import ClassCounts

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Predictions:
    """Examples with their predictions.

    Args:
        actual, predicted: (n,) class indices.
        classes: how many.
        probabilities: (n, classes); None where only the classes are known.
    """

    actual: NDArray[np.int64]
    predicted: NDArray[np.int64]
    classes: int
    probabilities: NDArray[np.floating] | None = None

    def required_probabilities(self) -> NDArray[np.floating]:
        """The probabilities; who asks has checked that they are there."""
        assert self.probabilities is not None
        return self.probabilities


# Takes predictions and (sets, n) weights, and gives (sets,) values; what is undefined is NaN.
Metric = Callable[[Predictions, Array], Array]

OF_COUNTS: dict[str, Callable[[ClassCounts], Array]] = {
    "accuracy": counts.accuracy,
    "balanced_accuracy": counts.balanced_accuracy,
    "precision": counts.precision,
    "recall": counts.recall,
    "f1": counts.f1,
    "cohen_kappa": counts.cohen_kappa,
    "matthews_correlation": counts.matthews_correlation,
    "sensitivity": counts.sensitivity,
    "specificity": counts.specificity,
}
# What is of a positive class and the other one.
OF_TWO_CLASSES = ("sensitivity", "specificity")


def log_loss(predictions: Predictions, weights: Array) -> Array:
    """Mean cross-entropy in nats."""
    return _mean(losses.log_loss(predictions.actual, predictions.required_probabilities()), weights)


def brier_score(predictions: Predictions, weights: Array) -> Array:
    """Mean squared distance between probabilities and truth."""
    return _mean(losses.brier_score(predictions.actual, predictions.required_probabilities()), weights)


def top_k_accuracy(predictions: Predictions, weights: Array, k: int) -> Array:
    """Share of the examples whose class is among the k most probable ones."""
    return _mean(losses.is_among_best(predictions.actual, predictions.required_probabilities(), k), weights)


def calibration_error(predictions: Predictions, weights: Array) -> Array:
    """Expected calibration error of the predicted classes."""
    probability = predictions.required_probabilities().max(axis=1).astype(np.float64)
    return calibration.expected_error(predictions.actual == predictions.predicted, probability, weights)


def roc_auc(predictions: Predictions, weights: Array) -> Array:
    """Of two classes the area under the ROC curve of the second; of more the mean of all, each against the rest."""
    return of_classes(class_roc_auc(predictions, weights))


def average_precision(predictions: Predictions, weights: Array) -> Array:
    """Of two classes the average precision of the second; of more the mean of all, each against the rest."""
    return of_classes(class_average_precision(predictions, weights))


def class_roc_auc(predictions: Predictions, weights: Array) -> Array:
    """(sets, classes) area under the ROC curve of every class against the rest."""
    return _by_class(ranking.roc_auc, predictions, weights)


def class_average_precision(predictions: Predictions, weights: Array) -> Array:
    """(sets, classes) average precision of every class against the rest."""
    return _by_class(ranking.average_precision, predictions, weights)


OF_PROBABILITIES: dict[str, Metric] = {
    "log_loss": log_loss,
    "roc_auc": roc_auc,
    "average_precision": average_precision,
    "brier_score": brier_score,
    "calibration_error": calibration_error,
}
_TOP_K = re.compile(r"top_([1-9]\d*)_accuracy")


def metric(name: str, predictions: Predictions) -> Metric:
    """The metric of this name, for predictions such as these.

    Raises:
        ParameterError: PARAMETER_UNKNOWN, with the nearest name; PARAMETER_CONFLICT for a metric of two classes where
            there are others, or of probabilities where only counts are known.
    """
    match = _TOP_K.fullmatch(name)
    if match is None and name not in OF_COUNTS and name not in OF_PROBABILITIES:
        known = [*OF_COUNTS, *OF_PROBABILITIES, "top_5_accuracy"]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"the metrics are {', '.join(known)}"
        raise errors.error("PARAMETER_UNKNOWN", f"there is no metric {name}; {hint}", parameter="metric")
    if name in OF_TWO_CLASSES and predictions.classes != 2:
        raise errors.error(
            "PARAMETER_CONFLICT", f"{name} is a metric of two classes, but there are {predictions.classes}"
        )
    if name in OF_COUNTS:
        of_counts = OF_COUNTS[name]
        return lambda found, weights: of_counts(
            ClassCounts.weighted(found.actual, found.predicted, found.classes, weights)
        )
    if predictions.probabilities is None:
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"{name} follows from the probabilities of all examples, but only counts are known here: make an "
            "Evaluation of them",
        )
    if match is not None:
        k = int(match[1])
        return lambda found, weights: top_k_accuracy(found, weights, k)
    return OF_PROBABILITIES[name]


def _by_class(
    rank: Callable[[NDArray[np.bool_], NDArray[np.floating], Array], Array], predictions: Predictions, weights: Array
) -> Array:
    shares = predictions.required_probabilities()
    values = [rank(predictions.actual == index, shares[:, index], weights) for index in range(predictions.classes)]
    return np.stack(values, axis=1)


def of_classes(values: Array) -> Array:
    """(...) the metric of all classes together, from those of every class against the rest, (..., classes)."""
    of_all: Array = values[..., 1] if values.shape[-1] == 2 else values.mean(axis=-1)
    return of_all


def _mean(values: Array, weights: Array) -> Array:
    mean: Array = weights @ values / weights.sum(axis=1)
    return mean
