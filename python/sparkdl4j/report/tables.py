"""Tables for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any

_LONGEST_NAME = 28
_MOST_CLASSES = 40
_WIDEST_MATRIX = 100
_MOST_CONFUSIONS = 15


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


def evaluation_table(metrics: Mapping[str, Any]) -> str:
    """The final table: metrics of every class, of all together, and the confusion matrix.

    Args:
        metrics: what `Evaluation.to_dict` gives.
    """
    examples = sum(entry["support"] for entry in metrics["per_class"])
    overall = [
        [title, f"{metrics[key]:.4f}"]
        for title, key in (
            ("accuracy", "accuracy"),
            ("balanced accuracy", "balanced_accuracy"),
            ("log-loss", "log_loss"),
        )
    ]
    return "\n\n".join(
        [
            _class_table(metrics, examples),
            aligned(overall, right=(1,)),
            _confusion_table(metrics["classes"], metrics["confusion_matrix"]),
        ]
    )


def _class_table(metrics: Mapping[str, Any], examples: int) -> str:
    shown, heading = list(metrics["per_class"]), "class"
    if len(shown) > _MOST_CLASSES:
        heading = f"class (the {_MOST_CLASSES} of {len(shown)} with the lowest F1)"
        shown = sorted(shown, key=lambda entry: entry["f1"])[:_MOST_CLASSES]
    rows = [[heading, "precision", "recall", "F1", "support"]]
    rows += [_metrics_row(name(entry["class"]), entry, entry["support"]) for entry in shown]
    rows.append(_metrics_row("macro average", metrics, examples))
    lines = aligned(rows, right=(1, 2, 3, 4), ruled=True).split("\n")
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
