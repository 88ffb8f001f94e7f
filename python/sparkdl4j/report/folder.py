"""The report folder: what data, a training run and an evaluation gave, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from sparkdl4j import atomic_file, errors
from sparkdl4j.dataset import ImageDataset
from sparkdl4j.duplicates import MOST_UNASKED, Description
from sparkdl4j.evaluation import Evaluation, Interval, Metrics
from sparkdl4j.history import History
from sparkdl4j.inspection import Inspection
from sparkdl4j.learning_curves import LearningCurve
from sparkdl4j.report import curves, galleries, leaks, network, plots, predictions, probabilities, results, tables
from sparkdl4j.report import data as data_section
from sparkdl4j.report.markup import Markup, tag
from sparkdl4j.report.page import page
from sparkdl4j.report.predictions import PredictedPicture

if TYPE_CHECKING:
    from sparkdl4j.classifier import ConvNetClassifier

Data = ImageDataset | Inspection
_PAGE = "report.html"


class Report(list[Path]):
    """The files that were written, in their order; the last is the page that shows everything."""

    def _repr_html_(self) -> str:
        return str(tag("ul", [tag("li", tag("a", file.name, href=str(file))) for file in reversed(self)]))


def write_report(
    folder: str | Path,
    *,
    evaluation: Metrics | None = None,
    intervals: Mapping[str, Interval] | None = None,
    history: History | None = None,
    pictures: ImageDataset | NDArray[Any] | None = None,
    mistakes: Sequence[PredictedPicture] = (),
    classifier: ConvNetClassifier | None = None,
    data: Data | Mapping[str, Data] | None = None,
    learning_curve: LearningCurve | None = None,
    title: str = "Report",
) -> Report:
    """Writes a report; each file is written whole or not at all, and replaces an older one.

    `report.html` shows everything that is given, in one file that needs no other. The files beside it hold the same
    for programs, and the pictures apart.

    Args:
        folder: is made where it is missing.
        evaluation: gives `metrics.json` and `confusion_matrix.png`.
        intervals: what `evaluation.confidence_intervals()` gave, to be among the metrics.
        history: gives `history.json` and, once an epoch has finished, `learning_curves.png`.
        pictures: those that were evaluated, in their order; gives `misclassified.png`, the wrong
            predictions of which the classifier was surest. `evaluation` is an `Evaluation` then.
        mistakes: the same for pictures that are not at hand: the surest mistakes among them.
        classifier: fitted; gives its network, options and versions, and where it looked in some of the pictures.
        data: labelled pictures, an inspection, or several by name, those to train on first; gives `data.json`. Of
            several that are pictures, `leaks.json` too, where these are at most 20,000 together.
        learning_curve: of `learning_curve`; gives `learning_curve.json`.
        title: of the page.

    Returns:
        the files written.

    Raises:
        FileError: FILE_UNWRITABLE.
        JvmError: EXTRA_MISSING when matplotlib is not installed; the JSON files and the page are there then.
        DataError: DATA_SHAPE when pictures and evaluation differ in number.
    """
    shown: list[PredictedPicture] = []
    if pictures is not None:
        if not isinstance(evaluation, Evaluation) or len(pictures) != len(evaluation.actual):
            predicted = len(evaluation.actual) if isinstance(evaluation, Evaluation) else 0
            raise errors.error(
                "DATA_SHAPE",
                f"pictures must be those that were evaluated, but are {len(pictures)} for {predicted} predictions",
                parameter="pictures",
            )
        mistakes = predictions.surest_mistakes(evaluation, pictures)
        shown = predictions.examples(evaluation, pictures)
    sets = _sets(data)
    pixels = {name: found for name, found in sets.items() if isinstance(found, ImageDataset)}
    # Once for the duplicates of each and the leaks between any two: it is what takes long.
    described = {name: Description.of(found) for name, found in pixels.items() if len(found) <= MOST_UNASKED}
    inspections = {
        name: found if isinstance(found, Inspection) else Inspection.of(found, described.get(name))
        for name, found in sets.items()
    }
    leaking = leaks.between(pixels, described)
    folder = Path(folder)
    atomic_file.make_folder(folder)
    written = Report()

    def write(name: str, content: str | bytes) -> None:
        atomic_file.write(folder / name, content)
        written.append(folder / name)

    # What needs no optional package first.
    if inspections:
        write("data.json", _json({name: found.to_dict() for name, found in inspections.items()}))
    if leaking:
        write("leaks.json", _json(leaks.to_dicts(leaking)))
    if evaluation is not None:
        write("metrics.json", _json(evaluation.to_dict(intervals)))
    if history is not None:
        write("history.json", history.to_json())
    if learning_curve is not None:
        write("learning_curve.json", _json(learning_curve.to_dict()))
    sections = [
        results.results(_metrics(evaluation, intervals)) if evaluation is not None else Markup(),
        probabilities.curves(evaluation) if isinstance(evaluation, Evaluation) else Markup(),
        data_section.data(inspections),
        leaks.leaks(leaking, pixels),
        _augmented(pixels, classifier),
        curves.training(history) if history else Markup(),
        curves.learning(learning_curve) if learning_curve is not None else Markup(),
        *(_galleries(evaluation, shown, mistakes, classifier) if evaluation is not None else ()),
        *((network.network(classifier), network.versions()) if classifier is not None else ()),
    ]
    write(_PAGE, page(title, _subtitle(evaluation, history, inspections), sections))
    drawn: list[tuple[str, Callable[[], bytes]]] = []
    if evaluation is not None:
        drawn.append(("confusion_matrix.png", lambda: plots.confusion_matrix(evaluation)))
    if history:
        drawn.append(("learning_curves.png", lambda: plots.learning_curves(history)))
    if evaluation is not None and mistakes:
        drawn.append(("misclassified.png", lambda: _misclassified(evaluation, mistakes)))
    for name, draw in drawn:
        write(name, draw())
    # The page is what people look at: it comes last.
    written.append(written.pop(written.index(folder / _PAGE)))
    return written


def _sets(data: Data | Mapping[str, Data] | None) -> Mapping[str, Data]:
    if data is None:
        return {}
    return data if isinstance(data, Mapping) else {"data": data}


def _augmented(sets: Mapping[str, ImageDataset], classifier: ConvNetClassifier | None) -> Markup:
    """What augmentation makes of the first set, which is the one to train on; nothing without both."""
    train = next(iter(sets.values()), None)
    if train is None or not len(train) or classifier is None or classifier.augmentation is None:
        return Markup()
    return galleries.augmented(train, classifier)


def _metrics(evaluation: Metrics, intervals: Mapping[str, Interval] | None) -> dict[str, Any]:
    """What the evaluation gives, with its groups where it has any."""
    found = evaluation.to_dict(intervals)
    if isinstance(evaluation, Evaluation) and evaluation.groups is not None:
        found["groups"] = evaluation.by_group().to_dicts()
    return found


def _galleries(
    evaluation: Metrics,
    shown: Sequence[PredictedPicture],
    mistakes: Sequence[PredictedPicture],
    classifier: ConvNetClassifier | None,
) -> list[Markup]:
    wrong = int(evaluation.confusion_matrix.sum() - evaluation.confusion_matrix.trace())
    found = [
        galleries.predictions(shown, evaluation.classes),
        galleries.mistakes(mistakes, evaluation.classes, wrong),
    ]
    if classifier is not None:
        half = galleries.MOST_SALIENT // 2
        right = [one for one in shown if one.actual == one.predicted]
        looked = [*mistakes[: galleries.MOST_SALIENT - min(half, len(right))]]
        looked += right[: galleries.MOST_SALIENT - len(looked)]
        found.append(galleries.saliency(looked, evaluation.classes, classifier))
    return found


def _subtitle(evaluation: Metrics | None, history: History | None, inspections: Mapping[str, Inspection]) -> str:
    parts = [f"{len(found.labels):,} pictures of {name}" for name, found in inspections.items()]
    if history:
        parts.append(f"{len(history)} epochs")
    if evaluation is not None:
        parts.append(f"accuracy {evaluation.accuracy:.4f} on {int(evaluation.confusion_matrix.sum()):,} pictures")
    return ", ".join(parts)


def _misclassified(evaluation: Metrics, mistakes: Sequence[PredictedPicture]) -> bytes:
    names = [tables.name(value, 18) for value in evaluation.classes]
    captions = [
        f"{names[mistake.predicted]} {mistake.probability:.0%}\nis {names[mistake.actual]}" for mistake in mistakes
    ]
    wrong = int(evaluation.confusion_matrix.sum() - evaluation.confusion_matrix.trace())
    title = f"The surest of {wrong} wrong predictions"
    return plots.picture_grid([mistake.picture for mistake in mistakes], captions, title)


def _json(values: Mapping[str, Any] | list[Any]) -> str:
    return json.dumps(values, indent=2, default=str) + "\n"
