"""The report folder: what a training run and an evaluation gave, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import atomic_file, errors
from sparkdl4j.evaluation import Evaluation
from sparkdl4j.history import History
from sparkdl4j.report import plots, tables

if TYPE_CHECKING:
    from sparkdl4j.dataset import ImageDataset

_MOST_PICTURES = 24


def write_report(
    folder: str | Path,
    *,
    evaluation: Evaluation | None = None,
    history: History | None = None,
    pictures: ImageDataset | NDArray[Any] | None = None,
) -> list[Path]:
    """Writes a report; each file is written whole or not at all, and replaces an older one.

    Args:
        folder: is made where it is missing.
        evaluation: gives `metrics.json` and `confusion_matrix.png`.
        history: gives `history.json` and, once an epoch has finished, `learning_curves.png`.
        pictures: those that were evaluated, in their order; gives `misclassified.png`, the wrong
            predictions of which the classifier was surest.

    Returns:
        the files written.

    Raises:
        FileError: FILE_UNWRITABLE.
        JvmError: EXTRA_MISSING when matplotlib is not installed; the JSON files are there then.
        DataError: DATA_SHAPE when pictures and evaluation differ in number.
    """
    if pictures is not None and (evaluation is None or len(pictures) != len(evaluation.actual)):
        raise errors.error(
            "DATA_SHAPE",
            f"pictures must be those that were evaluated, but are {len(pictures)} for "
            f"{0 if evaluation is None else len(evaluation.actual)} predictions",
            parameter="pictures",
        )
    folder = Path(folder)
    atomic_file.make_folder(folder)
    written: list[Path] = []

    def write(name: str, content: str | bytes) -> None:
        atomic_file.write(folder / name, content)
        written.append(folder / name)

    # JSON first: it needs no optional package.
    if evaluation is not None:
        write("metrics.json", json.dumps(evaluation.to_dict(), indent=2, default=str) + "\n")
    if history is not None:
        write("history.json", history.to_json())
    if evaluation is not None:
        write("confusion_matrix.png", plots.confusion_matrix(evaluation))
    if history:
        write("learning_curves.png", plots.learning_curves(history))
    if evaluation is not None and pictures is not None:
        wrong = _surest_mistakes(evaluation)
        if len(wrong):
            write("misclassified.png", _misclassified(evaluation, pictures, wrong))
    return written


def _surest_mistakes(evaluation: Evaluation) -> NDArray[np.int64]:
    wrong = np.flatnonzero(evaluation.predicted != evaluation.actual)
    surety = evaluation.probabilities[wrong, evaluation.predicted[wrong]]
    return wrong[np.argsort(-surety, kind="stable")]


def _misclassified(
    evaluation: Evaluation,
    pictures: ImageDataset | NDArray[Any],
    wrong: NDArray[np.int64],
) -> bytes:
    names = [tables.name(value, 18) for value in evaluation.classes]
    shown = wrong[:_MOST_PICTURES]
    captions = []
    for index in shown:
        predicted = evaluation.predicted[index]
        share = evaluation.probabilities[index, predicted]
        captions.append(f"{names[predicted]} {share:.0%}\nis {names[evaluation.actual[index]]}")
    title = f"The surest of {len(wrong)} wrong predictions"
    return plots.picture_grid([pictures[index] for index in shown], captions, title)
