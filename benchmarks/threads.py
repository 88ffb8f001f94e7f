"""Images/s of training with each way in which OpenMP's threads wait, alone and beside others that compute.

    .venv/bin/python benchmarks/threads.py [--repeat 5]

Each measurement is a process of its own; settings and conditions take turns. Conditions: `alone`; `beside`, another
process that multiplies NumPy matrices on all cores; `inside`, a thread of the same process that does so; `workers`,
alone with one averaging worker per core. Of each process the best of its epochs after the first is taken. What NumPy
reached is recorded too (products of 1000x1000 matrices a second).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time

from record import write_result

COUNTS = {"landscape": 3840, "fashion": 12800}
EPOCHS = 4
SIDE = 1000
CONDITIONS = ("alone", "beside", "inside", "workers")
SETTINGS: dict[str, dict[str, str]] = {
    "ours": {},
    "libgomp_default": {"GOMP_SPINCOUNT": "300000"},
    "spin_3000": {"GOMP_SPINCOUNT": "3000"},
    "passive": {"OMP_WAIT_POLICY": "PASSIVE"},
}


class Products:
    """Multiplies matrices on a thread of its own, from now on."""

    def __init__(self) -> None:
        import numpy as np

        self._matrix = np.ones((SIDE, SIDE), dtype=np.float32)
        self._done = 0
        self._start = time.perf_counter()
        threading.Thread(target=self._multiply, daemon=True).start()

    def _multiply(self) -> None:
        while True:
            self._matrix @ self._matrix
            self._done += 1

    def per_second(self) -> float:
        return self._done / (time.perf_counter() - self._start)


def train(name: str, condition: str) -> None:
    import numpy as np

    from sparkdl4j import ConvNetClassifier

    rng = np.random.default_rng(1)
    shape, classes = ((75, 75, 3), 3) if name == "landscape" else ((28, 28, 1), 10)
    count = COUNTS[name]
    pictures = rng.integers(0, 256, (count, *shape), dtype=np.uint8)
    labels = rng.integers(0, classes, count)
    workers = len(os.sched_getaffinity(0)) if condition == "workers" else 1
    classifier = ConvNetClassifier(name, epochs=EPOCHS, batch_size=128, num_workers=workers, verbose=False)
    products = Products() if condition == "inside" else None
    epochs = classifier.fit(pictures, labels).history_.epochs
    result = {"train": max(epoch["images_per_second"] for epoch in epochs[1:])}
    if products is not None:
        result["numpy"] = products.per_second()
    steps = EPOCHS * -(-count // 128)
    result["share_of_steps_that_waited"] = sum(epoch["input_waits"] for epoch in epochs) / steps
    print(json.dumps(result))


def multiply() -> None:
    """Until its standard input ends."""
    products = Products()
    sys.stdin.read()
    print(json.dumps({"numpy": products.per_second()}))


def measured(name: str, condition: str, setting: dict[str, str]) -> dict[str, float]:
    environment = {key: value for key, value in os.environ.items() if key not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")}
    neighbour = None
    if condition == "beside":
        neighbour = subprocess.Popen(
            [sys.executable, __file__, "--multiply"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    done = subprocess.run(
        [sys.executable, __file__, "--train", name, condition],
        env=environment | setting,
        check=True,
        capture_output=True,
        text=True,
    )
    result: dict[str, float] = json.loads(done.stdout)
    if neighbour is not None:
        result |= json.loads(neighbour.communicate()[0])
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--train", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--multiply", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.train:
        train(*arguments.train)
        return
    if arguments.multiply:
        multiply()
        return
    for name, count in COUNTS.items():
        series: dict[str, list[float]] = {}
        waited: list[float] = []
        for _ in range(arguments.repeat):
            for condition in CONDITIONS:
                for label, setting in SETTINGS.items():
                    result = measured(name, condition, setting)
                    series.setdefault(f"{condition}_{label}", []).append(result["train"])
                    if "numpy" in result:
                        series.setdefault(f"{condition}_{label}_numpy", []).append(result["numpy"])
                    if condition == "alone":
                        waited.append(result["share_of_steps_that_waited"])
        write_result(
            f"threads_{name}",
            f"{name} network, {count} random uint8 pictures, batch 128",
            "images/s (training), products/s (numpy)",
            series,
            share_of_steps_that_waited_for_input_alone=statistics.median(waited),
        )


if __name__ == "__main__":
    main()
