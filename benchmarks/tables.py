"""Results as they are read, and tables as they are written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

from record import RESULTS

Results: TypeAlias = dict[str, dict[str, Any]]
Table: TypeAlias = list[list[str]]


def results(folder: Path = RESULTS) -> Results:
    """All results of a folder by name."""
    return {file.stem: json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))}


def quantity(value: float, unit: str) -> str:
    """A measured number as people read it."""
    if unit == "seconds":
        return f"{value * 1000:.2f} ms"
    if unit == "bytes":
        return f"{value / 2**20:,.0f} MiB"
    return f"{value:,.0f}/s" if value >= 100 else f"{value:.3g}/s"


def share(value: float) -> str:
    """A share as people read it: .9234."""
    return f"{value:.4f}".removeprefix("0")


def compared(chosen: Iterable[dict[str, Any]]) -> Table:
    """Ours beside the best peer, a line for each result of `Turns`."""
    table = [["work", "sparkdl4j", "min … max", "best peer", "its figure", "times better", "at least"]]
    return table + [[result["data"], *comparison(result, result["best_peer"])] for result in chosen]


def comparison(result: dict[str, Any], peer: str) -> list[str]:
    """A result of `Turns` as cells: ours, its spread, the best peer as people call it, its figure, ratio, at least."""
    unit, ours = result["unit"], result["series"][result["ours"]]
    return [
        *(quantity(ours["median"], unit), spread(ours, unit), peer),
        *(quantity(result["series"][result["best_peer"]]["median"], unit), f"{result['ratio']:.2f}"),
        f"{result['at_least']:.2f}" if "at_least" in result else "",
    ]


def spread(series: dict[str, Any], unit: str) -> str:
    """The least and the most of a series."""
    return f"{quantity(series['minimum'], unit)} … {quantity(series['maximum'], unit)}"
