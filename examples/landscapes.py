"""Landscapes: the thesis's network with the thesis's settings and with ours, on one machine and on Spark, and by cores.

    python examples/landscapes.py PICTURES [--classes beach desert forest] [--master local[2]] [--out DIR]

PICTURES has a subfolder a class; `--classes` takes some of them. 30 % of the pictures are for the test alone; nearly
equal pictures, which such collections have, stay in one part. The thesis (75x75 pixels, AdaGrad .01, L2 5e-5, 20
epochs) reached .6167 and .6623 with DL4J's own averaging on Spark. Ours are the recipe "photographs", which shows
100,000 pictures unless `--epochs` says otherwise. With `--master` both are trained on Spark, too, on the same pictures,
by as many workers as it runs tasks; they must reach PICTURES and DIR by the same paths.

DIR has report.html, of the recipe on one machine; scaling.png, the seconds of an epoch by cores, that is by averaging
workers with one core each; train.csv and test.csv, which pictures were for what; model.zip; figures.json.
"""

from __future__ import annotations

import argparse
import csv
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Drawing
from paper import Example, Figure, spark, told

from sparkdl4j import ConvNetClassifier, Evaluation, History, ImageDataset, recipe, write_report
from sparkdl4j.jvm.in_process import usable_cores

SEED = 1
SIZE = 75
THESIS: dict[str, Any] = {
    "epochs": 20,
    "updater": "adagrad",
    "learning_rate": 0.01,
    "l2": 5e-5,
    "standardize": "feature",
}
THESIS_ACCURACY = ".6167, .6623"
# Of what is timed by cores; the first warms up.
TIMED_EPOCHS = 4


def read(pictures: Path, classes: Sequence[str]) -> ImageDataset:
    """The pictures of some classes, or of all."""
    names = classes or sorted(folder.name for folder in pictures.iterdir() if folder.is_dir())
    files = [file.relative_to(pictures) for name in names for file in sorted((pictures / name).iterdir())]
    table = {"path": [str(file) for file in files], "label": [file.parts[0] for file in files]}
    return ImageDataset.from_table(table, SIZE, root=pictures)


def write_table(data: ImageDataset, pictures: Path, file: Path) -> None:
    """Writes which pictures a data set has, and their classes."""
    assert data.paths is not None
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("path", "label"))
        writer.writerows(zip((Path(path).relative_to(pictures) for path in data.paths), data.y, strict=True))


def seconds_of_an_epoch(history: History, pictures: int) -> float:
    """The median of a training's epochs but the first."""
    return statistics.median(pictures / epoch["images_per_second"] for epoch in history.epochs[1:])


def by_cores(train: ImageDataset, pictures: int) -> dict[int, float]:
    """Seconds of an epoch by the number of averaging workers on this machine."""
    timed = train.subset(np.resize(np.arange(len(train)), pictures))
    seconds = {}
    for workers in doublings(usable_cores()):
        options = {**THESIS, "epochs": TIMED_EPOCHS, "num_workers": workers, "threads": 1, "verbose": False}
        classifier = ConvNetClassifier("landscape", **options).fit(timed)
        seconds[workers] = seconds_of_an_epoch(classifier.history_, pictures)
    return seconds


