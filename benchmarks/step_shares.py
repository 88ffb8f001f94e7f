"""The share of a training step that is not convolution or dense arithmetic: landscape and fashion, batch 128.

    .venv/bin/python benchmarks/step_shares.py [--rounds 5]

The plan itself times each of its steps (org.sparkdl4j.bridge.Profiles); a round gives medians over some training steps.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from plan import WORKS
from record import write_result
from sparkdl4j import network as networks
from sparkdl4j.jvm.in_process import java_class

STEPS = 50
# oneDNN's kinds of primitives that are the network's arithmetic.
ARITHMETIC = ("convolution", "inner_product")


def seconds_by_kind(name: str) -> dict[str, float]:
    """Seconds of one training step by kind of step, from the medians of its parts."""
    work = WORKS[name]
    request = {
        "network": networks.reference(name).to_dict(),
        "network_options": {"updater": work.updater, "learning_rate": work.learning_rate, "l2": work.l2},
        "training_options": {"batch_size": work.batch},
        "input_shape": work.shape,
        "classes": work.classes,
        "steps": STEPS,
    }
    parts: list[dict[str, Any]] = json.loads(
        str(java_class("org.sparkdl4j.bridge.Profiles").trainingStep(json.dumps(request)))
    )
    seconds: dict[str, float] = {}
    for part in parts:
        seconds[part["kind"]] = seconds.get(part["kind"], 0.0) + part["seconds"]
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    series: dict[str, dict[str, list[float]]] = {"landscape": {}, "fashion": {}}
    for _ in range(rounds):
        for name, shares in series.items():
            seconds = seconds_by_kind(name)
            step = sum(seconds.values())
            for kind, value in seconds.items():
                shares.setdefault(kind, []).append(value / step)
            rest = sum(value for kind, value in seconds.items() if kind not in ARITHMETIC)
            shares.setdefault("not_arithmetic", []).append(rest / step)
    for name, shares in series.items():
        write_result(
            f"step_shares_{name}",
            f"{name} network, batch {WORKS[name].batch}, medians of {STEPS} training steps a round",
            "share of a training step",
            shares,
            network=name,
            at_most=0.12,
            try_for=0.08,
        )


if __name__ == "__main__":
    main()
