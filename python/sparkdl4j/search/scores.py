"""How well a trial has done: a metric of its validation pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sparkdl4j.evaluation import named

# All others are better the larger they are.
_SMALLER_IS_BETTER = ("log_loss", "brier_score", "calibration_error")


def larger_is_better(metric: str) -> bool:
    """Whether of two trials the one with the larger score is the better one."""
    return metric not in _SMALLER_IS_BETTER


def is_better(metric: str, score: float, other: float) -> bool:
    """Whether a score is better than another one."""
    return score > other if larger_is_better(metric) else score < other


def check(metric: str, classes: int) -> None:
    """Makes sure that pictures of so many classes have the metric.

    Raises:
        ParameterError: PARAMETER_CONFLICT.
    """
    some = np.zeros(1, dtype=np.int64)
    named.metric(metric, named.Predictions(some, some, classes, np.full((1, classes), 1 / classes)))


def score(metric: str, labels: NDArray[np.int32], probabilities: NDArray[np.float32]) -> float:
    """The metric of predictions; NaN where they leave it undefined.

    Args:
        metric: its name.
        labels: (n,) class indices.
        probabilities: (n, classes).
    """
    predictions = named.Predictions(
        labels.astype(np.int64), probabilities.argmax(axis=1), probabilities.shape[1], probabilities
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(named.metric(metric, predictions)(predictions, np.ones((1, len(labels))))[0])
