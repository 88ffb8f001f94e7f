"""Fashion-MNIST: one program from a laptop to a cluster; --master alone says where.

    python examples/fashion_mnist.py DATA [--master spark://host:7077] [--epochs 8] [--out fashion-mnist]

DATA has the four IDX files. On one machine the pictures stay in memory; for Spark they are written once to OUT/train
and OUT/test, as Parquet with Spark's own image structs, which every executor must reach. Both train the same network
with the same options, write TensorBoard's files to OUT/tensorboard, a report and a model file. The article trained the
same kind of network to an accuracy of .8439.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from paper import table

import sparkdl4j
from sparkdl4j import Evaluation, History, ImageDataset, TensorBoard, load_idx, write_report

NAMES = ("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot")


def options(epochs: int, out: Path) -> dict[str, Any]:
    """What both places are told."""
    return {"epochs": epochs, "seed": 1, "callbacks": [TensorBoard(out / "tensorboard")]}


def on_one_machine(train: ImageDataset, test: ImageDataset, out: Path, epochs: int) -> tuple[Evaluation, History]:
    """Trains in this process."""
    classifier = sparkdl4j.ConvNetClassifier("fashion", **options(epochs, out)).fit(train)
    classifier.save(out / "model.zip")
    return classifier.evaluate(test), classifier.history_


def on_spark(
    train: ImageDataset, test: ImageDataset, out: Path, epochs: int, master: str
) -> tuple[Evaluation, History]:
    """Trains by the executors of a cluster."""
    from pyspark.sql import SparkSession

    import sparkdl4j.spark

    for name, data in (("train", train), ("test", test)):
        write_parquet(data, out / name)
    session = sparkdl4j.spark.configure(SparkSession.builder.master(master).appName("Fashion-MNIST")).getOrCreate()
    try:
        pictures = [
            sparkdl4j.spark.read_images(session, (out / name).absolute(), format="parquet")
            for name in ("train", "test")
        ]
        estimator = sparkdl4j.spark.ConvNetClassifier("fashion", image_size=28, channels=1, **options(epochs, out))
        model = estimator.fit(pictures[0])
        model.save_model_file(out / "model.zip")
        return model.evaluation(pictures[1]), model.summary.history
    finally:
        session.stop()


def write_parquet(data: ImageDataset, folder: Path, rows_per_file: int = 10_000) -> None:
    """Writes pictures as Spark's image structs, with the names of their classes."""
    import pyarrow
    from pyarrow import parquet

    folder.mkdir(parents=True, exist_ok=True)
    height, width, channels = data.image_shape
    for number, start in enumerate(range(0, len(data), rows_per_file)):
        rows = range(start, min(start + rows_per_file, len(data)))
        images = [
            {
                "origin": f"{folder.name}/{row:05}",
                "height": height,
                "width": width,
                "nChannels": channels,
                "mode": 0 if channels == 1 else 16,
                "data": data[row].tobytes(),
            }
            for row in rows
        ]
        labels = [NAMES[label] for label in data.required_labels()[rows.start : rows.stop]]
        kinds = {name: pyarrow.int32() for name in ("height", "width", "nChannels", "mode")}
        struct = pyarrow.struct({"origin": pyarrow.string(), **kinds, "data": pyarrow.binary()})
        columns = {"image": pyarrow.array(images, struct), "class": pyarrow.array(labels)}
        parquet.write_table(pyarrow.table(columns), folder / f"part-{number:03}.parquet")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--master", help="Spark's master; without it this machine trains")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--pictures", type=int, help="only the first so many to train on, to try it out")
    parser.add_argument("--out", type=Path, default=Path("fashion-mnist"))
    given = parser.parse_args(arguments)

    given.out.mkdir(parents=True, exist_ok=True)
    train = load_idx(given.data / "train-images-idx3-ubyte.gz")
    test = load_idx(given.data / "t10k-images-idx3-ubyte.gz")
    if given.pictures is not None:
        train = train.subset(range(given.pictures))
    if given.master is None:
        evaluation, history = on_one_machine(train, test, given.out, given.epochs)
    else:
        evaluation, history = on_spark(train, test, given.out, given.epochs, given.master)
    print(evaluation)
    write_report(given.out, title="Fashion-MNIST", evaluation=evaluation, history=history)
    where = "this machine" if given.master is None else given.master
    print(table([("accuracy", ".8439", f"{evaluation.accuracy:.4f}", f"{len(test)} pictures, trained on {where}")]))
    print(f"\nmodel: {given.out / 'model.zip'}; report: {given.out / 'report.html'}")


if __name__ == "__main__":
    main()
