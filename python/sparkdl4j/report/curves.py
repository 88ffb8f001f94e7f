"""Sections on how training went, and on what more pictures would bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sparkdl4j.report import elements
from sparkdl4j.report.charts import Line, line_chart
from sparkdl4j.report.markup import Markup, tag

if TYPE_CHECKING:
    from sparkdl4j.history import History
    from sparkdl4j.learning_curves import LearningCurve

_SECONDS_PER_MINUTE = 60.0


def training(history: History) -> Markup:
    """Loss and accuracy by epoch, loss by minutes, and the epochs as a table."""
    if not history:
        return Markup()
    mark = (float(history.kept_epoch), f"kept: epoch {history.kept_epoch}") if history.kept_epoch else None
    charts = [
        line_chart("Loss", _by_epoch(history, "loss"), x="epoch", from_zero=True, mark=mark),
        line_chart("Accuracy", _by_epoch(history, "accuracy"), x="epoch", y="{:.0%}".format, mark=mark),
        line_chart("Loss", _by_minutes(history), x="minutes of training", from_zero=True),
    ]
    names = [name for name in history.epochs[0] if any(row[name] is not None for row in history.epochs)]
    rows = [[row[name] for name in names] for row in history.epochs]
    epochs = tag(
        "details", tag("summary", "Every epoch"), elements.table([elements.words(name) for name in names], rows)
    )
    return elements.section("training", "Training", tag("div", charts, class_="charts"), epochs)


def learning(curve: LearningCurve) -> Markup:
    """Accuracy by the number of training pictures."""
    lines = [
        Line("test", [(point.pictures, point.accuracy) for point in curve.points]),
        Line(
            "training",
            [(point.pictures, point.train_accuracy) for point in curve.points if point.train_accuracy is not None],
        ),
    ]
    rows = [
        [point.pictures, point.accuracy, point.f1, point.log_loss, point.train_accuracy, point.seconds]
        for point in curve.points
    ]
    headings = ["training pictures", "accuracy", "F1", "log-loss", "training accuracy", "seconds"]
    chart = line_chart("Accuracy", lines, x="training pictures", y="{:.0%}".format)
    note = tag("p", "Each part holds the smaller ones; the test pictures are always the same.", class_="quiet")
    return elements.section(
        "learning-curve", "Learning curve", tag("div", chart, class_="charts"), note, elements.table(headings, rows)
    )


def _by_epoch(history: History, key: str) -> list[Line]:
    names = (("training", key), ("validation", f"validation_{key}"))
    return [
        Line(name, [(row["epoch"], row[column]) for row in history.epochs if row[column] is not None])
        for name, column in names
    ]


def _by_minutes(history: History) -> list[Line]:
    lines = []
    for name, column in (("training", "loss"), ("validation", "validation_loss")):
        points, minutes = [], 0.0
        for row in history.epochs:
            minutes += (row["seconds"] or 0.0) / _SECONDS_PER_MINUTE
            if row[column] is not None:
                points.append((minutes, row[column]))
        lines.append(Line(name, points))
    return lines
