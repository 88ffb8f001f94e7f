"""Options of the JVM are checked when they are given, before any JVM starts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sparkdl4j import errors
from sparkdl4j.jvm import in_process, java_home


@pytest.fixture(autouse=True)
def not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_process, "_settings", in_process._Settings())
    monkeypatch.setattr(in_process, "_runs", False)
    monkeypatch.setattr(in_process, "_started", False)


@pytest.mark.parametrize(
    ("share", "expected"),
    [("max 100000", 8), ("200000 100000", 2), ("150000 100000", 2), ("1000 100000", 1), ("9999999 100000", 8), ("", 8)],
)
def test_a_container_has_its_share_of_the_cores(
    share: str, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpu.max").write_text(share + "\n")
    monkeypatch.setattr(in_process, "_CPU_SHARE", str(tmp_path / "cpu.max"))
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    assert in_process.usable_cores() == expected
    monkeypatch.setattr(in_process, "_CPU_SHARE", str(tmp_path / "no file"))
    assert in_process.usable_cores() == 8


def test_what_is_left_out_stays() -> None:
    in_process.configure(heap="512M", threads=2)
    in_process.configure(jvm_options=["-Xlog:gc"], java_home=Path("/java"))
    in_process.configure()
    assert in_process._settings == in_process._Settings(
        java_home="/java", heap="512m", threads=2, jvm_options=("-Xlog:gc",)
    )


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"heap": "lots"}, "PARAMETER_TYPE"),
        ({"heap": "-1g"}, "PARAMETER_TYPE"),
        ({"heap": 1.5}, "PARAMETER_TYPE"),
        ({"heap": True}, "PARAMETER_TYPE"),
        ({"heap": 0}, "PARAMETER_RANGE"),
        ({"heap": "1m"}, "PARAMETER_RANGE"),
        ({"heap": "99999t"}, "PARAMETER_RANGE"),
        ({"threads": 0}, "PARAMETER_RANGE"),
        ({"threads": 10**9}, "PARAMETER_RANGE"),
        ({"threads": "2"}, "PARAMETER_TYPE"),
        ({"threads": True}, "PARAMETER_TYPE"),
        ({"jvm_options": "-Xlog:gc"}, "PARAMETER_TYPE"),
        ({"jvm_options": [3]}, "PARAMETER_TYPE"),
        ({"jvm_options": ["Xlog"]}, "PARAMETER_RANGE"),
        ({"jvm_options": ["-Xmx1g"], "heap": "1g"}, "PARAMETER_CONFLICT"),
    ],
)
def test_what_is_not_allowed(given: dict[str, Any], code: str) -> None:
    with pytest.raises(errors.ParameterError) as caught:
        in_process.configure(**given)
    assert caught.value.code == code
    assert caught.value.details["parameter"] in given
    assert in_process._settings == in_process._Settings()


def test_after_the_start_only_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    in_process.configure(heap="512m")
    monkeypatch.setattr(in_process, "_runs", True)
    in_process.configure()
    in_process.configure(heap="512m")
    with pytest.raises(errors.JvmError, match="heap and threads cannot change, because the JVM already runs") as caught:
        in_process.configure(heap="1g", threads=1)
    assert caught.value.code == "JVM_STARTED"
    assert in_process._settings.heap == "512m"


@pytest.mark.parametrize(
    ("threads", "before", "during"),
    [
        (None, {}, {"OMP_NUM_THREADS": "3", "SD_MAX_THREADS": "3"}),
        (2, {}, {"OMP_NUM_THREADS": "2", "SD_MASTER_THREADS": "2"}),
        (2, {"OMP_NUM_THREADS": "1"}, {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}),
        (None, {"OMP_NUM_THREADS": "1"}, {"OMP_NUM_THREADS": "1", "SD_MAX_THREADS": "1"}),
        (None, {"OMP_NUM_THREADS": "4,2"}, {"OMP_NUM_THREADS": "4,2", "SD_MAX_THREADS": "4"}),
        (None, {"OMP_NUM_THREADS": "many"}, {"OMP_NUM_THREADS": "many", "SD_MAX_THREADS": "3"}),
        (None, {"SD_MAX_THREADS": "1"}, {"OMP_NUM_THREADS": "3", "SD_MAX_THREADS": "1"}),
    ],
)
def test_threads_are_in_the_environment_only_while_native_code_loads(
    monkeypatch: pytest.MonkeyPatch, threads: int | None, before: dict[str, str], during: dict[str, str]
) -> None:
    monkeypatch.setattr(in_process, "usable_cores", lambda: 3)
    names = in_process._THREAD_VARIABLES
    for name in names:
        monkeypatch.delenv(name, raising=False)
    for name, value in before.items():
        monkeypatch.setenv(name, value)
    with in_process._thread_variables(threads):
        assert during.items() <= dict(os.environ).items()
        assert all(name in os.environ for name in names)
    assert {name: os.environ[name] for name in names if name in os.environ} == before


@pytest.mark.parametrize(("version", "allowed"), [("17.0.15", False), ("25.0.3", True)])
def test_java_that_warns_is_told_not_to(version: str, allowed: bool) -> None:
    in_process.configure(heap="512m", jvm_options=["-Xlog:gc"])
    options = in_process._options(java_home.JavaHome(Path("/java"), version, Path("/java/libjvm.so"), "PATH"))
    assert ("--enable-native-access=ALL-UNNAMED" in options) is allowed
    assert options[-2:] == ["-Xmx512m", "-Xlog:gc"]
