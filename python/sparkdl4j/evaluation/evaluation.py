"""Evaluation of a classifier's probabilities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import errors, options
from sparkdl4j.evaluation import calibration, counts, losses, named, ranking, threshold
from sparkdl4j.evaluation import groups as grouping
from sparkdl4j.evaluation.bootstrap import Interval, Resampling
from sparkdl4j.evaluation.calibration import CalibrationCurve
from sparkdl4j.evaluation.comparison import Comparison, mcnemar
from sparkdl4j.evaluation.groups import GroupResult, GroupTable
from sparkdl4j.evaluation.metrics import Metrics, none_for_nan
from sparkdl4j.evaluation.named import Metric, Predictions
from sparkdl4j.evaluation.ranking import PrecisionRecallCurve, RocCurve
from sparkdl4j.evaluation.threshold import Threshold

Array = NDArray[np.float64]
MetricFunction = Callable[["Evaluation"], float]

# The k of the top-k accuracies that every evaluation of more classes than that tells.
_TOP_K = (2, 5)


class Evaluation(Metrics):
    """How good predictions are: the metrics of `Metrics`, and those that need every probability.

    Args:
        actual: (n,) true class indices.
        probabilities: (n, k); the predicted class is the first of the most probable.
        classes: k names (or numbers) of the classes; by default 0..k-1.
        groups: (n,) the group (a patient, say) of each example, or None. Confidence intervals draw whole groups; an
            example without one (None or NaN) is a group of its own.

    Attributes:
        actual, predicted: (n,) class indices.
        probabilities: (n, k), as given.
        groups: (n,), as given, or None.
        roc_auc: area under the ROC curve: of two classes that of the second; of more the mean of every class against
            the rest (macro). NaN where a class has no example.
        average_precision: likewise, of the precision-recall curve without interpolation.
        class_roc_auc, class_average_precision: (k,) of every class against the rest; NaN where undefined.
        brier_score: mean squared distance of the probabilities from the truth, 0 to 1 of two classes, 0 to 2 of more
            (Brier 1950).
        calibration_error: expected calibration error of the predicted classes, in 15 bins of equal width (Guo et al.
            2017, "On Calibration of Modern Neural Networks").

    Raises:
        DataError: DATA_EMPTY, DATA_SHAPE, DATA_LABELS or DATA_NOT_FINITE.
    """

    def __init__(
        self,
        actual: ArrayLike,
        probabilities: ArrayLike,
        *,
        classes: Sequence[Any] | None = None,
        groups: ArrayLike | None = None,
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
        self.groups: NDArray[np.object_] | None = None
        if groups is not None:
            self.groups = grouping.checked(groups, len(shares))
        matrix = counts.confusion_matrix(self.actual, self.predicted, count)
        super().__init__(matrix, float(losses.log_loss(self.actual, shares).mean()), classes=names)

    @classmethod
    def concatenate(cls, evaluations: Sequence[Evaluation]) -> Evaluation:
        """One evaluation of the examples of several, such as the folds of a cross-validation.

        Args:
            evaluations: at least one; all with the same classes, and either all with groups or none.

        Raises:
            DataError: DATA_EMPTY, DATA_LABELS.
        """
        if not evaluations:
            raise errors.error("DATA_EMPTY", "there is nothing to concatenate: give at least one evaluation")
        first = evaluations[0]
        for number, other in enumerate(evaluations):
            if other.classes != first.classes:
                raise errors.error(
                    "DATA_LABELS",
                    f"evaluation {number} has the classes {other.classes}, but the first one {first.classes}",
                )
            if (other.groups is None) != (first.groups is None):
                raise errors.error("DATA_LABELS", f"of evaluation {number} and the first one, only one has groups")
        return cls(
            np.concatenate([each.actual for each in evaluations]),
            np.concatenate([each.probabilities for each in evaluations]),
            classes=first.classes,
            groups=None
            if first.groups is None
            else np.concatenate([each.groups for each in evaluations if each.groups is not None]),
        )

    # ------------------------------------------------------------------ metrics

    @cached_property
    def class_roc_auc(self) -> Array:
        """(k,) area under the ROC curve of every class against the rest."""
        return named.class_roc_auc(self._predictions, self._once).ravel()

    @cached_property
    def class_average_precision(self) -> Array:
        """(k,) average precision of every class against the rest."""
        return named.class_average_precision(self._predictions, self._once).ravel()

    @cached_property
    def roc_auc(self) -> float:
        """Area under the ROC curve."""
        return float(named.of_classes(self.class_roc_auc))

    @cached_property
    def average_precision(self) -> float:
        """Average precision."""
        return float(named.of_classes(self.class_average_precision))

    @cached_property
    def brier_score(self) -> float:
        """Mean squared distance of the probabilities from the truth."""
        return self._value(named.brier_score)

    @cached_property
    def calibration_error(self) -> float:
        """Expected calibration error of the predicted classes."""
        return self._value(named.calibration_error)

    def top_k_accuracy(self, k: int = 2) -> float:
        """Share of the examples whose class is among the k most probable ones; ties go to the lower class.

        Raises:
            ParameterError: PARAMETER_RANGE.
        """
        if not 1 <= k <= len(self.classes):
            raise errors.error(
                "PARAMETER_RANGE", f"k must be from 1 to {len(self.classes)}, the number of classes, but is {k}"
            )
        return float(losses.is_among_best(self.actual, self.probabilities, k).mean())

    @property
    def undefined(self) -> dict[str, str]:
        """Why a metric is NaN, by the names of those that are."""
        reasons = super().undefined
        absent = [name for name, entry in zip(self.classes, self.per_class, strict=True) if not entry.support]
        reason = f"no example is of {absent[0]}" if absent else "there is one class only"
        for name in ("roc_auc", "average_precision"):
            if np.isnan(getattr(self, name)):
                reasons[name] = reason
        return reasons

    def to_dict(self, intervals: Mapping[str, Interval] | None = None) -> dict[str, Any]:
        """Everything as JSON holds it; averages are macro, and what is undefined is None.

        Args:
            intervals: what `confidence_intervals` gave, to be among it.
        """
        top_k = {f"top_{k}_accuracy": self.top_k_accuracy(k) for k in _TOP_K if k < len(self.classes)}
        return {
            **super().to_dict(intervals),
            "roc_auc": none_for_nan(self.roc_auc),
            "average_precision": none_for_nan(self.average_precision),
            "brier_score": self.brier_score,
            "calibration_error": self.calibration_error,
            **top_k,
            "class_roc_auc": [none_for_nan(value) for value in self.class_roc_auc.tolist()],
            "class_average_precision": [none_for_nan(value) for value in self.class_average_precision.tolist()],
        }

    # ------------------------------------------------------------------ confidence

    def confidence_interval(
        self,
        metric: str | MetricFunction = "accuracy",
        *,
        level: float = options.default("interval", "level"),
        resamples: int = options.default("interval", "resamples"),
        seed: int = options.default("training", "seed"),
        groups: ArrayLike | None = None,
    ) -> Interval:
        """The interval of one metric, as `confidence_intervals` gives it.

        Args:
            metric: its name; or a function that takes an `Evaluation` of the drawn examples (without groups) and gives
                a number, NaN where it is undefined. A function is called once a resample, which takes longer.
            level, resamples, seed, groups: as of `confidence_intervals`.
        """
        if isinstance(metric, str):
            return self.confidence_intervals([metric], level=level, resamples=resamples, seed=seed, groups=groups)[
                metric
            ]
        function = metric

        def of_resamples(_: Predictions, weights: Array) -> Array:
            return np.array([function(self._drawn(row)) for row in weights], dtype=np.float64)

        name = getattr(function, "__name__", "metric")
        return self._intervals({name: of_resamples}, Resampling(level, resamples, seed), groups)[name]

    def confidence_intervals(
        self,
        metrics: Sequence[str] | None = None,
        *,
        level: float = options.default("interval", "level"),
        resamples: int = options.default("interval", "resamples"),
        seed: int = options.default("training", "seed"),
        groups: ArrayLike | None = None,
    ) -> dict[str, Interval]:
        """Confidence intervals of metrics by the percentile bootstrap (Efron & Tibshirani 1993, chapter 13).

        Where groups are known, whole groups are drawn, as many as there are: the examples of one group resemble each
        other, and intervals that take them as independent are too narrow.

        Args:
            metrics: names, such as "f1", "roc_auc", "top_3_accuracy"; None for those of the table, but for the
                calibration error, whose resamples are worse calibrated than the examples.
            level: share of such intervals that hold the true value.
            resamples: how many samples of as many examples (or groups) are drawn.
            seed: the same seed gives the same interval.
            groups: (n,) the group of each example; None for those of this evaluation, if it has any.

        Raises:
            ParameterError: PARAMETER_UNKNOWN, PARAMETER_CONFLICT, PARAMETER_TYPE, PARAMETER_RANGE.
            DataError: DATA_EMPTY when there is one example, or one group, only; DATA_SHAPE.
        """
        resampling = Resampling(level, resamples, seed)
        names = list(metrics or self._metrics_of_table())
        chosen = {name: named.metric(name, self._predictions) for name in names}
        if groups is not None or self.groups is not None:
            return self._intervals(chosen, resampling, groups)
        # Counts alone give the same intervals here as where nothing but counts is known.
        of_counts = [name for name in names if name in named.OF_COUNTS]
        found: dict[str, Interval] = {}
        if of_counts:
            found |= super().confidence_intervals(of_counts, level=level, resamples=resamples, seed=seed)
        rest = {name: metric for name, metric in chosen.items() if name not in named.OF_COUNTS}
        found |= self._intervals(rest, resampling, None) if rest else {}
        return {name: found[name] for name in names}

    def compare(
        self,
        other: Evaluation,
        *,
        level: float = options.default("interval", "level"),
        resamples: int = options.default("interval", "resamples"),
        seed: int = options.default("training", "seed"),
        groups: ArrayLike | None = None,
    ) -> Comparison:
        """Compares with another classifier's predictions of the same examples, in the same order.

        Args:
            other: its evaluation.
            level, resamples, seed, groups: of the interval of the difference, as of `confidence_intervals`.

        Returns:
            the difference in accuracy (this one's minus the other's), its interval, and McNemar's test.

        Raises:
            DataError: DATA_SHAPE, DATA_LABELS when these are not the same examples.
        """
        self._require_same_examples(other)
        mine, others = self.predicted == self.actual, other.predicted == other.actual
        gain = mine.astype(np.float64) - others

        def difference(_: Predictions, weights: Array) -> Array:
            mean: Array = weights @ gain / weights.sum(axis=1)
            return mean

        name = "difference in accuracy"
        found = self._intervals({name: difference}, Resampling(level, resamples, seed), groups)[name]
        first, second = int((mine & ~others).sum()), int((others & ~mine).sum())
        return Comparison(
            int((mine & others).sum()), first, second, int((~mine & ~others).sum()), found, *mcnemar(first, second)
        )

    # ------------------------------------------------------------------ curves and thresholds

    def roc_curve(self, positive: Any = None) -> RocCurve:
        """The ROC curve of one class against the rest.

        Args:
            positive: the class; None for the second of two.

        Raises:
            ParameterError: PARAMETER_RANGE for an unknown class, PARAMETER_CONFLICT where it must be named.
        """
        return ranking.roc_curve(*self._against_rest(self._index(positive)))

    def precision_recall_curve(self, positive: Any = None) -> PrecisionRecallCurve:
        """The precision-recall curve of one class against the rest; arguments and errors are those of `roc_curve`."""
        return ranking.precision_recall_curve(*self._against_rest(self._index(positive)))

    def calibration_curve(
        self, positive: Any = None, *, bins: int = calibration.BINS, strategy: str = "uniform"
    ) -> CalibrationCurve:
        """How often that comes true which is predicted with a probability (reliability diagram).

        Args:
            positive: the class whose probability is looked at, as scikit-learn's `calibration_curve` does; None for the
                predicted class of each example, whose distance from the diagonal is `calibration_error`.
            bins: how many.
            strategy: "uniform" for bins of equal width, "quantile" for bins of equally many examples.

        Raises:
            ParameterError: PARAMETER_RANGE.
        """
        if strategy not in ("uniform", "quantile"):
            raise errors.error("PARAMETER_RANGE", f"strategy must be uniform or quantile, but is {strategy!r}")
        if bins < 1:
            raise errors.error("PARAMETER_RANGE", f"bins must be at least 1, but is {bins}", parameter="bins")
        if positive is None:
            right, shares = self.predicted == self.actual, self.probabilities.max(axis=1)
        else:
            right, shares = self._against_rest(self._index(positive))
        probability = shares.astype(np.float64)
        edges = calibration.equal_width(bins)
        if strategy == "quantile":
            edges = calibration.equal_examples(probability, bins)
        return calibration.curve(right, probability, edges)

    def threshold(
        self,
        metric: str | None = None,
        *,
        sensitivity: float | None = None,
        specificity: float | None = None,
        positive: Any = None,
    ) -> Threshold:
        """The best threshold for two classes: what has at least its probability is predicted as the positive class.

        Choose it on other pictures than those that the result is then told of, since it fits the ones that it was
        chosen on.

        Args:
            metric: what is to be highest: "balanced_accuracy" (the default), "f1" (of the positive class), or "youden"
                (sensitivity + specificity - 1, Youden 1950). Of equals, the nearest to .5.
            sensitivity: instead: the highest threshold with at least this sensitivity.
            specificity: instead: the lowest threshold with at least this specificity.
            positive: the positive class; by default the second.

        Raises:
            ParameterError: PARAMETER_RANGE, PARAMETER_CONFLICT, also when there are not two classes.
            DataError: DATA_ONE_CLASS when the examples are of one class.
        """
        index = self._index_of_two(positive)
        if metric is None and sensitivity is None and specificity is None:
            metric = "balanced_accuracy"
        return threshold.best(
            *self._against_rest(index),
            self.classes[index],
            metric=metric,
            sensitivity=sensitivity,
            specificity=specificity,
        )

    def at_threshold(self, value: float | Threshold, *, positive: Any = None) -> Metrics:
        """The metrics of two classes when the positive one is predicted from another probability on than the higher.

        Args:
            value: the threshold; a `Threshold` names the positive class, too.
            positive: the positive class; by default the second.

        Raises:
            ParameterError: PARAMETER_RANGE, PARAMETER_CONFLICT.
        """
        if isinstance(value, Threshold):
            positive = value.positive
        index = self._index_of_two(positive)
        is_taken = self.probabilities[:, index] >= float(value)
        predicted = np.where(is_taken, index, 1 - index)
        return Metrics(counts.confusion_matrix(self.actual, predicted, 2), self.log_loss, classes=self.classes)

    # ------------------------------------------------------------------ groups

    def by_group(self, groups: ArrayLike | None = None) -> GroupTable:
        """How the examples of each group were predicted, and what they say together.

        Args:
            groups: (n,) the group of each example; None for those of this evaluation.

        Raises:
            DataError: DATA_SHAPE; DATA_LABELS when no groups are known.
        """
        names, index = self._groups(groups)
        rows = []
        for code, members in enumerate(_members(index)):
            actual, predicted = self.actual[members], self.predicted[members]
            mean = self.probabilities[members].mean(axis=0, dtype=np.float64)
            right = int((actual == predicted).sum())
            votes = np.bincount(predicted, minlength=len(self.classes))
            rows.append(
                GroupResult(
                    names[code],
                    self.classes[actual[0]] if (actual == actual[0]).all() else None,
                    len(members),
                    right,
                    right / len(members),
                    self.classes[int(votes.argmax())],
                    self.classes[int(mean.argmax())],
                    float(mean.max()),
                )
            )
        return GroupTable(tuple(rows))

    def of_groups(self, groups: ArrayLike | None = None, *, by: str = "probability") -> Evaluation:
        """The evaluation of whole groups (patients, say): one example a group, in the order of their first examples.

        Args:
            groups: (n,) the group of each example; None for those of this evaluation.
            by: a group's probabilities: "probability" for the means of its examples', "vote" for the shares of their
                predicted classes.

        Raises:
            ParameterError: PARAMETER_RANGE.
            DataError: DATA_SHAPE; DATA_LABELS when a group has examples of two classes, or no groups are known.
        """
        if by not in ("probability", "vote"):
            raise errors.error("PARAMETER_RANGE", f"by must be probability or vote, but is {by!r}", parameter="by")
        names, index = self._groups(groups)
        shares = self.probabilities if by == "probability" else np.eye(len(self.classes))[self.predicted]
        members = _members(index)
        for name, rows in zip(names, members, strict=True):
            if (self.actual[rows] != self.actual[rows[0]]).any():
                raise errors.error(
                    "DATA_LABELS", f"the group {name} has examples of more than one class, so it has none of its own"
                )
        return Evaluation(
            [self.actual[rows[0]] for rows in members],
            np.stack([shares[rows].mean(axis=0, dtype=np.float64) for rows in members]),
            classes=self.classes,
        )

    # ------------------------------------------------------------------ inside

    @property
    def _predictions(self) -> Predictions:
        return Predictions(self.actual, self.predicted, len(self.classes), self.probabilities)

    @property
    def _once(self) -> Array:
        """The weights of the examples themselves."""
        return np.ones((1, len(self.actual)))

    def _value(self, metric: Metric) -> float:
        return float(metric(self._predictions, self._once)[0])

    def _metrics_of_table(self) -> list[str]:
        top_k = [f"top_{k}_accuracy" for k in _TOP_K if k < len(self.classes)]
        return [*self._metrics_of_counts(), "log_loss", "roc_auc", "average_precision", "brier_score", *top_k]

    def _intervals(
        self, metrics: Mapping[str, Metric], resampling: Resampling, groups: ArrayLike | None
    ) -> dict[str, Interval]:
        count, unit_of = None, np.arange(len(self.actual))
        if groups is not None or self.groups is not None:
            names, unit_of = self._groups(groups)
            count = len(names)
        return resampling.intervals(
            metrics, self._predictions, resampling.of_units(unit_of), np.ones(len(self.actual)), count
        )

    def _drawn(self, times: Array) -> Evaluation:
        rows = np.repeat(np.arange(len(times)), times.astype(np.int64))
        return Evaluation(self.actual[rows], self.probabilities[rows], classes=self.classes)

    def _groups(self, groups: ArrayLike | None) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
        known = self.groups if groups is None else groups
        if known is None:
            raise errors.error(
                "DATA_LABELS",
                "no groups are known: give groups, or evaluate pictures whose data set has them",
                parameter="groups",
            )
        return grouping.codes(grouping.checked(known, len(self.actual)))

    def _against_rest(self, index: int) -> tuple[NDArray[np.bool_], NDArray[np.floating]]:
        return self.actual == index, self.probabilities[:, index]

    def _index_of_two(self, positive: Any) -> int:
        if len(self.classes) != 2:
            raise errors.error(
                "PARAMETER_CONFLICT", f"a threshold decides between two classes, but there are {len(self.classes)}"
            )
        return self._index(positive)

    def _index(self, positive: Any) -> int:
        if positive is None:
            if len(self.classes) != 2:
                raise errors.error(
                    "PARAMETER_CONFLICT",
                    f"there are {len(self.classes)} classes: say which is meant as positive",
                    parameter="positive",
                )
            return 1
        if positive not in self.classes:
            raise errors.error(
                "PARAMETER_RANGE",
                f"positive must be one of the classes, but is {positive!r}: {', '.join(map(str, self.classes[:10]))}",
                parameter="positive",
            )
        return self.classes.index(positive)

    def _require_same_examples(self, other: Evaluation) -> None:
        if other.classes != self.classes:
            raise errors.error(
                "DATA_LABELS",
                f"only classifiers of the same classes can be compared, but these have {self.classes} and "
                f"{other.classes}",
            )
        if len(other.actual) != len(self.actual):
            raise errors.error(
                "DATA_SHAPE",
                f"only predictions of the same examples can be compared, but they are {len(self.actual)} and "
                f"{len(other.actual)}",
            )
        if (other.actual != self.actual).any():
            row = int(np.argmax(other.actual != self.actual))
            raise errors.error(
                "DATA_LABELS",
                f"only predictions of the same examples can be compared, but the classes of example {row} differ",
                index=row,
            )


def _members(index: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The rows of every group."""
    order = np.argsort(index, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(index[order])) + 1)


def _plain(classes: Sequence[Any]) -> list[Any]:
    """Names as Python's own types, so that they go into JSON."""
    return [name.item() if isinstance(name, np.generic) else name for name in classes]


def _checked_probabilities(probabilities: ArrayLike) -> NDArray[np.floating]:
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
    return shares if shares.dtype.kind == "f" else shares.astype(np.float64)


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
