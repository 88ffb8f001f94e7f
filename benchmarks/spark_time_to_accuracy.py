"""Seconds of training to a given test accuracy, on two cores of Spark: ours, TorchDistributor, Elephas.

    benchmarks/peers/install all
    .venv/bin/python benchmarks/spark_time_to_accuracy.py [DATA] [--only NAME] [--rounds 3] [--small]

DATA as in accuracy.py. Two workers with a minibatch of 64 each, the same network, updater and learning rate. Whoever
trains is not timed while it tests, which it does after every epoch; the time to an accuracy is that of all epochs up to
the first that reaches it. Contenders take turns.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from accuracy import fashion_pictures, landscape_pictures
from contenders import DoesNotWorkError, Workers
from peers.protocol import Work
from record import write_result
from sparkdl4j import ImageDataset
from turns import take_turns

OURS = "sparkdl4j_spark_2"
PEERS = ("torch_distributor_contiguous", "torch_distributor_channels_last", "elephas")
BATCH = 64
SMALL = 512


@dataclass(frozen=True)
class Task:
    """What is to be learned.

    Args:
        network: of the references.
        accuracy: to be reached.
        epochs: at most.
        updater, learning_rate, l2: of the network.
    """

    network: str
    accuracy: float
    epochs: int
    updater: str
    learning_rate: float
    l2: float


TASKS = {
    "landscapes": Task("landscape", 0.83, 40, "adagrad", 0.01, 5e-5),
    "fashion_mnist": Task("fashion", 0.90, 12, "adam", 0.001, 0.0),
}


def parts(root: Path, data: str) -> tuple[ImageDataset, ImageDataset]:
    """Pictures to train with and to test with."""
    return landscape_pictures(root).split(0.3, seed=1) if data == "landscapes" else fashion_pictures(root)


def work_of(root: Path, data: str, file: Path, small: bool) -> Work:
    """The work, whose pictures are written to a file."""
    train, test = parts(root, data)
    if small:
        train, test = train.subset(range(0, len(train), max(1, len(train) // SMALL))), test.subset(range(SMALL // 4))
    np.savez(
        file,
        pictures=train.X,
        labels=train.required_labels().astype(np.int64),
        test_pictures=test.X,
        test_labels=test.required_labels().astype(np.int64),
    )
    task = TASKS[data]
    classes = len(train.classes)
    return Work(
        task.network,
        train.image_shape,
        classes,
        len(train),
        BATCH,
        task.updater,
        task.learning_rate,
        task.l2,
        str(file),
    )


def measure(root: Path, data: str, rounds: int, small: bool) -> None:
    task = TASKS[data]
    epochs = 2 if small else task.epochs
    target = 0.0 if small else task.accuracy
    curves: dict[str, list[dict[str, list[float]]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        work = work_of(root, data, Path(folder, "pictures.npz"), small)

        def seconds(name: str) -> tuple[float, str]:
            found = workers[name].ask("learn", epochs=epochs)
            curves.setdefault(name, []).append(found)
            reached = [place for place, accuracy in enumerate(found["accuracy"]) if accuracy >= target]
            if not reached:
                raise DoesNotWorkError(f"it reached {max(found['accuracy']):.4f} in {epochs} epochs, and not {target}")
            return sum(found["seconds"][: reached[0] + 1]), workers[name].version

        with Workers(work) as workers:
            turns = take_turns(data, OURS, PEERS, rounds, seconds)
    if not turns.can_be_compared:
        return
    best = turns.best_peer(higher_is_better=False)
    ratio = turns.ratio(best, higher_is_better=False)
    print(f"{data}: {target} in {ratio:.2f} times less time than {best}", flush=True)
    if not small:
        write_result(
            f"spark_time_to_accuracy_{data}",
            f"{data}, {work.count} pictures; {task.network} network, "
            f"{task.updater} {task.learning_rate}, two workers, minibatch {BATCH} each; to {target} of the test",
            "seconds",
            turns.series,
            network=task.network,
            accuracy=target,
            epochs=epochs,
            curves=curves,
            **turns.comparison(best, ratio),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", default=os.environ.get("SPARKDL4J_TEST_DATA"))
    parser.add_argument("--only", choices=TASKS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--small", action="store_true", help="little data, to see that all runs; writes nothing")
    arguments = parser.parse_args()
    if arguments.data is None:
        print("spark_time_to_accuracy: skipped, because neither DATA nor SPARKDL4J_TEST_DATA names a folder")
        return
    for data in [arguments.only] if arguments.only else TASKS:
        measure(Path(arguments.data), data, 1 if arguments.small else arguments.rounds, arguments.small)


if __name__ == "__main__":
    main()
