"""By how much each picture's loss counts in training: weights of pictures and of classes."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import errors

ClassWeight = str | Mapping[Any, Any] | None


def of_pictures(sample_weight: ArrayLike | None, n: int) -> NDArray[np.float32] | None:
    """The weights of n pictures, (n,), checked; None for None.

    Raises:
        DataError: DATA_SHAPE, DATA_TYPE, or DATA_NOT_FINITE for weights that are not finite, negative, or all 0.
    """
    if sample_weight is None:
        return None
    given = np.asarray(sample_weight)
    if given.dtype.kind not in "biuf":
        raise errors.error(
            "DATA_TYPE", f"sample_weight must hold numbers, but its dtype is {given.dtype}", parameter="sample_weight"
        )
    if given.shape != (n,):
        raise errors.error(
            "DATA_SHAPE",
            f"sample_weight must have the shape ({n},), one weight a picture, but has {given.shape}",
            parameter="sample_weight",
        )
    return _checked(given, "sample_weight")


def with_classes(
    weights: NDArray[np.float32] | None, class_weight: ClassWeight, labels: NDArray[np.int32], classes: Sequence[Any]
) -> NDArray[np.float32] | None:
    """The weights of pictures times those of their classes; None where all are 1.

    Args:
        weights: (n,) weights of the pictures; None for 1.
        class_weight: weight by class, 1 for classes that are not in it; "balanced" for
            `n / (classes that occur * pictures of the class)`, as scikit-learn has it; None for 1.
        labels: (n,) indices into `classes`.

    Raises:
        ParameterError: PARAMETER_TYPE or PARAMETER_RANGE.
        DataError: DATA_LABELS for a weight of a class that there is not; DATA_NOT_FINITE.
    """
    if class_weight is None:
        of_classes = None
    elif isinstance(class_weight, Mapping):
        of_classes = _of_mapping(class_weight, classes)
    elif class_weight == "balanced":
        counts = np.bincount(labels, minlength=len(classes))
        of_classes = len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1))
    elif isinstance(class_weight, str):
        raise errors.error(
            "PARAMETER_RANGE",
            f'class_weight must be "balanced", a dict of weights by class or None, but is {class_weight!r}',
            parameter="class_weight",
        )
    else:
        raise errors.error(
            "PARAMETER_TYPE",
            f'class_weight must be "balanced", a dict of weights by class or None, but is {class_weight!r}',
            parameter="class_weight",
        )
    if of_classes is None:
        return None if weights is None else _checked(weights, "sample_weight")
    both = of_classes[labels] if weights is None else of_classes[labels] * weights
    return _checked(both, "class_weight" if weights is None else "sample_weight")


def _of_mapping(class_weight: Mapping[Any, Any], classes: Sequence[Any]) -> NDArray[np.float64]:
    of_classes = np.ones(len(classes))
    for name, weight in class_weight.items():
        # Numbers and their names as text count as equal, as they do in other data.
        index = next((i for i, known in enumerate(classes) if known == name or str(known) == str(name)), None)
        if index is None:
            raise errors.error(
                "DATA_LABELS",
                f"class_weight has the class {name!r}, which the training data do not have",
                parameter="class_weight",
            )
        if not _is_number(weight):
            raise errors.error(
                "PARAMETER_TYPE",
                f"class_weight must hold numbers, but that of {name!r} is {weight!r}",
                parameter="class_weight",
            )
        if not 0 <= weight < np.inf:
            raise errors.error(
                "PARAMETER_RANGE",
                f"class_weight must be finite and at least 0, but that of {name!r} is {weight}",
                parameter="class_weight",
            )
        of_classes[index] = weight
    return of_classes


def _is_number(value: Any) -> bool:
    # Python counts True as a number, which nobody means.
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _checked(weights: NDArray[Any], name: str) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        weights = np.ascontiguousarray(weights, dtype=np.float32)
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        first = int(np.argmax(wrong))
        raise errors.error(
            "DATA_NOT_FINITE",
            f"{name} must be finite and not negative, but that of picture {first} is {weights[first]}",
            parameter=name,
            index=first,
        )
    if not weights.any():
        raise errors.error(
            "DATA_NOT_FINITE", f"{name} is zero for all pictures that are trained: some must count", parameter=name
        )
    return weights
