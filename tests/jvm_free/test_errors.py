"""Errors: codes, classes, sentences."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import pytest

from sparkdl4j import contract, errors

CODES = sorted(contract.read("error_codes.json"))


@pytest.mark.parametrize("code", CODES)
def test_every_code_gives_its_class(code: str) -> None:
    problem = errors.error(code, "the sentence", path="a.jpg", code="detail", message="detail")
    assert isinstance(problem, getattr(errors, contract.read("error_codes.json")[code]["error"]))
    assert isinstance(problem, errors.SparkDl4jError)
    assert (problem.code, str(problem)) == (code, "the sentence")
    assert problem.details == {"path": "a.jpg", "code": "detail", "message": "detail"}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda problem: pickle.loads(pickle.dumps(problem))])
def test_errors_survive_copying_and_pickling(code: str, again) -> None:
    problem = errors.error(code, "the sentence", epoch=3)
    other = again(problem)
    assert type(other) is type(problem)
    assert (other.code, str(other), other.details) == (code, "the sentence", {"epoch": 3})


@pytest.mark.parametrize(
    ("code", "builtin"),
    [
        ("PARAMETER_RANGE", ValueError),
        ("DATA_SHAPE", ValueError),
        ("NETWORK_INVALID", ValueError),
        ("FILE_NOT_FOUND", OSError),
        ("MODEL_FILE_DAMAGED", OSError),
        ("INTERNAL", RuntimeError),
        ("NOT_FITTED", ValueError),
        ("NOT_FITTED", AttributeError),
    ],
)
def test_errors_are_also_the_builtin_ones_that_callers_catch(code: str, builtin: type[Exception]) -> None:
    assert isinstance(errors.error(code, "the sentence"), builtin)


def test_not_fitted_is_scikit_learns_where_that_is_in_use() -> None:
    exceptions = pytest.importorskip("sklearn.exceptions")
    problem = errors.error("NOT_FITTED", "the sentence")
    assert isinstance(problem, exceptions.NotFittedError)
    assert isinstance(problem, errors.NotFittedError)


def test_a_missing_extra_is_named_with_its_pip_line() -> None:
    problem = errors.missing_extra("matplotlib", "report")
    assert problem.code == "EXTRA_MISSING"
    assert "matplotlib" in str(problem)
    assert "pip install 'sparkdl4j[report]'" in str(problem)


def test_importing_the_package_loads_neither_numpy_nor_jpype() -> None:
    code = "import sys, sparkdl4j, sparkdl4j.errors, sparkdl4j.options, sparkdl4j.jvm.in_process; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "sparkdl4j.options" in loaded
    assert not {"numpy", "jpype", "_jpype"} & set(loaded)
