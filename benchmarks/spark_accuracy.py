"""Test accuracy by the number of averaging workers, beside one machine at equal epochs.

    .venv/bin/python benchmarks/spark_accuracy.py [DATA] [--only landscapes|fashion_mnist] [--small]

DATA as in accuracy.py, and the same pictures, splits, networks and options: all see the same decoded pixels, and the
last epoch's parameters are taken. Every number of workers is trained twice: with a minibatch of 64 for each worker
("same_minibatch": fewer steps, each over more pictures), and with 64 divided by the workers ("shared_minibatch": as
many steps as on one machine, each over 64 pictures). `--small` is one seed, one epoch and a part of the pictures, and
writes nothing.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from accuracy import SEEDS, fashion_pictures, landscape_pictures
from fresh_process import in_fresh_process
from record import write_result
from sparkdl4j import ConvNetClassifier, ImageDataset

MASTER = "local[2]"
WORKERS = (1, 2, 4, 8)
BATCH = 64
SETTINGS = ("same_minibatch", "shared_minibatch")
OPTIONS: dict[str, dict[str, Any]] = {
    "landscapes": {"network": "landscape", "epochs": 20, "updater": "adagrad", "learning_rate": 0.01, "l2": 5e-5},
    "fashion_mnist": {"network": "fashion", "epochs": 5},
}
SMALL = 400


def parts(root: Path, data: str, seed: int, small: bool) -> tuple[ImageDataset, ImageDataset]:
    """Pictures to train with and to test with."""
    train, test = landscape_pictures(root).split(0.3, seed=seed) if data == "landscapes" else fashion_pictures(root)
    return (train.subset(range(SMALL)), test.subset(range(SMALL // 2))) if small else (train, test)


def accuracies(root: Path, data: str, seed: int, small: bool) -> dict[str, float]:
    """The test accuracy of every way to train, with one seed."""
    import sparkdl4j_cluster as clusters

    from sparkdl4j.spark import ConvNetClassifier as SparkConvNetClassifier

    train, test = parts(root, data, seed, small)
    options = {**OPTIONS[data], **({"epochs": 1} if small else {})}
    found = {
        "one_machine": ConvNetClassifier(**options, batch_size=BATCH, seed=seed, verbose=False).fit(train).score(test)
    }
    with clusters.cluster(MASTER) as session:
        frame = clusters.pictures_frame(session, train.X, train.required_labels())
        for workers in WORKERS[:2] if small else WORKERS:
            for setting in SETTINGS:
                if workers == 1 and setting != SETTINGS[0]:
                    continue
                model = SparkConvNetClassifier(
                    **options,
                    batch_size=BATCH if setting == "same_minibatch" else BATCH // workers,
                    seed=seed,
                    num_workers=workers,
                    verbose=False,
                ).fit(frame)
                # On Spark, classes are numbers: those of the labels.
                labels = [float(label) for label in test.required_labels()]
                chosen = [float(name) for name in model.to_classifier().predict(test.X)]
                hits = sum(a == b for a, b in zip(chosen, labels, strict=True))
                found[f"workers_{workers}" + ("" if workers == 1 else f"_{setting}")] = hits / len(labels)
    return found


def measure(root: Path, data: str, small: bool) -> None:
    series: dict[str, list[float]] = {}
    seeds = SEEDS[:1] if small else SEEDS
    for seed in seeds:
        for name, accuracy in in_fresh_process(accuracies, root, data, seed, small).items():
            series.setdefault(name, []).append(accuracy)
            print(f"{data}, seed {seed}, {name}: {accuracy:.4f}", flush=True)
    if not small:
        epochs = OPTIONS[data]["epochs"]
        write_result(
            f"spark_accuracy_{data}",
            f"{data}, as in accuracy_{data}; {epochs} epochs, seeds {seeds}, {MASTER}",
            "test accuracy",
            series,
            epochs=epochs,
            batch=BATCH,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", default=os.environ.get("SPARKDL4J_TEST_DATA"))
    parser.add_argument("--only", choices=OPTIONS)
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    if arguments.data is None:
        print("spark_accuracy: skipped, because neither DATA nor SPARKDL4J_TEST_DATA names a folder")
        return
    for data in [arguments.only] if arguments.only else OPTIONS:
        measure(Path(arguments.data), data, arguments.small)


if __name__ == "__main__":
    main()
