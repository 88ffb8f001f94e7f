"""The report folder: what a training run and an evaluation gave, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import atomic_file, errors
from sparkdl4j.evaluation import Evaluation, Interval, Metrics
from sparkdl4j.history import History
from sparkdl4j.report import plots, tables

if TYPE_CHECKING:
    from sparkdl4j.dataset import ImageDataset

# Pictures of wrong predictions that a report shows.
MOST_MISTAKES = 24


class Mistake(NamedTuple):
    """A wrong prediction: the picture (height, width, channels), class indices, and how sure the classifier was."""

    picture: NDArray[Any]
    actual: int
    predicted: int
    probability: float


def write_report(
    folder: str | Path,
    *,
    evaluation: Metrics | None = None,
    intervals: Mapping[str, Interval] | None = None,
    history: History | None = None,
    pictures: ImageDataset | NDArray[Any] | None = None,
    mistakes: Sequence[Mistake] = (),
) -> list[Path]:
    """Writes a report; each file is written whole or not at all, and replaces an older one.

    Args:
        folder: is made where it is missing.
        evaluation: gives `metrics.json` and `confusion_matrix.png`.
        intervals: what `evaluation.confidence_intervals()` gave, to be among the metrics.
        history: gives `history.json` and, once an epoch has finished, `learning_curves.png`.
        pictures: those that were evaluated, in their order; gives `misclassified.png`, the wrong
            predictions of which the classifier was surest. `evaluation` is an `Evaluation` then.
        mistakes: the same for pictures that are not at hand: the surest mistakes among them.

    Returns:
        the files written.

    Raises:
        FileError: FILE_UNWRITABLE.
        JvmError: EXTRA_MISSING when matplotlib is not installed; the JSON files are there then.
        DataError: DATA_SHAPE when pictures and evaluation differ in number.
    """
    if pictures is not None:
        predicted = len(evaluation.actual) if isinstance(evaluation, Evaluation) else 0
        if not isinstance(evaluation, Evaluation) or len(pictures) != predicted:
            raise errors.error(
                "DATA_SHAPE",
                f"pictures must be those that were evaluated, but are {len(pictures)} for {predicted} predictions",
                parameter="pictures",
            )
        mistakes = surest_mistakes(evaluation, pictures)
    folder = Path(folder)
    atomic_file.make_folder(folder)
    written: list[Path] = []

    def write(name: str, content: str | bytes) -> None:
        atomic_file.write(folder / name, content)
        written.append(folder / name)

    # JSON first: it needs no optional package.
    if evaluation is not None:
        write("metrics.json", json.dumps(evaluation.to_dict(intervals), indent=2, default=str) + "\n")
    if history is not None:
        write("history.json", history.to_json())
    if evaluation is not None:
        write("confusion_matrix.png", plots.confusion_matrix(evaluation))
    if history:
        write("learning_curves.png", plots.learning_curves(history))
    if evaluation is not None and mistakes:
        write("misclassified.png", _misclassified(evaluation, mistakes))
    return written


def surest_mistakes(evaluation: Evaluation, pictures: ImageDataset | NDArray[Any]) -> list[Mistake]:
    """The wrong predictions that a report shows, the surest first."""
    wrong = np.flatnonzero(evaluation.predicted != evaluation.actual)
    surety = evaluation.probabilities[wrong, evaluation.predicted[wrong]]
    order = np.argsort(-surety, kind="stable")[:MOST_MISTAKES]
    return [
        Mistake(
            pictures[index], int(evaluation.actual[index]), int(evaluation.predicted[index]), float(surety[position])
        )
        for position, index in zip(order, wrong[order], strict=True)
    ]


def _misclassified(evaluation: Metrics, mistakes: Sequence[Mistake]) -> bytes:
    names = [tables.name(value, 18) for value in evaluation.classes]
    captions = [
        f"{names[mistake.predicted]} {mistake.probability:.0%}\nis {names[mistake.actual]}" for mistake in mistakes
    ]
    wrong = int(evaluation.confusion_matrix.sum() - evaluation.confusion_matrix.trace())
    title = f"The surest of {wrong} wrong predictions"
    return plots.picture_grid([mistake.picture for mistake in mistakes], captions, title)
