"""X-rays of lungs: the article's one pipeline, from files of all sizes to a saved model, on Spark.

    python examples/pneumonia.py PICTURES [--master spark://host:7077] [--epochs 5] [--model FILE] [--report DIR]

PICTURES has the subfolders NORMAL and PNEUMONIA, with pictures of any size, grey or RGB, 8 or 16 bits; those of
pneumonia name the patient (person17_…). On Spark they are read, split by patient, decoded and scaled to 226x226,
trained with `pneumonia_vgg` by as many averaging workers as the session runs tasks, evaluated, and the model is saved.
The article trained 2,081 pictures in 15 minutes on three machines, to an accuracy of about .70. `--network` takes
another one ("small_resnet" at `--size 64` learns in minutes; the article's own network, without normalisation, may not
learn at all from so few pictures: what it reaches is what is printed).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from paper import table
from pyspark.sql import SparkSession

import sparkdl4j.spark
from sparkdl4j import write_report
from sparkdl4j.spark import ConvNetClassifier, random_split_by_group, read_images

SEED = 1
NAMES = r"(?P<group>person\d+)_"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pictures")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--conf", action="append", default=[], metavar="KEY=VALUE", help="settings of Spark")
    parser.add_argument("--network", default="pneumonia_vgg")
    parser.add_argument("--size", type=int, default=226)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--model", default="pneumonia.zip")
    parser.add_argument("--report", type=Path, default=Path("pneumonia-report"))
    arguments = parser.parse_args()

    builder = SparkSession.builder.master(arguments.master).appName("pneumonia")
    for setting in arguments.conf:
        key, _, value = setting.partition("=")
        builder = builder.config(key, value)
    session = sparkdl4j.spark.configure(builder).getOrCreate()
    try:
        images = read_images(session, arguments.pictures, name_pattern=NAMES, unmatched="own-group")
        split = random_split_by_group(images, 0.2, seed=SEED)
        print(f"training {split.rest_counts}, test {split.held_out_counts}, no patient in both")
        start = time.perf_counter()
        model = ConvNetClassifier(
            arguments.network,
            image_size=arguments.size,
            channels=3,
            epochs=arguments.epochs,
            batch_size=arguments.batch_size,
            learning_rate=arguments.learning_rate,
            class_weight="balanced",
            seed=SEED,
        ).fit(split.rest)
        minutes = (time.perf_counter() - start) / 60
        model.save_model_file(arguments.model)
        evaluation = model.evaluation(split.held_out, groupCol="group")
    finally:
        session.stop()
    print(evaluation)
    write_report(
        arguments.report,
        title="Pneumonia",
        evaluation=evaluation,
        intervals=evaluation.confidence_intervals(),
        history=model.summary.history,
    )
    trained, tested = sum(split.rest_counts.values()), len(evaluation.actual)
    interval = evaluation.confidence_interval("accuracy")
    epochs = len(model.summary.history.epochs)
    print(
        table(
            [
                ("training", "15 min, 3 machines", f"{minutes:.1f} min, {epochs} epochs", f"{trained} pictures"),
                (
                    "accuracy",
                    "about .70",
                    f"{evaluation.accuracy:.3f} ({interval.low:.3f} to {interval.high:.3f})",
                    f"{tested} pictures of other patients",
                ),
                ("balanced accuracy", "", f"{evaluation.balanced_accuracy:.3f}", "the same"),
            ]
        )
    )
    print(f"\nmodel: {arguments.model}; report: {arguments.report / 'report.html'}")


if __name__ == "__main__":
    main()
