"""Test accuracy of the reference networks on the data of the works behind this project.

    .venv/bin/python benchmarks/accuracy.py [DATA] [--only landscapes|fashion_mnist|precision]

DATA (default: the environment variable SPARKDL4J_TEST_DATA) holds `landscapes/` (a folder a class) and `fashion-mnist/`
(IDX files). Landscapes: beach, desert and forest, a stratified test split of 30 %, three seeds, 75x75, with the
thesis's own network, AdaGrad .01 and L2 5e-5. The test part never influences which parameters are kept: there is no
validation part, and the last epoch's are taken. `precision` compares bf16 with f32 on both, five seeds each.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from record import write_result
from sparkdl4j import ConvNetClassifier, ImageDataset, ImageFolder, load_idx

SEEDS = (1, 2, 3)
PRECISION_SEEDS = (1, 2, 3, 4, 5)
CLASSES = ("beach", "desert", "forest")


def landscape_pictures(root: Path) -> ImageFolder:
    with tempfile.TemporaryDirectory() as folder:
        for name in CLASSES:
            Path(folder, name).symlink_to((root / "landscapes" / name).resolve(), target_is_directory=True)
        data = ImageFolder(folder, size=(75, 75))
    print(data)
    return data


def fashion_pictures(root: Path) -> tuple[ImageDataset, ImageDataset]:
    train = load_idx(root / "fashion-mnist" / "train-images-idx3-ubyte.gz")
    return train, load_idx(root / "fashion-mnist" / "t10k-images-idx3-ubyte.gz")


def landscapes(root: Path) -> None:
    data = landscape_pictures(root)
    accuracies: dict[str, list[float]] = {}
    for standardize in ("feature", "channel"):
        for seed in SEEDS:
            train, test = data.split(0.3, seed=seed)
            classifier = ConvNetClassifier(
                "landscape",
                epochs=20,
                updater="adagrad",
                learning_rate=0.01,
                l2=5e-5,
                seed=seed,
                standardize=standardize,
            ).fit(train)
            accuracies.setdefault(f"standardize_{standardize}", []).append(classifier.score(test))
    write_result(
        "accuracy_landscapes",
        f"landscapes {', '.join(CLASSES)}: {len(data)} pictures, 30 % stratified test split, seeds {SEEDS}",
        "test accuracy",
        accuracies,
        thesis=[0.6167, 0.6623],
    )


def fashion_mnist(root: Path) -> None:
    train, test = fashion_pictures(root)
    classifier = ConvNetClassifier("fashion", epochs=8, seed=1).fit(train)
    evaluation = classifier.evaluate(test)
    print(evaluation)
    write_result(
        "accuracy_fashion_mnist",
        "Fashion-MNIST, 60,000 for training, 10,000 for the test; fashion network, Adam .001, 8 epochs",
        "test accuracy",
        {"fashion": [evaluation.accuracy]},
        paper=0.8439,
    )


def precision(root: Path) -> None:
    pictures = landscape_pictures(root)
    fashion = fashion_pictures(root)
    accuracies: dict[str, list[float]] = {}
    for seed in PRECISION_SEEDS:
        train, test = pictures.split(0.3, seed=seed)
        for name in ("f32", "bf16"):
            of_landscapes = ConvNetClassifier(
                "landscape",
                epochs=20,
                updater="adagrad",
                learning_rate=0.01,
                l2=5e-5,
                seed=seed,
                precision=name,
                verbose=False,
            ).fit(train)
            accuracies.setdefault(f"landscapes_{name}", []).append(of_landscapes.score(test))
            of_fashion = ConvNetClassifier("fashion", epochs=3, seed=seed, precision=name, verbose=False)
            accuracies.setdefault(f"fashion_mnist_{name}", []).append(of_fashion.fit(fashion[0]).score(fashion[1]))
    write_result(
        "accuracy_precision",
        f"landscapes as in accuracy_landscapes, per channel; Fashion-MNIST, 3 epochs; seeds {PRECISION_SEEDS}",
        "test accuracy",
        accuracies,
    )


BENCHMARKS = {"landscapes": landscapes, "fashion_mnist": fashion_mnist, "precision": precision}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", default=os.environ.get("SPARKDL4J_TEST_DATA"))
    parser.add_argument("--only", choices=BENCHMARKS)
    arguments = parser.parse_args()
    if arguments.data is None:
        print("accuracy: skipped, because neither DATA nor SPARKDL4J_TEST_DATA names a folder")
        return
    for name in [arguments.only] if arguments.only else BENCHMARKS:
        BENCHMARKS[name](arguments.data)


if __name__ == "__main__":
    main()
