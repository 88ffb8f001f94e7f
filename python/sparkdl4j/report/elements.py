"""What sections of a page are made of: tables, figures, pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j.report import png
from sparkdl4j.report.markup import Markup, tag, text

# Below this many pixels a side, a picture is enlarged as it is, not blurred.
_COARSE = 96
_LONGEST_CELL = 120


def section(identity: str, title: str, *content: Any) -> Markup:
    """A part of the page with a heading that a link can lead to."""
    return tag("section", tag("h2", title), content, id=identity)


def table(
    headings: Sequence[str], rows: Sequence[Sequence[Any]], *, caption: str | None = None, total: Sequence[Any] = ()
) -> Markup:
    """A table; the first cell of a row is its heading, and columns of numbers stand to the right.

    Args:
        headings: of the columns.
        rows: cells: numbers, text or markup; None for nothing.
        caption: what it shows, where no heading above says it.
        total: a last row.
    """
    right = [
        all(_is_number(row[k]) or row[k] is None for row in rows) and any(_is_number(row[k]) for row in rows)
        for k in range(len(headings))
    ]
    classes = ["number" if is_right else None for is_right in right]

    def line(cells: Sequence[Any]) -> Markup:
        first = tag("th", number(cells[0]), scope="row", class_=classes[0])
        return tag("tr", first, [tag("td", number(c), class_=k) for c, k in zip(cells[1:], classes[1:], strict=True)])

    head = tag("tr", [tag("th", h, scope="col", class_=k) for h, k in zip(headings, classes, strict=True)])
    parts = [
        tag("caption", caption) if caption else None,
        tag("thead", head),
        tag("tbody", [line(row) for row in rows]),
        tag("tfoot", line(total)) if total else None,
    ]
    # What scrolls must be reachable by keys.
    return tag("div", tag("table", parts), class_="scroll", tabindex="0", role="region", aria_label=caption or "table")


def figures(values: Mapping[str, Any]) -> Markup:
    """Figures with their names, large."""
    return tag("dl", [tag("div", tag("dt", k), tag("dd", v)) for k, v in values.items()], class_="figures")


def number(value: Any) -> Markup:
    """A number as people read it; anything else as text."""
    if isinstance(value, (bool, np.bool_)):
        return text("yes" if value else "no")
    if isinstance(value, (int, np.integer)):
        return text(f"{value:,}")
    if isinstance(value, (float, np.floating)):
        return text(f"{value:.4f}" if abs(value) <= 1 else f"{value:.2f}" if abs(value) < 100 else f"{value:,.0f}")
    return text(value)


def words(name: str) -> str:
    """A name of a program's as words: log_loss is log loss."""
    return name.replace("_", " ")


def picture(pixels: NDArray[Any], description: str) -> Markup:
    """A picture within the page."""
    pixels = np.asarray(pixels)
    coarse = "coarse" if max(pixels.shape[:2]) < _COARSE else None
    return tag(
        "img", src=png.address(pixels), alt=description, class_=coarse, width=pixels.shape[1], height=pixels.shape[0]
    )


def gallery(entries: Sequence[tuple[Any, Any]], *, pairs: bool = False, rows: int | None = None) -> Markup:
    """Pictures with what stands below them.

    Args:
        entries: pictures and their captions.
        pairs: each entry has two pictures.
        rows: so many entries belong together and stand in a row.
    """
    items = [tag("li", tag("figure", shown, tag("figcaption", caption))) for shown, caption in entries]
    style = None if rows is None else f"grid-template-columns: repeat({rows}, minmax(0, 9rem))"
    return tag("ul", items, class_="pictures pairs" if pairs else "pictures", style=style)


def generic(value: Any) -> Markup:
    """Any value that JSON holds: a list of objects is a table, an object a table of two columns."""
    if isinstance(value, Mapping):
        return table(["name", "value"], [[words(str(name)), _cell(entry)] for name, entry in value.items()])
    if isinstance(value, Sequence) and not isinstance(value, str) and value and isinstance(value[0], Mapping):
        names = list(dict.fromkeys(name for row in value for name in row))
        return table([words(str(name)) for name in names], [[_cell(row.get(name)) for name in names] for row in value])
    return tag("p", _cell(value))


def _cell(value: Any) -> Any:
    if isinstance(value, Mapping):
        return ", ".join(f"{words(str(name))} {number(entry)}" for name, entry in value.items())[:_LONGEST_CELL]
    if isinstance(value, Sequence) and not isinstance(value, str):
        shown = ", ".join(str(_cell(entry) if not _is_number(entry) else number(entry)) for entry in value[:20])
        return shown[:_LONGEST_CELL] + (" …" if len(shown) > _LONGEST_CELL or len(value) > 20 else "")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
