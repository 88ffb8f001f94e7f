"""Test accuracy of what the documentation advises first: the defaults with a recipe.

    .venv/bin/python benchmarks/recipes.py [DATA] [--only WORK] [--threads 0]

DATA (default: the environment variable SPARKDL4J_TEST_DATA) holds folders of pictures. Near duplicates (landscapes),
pictures of one patient (chest X-rays) and of one subject (leukemia) never are in both parts of a split. The last
epoch's parameters are taken, so the test part decides about nothing. Leukemia: the predictions of three folds together,
with an interval by bootstrap of whole subjects. Runs are remembered in build/benchmarks/runs.
"""

from __future__ import annotations

import argparse
import functools
import os
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from accuracy import fashion_pictures, landscape_pictures
from record import write_result
from remembered import remembered
from sparkdl4j import Augmentation, ConvNetClassifier, ImageDataset, ImageFolder, recipe
from sparkdl4j.evaluation import Evaluation

SEEDS = (1, 2, 3, 4, 5)
LEUKEMIA_FOLDS = 3
# Of small grey pictures in large numbers: two pixels to each side.
FLIPS_AND_SHIFTS = Augmentation(horizontal_flip=True, shift=0.07)


@dataclass(frozen=True)
class Work:
    """What is trained on what.

    Args:
        title: for people.
        measure: gives the numbers of a seed from DATA and the classifier's parameters.
        parameters: of the classifier, beside seed and threads.
        unit: of the numbers.
        at_least: what their mean must reach.
        try_for: what it may reach.
        seeds: how many.
    """

    title: str
    measure: Callable[[Path, dict[str, Any]], dict[str, float]]
    parameters: dict[str, Any]
    at_least: float
    try_for: float | None = None
    unit: str = "test accuracy"
    seeds: tuple[int, ...] = SEEDS


def landscapes(root: Path, seed: int) -> tuple[ImageDataset, ImageDataset]:
    """Pictures to train on and to test with, no near duplicates in both."""
    data, groups = _landscapes(root)
    return data.split(groups=groups, seed=seed)


@functools.cache
def _landscapes(root: Path) -> tuple[ImageDataset, Any]:
    data = landscape_pictures(root)
    return data, data.near_duplicates()


@functools.cache
def _fashion(root: Path) -> tuple[ImageDataset, ImageDataset]:
    return fashion_pictures(root)


@functools.cache
def chest_pictures(root: Path, size: int) -> ImageFolder:
    """Grey X-rays, grouped by patient."""
    patients = r"(?P<group>person\d+|IM-\d+)"
    return ImageFolder(root / "chest-xray" / "train", size, channels=1, name_pattern=patients)


@functools.cache
def _leukemia(root: Path) -> ImageFolder:
    subjects = r"UID_(?P<group>[^_]+)_\d+_(?P<cell>\d+)_(?P<label>\w+)"
    return ImageFolder(root / "leukemia", 75, name_pattern=subjects)


def on_landscapes(root: Path, parameters: dict[str, Any]) -> dict[str, float]:
    train, test = landscapes(root, parameters["seed"])
    return {"accuracy": ConvNetClassifier(**parameters).fit(train).score(test)}


def on_fashion(root: Path, parameters: dict[str, Any]) -> dict[str, float]:
    train, test = _fashion(root)
    return {"accuracy": ConvNetClassifier(**parameters).fit(train).score(test)}


def on_chest(root: Path, parameters: dict[str, Any]) -> dict[str, float]:
    data = chest_pictures(root, 75)
    train, test = data.split(groups=True, seed=parameters["seed"])
    return {"accuracy": ConvNetClassifier(**parameters).fit(train).score(test)}


