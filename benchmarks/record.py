"""Writes what a benchmark measured, with all that is needed to judge it."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
_PACKAGES = (
    "sparkdl4j",
    "numpy",
    "jpype1",
    "scikit-learn",
    "torch",
    "tensorflow",
    "keras",
    "pyspark",
    "opencv-python-headless",
    "pillow",
)


def write_result(name: str, data: str, unit: str, measured: Mapping[str, Sequence[float]], **more: Any) -> None:
    """Prints median and spread of every series, and writes them to results/NAME.json.

    Args:
        name: the benchmark.
        data: what was worked on.
        unit: of the numbers.
        measured: the numbers of each series, in the order measured; series were measured in turn.
        more: further facts.
    """
    series = {
        key: {
            "median": statistics.median(values),
            "minimum": min(values),
            "maximum": max(values),
            "values": list(values),
        }
        for key, values in measured.items()
    }
    result = {
        "benchmark": name,
        "data": data,
        "unit": unit,
        "series": series,
        **more,
        "threads": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "python": platform.python_version(),
        "versions": {package: found for package in _PACKAGES if (found := _version(package))},
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    print(f"{name}: {data} ({unit})")
    for key, row in series.items():
        print(f"  {key:<24} median {row['median']:.4g}   {row['minimum']:.4g} … {row['maximum']:.4g}")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
