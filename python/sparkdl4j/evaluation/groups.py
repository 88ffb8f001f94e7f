"""Predictions by group, such as the pictures of each patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import errors
from sparkdl4j.report import tables


@dataclass(frozen=True)
class GroupResult:
    """How the examples of one group were predicted.

    Attributes:
        group: its name.
        actual: the class of its examples; None where they are of several.
        examples: how many.
        right: how many were predicted right.
        accuracy: their share.
        vote: the class that was predicted most often; ties: the first of them.
        predicted: the class with the highest mean probability.
        probability: that mean.
    """

    group: Any
    actual: Any
    examples: int
    right: int
    accuracy: float
    vote: Any
    predicted: Any
    probability: float


@dataclass(frozen=True)
class GroupTable:
    """One `GroupResult` a group, in the order in which the groups first appear; `print(table)` shows them.

    Attributes:
        rows: the groups.
    """

    rows: tuple[GroupResult, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[GroupResult]:
        return iter(self.rows)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One dict a group, as JSON and pandas take them."""
        return [vars(row).copy() for row in self.rows]

    def __str__(self) -> str:
        return tables.group_table(self.to_dicts())


def checked(groups: ArrayLike, n: int) -> NDArray[np.object_]:
    """The groups of n examples, (n,).

    Raises:
        DataError: DATA_SHAPE.
    """
    names = np.asarray(groups, dtype=object)
    if names.shape != (n,):
        raise errors.error(
            "DATA_SHAPE",
            f"groups must be {n}, one an example, but have the shape {names.shape}",
            parameter="groups",
        )
    return names


def codes(names: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """The distinct groups in the order of their first example, and (n,) the index of each example's group.

    An example without a group (None or NaN) is a group of its own.
    """
    position: dict[Any, int] = {}
    index = np.empty(len(names), dtype=np.int64)
    distinct: list[Any] = []
    for row, name in enumerate(names.tolist()):
        has_group = name is not None and name == name
        code = position.setdefault(name, len(distinct)) if has_group else len(distinct)
        if code == len(distinct):
            distinct.append(name)
        index[row] = code
    found = np.empty(len(distinct), dtype=object)
    found[:] = distinct
    return found, index
