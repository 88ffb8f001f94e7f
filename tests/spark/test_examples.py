"""The pneumonia paper's pipeline runs from beginning to end; real pictures are needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sparkdl4j.spark import ConvNetClassificationModel

EXAMPLE = Path(__file__).parents[2] / "examples" / "pneumonia.py"


@pytest.mark.long
def test_pneumonia(spark: object, test_data: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLE), str(test_data / "chest-xray" / "originals"), "--epochs", "1"]
    command += ["--network", "landscape", "--size", "75", "--batch-size", "8"]
    command += ["--model", str(tmp_path / "model.zip"), "--report", str(tmp_path / "report")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr
    assert "about .70" in done.stdout
    assert (tmp_path / "report" / "report.html").exists()
    assert ConvNetClassificationModel(tmp_path / "model.zip").classes == ["NORMAL", "PNEUMONIA"]
