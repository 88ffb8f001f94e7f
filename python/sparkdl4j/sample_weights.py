"""By how much each picture's loss counts in training."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import errors


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
    return _checked(given)


def _checked(weights: NDArray[Any]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        weights = np.ascontiguousarray(weights, dtype=np.float32)
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        first = int(np.argmax(wrong))
        raise errors.error(
            "DATA_NOT_FINITE",
            f"sample_weight must be finite and not negative, but that of picture {first} is {weights[first]}",
            parameter="sample_weight",
            index=first,
        )
    if not weights.any():
        raise errors.error(
            "DATA_NOT_FINITE",
            "sample_weight is zero for all pictures that are trained: some must count",
            parameter="sample_weight",
        )
    return weights
