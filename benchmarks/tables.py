"""Results as they are read, and tables as they are written."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from record import RESULTS

Results: TypeAlias = dict[str, dict[str, Any]]
Table: TypeAlias = list[list[str]]


def results() -> Results:
    """All results by name."""
    return {file.stem: json.loads(file.read_text()) for file in sorted(RESULTS.glob("*.json"))}


def quantity(value: float, unit: str) -> str:
    """A measured number as people read it."""
    if unit == "seconds":
        return f"{value * 1000:.2f} ms"
    if unit == "bytes":
        return f"{value / 2**20:,.0f} MiB"
    return f"{value:,.0f}/s" if value >= 100 else f"{value:.3g}/s"
