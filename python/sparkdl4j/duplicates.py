"""Pictures that are there twice: the same pixels, or nearly so (scaled, re-encoded, brightened, slightly cropped).

Exact duplicates are found by a hash of their pixels. Near duplicates are looked for among grey thumbnails of 32x32,
made by averaging, in two steps:

1. pHash (Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010): which of the 63 lowest
   frequencies of the thumbnail's cosine transform, without the mean, are above their median. Two pictures are
   candidates when few of these bits differ.
2. The correlation of their local contrast (16x16 thumbnails minus their mean over 5x5). It must be above .85, and far
   above that of other pairs of the same data, which all look alike in some collections (X-rays, cells): above
   median + 7.6 x (upper quartile - median) of the Fisher-transformed correlations of random pairs, which is some five
   standard deviations.

All pairs of hashes are compared by numpy, in blocks; memory does not grow with the number of pairs.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors, options, splits

if TYPE_CHECKING:
    from sparkdl4j.dataset import ImageDataset

# Of more pictures duplicates are not looked for unasked: the time grows with the square of their number.
MOST_UNASKED = 20_000
_SIDE = 32
_FREQUENCIES = 8
_CONTRAST_SIDE = 16
_LEAST_SIMILARITY = 0.85
_QUARTILES_ABOVE = 7.6
# Random pairs that tell how alike the pictures of a collection are; of fewer, quartiles say nothing.
_RANDOM_PAIRS = 20_000
_FEWEST_PAIRS = 100
_PICTURES_PER_BATCH = 256
# Rows and columns of hashes compared at a time: their differences fit a processor's cache.
_BLOCK = (64, 8192)
_PAIRS_PER_COMPARISON = 1 << 16
_SHOWN = 10


@dataclass(frozen=True)
class Duplicates:
    """The pictures of a data set that are there more than once.

    Args:
        exact: the positions of pictures with the same pixels, one tuple for every set of them.
        near: the same for pictures that are nearly the same, or linked by such; the exact ones are among them.
        contradictions: those of `near` and `exact` whose pictures have different labels.
        groups: (n,) a number for each picture, the same for pictures of one set: `split(groups=…)` keeps them together.
        similarity: above which local contrast counted as nearly the same.
        paths: (n,) of the pictures, or None.
    """

    exact: list[tuple[int, ...]]
    near: list[tuple[int, ...]]
    contradictions: list[tuple[int, ...]]
    groups: NDArray[np.int64]
    similarity: float
    paths: NDArray[np.object_] | None

    def __str__(self) -> str:
        lines = [
            f"{len(self.groups)} pictures, {_count(self.exact)} of them in {len(self.exact)} sets of exact duplicates, "
            f"{_count(self.near)} in {len(self.near)} sets of near duplicates"
        ]
        for title, sets in (("exact", self.exact), ("near", self.near), ("different labels", self.contradictions)):
            lines += [f"{title}: {', '.join(self._name(index) for index in found)}" for found in sets[:_SHOWN]]
            lines += [f"{title}: and {len(sets) - _SHOWN} more"] if len(sets) > _SHOWN else []
        return "\n".join(lines)

    def _name(self, index: int) -> str:
        return f"picture {index}" if self.paths is None else str(self.paths[index])


@dataclass(frozen=True)
class Leak:
    """A picture to train on that is, or nearly is, one to test with.

    Args:
        train, test: their positions.
        similarity: of their local contrast, 1 at most.
        exact: whether their pixels are the same.
        train_path, test_path: where they came from, or None.
    """

    train: int
    test: int
    similarity: float
    exact: bool
    train_path: str | None
    test_path: str | None

    def __str__(self) -> str:
        names = [self.train_path or f"picture {self.train}", self.test_path or f"picture {self.test}"]
        return f"{names[0]} to train on is {'' if self.exact else 'nearly '}{names[1]} to test with"


@dataclass(frozen=True)
class Description:
    """What n pictures are compared by, some 1 KB each. Making it takes longer than comparing thousands of pictures.

    Args:
        digests: n hashes of pixels.
        hashes: (n,) perceptual hashes.
        contrasts: (n, 256) local contrast.
    """

    digests: list[bytes]
    hashes: NDArray[np.uint64]
    contrasts: NDArray[np.float32]

    @classmethod
    def of(cls, data: ImageDataset) -> Description:
        """The description of all pictures of a data set."""
        digests: list[bytes] = []
        hashes = [np.empty(0, dtype=np.uint64)]
        contrasts = [np.empty((0, _CONTRAST_SIDE**2), dtype=np.float32)]
        for batch in data.batches(_PICTURES_PER_BATCH):
            kind = str(batch.shape[1:]).encode()
            digests += [
                hashlib.blake2b(picture.tobytes(), digest_size=16, person=kind[:16]).digest() for picture in batch
            ]
            thumbnails = _thumbnails(batch)
            hashes.append(_hashes(thumbnails))
            contrasts.append(_contrasts(thumbnails))
        return cls(digests, np.concatenate(hashes), np.concatenate(contrasts))

    def followed_by(self, other: Description) -> Description:
        """The description of two data sets, one after the other."""
        return Description(
            self.digests + other.digests,
            np.concatenate([self.hashes, other.hashes]),
            np.concatenate([self.contrasts, other.contrasts]),
        )


def of(
    data: ImageDataset,
    *,
    distance: int = options.default("duplicates", "distance"),
    similarity: float | None = None,
    described: Description | None = None,
) -> Duplicates:
    """The duplicates of a data set, which may have been described before; see `ImageDataset.duplicates`."""
    compared = _Compared(described or Description.of(data), distance, similarity)
    components = _Components(len(data))
    exact = compared.exact_sets()
    for found in exact:
        components.join_all(found)
    for first, second, _ in compared.near_pairs():
        components.join(first, second)
    groups = components.numbers()
    sets = [tuple(members.tolist()) for members in _members(groups)]
    near = sorted(set(sets) - set(exact))
    labels = data.labels
    contradictions = [] if labels is None else [found for found in sets if len(set(labels[list(found)].tolist())) > 1]
    return Duplicates(exact, near, contradictions, groups, compared.similarity, data.paths)


def between(
    train: ImageDataset,
    test: ImageDataset,
    *,
    distance: int = options.default("duplicates", "distance"),
    similarity: float | None = None,
    described: tuple[Description, Description] | None = None,
) -> list[Leak]:
    """The leaks between two data sets, which may have been described before; see `ImageDataset.leaks`."""
    first_described, second_described = described or (Description.of(train), Description.of(test))
    compared = _Compared(first_described.followed_by(second_described), distance, similarity)
    found: dict[tuple[int, int], float] = {}
    twins = compared.exact_sets()
    for members in twins:
        for first in members:
            for second in members:
                if first < len(train) <= second:
                    found[first, second] = 1.0
    exact = set(found)
    # A near duplicate is also one of the copies of what it resembles.
    copies = {members[0]: members for members in twins}
    for one, other, similar in compared.near_pairs():
        for first in copies.get(one, (one,)):
            for second in copies.get(other, (other,)):
                if min(first, second) < len(train) <= max(first, second):
                    found.setdefault((min(first, second), max(first, second)), similar)
    return [
        Leak(
            first,
            second - len(train),
            similar,
            (first, second) in exact,
            None if train.paths is None else str(train.paths[first]),
            None if test.paths is None else str(test.paths[second - len(train)]),
        )
        for (first, second), similar in sorted(found.items())
    ]


class _Compared:
    """Described pictures, and how alike two of them must be."""

    def __init__(self, described: Description, distance: int, similarity: float | None) -> None:
        self.distance = options.check("duplicates", "distance", distance)
        if similarity is not None:
            options.check("duplicates", "similarity", similarity)
        if not described.digests:
            raise errors.error("DATA_EMPTY", "there are no pictures to compare")
        self.described = described
        self.similarity = _threshold(described.contrasts) if similarity is None else float(similarity)

    def exact_sets(self) -> list[tuple[int, ...]]:
        positions: dict[bytes, list[int]] = {}
        for index, digest in enumerate(self.described.digests):
            positions.setdefault(digest, []).append(index)
        return [tuple(found) for found in positions.values() if len(found) > 1]

    def near_pairs(self) -> Iterator[tuple[int, int, float]]:
        """Pairs with their similarity, the first of exact duplicates standing for all of them."""
        positions: dict[bytes, int] = {}
        for index, digest in enumerate(self.described.digests):
            positions.setdefault(digest, index)
        first = np.fromiter(positions.values(), dtype=np.int64)
        hashes, contrasts = self.described.hashes[first], self.described.contrasts[first]
        for rows, columns in _close(hashes, self.distance):
            similar = np.einsum("ij,ij->i", contrasts[rows], contrasts[columns])
            for pair in np.flatnonzero(similar >= self.similarity):
                yield int(first[rows[pair]]), int(first[columns[pair]]), float(min(similar[pair], 1.0))


class _Components:
    """Positions that belong together, directly or by others."""

    def __init__(self, n: int) -> None:
        self.above = list(range(n))

    def join_all(self, members: Sequence[int]) -> None:
        for member in members[1:]:
            self.join(members[0], member)

    def join(self, first: int, second: int) -> None:
        first, second = self._top(first), self._top(second)
        self.above[max(first, second)] = min(first, second)

    def numbers(self) -> NDArray[np.int64]:
        """(n,) the lowest position of each one's component."""
        return np.array([self._top(index) for index in range(len(self.above))], dtype=np.int64)

    def _top(self, index: int) -> int:
        while self.above[index] != index:
            self.above[index] = self.above[self.above[index]]
            index = self.above[index]
        return index


