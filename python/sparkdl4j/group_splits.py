"""Splits that keep groups (patients, near duplicates) whole: no group is in two parts.

Groups are dealt to the parts one after the other, the large ones first and those of about one size in a seeded order,
each to the part where it brings the shares of the classes, and of all examples, nearest to what they should be: by the
sum of squared differences of shares, much as scikit-learn's StratifiedGroupKFold does. Few groups are then moved and
swapped for as long as that helps, from several orders. All sums are plain ones in a fixed order: the same on every
machine.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import errors
from sparkdl4j.splits import (
    SPLIT_STREAM,
    checked_folds,
    checked_fraction,
    checked_labels,
    named_class,
    permutation,
)

# Above so many groups dealing alone leaves nothing to gain, and comparing all pairs would take long.
_MOST_SWAPPED = 128
_MOST_ROUNDS = 20
# So many orders are tried of few groups, and the best kept.
_ORDERS = 4
# What an absent class costs: more than any difference of shares.
_ABSENCE = 4.0
# Less than any gain, more than rounding.
_LEAST_GAIN = 1e-9

_Counts = dict[int, int]

# What is said of groups with examples of several classes.
WARN, _ERROR, _ALLOW = MIXED_GROUPS = ("warn", "error", "allow")


def tell_of_mixed_groups(labels: ArrayLike, groups: ArrayLike, classes: Sequence[Any], mixed_groups: str) -> None:
    """Says where a group has examples of several classes: a patient who has both labels, or a mistaken name.

    Args:
        labels: (n,) class indices.
        groups: (n,) the group of each example.
        classes: names of the classes.
        mixed_groups: "warn", "error" or "allow".

    Raises:
        ParameterError: PARAMETER_RANGE for another word.
        DataError: DATA_LABELS.
    """
    if mixed_groups not in MIXED_GROUPS:
        raise errors.error(
            "PARAMETER_RANGE",
            f"mixed_groups must be one of {', '.join(MIXED_GROUPS)}, but is {mixed_groups!r}",
            parameter="mixed_groups",
        )
    if mixed_groups == _ALLOW:
        return
    found = checked_labels(labels)
    codes, names = group_codes(groups, len(found))
    pairs = np.unique(np.stack([codes, found.astype(np.int64)]), axis=1)
    mixed, counts = np.unique(pairs[0], return_counts=True)
    mixed = mixed[counts > 1]
    if not len(mixed):
        return
    first = int(mixed[0])
    of_first = " and ".join(str(classes[label]) for label in pairs[1][pairs[0] == first])
    others = f" ({len(mixed)} groups are like that)" if len(mixed) > 1 else ""
    sentence = f"the group {names[first]} has examples of {of_first}{others}"
    if mixed_groups == _ERROR:
        raise errors.error(
            "DATA_LABELS", f"{sentence}: correct the labels, or allow it with mixed_groups", group=names[first]
        )
    warnings.warn(f"{sentence}; if that is right, say mixed_groups='allow'", stacklevel=4)


def stratified_group_split(
    labels: ArrayLike, groups: ArrayLike, fraction: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Splits so that no group is in both parts, and every class keeps its share as well as groups allow.

    A class that has two groups or more is in both parts wherever groups allow it; one that has a single group stays in
    the first part, the one to train on.

    Args:
        labels: (n,) class indices.
        groups: (n,) the group of each example; one without a group (None, NaN) is a group of its own.
        fraction: share of the examples in the second part, above 0 and below 1.
        seed: the same seed gives the same split.

    Returns:
        the indices of the rest and of the held-out part, each ascending.

    Raises:
        ParameterError: PARAMETER_TYPE or PARAMETER_RANGE for `fraction`.
        DataError: DATA_LABELS; DATA_SPLIT when there is only one group, or a group is larger than both parts, or no
            group fits into one of them.
    """
    fraction = checked_fraction(fraction)
    labels = checked_labels(labels)
    codes, names = group_codes(groups, len(labels))
    sizes = np.bincount(codes, minlength=len(names))
    _check_parts(sizes, names, fraction)
    dealt = _Dealt(labels, codes, len(names), (1 - fraction, fraction), rank_of_part=True)
    is_held_out = dealt.parts(seed)[codes] == 1
    return np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out)


