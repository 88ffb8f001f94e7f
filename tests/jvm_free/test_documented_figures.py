"""The figures in the documents are those of the benchmarks' and the examples' results."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_documents_say_what_the_results_say() -> None:
    check = subprocess.run([sys.executable, BENCHMARKS / "figures.py", "--check"], capture_output=True, text=True)
    assert check.returncode == 0, check.stderr


def test_tables_of_the_papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import paper_tables
    import tables

    figures = [
        {"what": "accuracy", "paper": ".70", "ours": "0.9", "data": "9 pictures"},
        {"what": "training", "paper": "", "ours": "1 min", "data": "20 pictures"},
    ]
    options = {"classes": ["beach", "forest"], "master": None, "epochs": 3}
    versions = {"sparkdl4j": "1", "python": "3", "pyspark": "4"}
    found = {"example": "lungs", "figures": figures, "options": options, "seconds": 90.0, "versions": versions}
    (tmp_path / "lungs_spark.json").write_text(json.dumps(found))
    results = tables.results(tmp_path)
    assert paper_tables.papers(results)[1:] == [
        ["lungs", "accuracy", ".70", "0.9", "9 pictures"],
        ["lungs", "training", "", "1 min", "20 pictures"],
    ]
    assert paper_tables.runs(results)[1:] == [
        ["lungs", "classes beach forest, epochs 3", "1.5", "sparkdl4j 1, pyspark 4"]
    ]
