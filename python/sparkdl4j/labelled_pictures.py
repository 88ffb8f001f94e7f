"""Pictures with labels, from what callers give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sparkdl4j import errors, sample_weights
from sparkdl4j.dataset import ImageDataset


def labelled(X: ArrayLike | ImageDataset, y: ArrayLike | None, name: str) -> ImageDataset:
    """A data set of pictures and labels, however they are given.

    Args:
        X: pictures as an array, or a data set with labels of its own.
        y: labels of an array.
        name: what X is called, for errors.

    Raises:
        ParameterError: PARAMETER_CONFLICT for labels beside a data set.
        DataError: DATA_LABELS for an array without labels.
    """
    if isinstance(X, ImageDataset):
        if y is not None:
            raise errors.error(
                "PARAMETER_CONFLICT",
                f"{name} is a data set with labels of its own: leave y out",
                parameter="y",
            )
        return X
    if y is None:
        raise errors.error(
            "DATA_LABELS", f"{name} is an array, which requires y to be passed, but the target y is None", parameter="y"
        )
    return ImageDataset.from_arrays(X, y)


def weighted(data: ImageDataset, sample_weight: ArrayLike | None) -> ImageDataset:
    """The same pictures with weights, (n,); None leaves them as they are."""
    weights = sample_weights.of_pictures(sample_weight, len(data))
    if weights is None:
        return data
    same = data.subset(np.arange(len(data)))
    same.weights = weights
    return same


def with_classes(data: ImageDataset, classes: Sequence[Any], name: str) -> ImageDataset:
    """The same pictures with labels that index `classes`; numbers and their names as text count as equal."""
    position = {str(value): index for index, value in enumerate(classes)}
    unknown = [value for value in data.classes if str(value) not in position]
    labels = data.required_labels()
    if unknown:
        raise errors.error(
            "DATA_LABELS",
            f"{name} has the class {unknown[0]!r}, which the training data do not have: {listed(classes)}",
            unknown=[str(value) for value in unknown],
        )
    index = np.array([position[str(value)] for value in data.classes], dtype=np.int32)
    same = data.subset(np.arange(len(data)))
    same.labels = index[labels]
    same.classes = list(classes)
    return same


def listed(classes: Sequence[Any]) -> str:
    """Classes for people: the first ten."""
    return ", ".join(map(str, classes[:10])) + (", …" if len(classes) > 10 else "")
