"""Executors whose processors compute with other instructions than the driver's; an environment variable of oneDNN's
stands in for such processors."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark")

CLUSTER = "local-cluster[2,1,1024]"
LESS = "--conf=spark.executorEnv.DNNL_MAX_CPU_ISA=AVX2"

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif("avx512f" not in Path("/proc/cpuinfo").read_text(), reason="this processor has AVX2 at most"),
]


def test_are_refused(
    run_training: Callable[..., subprocess.CompletedProcess[str]], picture_folder: Path, tmp_path: Path
) -> None:
    done = run_training(CLUSTER, picture_folder, tmp_path / "model.zip", LESS)
    assert done.returncode != 0
    sentence = done.stderr.splitlines()[-1]
    assert "SparkError" in sentence
    assert "computes with AVX2, the driver with AVX-512" in sentence
    assert "set spark.executorEnv.DNNL_MAX_CPU_ISA=AVX2" in sentence
    assert "spark.sparkdl4j.mixedProcessors=accept" in sentence


def test_are_accepted_by_a_setting_that_is_said_aloud(
    run_training: Callable[..., subprocess.CompletedProcess[str]], picture_folder: Path, tmp_path: Path
) -> None:
    accept = "--conf=spark.sparkdl4j.mixedProcessors=accept"
    done = run_training(CLUSTER, picture_folder, tmp_path / "model.zip", LESS, accept, "--log-level=WARN")
    assert done.returncode == 0, done.stderr[-3000:]
    assert "the result depends on which executor trains what" in done.stderr


def test_are_the_same_once_all_are_limited(
    train: Callable[..., Any], picture_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DNNL_MAX_CPU_ISA", "AVX2")
    expected = train("local[2]", picture_folder, tmp_path / "expected.zip")
    assert train(CLUSTER, picture_folder, tmp_path / "model.zip", LESS).parts == expected.parts
