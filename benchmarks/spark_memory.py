"""Resident memory of driver and executors over many epochs, after each epoch.

    .venv/bin/python benchmarks/spark_memory.py [--epochs 200]

Two executors (local-cluster) train the landscape network on few pictures. The growth is the slope of a straight line
through the values after the first tenth of the epochs. Fewer epochs than 200 write nothing.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from fresh_process import in_fresh_process
from plan import WORKS
from record import write_result

MASTER = "local-cluster[2,1,1024]"
EPOCHS = 200
COUNT = 640
BATCH = 64
EXECUTOR = b"org.apache.spark.executor.CoarseGrainedExecutorBackend"
DRIVER = b"org.apache.spark.deploy.SparkSubmit"


class _Memory:
    """Resident memory of the processes after every epoch."""

    def __init__(self, processes: dict[str, int]) -> None:
        self.processes = processes
        self.series: dict[str, list[float]] = {name: [] for name in processes}

    def on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "epoch":
            for name, process in self.processes.items():
                self.series[name].append(_resident(process))


def train(epochs: int) -> dict[str, list[float]]:
    """Bytes of every process after every epoch."""
    import os

    import sparkdl4j_cluster as clusters

    from sparkdl4j.spark import ConvNetClassifier

    work = WORKS["landscape"]
    pixels = np.random.default_rng(1).integers(0, 256, (COUNT, *work.shape), dtype=np.uint8)
    with clusters.cluster(MASTER, spark_driver_memory="1g") as session:
        frame = clusters.pictures_frame(session, pixels, np.arange(COUNT) % work.classes)
        memory = _Memory(_processes(os.getpid()))
        ConvNetClassifier(
            work.network, epochs=epochs, batch_size=BATCH, num_workers=2, verbose=False, callbacks=[memory]
        ).fit(frame)
    return memory.series


def _processes(root: int) -> dict[str, int]:
    """The JVMs below a process: the driver and its executors."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                # After the name, which may hold anything, in brackets: state and parent.
                stat = (folder / "stat").read_text().rpartition(")")[2].split()
                parents[int(folder.name)] = (int(stat[1]), (folder / "cmdline").read_bytes())
            except OSError:
                continue
    found: dict[str, int] = {}
    executors = 0
    for process, (parent, command) in sorted(parents.items()):
        above = parent
        while above in parents and above != root:
            above = parents[above][0]
        if above != root:
            continue
        if EXECUTOR in command:
            executors += 1
            found[f"executor_{executors}"] = process
        elif DRIVER in command:
            found["driver"] = process
    if "driver" not in found or not executors:
        raise RuntimeError(f"driver and executors are not among the processes below {root}: {sorted(found)}")
    return found


def _resident(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1]) * 1024
    raise OSError(f"process {process} has no VmRSS")


def growth(values: list[float]) -> float:
    """Bytes an epoch, of a straight line through all but the first tenth."""
    rest = np.asarray(values[len(values) // 10 :])
    return float(np.polyfit(np.arange(len(rest)), rest, 1)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    epochs = parser.parse_args().epochs
    series = in_fresh_process(train, epochs)
    slopes = {name: growth(values) for name, values in series.items()}
    for name, slope in slopes.items():
        print(f"{name}: {series[name][-1] / 2**20:,.0f} MiB after {epochs} epochs, {slope / 1024:+,.1f} KiB an epoch")
    if epochs >= EPOCHS:
        write_result(
            "spark_memory",
            f"landscape network, {COUNT} random pictures, minibatch {BATCH}, {MASTER}, {epochs} epochs",
            "bytes",
            series,
            growth=slopes,
        )


if __name__ == "__main__":
    main()
