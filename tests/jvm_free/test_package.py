from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import sparkdl4j

ROOT = Path(__file__).parent.parent.parent


def test_import_starts_nothing_and_imports_neither_numpy_nor_jpype() -> None:
    program = "import sys, sparkdl4j; print([m for m in ('numpy', 'jpype', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_resolves() -> None:
    for name in sparkdl4j.__all__:
        assert getattr(sparkdl4j, name).__name__ == name
        assert name in dir(sparkdl4j)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="ConvNetClasifier"):
        sparkdl4j.ConvNetClasifier  # noqa: B018


def test_version_is_that_of_the_version_file() -> None:
    assert sparkdl4j.__version__ == (ROOT / "VERSION").read_text().strip()


def test_page_of_errors_lists_every_code() -> None:
    codes = json.loads((ROOT / "python/sparkdl4j/spec/error_codes.json").read_text())
    page = (ROOT / "docs/errors.md").read_text()
    rows = [f"| `{code}` | `{entry['error']}` | {entry['meaning']} |" for code, entry in codes.items()]
    assert [row for row in rows if row not in page] == []
    assert page.count("\n| `") == len(rows) + 4


def test_page_of_data_lists_every_reason_of_damage() -> None:
    source = (ROOT / "jvm/src/main/java/org/sparkdl4j/image/DamageReason.java").read_text()
    reasons = [line.strip(" ,;").lower() for line in source.splitlines() if line.strip(" ,;").isupper()]
    page = (ROOT / "docs/data.md").read_text()
    assert len(reasons) >= 6
    assert [reason for reason in reasons if f"| `{reason}` |" not in page] == []
