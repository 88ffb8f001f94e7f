"""What the examples have in common: the line of figures that each ends with."""

from __future__ import annotations

from collections.abc import Sequence


def table(rows: Sequence[tuple[str, str, str, str]]) -> str:
    """Figures of a paper beside ours, as text: what, the paper's, ours, on which data."""
    lines = [("", "paper", "ours", "data"), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