def stratified_group_folds(
    labels: ArrayLike, groups: ArrayLike, n: int, seed: int, *, classes: Sequence[Any] = ()
) -> NDArray[np.int64]:
    """Deals groups to n folds, so that every class has its share in every fold as well as groups allow.

    Args:
        labels, groups, seed: as `stratified_group_split` takes them.
        n: how many folds, at least 2.
        classes: names of the classes, for messages.

    Returns:
        (examples,) the fold of each example, 0 to n - 1.

    Raises:
        ParameterError: PARAMETER_TYPE or PARAMETER_RANGE for `n`.
        DataError: DATA_LABELS; DATA_SPLIT when there are fewer groups than folds, the examples of a class are of
            fewer groups than folds, or a group is larger than a fold.
    """
    n = checked_folds(n)
    labels = checked_labels(labels)
    codes, names = group_codes(groups, len(labels))
    sizes = np.bincount(codes, minlength=len(names))
    if len(names) < n:
        raise _cannot(f"there are {len(names)} groups, fewer than the {n} folds: choose at most {len(names)} folds")
    for label in np.unique(labels).tolist():
        found = len(np.unique(codes[labels == label]))
        if found < n:
            raise _cannot(
                f"the examples of {named_class(label, classes)} are of {found} group{'s' if found > 1 else ''}, fewer "
                f"than the {n} folds: choose fewer folds, add groups, or leave stratify or groups out",
                label=label,
            )
    largest = int(np.argmax(sizes))
    if sizes[largest] > math.ceil(len(labels) / n):
        raise _cannot(
            f"the group {names[largest]} has {sizes[largest]} of {len(labels)} examples, more than one of {n} folds: "
            f"choose at most {max(1, len(labels) // int(sizes[largest]))} folds, or leave groups out",
            group=names[largest],
        )
    return _Dealt(labels, codes, len(names), [1 / n] * n, rank_of_part=False).parts(seed)[codes]


def group_codes(groups: ArrayLike | Iterable[Any], n: int) -> tuple[NDArray[np.int64], list[Any]]:
    """Numbers for groups, in the order in which these come first, and their names.

    Raises:
        DataError: DATA_SHAPE unless there is one group an example.
    """
    values = groups.tolist() if isinstance(groups, np.ndarray) else list(groups)  # type: ignore[arg-type]
    if len(values) != n:
        raise errors.error(
            "DATA_SHAPE",
            f"groups must have the shape ({n},), one group a picture, but there are {len(values)}",
            parameter="groups",
        )
    numbers: dict[Any, int] = {}
    names: list[Any] = []
    codes = np.empty(n, dtype=np.int64)
    for index, value in enumerate(values):
        alone = value is None or value != value
        code = len(names) if alone else numbers.setdefault(value, len(names))
        if code == len(names):
            names.append(f"of example {index}" if alone else value)
        codes[index] = code
    return codes, names