def _members(groups: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The positions of every group that has two or more."""
    order = np.argsort(groups, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    return [part for part in parts if len(part) > 1]


def _count(sets: Sequence[Sequence[int]]) -> int:
    return sum(map(len, sets))


def _thumbnails(pictures: NDArray[Any]) -> NDArray[np.float32]:
    """Grey pictures of 32x32, by averaging."""
    values = pictures.astype(np.float32)
    grey = values[..., 0] if values.shape[3] == 1 else values @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    thumbnails: NDArray[np.float32] = _averages(grey.shape[1], _SIDE) @ grey @ _averages(grey.shape[2], _SIDE).T
    return thumbnails


def _averages(length: int, parts: int) -> NDArray[np.float32]:
    """(parts, length): by how much each of `length` values counts in each of `parts` equal parts."""
    bounds = np.linspace(0, length, parts + 1)
    start, stop = bounds[:-1, np.newaxis], bounds[1:, np.newaxis]
    cell = np.arange(length)
    covered = np.clip(np.minimum(stop, cell + 1) - np.maximum(start, cell), 0, None)
    averages: NDArray[np.float32] = (covered / covered.sum(axis=1, keepdims=True)).astype(np.float32)
    return averages


def _hashes(thumbnails: NDArray[np.float32]) -> NDArray[np.uint64]:
    angles = np.pi * np.outer(np.arange(_FREQUENCIES), 2 * np.arange(_SIDE) + 1) / (2 * _SIDE)
    cosines = np.cos(angles).astype(np.float32)
    frequencies = (cosines @ thumbnails @ cosines.T).reshape(len(thumbnails), -1)[:, 1:]
    bits = frequencies > np.median(frequencies, axis=1, keepdims=True)
    whole = np.zeros((len(bits), 64), dtype=np.uint8)
    whole[:, 1:] = bits
    packed: NDArray[np.uint64] = np.packbits(whole, axis=1).view(np.uint64)[:, 0]
    return packed


def _contrasts(thumbnails: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 256) of length 1; 0 for pictures without any contrast."""
    half = _SIDE // _CONTRAST_SIDE
    small = thumbnails.reshape(-1, _CONTRAST_SIDE, half, _CONTRAST_SIDE, half).mean(axis=(2, 4))
    padded = np.pad(small, ((0, 0), (2, 2), (2, 2)), mode="edge")
    around = np.zeros_like(small)
    for row in range(5):
        for column in range(5):
            around += padded[:, row : row + _CONTRAST_SIDE, column : column + _CONTRAST_SIDE]
    contrast = (small - around / 25).reshape(len(small), -1)
    length = np.linalg.norm(contrast, axis=1, keepdims=True)
    # What rounding leaves of a picture of one colour is no contrast.
    scaled: NDArray[np.float32] = np.where(length > 1e-2, contrast / np.maximum(length, 1e-2), 0).astype(np.float32)
    return scaled


def _threshold(contrasts: NDArray[np.float32]) -> float:
    """The similarity that no two different pictures of the collection are likely to have."""
    n = len(contrasts)
    if n * (n - 1) // 2 < _FEWEST_PAIRS:
        return _LEAST_SIMILARITY
    orders = max(1, -(-_RANDOM_PAIRS // n))
    similar = []
    for number in range(orders):
        order = splits.permutation(n, 0, number)
        similar.append(np.einsum("ij,ij->i", contrasts[order], contrasts[np.roll(order, 1)]))
    scores = np.arctanh(np.clip(np.concatenate(similar).astype(np.float64), -0.999999, 0.999999))
    median, quartile = np.percentile(scores, [50, 75])
    return max(_LEAST_SIMILARITY, float(np.tanh(median + _QUARTILES_ABOVE * (quartile - median))))


def _close(hashes: NDArray[np.uint64], distance: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Pairs of positions, the lower one first, whose hashes differ in so many bits at most; some at a time."""
    rows_at_a_time, columns_at_a_time = _BLOCK
    for top in range(0, len(hashes), rows_at_a_time):
        rows = hashes[top : top + rows_at_a_time, np.newaxis]
        for left in range(top, len(hashes), columns_at_a_time):
            differing = _bit_counts(rows ^ hashes[left : left + columns_at_a_time])
            # Most blocks have none, and this is the quickest way to see it.
            first, second = np.divmod(np.flatnonzero(differing <= distance), differing.shape[1])
            is_pair = first + top < second + left
            first, second = first[is_pair] + top, second[is_pair] + left
            for start in range(0, len(first), _PAIRS_PER_COMPARISON):
                part = slice(start, start + _PAIRS_PER_COMPARISON)
                yield first[part], second[part]


def _bit_counts(values: NDArray[np.uint64]) -> NDArray[np.uint8]:
    counts: NDArray[np.uint8]
    if hasattr(np, "bitwise_count"):
        counts = np.bitwise_count(values)
    else:  # numpy 1
        counts = _counts_of_16_bits()[values.view(np.uint16)].reshape(*values.shape, 4).sum(-1, dtype=np.uint8)
    return counts


@functools.cache
def _counts_of_16_bits() -> NDArray[np.uint8]:
    return np.array([bin(value).count("1") for value in range(1 << 16)], dtype=np.uint8)
