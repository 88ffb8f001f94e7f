"""The metrics that follow from a confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import options
from sparkdl4j.evaluation import counts, named
from sparkdl4j.evaluation.bootstrap import Interval, Resampling
from sparkdl4j.evaluation.counts import ClassCounts
from sparkdl4j.evaluation.named import Predictions
from sparkdl4j.report import notebook, tables


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
        cohen_kappa: agreement above that of chance (Cohen 1960); NaN where all examples are of one class and were
            predicted as it.
        matthews_correlation: correlation of actual and predicted classes (Matthews 1975, Gorodkin 2004); 0 where all
            examples are of one class, or were predicted as one.
        sensitivity, specificity: of two classes: the recall of the second, the positive one, and of the first; None
            of another number of classes.
    """

    def __init__(self, confusion_matrix: NDArray[np.int64], log_loss: float, *, classes: Sequence[Any]) -> None:
        self.classes: list[Any] = list(classes)
        self.confusion_matrix = confusion_matrix
        of_classes = ClassCounts.of_matrix(confusion_matrix)
        self.per_class = _per_class(of_classes)
        self.accuracy = float(counts.accuracy(of_classes))
        self.balanced_accuracy = float(counts.balanced_accuracy(of_classes))
        self.precision = float(counts.precision(of_classes))
        self.recall = float(counts.recall(of_classes))
        self.f1 = float(counts.f1(of_classes))
        self.cohen_kappa = float(counts.cohen_kappa(of_classes))
        self.matthews_correlation = float(counts.matthews_correlation(of_classes))
        self.sensitivity: float | None = None
        self.specificity: float | None = None
        if len(self.classes) == 2:
            self.sensitivity = float(counts.sensitivity(of_classes))
            self.specificity = float(counts.specificity(of_classes))
        self.log_loss = log_loss

    @property
    def undefined(self) -> dict[str, str]:
        """Why a metric is NaN, by the names of those that are."""
        if np.isnan(self.cohen_kappa):
            return {"cohen_kappa": "all examples are of one class, and were predicted as it"}
        return {}

    def confidence_interval(
        self,
        metric: str = "accuracy",
        *,
        level: float = options.default("interval", "level"),
        resamples: int = options.default("interval", "resamples"),
        seed: int = options.default("training", "seed"),
    ) -> Interval:
        """The interval of one metric, as `confidence_intervals` gives it."""
        return self.confidence_intervals([metric], level=level, resamples=resamples, seed=seed)[metric]

    def confidence_intervals(
        self,
        metrics: Sequence[str] | None = None,
        *,
        level: float = options.default("interval", "level"),
        resamples: int = options.default("interval", "resamples"),
        seed: int = options.default("training", "seed"),
    ) -> dict[str, Interval]:
        """Confidence intervals of metrics by the percentile bootstrap (Efron & Tibshirani 1993, chapter 13).

        Args:
            metrics: names of attributes that follow from the confusion matrix; None for all of them.
            level: share of such intervals that hold the true value.
            resamples: how many samples of as many examples are drawn.
            seed: the same seed gives the same interval.

        Raises:
            ParameterError: PARAMETER_UNKNOWN, PARAMETER_CONFLICT, PARAMETER_TYPE, PARAMETER_RANGE.
            DataError: DATA_EMPTY when there is one example only.
        """
        resampling = Resampling(level, resamples, seed)
        actual, predicted = np.nonzero(self.confusion_matrix)
        times = self.confusion_matrix[actual, predicted]
        kinds = Predictions(actual, predicted, len(self.classes))
        chosen = {name: named.metric(name, kinds) for name in metrics or self._metrics_of_counts()}
        return resampling.intervals(chosen, kinds, resampling.of_counts(times), times.astype(np.float64))

    def to_dict(self, intervals: Mapping[str, Interval] | None = None) -> dict[str, Any]:
        """Everything as JSON holds it; averages are macro, and what is undefined is None.

        Args:
            intervals: what `confidence_intervals` gave, to be among it.
        """
        scalars = {
            "accuracy": self.accuracy,
            "balanced_accuracy": self.balanced_accuracy,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "cohen_kappa": self.cohen_kappa,
            "matthews_correlation": self.matthews_correlation,
            "sensitivity": self.sensitivity,
            "specificity": self.specificity,
            "log_loss": self.log_loss,
        }
        return {
            **{name: none_for_nan(value) for name, value in scalars.items()},
            "classes": self.classes,
            "confusion_matrix": self.confusion_matrix.tolist(),
            "per_class": [
                {"class": name, **vars(entry)} for name, entry in zip(self.classes, self.per_class, strict=True)
            ],
            **_intervals(intervals),
        }

    def summary(self, intervals: Mapping[str, Interval] | None = None) -> str:
        """The final table, which `print` shows.

        Args:
            intervals: what `confidence_intervals` gave, to be shown below.
        """
        return tables.evaluation_table(self.to_dict(intervals), self.undefined)

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return notebook.evaluation(self.to_dict(), self.undefined)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(examples={self.confusion_matrix.sum()}, classes={len(self.classes)}, "
            f"accuracy={self.accuracy:.4f}, f1={self.f1:.4f}, log_loss={self.log_loss:.4f})"
        )

    def _metrics_of_counts(self) -> list[str]:
        return [name for name in named.OF_COUNTS if len(self.classes) == 2 or name not in named.OF_TWO_CLASSES]


def none_for_nan(value: float | None) -> float | None:
    """What stands for a number in JSON, which has no NaN."""
    return None if value is None or np.isnan(value) else value


def _per_class(of_classes: ClassCounts) -> list[ClassMetrics]:
    columns = (counts.class_precision(of_classes), counts.class_recall(of_classes), counts.class_f1(of_classes))
    return [
        ClassMetrics(float(precision), float(recall), float(f1), int(support))
        for precision, recall, f1, support in zip(*columns, of_classes.actual, strict=True)
    ]


def _intervals(intervals: Mapping[str, Interval] | None) -> dict[str, Any]:
    if intervals is None:
        return {}
    return {"intervals": {name: interval.to_dict() for name, interval in intervals.items()}}
