"""What a pretrained model is worth: time of an epoch of head training, and accuracy with few pictures.

    .venv/bin/python benchmarks/transfer.py DATA [--only epochs|landscapes|skin_lesions|chest_xray|fashion_mnist …]
                                            [--small]

DATA as in accuracy.py. "epochs": small_resnet on landscapes 64x64, the seconds of one epoch of training its head with
the features of the frozen layers computed once, beside recomputing them in every epoch (which augmentation asks for;
here one that changes next to nothing), and beside training all layers. The others are curves: beach and mountain;
melanoma and nevus; X-rays with and without pneumonia, of other patients; coat, pullover and shirt are told apart by
small_resnet with 20, 50, 100 and 200 pictures of each class (as many as there are): trained from scratch, or pretrained
on the other classes of the same folder ("same_kind") or on another folder ("other": the lesions for the landscapes and
the other way round, Fashion-MNIST for the X-rays) and transferred, all layers ("from") or the head alone; three seeds.
`--small` is one seed and few epochs, and writes nothing.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from accuracy import fashion_pictures
from recipes import chest_pictures
from record import write_result
from sparkdl4j import Augmentation, ConvNetClassifier, ImageDataset, ImageFolder

SIZE = 64
SEEDS = (1, 2, 3)
PER_CLASS = (20, 50, 100, 200)
TURNS = 3
EPOCHS = 6
# Next to nothing changes, but what is drawn differs from epoch to epoch.
RECOMPUTED = Augmentation(brightness=0.001)
AUGMENTED = Augmentation(horizontal_flip=True, shift=0.1)


def seconds(classifier: ConvNetClassifier, pictures: int) -> list[float]:
    """Of every epoch but the first."""
    return [pictures / epoch["images_per_second"] for epoch in classifier.history_.epochs[1:]]


def epochs(root: Path, small: bool) -> None:
    """Head training, cached and recomputed."""
    pictures = ImageFolder(root / "landscapes", size=SIZE)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model.zip"
        ConvNetClassifier("small_resnet", epochs=1, verbose=False).fit(pictures).save(model)
        ways: dict[str, dict[str, Any]] = {
            "cached": {"trainable": "head"},
            "recomputed": {"trainable": "head", "augmentation": RECOMPUTED},
            "all_layers": {"trainable": "all"},
        }
        series: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(1 if small else TURNS):
            for name, options in ways.items():
                count = EPOCHS if name == "cached" or not small else 2
                trained = ConvNetClassifier(pretrained=model, epochs=count, verbose=False, **options).fit(pictures)
                series[name] += seconds(trained, len(pictures))
    times = float(np.median(series["recomputed"]) / np.median(series["cached"]))
    print(f"head training: an epoch with cached features is {times:.1f} times as fast as one that recomputes them")
    if not small:
        data = f"small_resnet, {len(pictures)} landscapes {SIZE}x{SIZE}, minibatches of 64, head training"
        write_result("transfer_epochs", data, "seconds an epoch", series, times_faster=times)


def few(data: ImageDataset, count: int, seed: int) -> ImageDataset:
    """So many pictures of each class, chosen by the seed; fewer where there are fewer."""
    random = np.random.default_rng(seed)
    labels = data.required_labels()
    chosen = [random.permutation(np.flatnonzero(labels == label))[:count] for label in range(len(data.classes))]
    return data.subset(np.sort(np.concatenate(chosen)))


def of_classes(data: ImageDataset, classes: Sequence[Any]) -> ImageDataset:
    """The pictures of some classes."""
    names = data.y
    part = data.subset(np.flatnonzero(np.isin(names, classes)))
    return ImageDataset.from_arrays(part.X, part.y)


@dataclass(frozen=True)
class Curve:
    """What is told apart with few pictures.

    Args:
        title: which classes.
        data: of the result.
        parts: pictures to train with and to test with, by seed.
        sources: pictures to pretrain on.
        source_epochs: how often they are shown.
    """

    title: str
    data: str
    parts: Callable[[int], tuple[ImageDataset, ImageDataset]]
    sources: Mapping[str, ImageDataset]
    source_epochs: int


def landscapes(root: Path) -> Curve:
    return _folders(root, "landscapes", ["beach", "mountain"], "skin-lesions")


def skin_lesions(root: Path) -> Curve:
    return _folders(root, "skin-lesions", ["melanoma", "nevus"], "landscapes")


def _folders(root: Path, name: str, target: list[str], other: str) -> Curve:
    pictures = ImageFolder(root / name, size=SIZE)
    chosen = of_classes(pictures, target)
    return Curve(
        f"{name}: {' and '.join(target)}; other set: {other}",
        f"{SIZE}x{SIZE}, small_resnet; seeds {SEEDS}; 30 % for the test",
        lambda seed: chosen.split(0.3, seed=seed),
        {
            "same_kind": of_classes(pictures, [each for each in pictures.classes if each not in target]),
            "other": ImageFolder(root / other, size=SIZE),
        },
        40,
    )


def chest_xray(root: Path) -> Curve:
    # As small as the pictures of the other set.
    pictures = chest_pictures(root, 28)
    return Curve(
        "chest-xray: normal and pneumonia; other set: fashion-mnist",
        f"28x28 grey, small_resnet; seeds {SEEDS}; 30 % of the patients for the test",
        lambda seed: pictures.split(0.3, seed=seed, groups=True),
        {"other": fashion_pictures(root)[0]},
        3,
    )


def fashion_mnist(root: Path) -> Curve:
    target = [2, 4, 6]
    train, test = fashion_pictures(root)
    parts = of_classes(train, target), of_classes(test, target)
    return Curve(
        "fashion-mnist: pullover, coat and shirt",
        f"28x28, small_resnet; seeds {SEEDS}; {len(parts[1])} for the test",
        lambda seed: parts,
        {"same_kind": of_classes(train, [each for each in train.classes if each not in target])},
        3,
    )


def curve(name: str, found: Curve, small: bool) -> None:
    """Accuracy by pictures of each class, transferred and from scratch."""
    series: dict[str, list[float]] = {}
    for seed in SEEDS[:1] if small else SEEDS:
        train, test = found.parts(seed)
        with tempfile.TemporaryDirectory() as folder:
            models = {}
            for source, data in found.sources.items():
                models[source] = Path(folder) / f"{source}.zip"
                options = {
                    "epochs": 1 if small else found.source_epochs,
                    "learning_rate_schedule": "cosine",
                    "seed": seed,
                }
                ConvNetClassifier("small_resnet", augmentation=AUGMENTED, verbose=False, **options).fit(data).save(
                    models[source]
                )
            for count in PER_CLASS[:1] if small else PER_CLASS:
                some = few(train, count, seed)
                for way, accuracy in _accuracies(some, test, models, seed, small).items():
                    series.setdefault(f"{way}_{count}", []).append(accuracy)
                    print(f"{name}, seed {seed}, {len(some)} pictures, {way}: {accuracy:.4f}", flush=True)
    if not small:
        write_result(
            f"transfer_{name}",
            f"{found.title}, {found.data}",
            "test accuracy",
            series,
            title=found.title,
            per_class=PER_CLASS,
        )


def _accuracies(
    train: ImageDataset, test: ImageDataset, models: dict[str, Path], seed: int, small: bool
) -> dict[str, float]:
    given: dict[str, Any] = {
        "epochs": 2 if small else 40,
        "batch_size": 16,
        "learning_rate_schedule": "cosine",
        "seed": seed,
        "augmentation": AUGMENTED,
        "verbose": False,
    }
    found = {"scratch": ConvNetClassifier("small_resnet", **given).fit(train).score(test)}
    for source, model in models.items():
        slow = {"layer_decay": 0.7, "unfreeze_every": 0 if small else 2}
        found[f"from_{source}"] = ConvNetClassifier(pretrained=model, **slow, **given).fit(train).score(test)
        head = {**given, "augmentation": None, "trainable": "head"}
        found[f"head_{source}"] = ConvNetClassifier(pretrained=model, **head).fit(train).score(test)
    return found


CURVES = {
    "landscapes": landscapes,
    "skin_lesions": skin_lesions,
    "chest_xray": chest_xray,
    "fashion_mnist": fashion_mnist,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", default=os.environ.get("SPARKDL4J_TEST_DATA"))
    parser.add_argument("--only", nargs="+", choices=("epochs", *CURVES), default=("epochs", *CURVES))
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    if arguments.data is None:
        print("transfer: skipped, because neither DATA nor SPARKDL4J_TEST_DATA names a folder")
        return
    root = Path(arguments.data)
    for name in arguments.only:
        if name == "epochs":
            epochs(root, arguments.small)
        else:
            curve(name, CURVES[name](root), arguments.small)


if __name__ == "__main__":
    main()