class _Dealt:
    """Groups in parts, and how far the parts are from what they should be.

    Args:
        labels, codes: (n,) class and group of each example.
        count: how many groups there are.
        shares: of the examples in each part.
        rank_of_part: whether a class with fewer groups than parts is wanted in the first parts; else in none.
    """

    def __init__(
        self, labels: NDArray[Any], codes: NDArray[np.int64], count: int, shares: Sequence[float], *, rank_of_part: bool
    ) -> None:
        classes, of_class = np.unique(labels, return_inverse=True)
        # All examples together are treated as one more class.
        self.total = len(classes)
        self.counts: list[_Counts] = [{} for _ in range(count)]
        pairs, numbers = np.unique(codes * self.total + of_class, return_counts=True)
        for pair, number in zip(pairs.tolist(), numbers.tolist(), strict=True):
            self.counts[pair // self.total][pair % self.total] = number
        sums = [0] * (self.total + 1)
        groups = [0] * (self.total + 1)
        for counts in self.counts:
            counts[self.total] = sum(counts.values())
            for label, number in counts.items():
                sums[label] += number
                groups[label] += 1
        self.sums = sums
        self.targets = [[share * number for number in sums] for share in shares]
        parts = len(shares)
        self.wanted = [
            [number > part if rank_of_part else number >= parts for number in groups] for part in range(parts)
        ]
        self.have: list[list[int]] = []
        self.part: list[int] = []

    def parts(self, seed: int) -> NDArray[np.int64]:
        """The part of each group."""
        few = len(self.counts) <= _MOST_SWAPPED
        found = []
        for number in range(_ORDERS if few else 1):
            order = permutation(len(self.counts), seed, SPLIT_STREAM + number).tolist()
            order.sort(key=lambda group: -self.counts[group][self.total].bit_length())
            self._deal(order)
            if few:
                self._improve(order)
            found.append((self._cost(), number, self.part))
        return np.asarray(min(found)[2], dtype=np.int64)

    def _deal(self, order: Sequence[int]) -> None:
        self.have = [[0] * len(self.sums) for _ in self.targets]
        self.part = [-1] * len(order)
        for group in order:
            self._put(group, min(range(len(self.have)), key=lambda part: self._cost_of_adding(group, part)))
        self._bring_absent_classes()

    def _cost(self) -> float:
        return sum(
            self._cell(part, label, have) for part, row in enumerate(self.have) for label, have in enumerate(row)
        )

    def _put(self, group: int, part: int) -> None:
        for label, number in self.counts[group].items():
            if self.part[group] >= 0:
                self.have[self.part[group]][label] -= number
            self.have[part][label] += number
        self.part[group] = part

    def _cost_of_adding(self, group: int, part: int) -> float:
        # Presence is left out: it would spend the largest groups on it.
        have, targets = self.have[part], self.targets[part]
        cost = 0.0
        for label, number in self.counts[group].items():
            cost += number * (2 * (have[label] - targets[label]) + number) / (self.sums[label] * self.sums[label])
        return cost

    def _cell(self, part: int, label: int, have: int) -> float:
        away = (have - self.targets[part][label]) / self.sums[label]
        return away * away + (_ABSENCE if have == 0 and self.wanted[part][label] else 0.0)

    def _cost_of_exchange(self, from_part: int, to_part: int, moved: _Counts) -> float:
        """What changes when so many examples of each class move (or come back, where negative)."""
        cost = 0.0
        for label, number in moved.items():
            here, there = self.have[from_part][label], self.have[to_part][label]
            cost += self._cell(from_part, label, here - number) - self._cell(from_part, label, here)
            cost += self._cell(to_part, label, there + number) - self._cell(to_part, label, there)
        return cost

    def _bring_absent_classes(self) -> None:
        for part in range(len(self.have)):
            for label in range(self.total + 1):
                if self.have[part][label] or not self.wanted[part][label]:
                    continue
                donors = [
                    group for group, counts in enumerate(self.counts) if label in counts and self.part[group] != part
                ]
                costs = [self._cost_of_exchange(self.part[group], part, self.counts[group]) for group in donors]
                best = min(range(len(donors)), key=costs.__getitem__)
                if costs[best] < -_LEAST_GAIN:
                    self._put(donors[best], part)

    def _improve(self, order: Sequence[int]) -> None:
        for _ in range(_MOST_ROUNDS):
            helped = sum(self._moved_or_swapped(group, order) for group in order)
            if not helped:
                return

    def _moved_or_swapped(self, group: int, order: Sequence[int]) -> bool:
        """Does the best that can be done with a group, if anything is."""
        here = self.part[group]
        best, target, partner = -_LEAST_GAIN, here, -1
        for part in range(len(self.have)):
            if part != here:
                cost = self._cost_of_exchange(here, part, self.counts[group])
                if cost < best:
                    best, target, partner = cost, part, -1
        for other in order:
            if self.part[other] == here:
                continue
            moved = dict(self.counts[group])
            for label, number in self.counts[other].items():
                moved[label] = moved.get(label, 0) - number
            cost = self._cost_of_exchange(here, self.part[other], moved)
            if cost < best:
                best, target, partner = cost, self.part[other], other
        if target == here:
            return False
        self._put(group, target)
        if partner >= 0:
            self._put(partner, here)
        return True


def _check_parts(sizes: NDArray[np.int64], names: Sequence[Any], fraction: float) -> None:
    n = int(sizes.sum())
    if len(sizes) < 2:
        raise _cannot(f"there are {len(sizes)} groups, so none can be held out: add groups, or leave groups out")
    # Products such as 0.29 x 100 are not exact.
    held_out, rest = (math.ceil(share * n - _LEAST_GAIN) for share in (fraction, 1 - fraction))
    largest, smallest = int(np.argmax(sizes)), int(np.argmin(sizes))
    if sizes[largest] > max(held_out, rest):
        raise _cannot(
            f"the group {names[largest]} has {sizes[largest]} of {n} examples, more than either part "
            f"({rest} and {held_out}): hold out a share of at most {(n - int(sizes[largest])) / n:.2g}, or leave "
            "groups out",
            group=names[largest],
        )
    if sizes[smallest] > min(held_out, rest):
        raise _cannot(
            f"the smallest group, {names[smallest]}, has {sizes[smallest]} of {n} examples, more than the smaller part "
            f"({min(held_out, rest)}): choose parts of at least {sizes[smallest] / n:.2g}, or leave groups out",
            group=names[smallest],
        )


def _cannot(sentence: str, **details: Any) -> errors.SparkDl4jError:
    return errors.error("DATA_SPLIT", sentence, **details)
