"""Tables for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any

_LONGEST_NAME = 28
_MOST_CLASSES = 40
_WIDEST_MATRIX = 100
_MOST_CONFUSIONS = 15
_MOST_GROUPS = 60

# What the metrics are called, in the order in which they are shown.
_OF_COUNTS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "cohen_kappa": "Cohen's kappa",
    "matthews_correlation": "Matthews correlation",
    "log_loss": "log-loss",
}
_OF_PROBABILITIES = {
    "roc_auc": "ROC-AUC",
    "average_precision": "average precision",
    "brier_score": "Brier score",
    "calibration_error": "calibration error",
    "top_2_accuracy": "top-2 accuracy",
    "top_5_accuracy": "top-5 accuracy",
}
_TITLES = {
    **_OF_COUNTS,
    "precision": "precision (macro)",
    "recall": "recall (macro)",
    "f1": "F1 (macro)",
    **_OF_PROBABILITIES,
}


def aligned(rows: Sequence[Sequence[str]], *, right: Collection[int], ruled: bool = False) -> str:
    """Rows of text in aligned columns.

    Args:
        rows: the cells, all rows of the same length.
        right: numbers of the columns that are aligned to the right.
        ruled: whether the first row is a heading to be underlined.
    """
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            blank = " " * (width - _width(cell))
            cells.append(blank + cell if column in right else cell + blank)
        lines.append("  ".join(cells).rstrip())
    if ruled:
        lines.insert(1, "-" * (sum(widths) + 2 * (len(widths) - 1)))
    return "\n".join(lines)


def name(value: Any, longest: int = _LONGEST_NAME) -> str:
    """A class's name for people: printable, and shortened in the middle where it is long."""
    text = "".join(letter if letter.isprintable() else "?" for letter in str(value))
    if len(text) <= longest:
        return text
    tail = (longest - 2) // 3
    return f"{text[: longest - 2 - tail]}..{text[len(text) - tail :]}"


def evaluation_table(metrics: Mapping[str, Any], undefined: Mapping[str, str] | None = None) -> str:
    """The final table: metrics of every class, of all together, the confusion matrix, and what else is known.

    Args:
        metrics: what `Metrics.to_dict` or `Evaluation.to_dict` gives.
        undefined: why a metric is None, by its name.
    """
    parts = [
        _class_table(metrics),
        _aligned_values(rows_of_counts(metrics, undefined or {})),
        _confusion_table(metrics["classes"], metrics["confusion_matrix"]),
        _aligned_values(rows_of_probabilities(metrics, undefined or {})),
        _interval_table(metrics.get("intervals", {})),
    ]
    return "\n\n".join(filter(None, parts))


def class_rows(metrics: Mapping[str, Any]) -> list[list[str]]:
    """Heading, metrics of every class (those with the lowest F1 where there are many), and of all together."""
    shown, heading = list(metrics["per_class"]), "class"
    if len(shown) > _MOST_CLASSES:
        heading = f"class (the {_MOST_CLASSES} of {len(shown)} with the lowest F1)"
        shown = sorted(shown, key=lambda entry: entry["f1"])[:_MOST_CLASSES]
    examples = sum(entry["support"] for entry in metrics["per_class"])
    return [
        [heading, "precision", "recall", "F1", "support"],
        *(_metrics_row(name(entry["class"]), entry, entry["support"]) for entry in shown),
        _metrics_row("macro average", metrics, examples),
    ]


def rows_of_counts(metrics: Mapping[str, Any], undefined: Mapping[str, str]) -> list[list[str]]:
    """Title and value of the metrics of all classes together that follow from counts; and the log-loss."""
    titles = dict(_OF_COUNTS)
    if len(metrics["classes"]) == 2:
        titles |= {key: f"{key} ({name(metrics['classes'][1])})" for key in ("sensitivity", "specificity")}
    return _rows_of_values(metrics, titles, undefined)


def rows_of_probabilities(metrics: Mapping[str, Any], undefined: Mapping[str, str]) -> list[list[str]]:
    """Title and value of the metrics that need every probability; none where only counts are known."""
    return _rows_of_values(metrics, _OF_PROBABILITIES, undefined)


