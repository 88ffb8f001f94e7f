"""The examples of the papers run from beginning to end; real pictures are needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.long
def test_leukemia(test_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    command = [sys.executable, str(EXAMPLES / "leukemia.py"), str(test_data / "leukemia"), "--small"]
    command += ["--pretrain-on", str(test_data / "landscapes"), "--model", str(tmp_path / "model.zip")]
    done = subprocess.run(
        [*command, "--report", str(tmp_path / "report")], capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stderr
    assert "all 385, hem 180; 14 subjects, 2 folds of whole subjects" in done.stdout
    assert "accuracy .507, F1 .508" in done.stdout
    assert (tmp_path / "report" / "report.html").exists()
    assert "Grad-CAM" in (tmp_path / "report" / "last-fold" / "report.html").read_text()
    assert (tmp_path / "model.zip").exists()
