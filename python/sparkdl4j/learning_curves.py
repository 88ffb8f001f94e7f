"""How accuracy grows with the number of training pictures."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors

if TYPE_CHECKING:
    from sparkdl4j.classifier import ConvNetClassifier
    from sparkdl4j.dataset import ImageDataset

_SIZES = (0.1, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class LearningCurvePoint:
    """What a part of the training pictures brought.

    Attributes:
        pictures: how many were trained on.
        accuracy, f1, log_loss: of the test pictures.
        train_accuracy: of the kept epoch, as it was trained; None where that is unknown.
        seconds: of training.
    """

    pictures: int
    accuracy: float
    f1: float
    log_loss: float
    train_accuracy: float | None
    seconds: float


@dataclass(frozen=True)
class LearningCurve:
    """Points by number of training pictures, ascending; a report draws them."""

    points: tuple[LearningCurvePoint, ...]

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON holds it."""
        return {"points": [asdict(point) for point in self.points]}


def learning_curve(
    classifier: ConvNetClassifier,
    train: ImageDataset,
    test: ImageDataset,
    *,
    sizes: Sequence[int | float] = _SIZES,
) -> LearningCurve:
    """Trains copies of a classifier on growing parts of the training pictures.

    The parts are stratified, each holds the smaller ones, and every class has at least one picture in each; the
    classifier's seed decides which. The classifier itself stays as it is.

    Args:
        classifier: its parameters count, fitted or not.
        train: labelled pictures.
        test: labelled pictures that every copy is evaluated with.
        sizes: numbers of pictures, or shares of all up to 1.0, ascending.

    Raises:
        ParameterError: PARAMETER_RANGE, PARAMETER_TYPE for sizes.
        DataError: DATA_LABELS.
    """
    counts = [_count(size, len(train)) for size in sizes]
    if not counts or any(later <= earlier for earlier, later in itertools.pairwise(counts)):
        raise errors.error(
            "PARAMETER_RANGE", f"sizes must be some, and ascending, but are {list(sizes)}", parameter="sizes"
        )
    labels = train.required_labels()
    order = growing(labels, classifier.seed)
    points = []
    for count in counts:
        copy = type(classifier)(**classifier.get_params(deep=False))
        start = time.monotonic()
        copy.fit(train.subset(np.sort(order[:count])))
        seconds = time.monotonic() - start
        evaluation = copy.evaluate(test)
        kept = copy.history_.epochs[copy.kept_epoch_ - 1] if copy.kept_epoch_ else {}
        points.append(
            LearningCurvePoint(
                count, evaluation.accuracy, evaluation.f1, evaluation.log_loss, kept.get("accuracy"), seconds
            )
        )
    return LearningCurve(tuple(points))


def growing(labels: NDArray[np.int32], seed: int) -> NDArray[np.int64]:
    """An order of pictures whose every beginning holds the classes as all of them do, as nearly as can be.

    Within a class the order is drawn; then the picture comes whose class is furthest behind its share. The first
    pictures are one of each class.
    """
    random = np.random.default_rng(seed)
    rank = np.empty(len(labels))
    for label in np.unique(labels):
        members = random.permutation(np.flatnonzero(labels == label))
        # The first of each class before all others, then in even steps.
        rank[members] = np.concatenate([[-1.0], (np.arange(1, len(members)) + 0.5) / len(members)])
    return np.argsort(rank, kind="stable")


def _count(size: int | float, pictures: int) -> int:
    if isinstance(size, (bool, np.bool_)) or not isinstance(size, (int, float, np.integer, np.floating)):
        raise errors.error("PARAMETER_TYPE", f"sizes must be numbers, but one is {size!r}", parameter="sizes")
    count = int(size) if isinstance(size, (int, np.integer)) else round(float(size) * pictures)
    if isinstance(size, (float, np.floating)) and not 0 < size <= 1:
        raise errors.error("PARAMETER_RANGE", f"a share must be above 0 and up to 1.0, not {size}", parameter="sizes")
    if not 2 <= count <= pictures:
        raise errors.error(
            "PARAMETER_RANGE",
            f"a part must have from 2 to {pictures} pictures, but {size!r} asks for {count}",
            parameter="sizes",
        )
    return count
