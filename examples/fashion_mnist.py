"""Fashion-MNIST: one program from a laptop to a cluster; --master alone says where.

    python examples/fashion_mnist.py DATA [--master spark://host:7077] [--epochs 8] [--out DIR]

DATA has the four IDX files. On one machine the pictures stay in memory; for Spark they are written once to DIR/train
and DIR/test, as Parquet with Spark's own image structs, which every executor must reach by these paths. Both train the
same network with the same options. The article trained the same kind of network to an accuracy of .8439.

DIR has report.html; tensorboard, for `tensorboard --logdir DIR/tensorboard`, also while the training runs; model.zip;
figures.json.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from paper import Example, Figure, spark, told

from sparkdl4j import ConvNetClassifier, Evaluation, History, ImageDataset, TensorBoard, load_idx, write_report

NAMES = ("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot")


def read(file: Path) -> ImageDataset:
    """The pictures of an IDX file, with the names of their classes."""
    data = load_idx(file)
    return ImageDataset(data.pixels, labels=data.labels, classes=NAMES)


def options(epochs: int, out: Path) -> dict[str, Any]:
    """What both places are told."""
    return {"epochs": epochs, "seed": 1, "callbacks": [TensorBoard(out / "tensorboard")]}


def on_one_machine(train: ImageDataset, test: ImageDataset, out: Path, epochs: int) -> tuple[Evaluation, History]:
    """Trains in this process."""
    classifier = ConvNetClassifier("fashion", **options(epochs, out)).fit(train)
    classifier.save(out / "model.zip")
    return classifier.evaluate(test), classifier.history_


def on_spark(
    train: ImageDataset, test: ImageDataset, out: Path, epochs: int, master: str
) -> tuple[Evaluation, History]:
    """Trains by the executors of a cluster."""
    import sparkdl4j.spark

    for name, data in (("train", train), ("test", test)):
        write_parquet(data, out / name)
    with spark("Fashion-MNIST", master) as session:
        pictures = [
            sparkdl4j.spark.read_images(session, (out / name).absolute(), format="parquet")
            for name in ("train", "test")
        ]
        estimator = sparkdl4j.spark.ConvNetClassifier("fashion", image_size=28, channels=1, **options(epochs, out))
        model = estimator.fit(pictures[0])
        model.save_model_file(out / "model.zip")
        return model.evaluation(pictures[1]), model.summary.history


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
        labels = data.y[rows.start : rows.stop]
        kinds = {name: pyarrow.int32() for name in ("height", "width", "nChannels", "mode")}
        struct = pyarrow.struct({"origin": pyarrow.string(), **kinds, "data": pyarrow.binary()})
        columns = {"image": pyarrow.array(images, struct), "class": pyarrow.array(labels)}
        parquet.write_table(pyarrow.table(columns), folder / f"part-{number:03}.parquet")


def main(arguments: Sequence[str] | None = None) -> None:
    example = Example("fashion_mnist", __doc__, "DATA")
    example.parser.add_argument("--master", help="Spark's master; without it this machine trains")
    example.parser.add_argument("--epochs", type=int, default=8, help="%(default)s")
    example.parser.add_argument("--first", type=int, metavar="N", help="train on the first N pictures only")
    given = example.parse(arguments)

    train = read(given.pictures / "train-images-idx3-ubyte.gz")
    test = read(given.pictures / "t10k-images-idx3-ubyte.gz")
    if given.first is not None:
        train = train.subset(range(given.first))
    if given.master is None:
        evaluation, history = on_one_machine(train, test, given.out, given.epochs)
    else:
        evaluation, history = on_spark(train, test, given.out, given.epochs, given.master)
    print(evaluation)
    write_report(given.out, title="Fashion-MNIST", evaluation=evaluation, history=history)
    where = "on one machine" if given.master is None else f"on Spark, {given.master}"
    seconds = sum(epoch["seconds"] for epoch in history.epochs)
    example.tell(
        [
            Figure("accuracy", ".8439", told(evaluation, "accuracy"), f"{len(test)} pictures, trained {where}"),
            Figure("training", "", f"{seconds:.0f} s, {len(history.epochs)} epochs", f"{len(train)} pictures, {where}"),
        ]
    )
    print(f"curves: tensorboard --logdir {given.out / 'tensorboard'}")


if __name__ == "__main__":
    main()