def on_leukemia(root: Path, parameters: dict[str, Any]) -> dict[str, float]:
    data = _leukemia(root)
    labels, probabilities, groups = [], [], []
    for train, test in data.k_fold(LEUKEMIA_FOLDS, groups=True, seed=parameters["seed"]):
        classifier = ConvNetClassifier(**parameters).fit(train)
        labels.append(test.required_labels())
        probabilities.append(classifier.predict_proba(test))
        groups.append(test.groups)
    pooled = Evaluation(
        np.concatenate(labels), np.concatenate(probabilities), classes=data.classes, groups=np.concatenate(groups)
    )
    interval = pooled.confidence_interval("f1")
    return {"f1": pooled.f1, "low": interval.low, "high": interval.high, "accuracy": pooled.accuracy}


WORKS = {
    "landscape_landscapes": Work(
        "landscapes (beach, desert, forest), grouped against near duplicates, 25 % test; landscape",
        on_landscapes,
        {"network": "landscape", **recipe("photographs")},
        at_least=0.92,
    ),
    "small_resnet_landscapes": Work(
        "landscapes (beach, desert, forest), grouped against near duplicates, 25 % test; small_resnet",
        on_landscapes,
        {"network": "small_resnet", **recipe("photographs")},
        at_least=0.92,
        try_for=0.95,
    ),
    "fashion_fashion_mnist": Work(
        "Fashion-MNIST, 60,000 and 10,000; fashion",
        on_fashion,
        {"network": "fashion", **recipe("photographs", weight_decay=0.01, augmentation=FLIPS_AND_SHIFTS)},
        at_least=0.92,
        seeds=(1,),
    ),
    "small_resnet_fashion_mnist": Work(
        "Fashion-MNIST, 60,000 and 10,000; small_resnet",
        on_fashion,
        {"network": "small_resnet", **recipe("photographs", weight_decay=0.01, augmentation=FLIPS_AND_SHIFTS)},
        at_least=0.92,
        try_for=0.94,
        seeds=(1,),
    ),
    "landscape_chest_xray": Work(
        "chest X-rays, normal or pneumonia, 75x75 grey, grouped by patient, 25 % test; landscape",
        on_chest,
        {"network": "landscape", **recipe("x_rays")},
        at_least=0.96,
        try_for=0.97,
    ),
    "small_resnet_leukemia": Work(
        "leukemia, 75x75, grouped by subject, three folds together; small_resnet",
        on_leukemia,
        {"network": "small_resnet", **recipe("cells")},
        at_least=0.508,
        unit="macro F1",
    ),
}


def run(root: Path, work: Work, parameters: dict[str, Any], seed: int, threads: int) -> dict[str, float]:
    """The numbers of a seed; with another number of threads sums round differently, and nothing else changes."""
    given = {**parameters, "seed": seed}
    what = {"work": work.title, "parameters": given}
    found: dict[str, float] = remembered(
        what, lambda: work.measure(root, {**given, "threads": threads, "verbose": False})
    )
    return found


def reach(root: Path, name: str, threads: int) -> None:
    work = WORKS[name]
    found = [run(root, work, work.parameters, seed, threads) for seed in work.seeds]
    values = [next(iter(each.values())) for each in found]
    write_result(
        f"recipe_{name}",
        work.title,
        work.unit,
        {"sparkdl4j": values},
        mean=statistics.fmean(values),
        at_least=work.at_least,
        try_for=work.try_for,
        seeds=work.seeds,
        parameters={key: repr(value) for key, value in work.parameters.items()},
        runs=found,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", default=os.environ.get("SPARKDL4J_TEST_DATA"))
    parser.add_argument("--only", choices=WORKS)
    parser.add_argument("--threads", type=int, default=0, help="that compute a network (default: all)")
    arguments = parser.parse_args()
    if arguments.data is None:
        print("recipes: skipped, because neither DATA nor SPARKDL4J_TEST_DATA names a folder")
        return
    for name in [arguments.only] if arguments.only else WORKS:
        reach(Path(arguments.data), name, arguments.threads)


if __name__ == "__main__":
    main()
