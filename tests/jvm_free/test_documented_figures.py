"""The figures in the documents are those of the benchmarks' results."""

import subprocess
import sys
from pathlib import Path

FIGURES = Path(__file__).parents[2] / "benchmarks" / "figures.py"


def test_documents_say_what_the_results_say() -> None:
    check = subprocess.run([sys.executable, FIGURES, "--check"], capture_output=True, text=True)
    assert check.returncode == 0, check.stderr
