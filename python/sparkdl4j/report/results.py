"""The section on how good predictions are: figures, classes, confusion matrix, and what else an evaluation gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sparkdl4j.report import elements, png, tables
from sparkdl4j.report.markup import Markup, tag, text

# The rest of what an evaluation gives is shown as it comes.
_ARRANGED = ("classes", "confusion_matrix", "per_class", "intervals")
# Lists with these beginnings hold a figure of every class.
_OF_CLASS = "class_"
_MOST_CELLS_WITH_NUMBERS = 30
_MOST_CONFUSIONS = 20
_MOST_ROWS = 60
_HEAT = np.array([[245, 247, 250], [31, 95, 168]], dtype=np.float64)


def results(metrics: Mapping[str, Any]) -> Markup:
    """The section.

    Args:
        metrics: what `Evaluation.to_dict` gives.
    """
    numbers = {name: value for name, value in metrics.items() if _is_figure(value)}
    of_class = {k: v for k, v in metrics.items() if k.startswith(_OF_CLASS) and isinstance(v, Sequence)}
    arranged = (*numbers, *of_class, *_ARRANGED)
    others = {k: v for k, v in metrics.items() if k not in arranged and v not in (None, [], {})}
    per_class = [
        {**entry, **{k.removeprefix(_OF_CLASS): v[number] for k, v in of_class.items()}}
        for number, entry in enumerate(metrics["per_class"])
    ]
    intervals = metrics.get("intervals") or {}
    examples = sum(map(sum, metrics["confusion_matrix"]))
    return elements.section(
        "results",
        "Results",
        elements.figures(
            {
                "pictures": f"{examples:,}",
                **{elements.words(k): _figure(v, intervals.get(k)) for k, v in numbers.items()},
            }
        ),
        tag("h3", "Classes"),
        _classes(per_class),
        tag("h3", "Confusion matrix"),
        _matrix(metrics["classes"], metrics["confusion_matrix"]),
        [(tag("h3", elements.words(name).capitalize()), _other(value)) for name, value in others.items()],
    )


def _is_figure(value: Any) -> bool:
    return isinstance(value, (int, float))


def _figure(value: Any, interval: Mapping[str, Any] | None) -> Markup:
    shown = elements.number(value)
    if not interval or interval["low"] is None:
        return shown
    return text([shown, tag("small", f"{interval['low']:.4f} to {interval['high']:.4f}")])


def _classes(per_class: Sequence[Mapping[str, Any]]) -> Markup:
    shown, caption = list(per_class), None
    if len(shown) > _MOST_ROWS:
        caption = f"the {_MOST_ROWS} of {len(shown)} classes with the lowest F1"
        shown = sorted(shown, key=lambda entry: float(entry["f1"]))[:_MOST_ROWS]
    names = list(shown[0])
    rows = [[tables.name(entry["class"]), *(entry.get(name) for name in names[1:])] for entry in shown]
    return elements.table([elements.words(name) for name in names], rows, caption=caption)


def _matrix(classes: Sequence[Any], matrix: Sequence[Sequence[int]]) -> Markup:
    if len(classes) > _MOST_CELLS_WITH_NUMBERS:
        return text([_heat_map(matrix), _most_confused(classes, matrix)])
    names = [tables.name(value) for value in classes]
    head = [tag("th", "actual \N{DOWNWARDS ARROW} predicted \N{RIGHTWARDS ARROW}", scope="col")]
    head += [tag("th", name, scope="col") for name in names]
    rows = [tag("tr", head)]
    for name, counts in zip(names, matrix, strict=True):
        support = max(1, sum(counts))
        rows.append(tag("tr", tag("th", name, scope="row"), [_matrix_cell(count, count / support) for count in counts]))
    label = "confusion matrix: rows are actual classes, columns predicted ones"
    return tag(
        "div", tag("table", rows, class_="matrix"), class_="scroll", tabindex="0", role="region", aria_label=label
    )


def _matrix_cell(count: int, share: float) -> Markup:
    kind = None if count else "none"
    percent = tag("small", f"{share:.0%}") if count else None
    return tag("td", f"{count:,}", percent, class_=kind, style=f"--share: {share:.3f}")


def _heat_map(matrix: Sequence[Sequence[int]]) -> Markup:
    counts = np.asarray(matrix, dtype=np.float64)
    # The square root lets rare confusions be seen.
    shares = np.sqrt(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))[:, :, np.newaxis]
    colours = np.rint(_HEAT[0] + shares * (_HEAT[1] - _HEAT[0])).astype(np.uint8)
    zoom = max(1, 480 // len(counts))
    side = len(counts) * zoom
    address = png.address_as_it_is(colours.repeat(zoom, axis=0).repeat(zoom, axis=1))
    alt = f"confusion matrix of {len(counts)} classes, from top to bottom actual, from left to right predicted"
    return tag("p", tag("img", src=address, alt=alt, width=side, height=side, style="max-width: 100%; height: auto"))


def _most_confused(classes: Sequence[Any], matrix: Sequence[Sequence[int]]) -> Markup:
    wrong = sorted(
        (-count, row, column)
        for row, counts in enumerate(matrix)
        for column, count in enumerate(counts)
        if row != column and count
    )
    rows = [
        [tables.name(classes[row]), tables.name(classes[column]), -count]
        for count, row, column in wrong[:_MOST_CONFUSIONS]
    ]
    caption = f"most frequent confusions ({len(rows)} of {len(wrong)})"
    return elements.table(["actual", "predicted", "times"], rows, caption=caption) if rows else Markup()


def _other(value: Any) -> Markup:
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) > _MOST_ROWS:
        rest = tag("p", f"the first {_MOST_ROWS} of {len(value)}; metrics.json has all", class_="quiet")
        return text([rest, elements.generic(value[:_MOST_ROWS])])
    return elements.generic(value)
