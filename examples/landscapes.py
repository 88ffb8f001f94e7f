"""Landscapes: the thesis's network with the thesis's settings and with ours, its speed by cores, and the same on Spark.

    python examples/landscapes.py PICTURES [--master local[2]] [--epochs 20] [--report landscapes-report]

PICTURES has a subfolder a class, such as beach, desert and forest. 30 % of the pictures are for the test alone; nearly
equal pictures, which such collections have, stay in one part. The thesis (75x75 pixels, AdaGrad .01, L2 5e-5, 20
epochs) reached .6167 and .6623 with DL4J's own averaging on Spark. Ours are the recipe "photographs", 20 epochs of it
unless `--epochs` says otherwise. By cores means averaging workers, one on each core.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from paper import table

from sparkdl4j import ConvNetClassifier, ImageDataset, ImageFolder, recipe, write_report

SEED = 1
SIZE = 75
THESIS: dict[str, Any] = {
    "updater": "adagrad",
    "learning_rate": 0.01,
    "l2": 5e-5,
    "standardize": "feature",
}


def images_per_second(train: ImageDataset, workers: int) -> float:
    """Of the second epoch of a training by so many workers of one thread."""
    options = {**THESIS, "epochs": 2, "num_workers": workers, "threads": 1, "seed": SEED, "verbose": False}
    classifier = ConvNetClassifier("landscape", **options).fit(train)
    return float(classifier.history_.epochs[-1]["images_per_second"])


def accuracy_on_spark(pictures: Path, master: str, epochs: int) -> tuple[float, int]:
    """The thesis's settings on Spark: accuracy on the pictures held out, and how many workers trained."""
    from pyspark.sql import SparkSession

    import sparkdl4j.spark

    builder = SparkSession.builder.master(master).appName("landscapes")
    session = sparkdl4j.spark.configure(builder).getOrCreate()
    try:
        images = sparkdl4j.spark.read_images(session, pictures)
        split = sparkdl4j.spark.stratified_split(images, 0.3, SEED)
        workers = session.sparkContext.defaultParallelism
        options = {**THESIS, "image_size": SIZE, "epochs": epochs, "num_workers": workers, "seed": SEED}
        model = sparkdl4j.spark.ConvNetClassifier("landscape", **options).fit(split.rest)
        return model.evaluate(split.held_out).metrics.accuracy, workers
    finally:
        session.stop()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--master", help="train on Spark, too: local[2], spark://host:7077, yarn")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--report", type=Path, default=Path("landscapes-report"))
    given = parser.parse_args(arguments)

    data = ImageFolder(given.pictures, SIZE)
    train, test = data.split(0.3, groups=data.duplicates().groups, seed=SEED)
    thesis = ConvNetClassifier("landscape", epochs=given.epochs, seed=SEED, **THESIS).fit(train)
    ours = ConvNetClassifier("landscape", **recipe("photographs", epochs=given.epochs, seed=SEED)).fit(train)
    evaluation = ours.evaluate(test)
    print(evaluation)
    print(f"ours beside the thesis's settings: {evaluation.compare(thesis.evaluate(test))}\n")
    held_out = f"{len(test)} pictures"
    rows = [
        ("accuracy, the thesis's settings", ".6167, .6623", f"{thesis.score(test):.4f}", held_out),
        ("accuracy, recipe photographs", "", f"{evaluation.accuracy:.4f}", held_out),
    ]
    if given.master is not None:
        accuracy, workers = accuracy_on_spark(given.pictures, given.master, given.epochs)
        name = f"accuracy, the thesis's settings, {workers} workers on Spark"
        rows.append((name, ".6167, .6623", f"{accuracy:.4f}", "30 % of the pictures"))
    one = images_per_second(train, 1)
    for workers in range(1, (os.cpu_count() or 1) + 1):
        rate = one if workers == 1 else images_per_second(train, workers)
        rows.append((f"images/s, {workers} workers", "", f"{rate:,.0f} ({rate / one:.2f} times one)", "training"))
    write_report(
        given.report,
        title="Landscapes",
        evaluation=evaluation,
        intervals=evaluation.confidence_intervals(),
        history=ours.history_,
        pictures=test,
        classifier=ours,
        data={"training": train, "test": test},
    )
    print(table(rows))
    print(f"\nreport: {given.report / 'report.html'}")


if __name__ == "__main__":
    main()
