"""The tables of what `make examples` found, which lies in examples/results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tables import Results, Table, results

# Of the versions in the JSON, those that a reader of the table asks for.
_SHOWN = ("sparkdl4j", "pyspark")
FOLDER = Path(__file__).parent.parent / "examples" / "results"


def papers(found: Results) -> Table:
    """The papers' figures beside ours."""
    table = [["example", "figure", "paper", "ours", "data"]]
    for result in found.values():
        for figure in result["figures"]:
            table.append([result["example"], *(figure[name] for name in ("what", "paper", "ours", "data"))])
    return table


def runs(found: Results) -> Table:
    """How each example was run, and how long it took."""
    table = [["example", "options", "minutes", "versions"]]
    for result in found.values():
        options = ", ".join(f"{name} {_shown(value)}" for name, value in result["options"].items() if value)
        versions = ", ".join(f"{name} {result['versions'][name]}" for name in _SHOWN if name in result["versions"])
        table.append([result["example"], options, f"{result['seconds'] / 60:.1f}", versions])
    return table


def _shown(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


TABLES: dict[str, Callable[[Results], Table]] = {
    "papers": lambda _: papers(results(FOLDER)),
    "paper_runs": lambda _: runs(results(FOLDER)),
}
