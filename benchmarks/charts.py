"""What all pictures of the benchmarks have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OURS = "#1f5fa8"
PEER = "#9aa3af"
MISSED = "#c2410c"


def chart(lines: int) -> tuple[Figure, Axes]:
    """An empty picture that has room for so many lines of text."""
    figure = Figure(figsize=(9, 0.9 + 0.32 * lines), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
