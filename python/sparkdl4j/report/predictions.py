"""Pictures with what a classifier made of them: the predictions that a report shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sparkdl4j.dataset import ImageDataset
    from sparkdl4j.evaluation import Evaluation

# Pictures of wrong predictions that a report shows, and of any predictions.
MOST_MISTAKES = 24
MOST_EXAMPLES = 24


class PredictedPicture(NamedTuple):
    """A prediction: the picture (height, width, channels), class indices, and how sure the classifier was."""

    picture: NDArray[Any]
    actual: int
    predicted: int
    probability: float


def surest_mistakes(evaluation: Evaluation, pictures: ImageDataset | NDArray[Any]) -> list[PredictedPicture]:
    """The wrong predictions that a report shows, the surest first."""
    wrong = np.flatnonzero(evaluation.predicted != evaluation.actual)
    surety = evaluation.probabilities[wrong, evaluation.predicted[wrong]]
    return _predicted(evaluation, pictures, wrong[np.argsort(-surety, kind="stable")[:MOST_MISTAKES]])


def examples(evaluation: Evaluation, pictures: ImageDataset | NDArray[Any]) -> list[PredictedPicture]:
    """Predictions of every class that occurs, in turn, from all over the pictures."""
    of_class = [np.flatnonzero(evaluation.actual == index) for index in np.unique(evaluation.actual)]
    of_class = of_class[:MOST_EXAMPLES]
    each = -(-MOST_EXAMPLES // len(of_class))
    chosen = [members[np.linspace(0, len(members) - 1, min(each, len(members))).astype(int)] for members in of_class]
    return _predicted(evaluation, pictures, np.concatenate(chosen)[:MOST_EXAMPLES])


def _predicted(
    evaluation: Evaluation, pictures: ImageDataset | NDArray[Any], index: NDArray[Any]
) -> list[PredictedPicture]:
    return [
        PredictedPicture(
            pictures[k],
            int(evaluation.actual[k]),
            int(evaluation.predicted[k]),
            float(evaluation.probabilities[k, evaluation.predicted[k]]),
        )
        for k in index.tolist()
    ]
