"""The peak of this machine, the arithmetic of the reference networks, and the share of the peak that they reach.

    .venv/bin/python benchmarks/roofline.py [--rounds 5]

Peak arithmetic: float32 matrix products 2048x2048 by numpy's OpenBLAS and by oneDNN's own from our jar; the better one
is the peak. Peak memory: STREAM's Add, c = a + b, by numpy on arrays of 256 MiB, each thread on its own part. Both with
one thread and with all, in processes of their own that take turns; a peak is the best round. The shares come from the
results of plan.py.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from arithmetic import arithmetic_of
from contenders import THREADS
from plan import WORKS
from record import RESULTS, write_result

SIDE = 2048
ADDED_FLOATS = 64 * 2**20
REPEAT = 10


def openblas_gflops() -> float:
    import numpy as np

    a, b = (np.random.default_rng(seed).random((SIDE, SIDE), dtype=np.float32) for seed in (1, 2))
    c = np.empty_like(a)
    return 2 * SIDE**3 / _best_seconds(lambda: np.matmul(a, b, out=c)) / 1e9


def onednn_gflops() -> float:
    import jpype

    from sparkdl4j.jvm.in_process import java_class

    pointer = java_class("org.bytedeco.javacpp.FloatPointer")
    a, b, c = (pointer(jpype.JLong(SIDE * SIDE)) for _ in range(3))
    for matrix in (a, b):
        matrix.put(jpype.JArray(jpype.JFloat)([1.0] * (SIDE * SIDE)))
    onednn = java_class("org.bytedeco.dnnl.global.dnnl")
    no = jpype.JByte(ord("N"))
    return (
        2
        * SIDE**3
        / _best_seconds(lambda: onednn.dnnl_sgemm(no, no, SIDE, SIDE, SIDE, 1.0, a, SIDE, b, SIDE, 0.0, c, SIDE))
        / 1e9
    )


def add_gigabytes_per_second(threads: int) -> float:
    import numpy as np

    parts = [[np.ones(ADDED_FLOATS // threads, np.float32) for _ in range(3)] for _ in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        seconds = _best_seconds(lambda: list(pool.map(lambda part: np.add(part[0], part[1], out=part[2]), parts)))
    return 3 * 4 * ADDED_FLOATS / seconds / 1e9


def _best_seconds(work: Callable[[], object]) -> float:
    work()
    best = float("inf")
    for _ in range(REPEAT):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


MEASURES: dict[str, Callable[[int], float]] = {
    "openblas_gflops": lambda threads: openblas_gflops(),
    "onednn_gflops": lambda threads: onednn_gflops(),
    "add_gigabytes_per_second": add_gigabytes_per_second,
}


def measured(name: str, threads: int) -> float:
    """One measurement in a fresh process."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
    command = [sys.executable, __file__, "--measure", name, "--threads", str(threads)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)


@dataclass(frozen=True)
class Peak:
    """What all cores can do."""

    gflops: float
    gigabytes_per_second: float


def network_row(name: str, peak: Peak) -> dict[str, Any]:
    """Arithmetic of a network, and what the results of plan.py make of it."""
    work = WORKS[name]
    arithmetic = arithmetic_of(name, work.shape, work.classes)
    row: dict[str, Any] = {
        "network": name,
        "forward_multiply_adds": arithmetic.forward,
        "training_multiply_adds": arithmetic.training,
        # Every value is written and read forward, its gradient likewise, and the value is read once more backward.
        "training_bytes": 5 * 4 * arithmetic.values,
    }
    for kind, multiply_adds in (("train", arithmetic.training), ("predict", arithmetic.forward)):
        rate = _images_per_second(kind, name)
        if rate is not None:
            gflops = 2 * multiply_adds * rate / 1e9
            row[kind] = {"images_per_second": rate, "gflops": gflops, "share_of_peak": gflops / peak.gflops}
    return row


def _images_per_second(kind: str, network: str) -> float | None:
    """Our median; in prediction that of the largest batch."""
    rates: dict[int, float] = {}
    for file in RESULTS.glob("plan_*.json"):
        result = json.loads(file.read_text())
        if (result["measure"], result["network"], result["ours"]) != (kind, network, "sparkdl4j"):
            continue
        # Beside stock DL4J, whose turns are long, ours is measured once more.
        if result["best_peer"] != "dl4j":
            rates[result["batch"]] = result["series"]["sparkdl4j"]["median"]
    return rates[max(rates)] if rates else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(MEASURES[arguments.measure](arguments.threads))
        return
    series: dict[str, list[float]] = {}
    for _ in range(arguments.rounds):
        for threads in sorted({1, THREADS}):
            for name in MEASURES:
                series.setdefault(f"{name}_{threads}", []).append(measured(name, threads))
    best = {name: max(values) for name, values in series.items()}
    peak = Peak(
        max(best[f"openblas_gflops_{THREADS}"], best[f"onednn_gflops_{THREADS}"]),
        best[f"add_gigabytes_per_second_{THREADS}"],
    )
    write_result(
        "roofline",
        f"float32 matrix products {SIDE}x{SIDE} (GFLOP/s); STREAM's Add on {4 * ADDED_FLOATS >> 20} MiB (GB/s)",
        "GFLOP/s, GB/s",
        series,
        peak_gflops=peak.gflops,
        peak_gigabytes_per_second=peak.gigabytes_per_second,
        networks=[network_row(name, peak) for name in WORKS],
    )


if __name__ == "__main__":
    main()