def on_spark(given: argparse.Namespace) -> tuple[dict[str, Evaluation], dict[int, float]]:
    """The evaluations of both settings, and seconds of an epoch by the number of workers."""
    from pyspark.sql import functions

    import sparkdl4j.spark

    with spark("landscapes", given.master) as session:
        train, test = (
            sparkdl4j.spark.read_labelled_images(session, given.out.absolute() / f"{part}.csv", root=given.pictures)
            for part in ("train", "test")
        )
        evaluations = {}
        for name, options in settings(given.epochs).items():
            model = sparkdl4j.spark.ConvNetClassifier("landscape", image_size=SIZE, seed=SEED, **options).fit(train)
            evaluations[name] = model.evaluation(test)
        copies = functions.sequence(functions.lit(1), functions.lit(-(-given.timed // train.count())))
        timed = train.withColumn("copy", functions.explode(copies)).limit(given.timed)
        seconds = {}
        for workers in doublings(session.sparkContext.defaultParallelism):
            options = {**THESIS, "epochs": TIMED_EPOCHS, "num_workers": workers, "image_size": SIZE, "verbose": False}
            model = sparkdl4j.spark.ConvNetClassifier("landscape", **options).fit(timed)
            seconds[workers] = seconds_of_an_epoch(model.summary.history, given.timed)
        return evaluations, seconds


def settings(epochs: int) -> dict[str, dict[str, Any]]:
    """The thesis's and ours."""
    return {"the thesis's settings": THESIS, "recipe photographs": recipe("photographs", epochs=epochs)}


def doublings(most: int) -> list[int]:
    """1, 2, 4 and so on, and the most."""
    return sorted({1 << power for power in range(most.bit_length())} | {most})


def draw(curves: dict[str, dict[int, float]], pictures: int, file: Path) -> None:
    """Draws seconds of an epoch by cores, beside what as many times the cores promise."""
    drawing = Drawing(figsize=(7, 4.2), layout="constrained")
    axes = drawing.add_subplot()
    for name, seconds in curves.items():
        (line,) = axes.plot(list(seconds), list(seconds.values()), "o-", label=name)
        axes.plot(list(seconds), [seconds[1] / cores for cores in seconds], ":", color=line.get_color())
        for cores, value in seconds.items():
            axes.annotate(f"{value:.2f} s", (cores, value), (6, 6), textcoords="offset points", fontsize=9)
    axes.set_xticks(sorted({cores for seconds in curves.values() for cores in seconds}))
    axes.set_ylim(bottom=0)
    axes.margins(x=0.1)
    axes.set_xlabel("cores (averaging workers); dotted: as many times as fast")
    axes.set_ylabel(f"seconds of an epoch of {pictures:,} pictures")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    drawing.savefig(file, dpi=120)


def main(arguments: Sequence[str] | None = None) -> None:
    example = Example("landscapes", __doc__)
    example.parser.add_argument("--classes", nargs="+", default=[], help="subfolders to take; all by default")
    example.parser.add_argument("--master", help="train on Spark, too: local[2], spark://host:7077, yarn")
    example.parser.add_argument("--epochs", type=int, default=0, help="of the recipe; 0: to show 100,000 pictures")
    example.parser.add_argument(
        "--timed",
        type=int,
        default=3000,
        metavar="N",
        help="pictures of an epoch timed by cores, some repeated",
    )
    given = example.parse(arguments)

    data = read(given.pictures, given.classes)
    train, test = data.split(0.3, groups=data.duplicates().groups, seed=SEED)
    print(f"to train on: {train}\nto test with: {test}")
    for part, name in ((train, "train"), (test, "test")):
        write_table(part, given.pictures, given.out / f"{name}.csv")
    here = {
        name: ConvNetClassifier("landscape", seed=SEED, **options).fit(train)
        for name, options in settings(given.epochs).items()
    }
    evaluations = {(name, "one machine"): classifier.evaluate(test) for name, classifier in here.items()}
    curves = {"one machine": by_cores(train, given.timed)}
    if given.master is not None:
        found, curves["Spark"] = on_spark(given)
        evaluations |= {(name, "Spark"): evaluation for name, evaluation in found.items()}

    ours, evaluation = here["recipe photographs"], evaluations["recipe photographs", "one machine"]
    print(evaluation)
    thesis = evaluations["the thesis's settings", "one machine"]
    print(f"the recipe beside the thesis's settings: {evaluation.compare(thesis)}")
    draw(curves, given.timed, given.out / "scaling.png")
    ours.save(given.out / "model.zip")
    write_report(
        given.out,
        title="Landscapes",
        evaluation=evaluation,
        intervals=evaluation.confidence_intervals(),
        history=ours.history_,
        pictures=test,
        classifier=ours,
        data={"training": train, "test": test},
    )
    of = f"{len(train)} pictures to train on, {len(test)} to test with"
    figures = [
        Figure(f"accuracy, {name}, {where}", THESIS_ACCURACY if options is THESIS else "", told(each, "accuracy"), of)
        for name, options in settings(given.epochs).items()
        for (of_settings, where), each in evaluations.items()
        if of_settings == name
    ]
    for where, seconds in curves.items():
        for cores, value in seconds.items():
            took = f"{value:.2f} s" if cores == 1 else f"{value:.2f} s ({seconds[1] / value:.2f} times as fast as on 1)"
            figures.append(Figure(f"an epoch, {where}, cores: {cores}", "", took, f"{given.timed} pictures"))
    example.tell(figures)


if __name__ == "__main__":
    main()
