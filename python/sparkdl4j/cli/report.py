"""The report folder of a command."""

from __future__ import annotations

from sparkdl4j.cli.place import Evaluated
from sparkdl4j.history import History


def write_report(folder: str, history: History, evaluated: Evaluated | None) -> None:
    """Writes what training and evaluation gave, and says where."""
    from sparkdl4j.report import folder as reports

    reports.write_report(
        folder,
        evaluation=evaluated.metrics if evaluated else None,
        history=history,
        mistakes=evaluated.mistakes() if evaluated else (),
    )
    print(f"Report: {folder}")
