"""Decision thresholds of two classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors
from sparkdl4j.evaluation import ranking

Array = NDArray[np.float64]

DEFAULT = 0.5


@dataclass(frozen=True)
class Threshold:
    """A threshold, and what it gives on the examples that it was chosen on.

    Attributes:
        value: examples with this probability of the positive class, or a higher one, are predicted as it.
        positive: the positive class.
        sensitivity: share of its examples that are found.
        specificity: share of the other examples that are not taken for it.
        precision: share of the examples taken for it that are of it.
        f1: harmonic mean of precision and sensitivity.
        balanced_accuracy: mean of sensitivity and specificity.
    """

    value: float
    positive: Any
    sensitivity: float
    specificity: float
    precision: float
    f1: float
    balanced_accuracy: float

    def __float__(self) -> float:
        return self.value

    def to_dict(self) -> dict[str, Any]:
        """The attributes, as JSON holds them."""
        return vars(self).copy()

    def __str__(self) -> str:
        return (
            f"{self.positive} from {self.value:.4f} on: sensitivity {self.sensitivity:.4f}, "
            f"specificity {self.specificity:.4f}, precision {self.precision:.4f}, F1 {self.f1:.4f}"
        )


@dataclass(frozen=True)
class _Rates:
    """(thresholds,) what every distinct probability gives as a threshold, descending."""

    values: Array
    sensitivity: Array
    specificity: Array
    precision: Array

    @property
    def f1(self) -> Array:
        both = self.precision + self.sensitivity
        return np.divide(2 * self.precision * self.sensitivity, both, out=np.zeros_like(both), where=both > 0)

    @property
    def balanced_accuracy(self) -> Array:
        return (self.sensitivity + self.specificity) / 2

    @property
    def youden(self) -> Array:
        """Youden's J (1950)."""
        return self.sensitivity + self.specificity - 1


METRICS: dict[str, Callable[[_Rates], Array]] = {
    "balanced_accuracy": lambda rates: rates.balanced_accuracy,
    "f1": lambda rates: rates.f1,
    "youden": lambda rates: rates.youden,
}


def best(
    is_positive: NDArray[np.bool_],
    scores: NDArray[np.floating],
    positive: Any,
    *,
    metric: str | None,
    sensitivity: float | None,
    specificity: float | None,
) -> Threshold:
    """The threshold that is best by one of the three; two of them are None.

    Raises:
        ParameterError: PARAMETER_RANGE, PARAMETER_CONFLICT.
        DataError: DATA_ONE_CLASS.
    """
    wanted = {"metric": metric, "sensitivity": sensitivity, "specificity": specificity}
    given = [name for name, value in wanted.items() if value is not None]
    if len(given) != 1:
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"a threshold is chosen by one of metric, sensitivity and specificity, but {len(given)} are given",
        )
    if is_positive.all() or not is_positive.any():
        raise errors.error("DATA_ONE_CLASS", "a threshold needs examples of both classes, but these are all of one")
    rates = _rates(is_positive, scores)
    if metric is not None:
        chosen = _highest(metric, rates)
    elif sensitivity is not None:
        # The first that reaches it is the highest threshold, which has the best specificity.
        chosen = int(np.argmax(rates.sensitivity >= _checked_share("sensitivity", sensitivity)))
    else:
        assert specificity is not None
        chosen = _last(rates.specificity >= _checked_share("specificity", specificity), specificity)
    return Threshold(
        float(rates.values[chosen]),
        positive,
        *(
            float(values[chosen])
            for values in (rates.sensitivity, rates.specificity, rates.precision, rates.f1, rates.balanced_accuracy)
        ),
    )


def _rates(is_positive: NDArray[np.bool_], scores: NDArray[np.floating]) -> _Rates:
    values, hits, alarms = ranking.at_thresholds(is_positive, scores)
    return _Rates(values, hits / hits[-1], 1 - alarms / alarms[-1], hits / (hits + alarms))


def _highest(metric: str, rates: _Rates) -> int:
    if metric not in METRICS:
        raise errors.error(
            "PARAMETER_RANGE", f"metric must be one of {', '.join(METRICS)}, but is {metric!r}", parameter="metric"
        )
    of_metric = METRICS[metric](rates)
    # Rounding must not decide between equals: the nearest to one half changes least.
    equals = np.flatnonzero(of_metric >= of_metric.max() - 1e-12)
    return int(equals[np.argmin(np.abs(rates.values[equals] - DEFAULT))])


def _last(reached: NDArray[np.bool_], specificity: float) -> int:
    found = np.flatnonzero(reached)
    if not len(found):
        raise errors.error(
            "PARAMETER_RANGE",
            f"no threshold has a specificity of {specificity}: the highest probability of all is that of an example of "
            "the other class",
            parameter="specificity",
        )
    return int(found[-1])


def _checked_share(name: str, value: float) -> float:
    if not 0 <= value <= 1:
        raise errors.error("PARAMETER_RANGE", f"{name} must be from 0 to 1, but is {value}", parameter=name)
    return value
