"""The section on leaks: pictures to train on that are, or nearly are, pictures to test with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from sparkdl4j import duplicates
from sparkdl4j.dataset import ImageDataset
from sparkdl4j.duplicates import MOST_UNASKED, Description, Leak
from sparkdl4j.report import elements
from sparkdl4j.report.markup import Markup, tag

_MOST_LISTED = 200
_MOST_SHOWN = 12

Sets = tuple[str, str]


def between(sets: Mapping[str, ImageDataset], described: Mapping[str, Description]) -> dict[Sets, list[Leak]]:
    """The leaks between every two of the sets that are not too many pictures to be searched; they are described."""
    return {
        (first, second): duplicates.between(sets[first], sets[second], described=(described[first], described[second]))
        for first, second in combinations(sets, 2)
        if len(sets[first]) and len(sets[second]) and len(sets[first]) + len(sets[second]) <= MOST_UNASKED
    }


def to_dicts(found: Mapping[Sets, Sequence[Leak]]) -> list[dict[str, Any]]:
    """As JSON: a row for every two sets."""
    return [
        {
            "between": list(names),
            "leaks": len(leaks),
            "exact": sum(leak.exact for leak in leaks),
            "listed": [
                {
                    "positions": [leak.train, leak.test],
                    "paths": [leak.train_path, leak.test_path],
                    "similarity": round(leak.similarity, 4),
                    "exact": leak.exact,
                }
                for leak in leaks[:_MOST_LISTED]
            ],
        }
        for names, leaks in found.items()
    ]


def leaks(found: Mapping[Sets, Sequence[Leak]], sets: Mapping[str, ImageDataset]) -> Markup:
    """The section: how many, and some of them side by side, the most alike first."""
    if not found:
        return Markup()
    rows = [
        [f"{first} and {second}", len(leaking), sum(leak.exact for leak in leaking)]
        for (first, second), leaking in found.items()
    ]
    parts: list[Any] = [elements.table(["between", "pairs", "of them exact"], rows, caption="pictures of two sets")]
    for (first, second), leaking in found.items():
        entries = []
        for leak in sorted(leaking, key=lambda leak: -leak.similarity)[:_MOST_SHOWN]:
            pair = [
                elements.picture(sets[first][leak.train], f"a picture of {first}"),
                elements.picture(sets[second][leak.test], f"one of {second}, {_likeness(leak)}"),
            ]
            entries.append((tag("div", pair, class_="pair"), _caption(leak)))
        if entries:
            parts += [tag("h3", f"{first}, and {second}"), elements.gallery(entries, pairs=True)]
    return elements.section("leaks", "Leaks", parts)


def _likeness(leak: Leak) -> str:
    return "the same" if leak.exact else "nearly the same"


def _caption(leak: Leak) -> str:
    names = [name for name in (leak.train_path, leak.test_path) if name]
    return "; ".join([f"{_likeness(leak)}, {leak.similarity:.2f}", *names])