def group_table(groups: Sequence[Mapping[str, Any]]) -> str:
    """The table of groups, those with the lowest accuracy where there are many.

    Args:
        groups: what `GroupTable.to_dicts` gives.
    """
    shown, heading = list(groups), "group"
    if len(shown) > _MOST_GROUPS:
        heading = f"group (the {_MOST_GROUPS} of {len(shown)} with the lowest accuracy)"
        shown = sorted(shown, key=lambda entry: float(entry["accuracy"]))[:_MOST_GROUPS]
    rows = [[heading, "actual", "pictures", "right", "accuracy", "vote", "by mean", "probability"]]
    for entry in shown:
        actual = "several" if entry["actual"] is None else name(entry["actual"], 16)
        numbers = [str(entry["examples"]), str(entry["right"]), f"{entry['accuracy']:.4f}"]
        says = [name(entry["vote"], 16), name(entry["predicted"], 16), f"{entry['probability']:.4f}"]
        rows.append([name(entry["group"]), actual, *numbers, *says])
    of_one = [entry for entry in groups if entry["actual"] is not None]
    totals = [
        f"{sum(entry[key] == entry['actual'] for entry in of_one)} of {len(of_one)} groups right by {title}"
        for title, key in (("majority vote", "vote"), ("mean probability", "predicted"))
    ]
    return "\n".join([aligned(rows, right=(2, 3, 4, 7), ruled=True), "", *totals])


def _rows_of_values(
    metrics: Mapping[str, Any], titles: Mapping[str, str], undefined: Mapping[str, str]
) -> list[list[str]]:
    values = ((key, title, metrics.get(key)) for key, title in titles.items())
    return [
        [title, f"undefined: {undefined[key]}" if value is None else f"{value:.4f}"]
        for key, title, value in values
        if value is not None or key in undefined
    ]


def _aligned_values(rows: Sequence[Sequence[str]]) -> str:
    return aligned(rows, right=()) if rows else ""


def _interval_table(intervals: Mapping[str, Mapping[str, Any]]) -> str:
    if not intervals:
        return ""
    first = next(iter(intervals.values()))
    drawn = "pictures" if first["groups"] is None else f"{first['groups']} groups"
    rows = [[f"{100 * first['level']:.4g} % interval", "value", "from", "to"]]
    for key, interval in intervals.items():
        bounds = [interval[name] for name in ("value", "low", "high")]
        rows.append([_TITLES.get(key, key), *("undefined" if bound is None else f"{bound:.4f}" for bound in bounds)])
    return f"{aligned(rows, right=(1, 2, 3), ruled=True)}\n{first['resamples']} bootstrap resamples of {drawn}"


def _class_table(metrics: Mapping[str, Any]) -> str:
    lines = aligned(class_rows(metrics), right=(1, 2, 3, 4), ruled=True).split("\n")
    return "\n".join([*lines[:-1], lines[1], lines[-1]])


def _metrics_row(title: str, entry: Mapping[str, Any], support: int) -> list[str]:
    return [title, *(f"{entry[key]:.4f}" for key in ("precision", "recall", "f1")), str(support)]


def _confusion_table(classes: Sequence[Any], matrix: Sequence[Sequence[int]]) -> str:
    count = len(classes)
    columns = range(1, count + 1)
    title = "confusion matrix (rows actual, columns predicted)"
    numbers = [str(number) for number in columns]
    names = [name(value) for value in classes]
    candidates = (
        (names, names),
        (names, [name(value, 14) for value in classes]),
        ([f"{number} {name(value)}" for number, value in enumerate(classes, 1)], numbers),
    )
    for row_names, column_names in candidates:
        rows = [["", *column_names]]
        rows += [[row_name, *map(str, row)] for row_name, row in zip(row_names, matrix, strict=True)]
        table = aligned(rows, right=columns)
        if max(map(_width, table.split("\n"))) <= _WIDEST_MATRIX:
            return f"{title}\n{table}"
    return _most_confused(classes, matrix)


def _most_confused(classes: Sequence[Any], matrix: Sequence[Sequence[int]]) -> str:
    wrong = sorted(
        (-times, actual, predicted)
        for actual, row in enumerate(matrix)
        for predicted, times in enumerate(row)
        if actual != predicted and times
    )
    if not wrong:
        return f"no confusions between the {len(classes)} classes"
    rows = [["actual", "predicted", "times"]]
    for times, actual, predicted in wrong[:_MOST_CONFUSIONS]:
        rows.append([name(classes[actual]), name(classes[predicted]), str(-times)])
    title = f"most frequent confusions ({len(rows) - 1} of {len(wrong)})"
    return f"{title}\n{aligned(rows, right=(2,), ruled=True)}"


def _width(text: str) -> int:
    """Columns that a terminal needs for the text."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))
