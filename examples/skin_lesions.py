"""Skin lesions: a small network with default hyper-parameters, then the best of a search.

    python examples/skin_lesions.py PICTURES [--out skin_lesions] [--trials 13] [--epochs 15] [--size 75] [--seed 1]

PICTURES is a folder with a subfolder a class, such as ISIC's dermoscopy: melanoma, nevus and so on. A fifth of the
pictures is for the final test alone; a fifth of the others decides which epoch and which hyper-parameters are best.

The system that this follows (see README.md) prints 7 times the speed by trials side by side, and errors 34 % lower by
the search of 13 trials; the accuracies that it gives for that, .9921 and .9937, are 20 % apart in errors.

Writes search.html, trials.csv and model.zip, and prints a table.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sparkdl4j import (
    BatchNorm,
    Conv2D,
    ConvNetClassifier,
    Dense,
    Dropout,
    Evaluation,
    ImageFolder,
    MaxPool2D,
    Network,
    Output,
    Search,
)
from sparkdl4j.network import Layer

# The first is the paper's: neurons per layer.
SPACE = {
    "network__units": {"low": 32, "high": 512, "log": True},
    "network__width": [8, 16, 32],
    "network__depth": (2, 4),
    "learning_rate": {"low": 1e-4, "high": 1e-2, "log": True},
    "dropout": (0.1, 0.6),
    "batch_size": [16, 32, 64],
}


class LesionNetwork(Network):
    """Convolutions and poolings, then a dense layer.

    Args:
        units: neurons of the dense layer.
        width: filters of the first convolution; each stage has twice those of the one before.
        depth: how many stages, each of a convolution and a pooling.
    """

    units: int = 128
    width: int = 16
    depth: int = 3

    def build(self) -> Iterator[Layer]:
        for stage in range(self.depth):
            yield Conv2D(self.width << stage, 3, padding="same")
            yield BatchNorm()
            yield MaxPool2D(2)
        yield Dropout()
        yield Dense(self.units)
        yield Output()


@dataclass(frozen=True)
class Outcome:
    """What the example has found.

    Args:
        default: the network with default hyper-parameters, on the pictures for the test.
        best: that with the best ones of the search, on the same.
        search: the search.
        seconds: that it took, without the last training.
        seconds_one_by_one: the sum of its trainings.
    """

    default: Evaluation
    best: Evaluation
    search: Search
    seconds: float
    seconds_one_by_one: float


def run(pictures: Path, *, trials: int, epochs: int, size: int, seed: int, verbose: bool = True) -> Outcome:
    """Trains with default hyper-parameters, searches, and trains with the best.

    Args:
        pictures: a folder with a subfolder a class.
        trials: of the search.
        epochs: of every training.
        size: height and width that pictures are scaled to.
        seed: of the split and of all that is random.
        verbose: say how it goes.
    """
    rest, test = ImageFolder(pictures, size).split(0.2, seed=seed)
    train, validation = rest.split(0.2, seed=seed)
    estimator = ConvNetClassifier(LesionNetwork(), epochs=epochs, batch_size=32, seed=seed, verbose=verbose)
    default = estimator.fit(train, validation_data=validation).evaluate(test)
    search = Search(estimator, SPACE, n_trials=trials, validation=validation, seed=seed, refit=False, verbose=verbose)
    start = time.perf_counter()
    search.fit(train)
    seconds = time.perf_counter() - start
    chosen = ConvNetClassifier(**estimator.get_params(deep=False)).set_params(**search.best_params_)
    search.best_estimator_ = chosen.fit(train, validation_data=validation)
    return Outcome(
        default=default,
        best=chosen.evaluate(test),
        search=search,
        seconds=seconds,
        seconds_one_by_one=sum(sum(one.seconds) for one in search.trials_),
    )


def table(found: Outcome) -> str:
    """What was found, as lines of text; the paper's own figures beside it."""
    errors = [1 - one.accuracy for one in (found.default, found.best)]
    lower = f"{1 - errors[1] / errors[0]:.0%}" if errors[0] else "-"
    difference = found.best.compare(found.default)
    rows = [
        ("", "here", "paper"),
        ("accuracy, default", f"{found.default.accuracy:.4f}", ".9921"),
        ("accuracy, best of the search", f"{found.best.accuracy:.4f}", ".9937"),
        ("error lower by", lower, "34 % (20 % by its accuracies)"),
        ("trials side by side against one by one", f"{found.seconds_one_by_one / found.seconds:.1f}x", "7x"),
    ]
    widths = [max(len(row[k]) for row in rows) for k in range(2)]
    lines = [f"{name:<{widths[0]}}  {here:>{widths[1]}}  {paper}".rstrip() for name, here, paper in rows]
    return "\n".join([*lines, "", f"Best against default: {difference}"])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--out", type=Path, default=Path("skin_lesions"))
    parser.add_argument("--trials", type=int, default=13)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--size", type=int, default=75)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    found = run(given.pictures, trials=given.trials, epochs=given.epochs, size=given.size, seed=given.seed)
    found.search.write_report(given.out / "search.html", title="Skin lesions: search")
    found.search.to_frame().to_csv(given.out / "trials.csv", index=False)
    found.search.best_estimator_.save(given.out / "model.zip")
    print(table(found))


if __name__ == "__main__":
    main()
