"""Evaluation and history as HTML for notebooks: plain tables in the page's own colours, light or dark; no scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from sparkdl4j.report import tables

if TYPE_CHECKING:
    from sparkdl4j.history import History

_LINE = "1px solid rgba(128,128,128,.4)"
_MOST_EPOCHS = 40
_WIDEST_MATRIX = 20


def evaluation(metrics: Mapping[str, Any], undefined: Mapping[str, str]) -> str:
    """Metrics of all classes together, of every class, and the confusion matrix.

    Args:
        metrics: what `Metrics.to_dict` or `Evaluation.to_dict` gives.
        undefined: why a metric is None, by its name.
    """
    overall = [*tables.rows_of_counts(metrics, undefined), *tables.rows_of_probabilities(metrics, undefined)]
    parts = [_table(overall, heading=False), _table(tables.class_rows(metrics))]
    if len(metrics["classes"]) <= _WIDEST_MATRIX:
        parts.append(_confusion_matrix(metrics["classes"], metrics["confusion_matrix"]))
    return _beside(parts)


def history(epochs: History) -> str:
    """One row an epoch, the first and last ones where there are many; the kept epoch is bold."""
    rows = epochs.epochs
    shown: Sequence[dict[str, Any] | None] = rows
    if len(rows) > _MOST_EPOCHS:
        shown = [*rows[: _MOST_EPOCHS // 2], None, *rows[-_MOST_EPOCHS // 2 :]]
    names = [name for name in (rows[0] if rows else ()) if any(row[name] is not None for row in rows)]
    cells = [[name.replace("_", " ") for name in names]]
    kept = []
    for place, row in enumerate(shown, 1):
        cells.append(["…"] * len(names) if row is None else [_value(row[name]) for name in names])
        if row is not None and row["epoch"] == epochs.kept_epoch:
            kept.append(place)
    return _beside([_table(cells, bold=kept)] if rows else ["<p>no finished epoch</p>"])


def _confusion_matrix(classes: Sequence[Any], matrix: Sequence[Sequence[int]]) -> str:
    names = [tables.name(value, 16) for value in classes]
    head = "".join(f"<th style='{_cell('right')}'>{escape(name)}</th>" for name in names)
    lines = [f"<tr><th style='{_cell('left')}'>actual \\ predicted</th>{head}</tr>"]
    for name, row in zip(names, matrix, strict=True):
        support = sum(row) or 1
        cells = "".join(
            f"<td style='{_cell('right')}background:rgba(31,95,168,{0.6 * (count / support) ** 0.5:.2f})'>{count}</td>"
            for count in row
        )
        lines.append(f"<tr><th style='{_cell('left')}'>{escape(name)}</th>{cells}</tr>")
    return _framed(lines)


def _table(rows: Sequence[Sequence[str]], *, heading: bool = True, bold: Sequence[int] = ()) -> str:
    lines = []
    for number, row in enumerate(rows):
        tag = "th" if heading and number == 0 else "td"
        weight = "font-weight:bold;" if number in bold else ""
        cells = (
            f"<{tag} style='{_cell('right' if column else 'left')}{weight}'>{escape(text)}</{tag}>"
            for column, text in enumerate(row)
        )
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return _framed(lines)


def _framed(lines: Sequence[str]) -> str:
    return f"<table style='border-collapse:collapse;margin:0 2em 1em 0'>{''.join(lines)}</table>"


def _beside(parts: Sequence[str]) -> str:
    return f"<div style='display:flex;flex-wrap:wrap;align-items:flex-start;overflow-x:auto'>{''.join(parts)}</div>"


def _cell(side: str) -> str:
    return f"text-align:{side};padding:.2em .7em;border-bottom:{_LINE};background:none;color:inherit;"


def _value(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else str(value)
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4f}"
