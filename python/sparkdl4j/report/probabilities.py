"""Curves on what predicted probabilities are worth: ROC, precision-recall, calibration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sparkdl4j.evaluation import Evaluation
from sparkdl4j.report import elements, tables
from sparkdl4j.report.charts import Line, line_chart
from sparkdl4j.report.markup import Markup, tag

# As many as a chart has colours for; of more classes, those that are told apart worst.
_MOST_CLASSES = 5
_MOST_POINTS = 200
_DIAGONAL = ((0.0, 0.0), (1.0, 1.0))


def curves(evaluation: Evaluation) -> Markup:
    """The section; of two classes the second alone, whose curves the first one's mirror."""
    areas = evaluation.class_roc_auc
    known = [index for index in np.argsort(areas, kind="stable").tolist() if not np.isnan(areas[index])]
    if not known:
        return Markup()
    shown = [max(known)] if len(evaluation.classes) == 2 else sorted(known[:_MOST_CLASSES])
    roc, precision = [], []
    for index in shown:
        name, value = tables.name(evaluation.classes[index]), evaluation.classes[index]
        ranks = evaluation.roc_curve(value)
        roc.append(Line(f"{name} {areas[index]:.3f}", _points(ranks.false_positive_rate, ranks.true_positive_rate)))
        found = evaluation.precision_recall_curve(value)
        area = evaluation.class_average_precision[index]
        precision.append(Line(f"{name} {area:.3f}", _points(found.recall[::-1], found.precision[::-1])))
    bins = evaluation.calibration_curve()
    reliability = [
        Line(f"error {evaluation.calibration_error:.3f}", _points(bins.probability, bins.share)),
        Line("as it should be", _DIAGONAL),
    ]
    share = "{:.0%}".format
    charts = [
        line_chart("ROC, area", roc, x="1 - specificity", y=share),
        line_chart("Precision-recall, average precision", precision, x="recall", y=share),
        line_chart("Right predictions", reliability, x="probability of the predicted class", y=share),
    ]
    left = len(known) - len(shown)
    worst = f" The {len(shown)} of {len(known)} classes that are told apart worst." if left > 0 < len(shown) - 1 else ""
    note = tag("p", f"Each class against the rest.{worst}", class_="quiet")
    return elements.section("probabilities", "Probabilities", note, tag("div", charts, class_="charts"))


def _points(x: NDArray[np.floating], y: NDArray[np.floating]) -> Sequence[tuple[float, float]]:
    chosen = np.unique(np.linspace(0, len(x) - 1, min(len(x), _MOST_POINTS)).round().astype(int))
    return list(zip(x[chosen].tolist(), y[chosen].tolist(), strict=True))
