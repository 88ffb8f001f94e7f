"""The main job on pictures that come with scikit-learn: 1,797 handwritten digits (UCI, CC BY 4.0)."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from sparkdl4j import errors

_PREDICTED = 10


def run(out: Path, command: Callable[[Sequence[str]], int]) -> None:
    """Writes the digits as an image folder, trains on it, evaluates, and predicts from the saved model.

    Args:
        out: folder for the pictures, the model, the report and the predictions.
        command: the command line's `main`, which runs each step as a user would.
    """
    pictures = out / "digits"
    count = write_digits(pictures)
    print(f"{count} pictures of handwritten digits, 8x8, in {pictures}/0 … {pictures}/9\n")
    model, report = str(out / "model.zip"), str(out / "report")
    sample = [str(path) for path in sorted(pictures.glob("*/*.png"))[:: count // _PREDICTED][:_PREDICTED]]
    train = ["train", str(pictures), "--network", "fashion", "--channels", "1", "--epochs", "15"]
    train += ["--batch-size", "32", "--validation", "0.1", "--test", "0.2", "--model", model, "--report", report]
    predict = ["predict", model, *sample, "--out", str(out / "predictions.csv")]
    for step in (train, predict):
        print(f"$ sparkdl4j {shlex.join(step)}", flush=True)
        code = command(step)
        if code == 130:
            raise KeyboardInterrupt
        if code != 0:
            raise errors.error("INTERNAL", f"the command above failed with exit code {code}")
        print(flush=True)
    print((out / "predictions.csv").read_text(), end="")


def write_digits(folder: Path) -> int:
    """Writes scikit-learn's digits as 8-bit grey PNG files into one subfolder a digit; returns their number."""
    try:
        from PIL import Image
        from sklearn.datasets import load_digits
    except ImportError as problem:
        raise errors.missing_extra(problem.name or "scikit-learn", "report,sklearn") from None

    digits = load_digits()
    for number, (pixels, digit) in enumerate(zip(digits.images, digits.target, strict=True)):
        target = folder / str(digit) / f"digit-{number:04}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        # The digits count dark pixels of a 4x4 cell: 0 to 16.
        Image.fromarray(np.round(pixels * (255 / 16)).astype(np.uint8)).save(target)
    return len(digits.images)
