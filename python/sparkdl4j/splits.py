"""Seeded orders, stratified splits and folds: the same on every machine; orders and splits the same in Java, too."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import errors

SPLIT_STREAM = 0

_MASK = 0xFFFFFFFFFFFFFFFF
_SEED_STEP = 0x9E3779B97F4A7C15
_STREAM_STEP = 0xD1B54A32D192ED03
_INDEX_STEP = 0x8CB92BA72F3D8DD7


def permutation(n: int, seed: int, stream: int) -> NDArray[np.int64]:
    """The numbers 0..n-1 in an order that depends on nothing but the arguments.

    Args:
        n: how many.
        seed: any integer of 64 bits.
        stream: which of the seed's independent orders: 0 is that of splits, 1 and on those of the
            epochs.
    """
    start = np.uint64((seed * _SEED_STEP + stream * _STREAM_STEP) & _MASK)
    # Arrays of unsigned integers wrap silently, which is what the hash needs.
    keys = np.arange(n, dtype=np.uint64) * np.uint64(_INDEX_STEP) + start
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    keys ^= keys >> np.uint64(31)
    return np.argsort(keys, kind="stable")


def stratified_split(labels: ArrayLike, fraction: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Splits so that every class keeps its share in both parts.

    A class with two examples or more is in both parts; the only example of a class stays in the
    first part, the one to train on.

    Args:
        labels: (n,) class indices.
        fraction: share of the examples in the second part, above 0 and below 1.
        seed: the same seed gives the same split.

    Returns:
        the indices of the rest and of the held-out part, each ascending.

    Raises:
        ParameterError: PARAMETER_TYPE or PARAMETER_RANGE for `fraction`.
        DataError: DATA_LABELS, or DATA_EMPTY when there are too few examples to hold one out.
    """
    fraction = checked_fraction(fraction)
    classes, codes, counts = np.unique(checked_labels(labels), return_inverse=True, return_counts=True)
    if counts.max(initial=0) < 2:
        raise errors.error(
            "DATA_EMPTY",
            f"nothing can be held out of {len(codes)} examples: no class has two; add examples",
            examples=len(codes),
        )
    sizes = _held_out_sizes(counts, fraction)
    order = permutation(len(codes), seed, SPLIT_STREAM)
    ordered_codes = codes[order]
    is_held_out = np.zeros(len(codes), dtype=bool)
    for code in range(len(classes)):
        is_held_out[order[ordered_codes == code][: sizes[code]]] = True
    return np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out)


def stratified_folds(labels: ArrayLike, n: int, seed: int, *, classes: Sequence[Any] = ()) -> NDArray[np.int64]:
    """Deals examples to n folds; the numbers of a class in any two folds differ by 1 at most, and so do their sizes.

    Args:
        labels: (examples,) class indices.
        n: how many folds, at least 2.
        seed: the same seed gives the same folds.
        classes: names of the classes, for messages.

    Returns:
        (examples,) the fold of each example, 0 to n - 1.

    Raises:
        ParameterError: PARAMETER_TYPE or PARAMETER_RANGE for `n`.
        DataError: DATA_LABELS, or DATA_SPLIT for a class with fewer examples than folds.
    """
    n = checked_folds(n)
    labels = checked_labels(labels)
    for label, count in zip(*np.unique(labels, return_counts=True), strict=True):
        if count < n:
            raise errors.error(
                "DATA_SPLIT",
                f"{named_class(label, classes)} has {count} example{'s' if count > 1 else ''}, fewer than the {n} "
                "folds: choose fewer folds, add examples, or leave stratify out",
                label=int(label),
            )
    order = permutation(len(labels), seed, SPLIT_STREAM)
    by_class = order[np.argsort(labels[order], kind="stable")]
    folds = np.empty(len(labels), dtype=np.int64)
    folds[by_class] = np.arange(len(labels)) % n
    return folds


def _held_out_sizes(counts: NDArray[np.int64], fraction: float) -> NDArray[np.int64]:
    """How many of each class are held out: by largest remainder, ties to the lower class."""
    quotas = fraction * counts
    sizes = np.floor(quotas).astype(np.int64)
    missing = int(np.floor(fraction * counts.sum() + 0.5)) - int(sizes.sum())
    sizes[np.argsort(-(quotas - sizes), kind="stable")[:missing]] += 1
    highest = counts - 1
    bounded: NDArray[np.int64] = np.minimum(np.maximum(sizes, 1), highest)
    return bounded


def named_class(label: int, classes: Sequence[Any]) -> str:
    """What a message calls a class."""
    return f"the class {classes[label] if len(classes) else label}"


def checked_fraction(fraction: Any) -> float:
    """A share to hold out, above 0 and below 1; else PARAMETER_TYPE or PARAMETER_RANGE."""
    if isinstance(fraction, bool) or not isinstance(fraction, numbers.Real):
        raise errors.error(
            "PARAMETER_TYPE",
            f"the share to hold out must be a number, but is {fraction!r}",
            parameter="fraction",
        )
    share = float(fraction)
    if not 0 < share < 1:
        raise errors.error(
            "PARAMETER_RANGE",
            f"the share to hold out must be above 0 and below 1, but is {fraction}",
            parameter="fraction",
        )
    return share


def checked_folds(n: Any) -> int:
    """A number of folds, at least 2; else PARAMETER_TYPE or PARAMETER_RANGE."""
    if isinstance(n, bool) or not isinstance(n, numbers.Integral):
        raise errors.error("PARAMETER_TYPE", f"the number of folds must be an integer, but is {n!r}", parameter="n")
    if n < 2:
        raise errors.error("PARAMETER_RANGE", f"the number of folds must be at least 2, but is {n}", parameter="n")
    return int(n)


def checked_labels(labels: ArrayLike) -> NDArray[Any]:
    """Class indices, (n,); else DATA_LABELS."""
    checked: NDArray[Any] = np.asarray(labels)
    if checked.ndim != 1 or (checked.size and checked.dtype.kind not in "iu"):
        raise errors.error(
            "DATA_LABELS",
            "the labels to split by must be class indices of shape (n,), but have the shape "
            f"{checked.shape} and the dtype {checked.dtype}",
            parameter="labels",
        )
    return checked
