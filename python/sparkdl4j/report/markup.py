"""HTML and SVG as text in which everything that is not markup itself is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

# HTML's elements without an end tag.
_VOID = frozenset({"br", "hr", "img", "link", "meta"})


class Markup(str):
    """Text that is markup already, and is not escaped again."""

    __slots__ = ()


def text(value: Any) -> Markup:
    """Any value as text, escaped unless it is markup; a list is its entries one after the other; None is nothing."""
    if isinstance(value, Markup):
        return value
    if value is None:
        return Markup()
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return Markup("".join(map(text, value)))
    return Markup(html.escape(_printable(str(value))))


def tag(name: str, /, *content: Any, **attributes: Any) -> Markup:
    """An element.

    Args:
        name: of the element.
        content: as `text` takes it.
        attributes: by name; `_` stands for `-`, and one at the end is left out (`class_`). None and False leave an
            attribute out, True gives it no value.
    """
    start = f"<{name}{''.join(map(_attribute, attributes, attributes.values()))}>"
    if name in _VOID:
        return Markup(start)
    return Markup(f"{start}{text(content)}</{name}>")


def style(css: str) -> Markup:
    """A style sheet of ours within the page."""
    return Markup(f"<style>\n{css}</style>")


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(_printable(str(value)))}"'


def _printable(value: str) -> str:
    """Without control characters and lone surrogates (of undecodable file names), which no page may hold."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in value
    )
