"""Resident memory of a long training on one machine: at step 1,000, and from there to step 20,000.

    .venv/bin/python benchmarks/steady_memory.py [--steps 20000]

The landscape network with augmentation, minibatch 16. Memory may differ from that at step 1,000 by 2 % at most. Fewer
steps than 20,000 write nothing.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from fresh_process import in_fresh_process
from record import write_result

STEPS = 20_000
FIRST = 1_000
BATCH = 16
COUNT = 320
AT_MOST = 0.02


class _Memory:
    """Resident memory of this process at the ends of epochs."""

    def __init__(self) -> None:
        self.bytes: list[float] = []

    def on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "epoch":
            self.bytes.append(_resident())


def train(steps: int) -> list[float]:
    """Bytes resident after every epoch, which has COUNT / BATCH steps."""
    import numpy as np

    from sparkdl4j import ConvNetClassifier, recipe

    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (COUNT, 75, 75, 3), dtype=np.uint8)
    memory = _Memory()
    ConvNetClassifier(
        "landscape",
        **recipe("photographs", epochs=steps * BATCH // COUNT, batch_size=BATCH),
        verbose=False,
        callbacks=[memory],  # type: ignore[list-item]
    ).fit(pixels, np.arange(COUNT) % 3)
    return memory.bytes


def _resident() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1]) * 1024
    raise OSError("this system does not tell what is resident")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--steps", type=int, default=STEPS)
    steps = parser.parse_args().steps
    values = in_fresh_process(train, steps)
    first = FIRST * BATCH // COUNT - 1
    reference, rest = values[first], values[first:]
    differences = {"least": min(rest) / reference - 1, "most": max(rest) / reference - 1}
    low, high = differences.values()
    print(f"{reference / 2**20:,.1f} MiB at step {FIRST:,}; after it {low:+.2%} … {high:+.2%}")
    if steps >= STEPS:
        every = len(values) // (steps // FIRST)
        write_result(
            "steady_memory",
            f"landscape network, {COUNT} random pictures, augmented, minibatch {BATCH}, {steps:,} steps on one machine",
            "bytes",
            {"sparkdl4j": values[first::every]},
            at_step_1000=reference,
            differences=differences,
            at_most=AT_MOST,
        )
    if max(abs(value) for value in differences.values()) > AT_MOST:
        raise SystemExit("memory is not steady")


if __name__ == "__main__":
    main()
