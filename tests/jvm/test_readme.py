"""The README's ten lines run as they stand, and say what the README says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from sparkdl4j import demo

README = (Path(__file__).parent.parent.parent / "README.md").read_text()


def test_ten_lines(tmp_path: Path) -> None:
    demo.write_digits(tmp_path / "demo" / "digits")
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    output = re.search(r"```python\n.*?```\n\n```\n(.*?)```", README, re.DOTALL)
    assert code is not None
    assert output is not None
    done = subprocess.run([sys.executable, "-c", code[1]], cwd=tmp_path, capture_output=True, text=True, check=True)
    shown = output[1].splitlines()
    assert len(code[1].strip().splitlines()) <= 11
    assert len(done.stderr.splitlines() + done.stdout.splitlines()) == len(shown)
    # The digits after the point differ between machines; the words and the data do not.
    assert [done.stdout.splitlines()[line] for line in (1, 3)] == [shown[6], shown[8]]
    accuracy = re.search(r"accuracy=(0\.\d+)", done.stdout)
    assert accuracy is not None
    assert float(accuracy[1]) >= 0.95
