"""The report folder of a command."""

from __future__ import annotations

from typing import Any

from sparkdl4j.cli.place import Evaluated
from sparkdl4j.history import History


def write_report(folder: str, title: str, history: History, evaluated: Evaluated | None, **more: Any) -> None:
    """Writes what training and evaluation gave, and `more` as `write_report` of the reports takes it; says where."""
    from sparkdl4j.report import folder as reports

    reports.write_report(
        folder,
        evaluation=evaluated.metrics if evaluated else None,
        history=history,
        title=title,
        **(evaluated.to_report() if evaluated else {}),
        **more,
    )
    print(f"Report: {folder}/report.html")
