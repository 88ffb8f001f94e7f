"""What every single prediction costs, (n,); the metric is the mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def log_loss(actual: NDArray[np.int64], probabilities: NDArray[np.floating]) -> Array:
    """Cross-entropy in nats: probabilities are clipped by float64's epsilon, rows as given."""
    eps = np.finfo(np.float64).eps
    losses: Array = -np.log(np.clip(_of_actual(actual, probabilities), eps, 1 - eps))
    return losses


def brier_score(actual: NDArray[np.int64], probabilities: NDArray[np.floating]) -> Array:
    """Squared distance between the probabilities and the truth, over all classes; of two classes half of it.

    So it lies between 0 and 1 for two classes, and between 0 and 2 for more (Brier 1950), as in scikit-learn.
    """
    distance = probabilities.astype(np.float64)
    distance[np.arange(len(actual)), actual] -= 1
    squares: Array = (distance**2).sum(axis=1)
    return squares / 2 if distance.shape[1] == 2 else squares


def is_among_best(actual: NDArray[np.int64], probabilities: NDArray[np.floating], k: int) -> Array:
    """1 where the actual class is among the k most probable ones, else 0; ties go to the lower class."""
    of_actual = probabilities[np.arange(len(actual)), actual][:, np.newaxis]
    is_lower = np.arange(probabilities.shape[1]) < actual[:, np.newaxis]
    before = (probabilities > of_actual) | ((probabilities == of_actual) & is_lower)
    is_among: Array = (before.sum(axis=1) < k).astype(np.float64)
    return is_among


def _of_actual(actual: NDArray[np.int64], probabilities: NDArray[np.floating]) -> Array:
    of_actual: Array = probabilities[np.arange(len(actual)), actual].astype(np.float64)
    return of_actual
