from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sparkdl4j import name_pattern as names
from sparkdl4j.errors import DataError, ParameterError
from sparkdl4j.name_pattern import NamePattern

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "name_patterns.json").read_text())["cases"]


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["case"])
def test_golden_cases(case: dict[str, Any], tmp_path: Path) -> None:
    pattern = NamePattern(case["pattern"], case["unmatched"])
    files = {str(tmp_path / path): told for path, told in case["files"].items()}
    wrong = [path for path, told in files.items() if told is None]
    if wrong:
        with pytest.raises(DataError, match="does not match name_pattern") as caught:
            pattern.read(tmp_path, list(files))
        assert caught.value.code == "DATA_NAME"
        assert caught.value.details["path"] == wrong[0]
        return
    read = pattern.read(tmp_path, list(files))
    for number, told in enumerate(files.values()):
        found = {"label": read.labels[number]}
        found |= {} if read.groups is None else {"group": read.groups[number]}
        found |= {name: values[number] for name, values in read.columns.items()}
        assert found == told


@pytest.mark.parametrize(
    ("expression", "unmatched", "message"),
    [
        ("(", "error", "is not a regular expression"),
        ("green", "error", "must name a part"),
        ("(?P<path>x)", "error", "must name no part 'path'"),
        ("(?P<label>x)", "own-group", r"needs a part \(\?P<group>"),
        ("(?P<label>x)", "own_group", "unmatched must be one of"),
    ],
)
def test_wrong_patterns(expression: str, unmatched: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        NamePattern(expression, unmatched)


def test_unmatched_needs_a_pattern() -> None:
    assert names.of(None, "error") is None
    with pytest.raises(ParameterError, match="give it too") as caught:
        names.of(None, "own-group")
    assert caught.value.code == "PARAMETER_CONFLICT"
