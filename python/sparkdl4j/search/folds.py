"""What trials train with, and what they are compared by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import errors, group_splits, options, splits
from sparkdl4j.dataset import ImageDataset

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Folds:
    """Pairs of pictures to train and to validate with.

    Args:
        data: the pictures of the search.
        apart: pictures that all trials are validated with, or None.
        positions: of every pair the positions in `data` to train with and, where nothing is apart, to validate with.
        description: how they were made, as a study keeps it.
    """

    data: ImageDataset
    apart: ImageDataset | None
    positions: tuple[tuple[Positions, Positions | None], ...]
    description: str

    @classmethod
    def of(
        cls,
        data: ImageDataset,
        *,
        validation: float | ImageDataset | None,
        cv: Any,
        groups: ArrayLike | bool | None,
        seed: int,
    ) -> Folds:
        """The folds that are asked for.

        Args:
            validation: a stratified share of the pictures, or a data set apart.
            cv: how many folds, or pairs of index arrays (training, validation), in place of `validation`.
            groups: as `ImageDataset.split` takes them: none is in both of a pair.

        Raises:
            ParameterError, DataError: as of `ImageDataset.split` and `k_fold`.
        """
        everything = np.arange(len(data))
        if isinstance(validation, ImageDataset):
            return cls(data, validation, ((everything, None),), f"{len(validation)} pictures apart")
        together = data.kept_together(groups, group_splits.WARN)
        labels = data.required_labels()
        how = "" if together is None else ", groups kept together"
        if cv is None:
            fraction = float(validation or 0)
            if together is None:
                rest, held_out = splits.stratified_split(labels, fraction, seed=seed)
            else:
                rest, held_out = group_splits.stratified_group_split(labels, together, fraction, seed=seed)
            return cls(data, None, ((rest, held_out),), f"{fraction} of the pictures, seed {seed}{how}")
        if isinstance(cv, Iterable):
            pairs = [_pair(pair, number, len(data)) for number, pair in enumerate(cv)]
            if not pairs:
                raise errors.error("PARAMETER_RANGE", "cv names no folds", parameter="cv")
            return cls(data, None, tuple(pairs), f"{len(pairs)} folds of the caller's")
        n = options.check("search", "cv", cv)
        if together is None:
            numbers = splits.stratified_folds(labels, n, seed=seed, classes=data.classes)
        else:
            numbers = group_splits.stratified_group_folds(labels, together, n, seed=seed, classes=data.classes)
        pairs = [(np.flatnonzero(numbers != fold), np.flatnonzero(numbers == fold)) for fold in range(n)]
        return cls(data, None, tuple(pairs), f"{n} folds, seed {seed}{how}")

    def __len__(self) -> int:
        return len(self.positions)

    def pictures(self, fold: int) -> tuple[ImageDataset, ImageDataset]:
        """Those to train and those to validate with."""
        train, held_out = self.positions[fold]
        if held_out is not None:
            return self.data.subset(train), self.data.subset(held_out)
        assert self.apart is not None
        return self.data, self.apart

    def labels(self, fold: int) -> NDArray[np.int32]:
        """Of the pictures to validate with."""
        return self.pictures(fold)[1].required_labels()


def _pair(pair: Any, number: int, count: int) -> tuple[Positions, Positions]:
    try:
        train, held_out = (np.asarray(positions, dtype=np.int64) for positions in pair)
    except (TypeError, ValueError):
        raise errors.error(
            "PARAMETER_TYPE",
            f"cv must be a number of folds, or pairs of index arrays, but its entry {number} is {pair!r}",
            parameter="cv",
        ) from None
    for positions in (train, held_out):
        if positions.ndim != 1 or not len(positions) or positions.min() < 0 or positions.max() >= count:
            raise errors.error(
                "PARAMETER_RANGE",
                f"the fold {number} of cv must name some of the pictures 0 to {count - 1}",
                parameter="cv",
            )
    return train, held_out
