"""The report folder of a command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sparkdl4j.cli.place import Evaluated
from sparkdl4j.history import History

if TYPE_CHECKING:
    from sparkdl4j.evaluation import Interval


def write_report(
    folder: str, history: History, evaluated: Evaluated | None, intervals: Mapping[str, Interval] | None = None
) -> None:
    """Writes what training and evaluation gave, and says where."""
    from sparkdl4j.report import folder as reports

    reports.write_report(
        folder,
        evaluation=evaluated.metrics if evaluated else None,
        intervals=intervals,
        history=history,
        mistakes=evaluated.mistakes() if evaluated else (),
    )
    print(f"Report: {folder}")
