"""Confidence intervals by the percentile bootstrap.

The examples are drawn again and again with replacement, as many as there are, and the metric of every such resample is
computed; the interval holds the middle share of the values (Efron & Tibshirani 1993, "An Introduction to the
Bootstrap", chapter 13). Where examples belong to groups (pictures of one patient), whole groups are drawn, since the
examples of one group resemble each other (Davison & Hinkley 1997, "Bootstrap Methods and their Application", section
3.8).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors, options
from sparkdl4j.evaluation.named import Metric, Predictions

Array = NDArray[np.float64]

# Weights (of resamples times examples) that are held at a time.
_MOST_WEIGHTS = 2_000_000


@dataclass(frozen=True)
class Interval:
    """A metric with its confidence interval.

    Attributes:
        metric: its name.
        value: of the examples themselves.
        low, high: bounds of the interval; NaN where the metric is defined for no resample.
        level: how many of such intervals hold the true value.
        resamples: how many were drawn.
        groups: how many groups there were to draw from; None where examples were drawn.
        undefined: resamples for which the metric is not defined (such as ROC-AUC without an example of some class);
            they are left out.
    """

    metric: str
    value: float
    low: float
    high: float
    level: float
    resamples: int
    groups: int | None = None
    undefined: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The attributes, as JSON holds them: None for NaN."""
        return {
            name: None if isinstance(value, float) and np.isnan(value) else value for name, value in vars(self).items()
        }

    def __str__(self) -> str:
        drawn = f"{self.groups} groups" if self.groups is not None else "examples"
        left_out = f", {self.undefined} of them left out as undefined" if self.undefined else ""
        return (
            f"{self.metric} {self.value:.4f}, {100 * self.level:.4g} % interval {self.low:.4f} to {self.high:.4f} "
            f"({self.resamples} resamples of {drawn}{left_out})"
        )


@dataclass(frozen=True)
class Resampling:
    """What is drawn, and how often.

    Raises:
        ParameterError: PARAMETER_TYPE or PARAMETER_RANGE.
    """

    level: float
    resamples: int
    seed: int

    def __post_init__(self) -> None:
        for group, name in (("interval", "level"), ("interval", "resamples"), ("training", "seed")):
            object.__setattr__(self, name, options.check(group, name, getattr(self, name)))

    def of_units(self, unit_of: NDArray[np.int64]) -> Iterator[Array]:
        """Blocks (resamples, n) of how often each example is drawn, when whole units are drawn.

        Args:
            unit_of: (n,) the unit of each example, from 0 on without gaps.

        Raises:
            DataError: DATA_EMPTY where there is one unit only.
        """
        units = int(unit_of.max()) + 1
        _require_two(units)
        random = np.random.default_rng(self.seed)
        for rows in self._blocks(max(units, len(unit_of))):
            drawn = random.integers(0, units, size=(rows, units)) + np.arange(rows)[:, np.newaxis] * units
            times = np.bincount(drawn.ravel(), minlength=rows * units).reshape(rows, units)
            yield times[:, unit_of].astype(np.float64)

    def of_counts(self, counts: NDArray[np.int64]) -> Iterator[Array]:
        """Blocks (resamples, kinds) of how often each kind of example is drawn.

        The same distribution as when the examples are drawn one by one, but as fast for a billion as for a hundred.

        Args:
            counts: (kinds,) how many examples there are of each kind.

        Raises:
            DataError: DATA_EMPTY where there is one example only.
        """
        total = int(counts.sum())
        _require_two(total)
        random = np.random.default_rng(self.seed)
        for rows in self._blocks(len(counts)):
            yield random.multinomial(total, counts / total, size=rows).astype(np.float64)

    def intervals(
        self,
        metrics: Mapping[str, Metric],
        predictions: Predictions,
        blocks: Iterator[Array],
        own: Array,
        groups: int | None = None,
    ) -> dict[str, Interval]:
        """The intervals of several metrics on the same resamples.

        Args:
            metrics: by name.
            predictions: the examples, or the kinds of them.
            blocks: what `of_units` or `of_counts` gives.
            own: (n,) how often each of them is there.
            groups: how many groups are drawn from; None for examples.
        """
        drawn: dict[str, list[Array]] = {name: [] for name in metrics}
        for weights in blocks:
            for name, metric in metrics.items():
                drawn[name].append(metric(predictions, weights))
        whole = own[np.newaxis]
        return {
            name: self.interval(name, float(metric(predictions, whole)[0]), np.concatenate(drawn[name]), groups)
            for name, metric in metrics.items()
        }

    def interval(self, name: str, value: float, drawn: Array, groups: int | None = None) -> Interval:
        """The interval of a metric from its values (resamples,)."""
        defined = drawn[~np.isnan(drawn)]
        tail = (1 - self.level) / 2
        low, high = np.quantile(defined, [tail, 1 - tail]) if len(defined) else (np.nan, np.nan)
        return Interval(
            name, value, float(low), float(high), self.level, self.resamples, groups, len(drawn) - len(defined)
        )

    def _blocks(self, width: int) -> Iterator[int]:
        at_once = max(1, _MOST_WEIGHTS // width)
        for start in range(0, self.resamples, at_once):
            yield min(at_once, self.resamples - start)


def _require_two(units: int) -> None:
    if units < 2:
        raise errors.error(
            "DATA_EMPTY", "a bootstrap interval needs two groups, or two examples, at least, but there is one"
        )
