"""Pictures that are there twice."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from sparkdl4j import DataError, ImageDataset, ParameterError, duplicates

SIDE = 72


def scenes(n: int, seed: int = 0) -> list[Image.Image]:
    """Pictures with coarse and fine structure, no two alike."""
    random = np.random.default_rng(seed)

    def noise(side: int, strength: float) -> np.ndarray:
        fine = Image.fromarray(random.integers(0, 256, (side, side, 3), dtype=np.uint8))
        return strength * np.asarray(fine.resize((192, 160), Image.Resampling.BICUBIC), dtype=float)

    return [Image.fromarray((noise(4, 0.5) + noise(12, 0.35) + noise(40, 0.15)).astype(np.uint8)) for _ in range(n)]


def re_encoded(picture: Image.Image) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=40)
    return Image.open(file).convert("RGB")


def cropped(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    return picture.crop((width // 50, height // 50, width - width // 50, height - height // 50))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "scaled": lambda picture: picture.resize((130, 100), Image.Resampling.LANCZOS),
    "re-encoded": re_encoded,
    "cropped": cropped,
    "brighter": lambda picture: picture.point(lambda value: min(255, int(1.2 * value + 5))),
}


def data_set(pictures: list[Image.Image], side: int = SIDE, labels: list[int] | None = None) -> ImageDataset:
    pixels = [np.asarray(picture.resize((side, side), Image.Resampling.BOX)) for picture in pictures]
    return ImageDataset.from_arrays(np.stack(pixels), labels)


@pytest.mark.parametrize("change", CHANGES)
def test_changed_copies_are_near_duplicates_and_nothing_else_is(change: str) -> None:
    pictures = scenes(120)
    copies = [CHANGES[change](picture) for picture in pictures[:40]]
    found = data_set(pictures + copies).duplicates()
    assert found.exact == []
    right = {(index, 120 + index) for index in range(40)}
    assert set(found.near) <= right
    assert len(found.near) >= 38
    assert [int(found.groups[120 + index]) for index, _ in found.near] == [index for index, _ in found.near]


def test_exact_duplicates_have_the_same_pixels_and_contradictions_other_labels() -> None:
    pictures = scenes(30)
    data = data_set([*pictures, pictures[3], pictures[5], pictures[3], CHANGES["scaled"](pictures[5])])
    data.labels = np.array([0] * 30 + [0, 1, 0, 0], dtype=np.int32)
    found = data.duplicates()
    assert found.exact == [(3, 30, 32), (5, 31)]
    assert found.near == [(5, 31, 33)]
    assert found.contradictions == [(5, 31, 33)]
    assert data.near_duplicates().tolist() == [*range(30), 3, 5, 3, 5]
    assert "34 pictures, 5 of them in 2 sets of exact duplicates, 3 in 1 sets of near duplicates" in str(found)
    assert "exact: picture 3, picture 30, picture 32" in str(found)


def test_a_split_by_near_duplicates_leaks_nothing() -> None:
    pictures = scenes(60)
    copies = [CHANGES["scaled"](picture) for picture in pictures]
    data = data_set(pictures + copies, labels=[index % 2 for index in range(60)] * 2)
    train, test = data.split(0.3)
    assert len(train.leaks(test)) > 10
    train, test = data.split(0.3, groups=data.near_duplicates())
    assert train.leaks(test) == []
    assert 30 <= len(test) <= 42


def test_leaks_name_the_pictures_of_both_sets_whatever_their_size() -> None:
    pictures = scenes(40)
    train = data_set(pictures)
    train.paths = np.array([f"train/{index}.jpg" for index in range(40)], dtype=object)
    same = data_set([pictures[7], *scenes(20, seed=9)])
    assert [(leak.train, leak.test, leak.exact) for leak in train.leaks(same)] == [(7, 0, True)]
    smaller = data_set([*scenes(20, seed=9), pictures[7]], side=48)
    (leak,) = train.leaks(smaller)
    assert (leak.train, leak.test, leak.exact) == (7, 20, False)
    assert 0.85 <= leak.similarity <= 1
    assert str(leak) == "train/7.jpg to train on is nearly picture 20 to test with"


def test_pictures_that_all_look_alike_are_no_duplicates() -> None:
    random = np.random.default_rng(2)
    common = np.asarray(scenes(1)[0].resize((SIDE, SIDE)), dtype=float)
    # Nine tenths of each are the same: copies must be told from what all have in common.
    own = [np.asarray(picture.resize((SIDE, SIDE)), dtype=float) for picture in scenes(150, seed=3)]
    alike = np.stack([0.8 * common + 0.2 * other for other in own]).astype(np.uint8)
    noisy = np.clip(alike[:20] + random.normal(0, 2, alike[:20].shape), 0, 255).astype(np.uint8)
    found = ImageDataset.from_arrays(np.concatenate([alike, noisy])).duplicates()
    assert found.similarity > 0.95
    assert set(found.near) == {(index, 150 + index) for index in range(20)}


def test_plain_pictures_are_duplicates_only_where_they_are_equal() -> None:
    plain = np.stack([np.full((SIDE, SIDE, 3), value, dtype=np.uint8) for value in (10, 200, 10)])
    found = ImageDataset.from_arrays(plain).duplicates()
    assert (found.exact, found.near) == ([(0, 2)], [])


def test_all_pairs_of_hashes_are_compared_quickly() -> None:
    random = np.random.default_rng(0)
    hashes = random.integers(0, 2**63, 30_000, dtype=np.uint64)
    changed = [(17, 20_000, 10), (5, 6, 3), (29_000, 29_999, 11)]
    for first, second, bits in changed:
        hashes[second] = hashes[first] ^ np.bitwise_or.reduce(np.uint64(1) << np.arange(bits, dtype=np.uint64))
    start = time.perf_counter()
    pairs = [(a, b) for rows, columns in duplicates._close(hashes, 10) for a, b in zip(rows, columns, strict=True)]
    assert time.perf_counter() - start < 20
    assert {(17, 20_000), (5, 6)} <= set(pairs)
    assert (29_000, 29_999) not in pairs
    assert all(bin(int(hashes[a] ^ hashes[b])).count("1") <= 10 for a, b in pairs)


def test_bad_parameters_are_refused() -> None:
    data = data_set(scenes(2))
    for given in ({"distance": 64}, {"distance": 1.5}, {"similarity": 2}, {"similarity": "much"}):
        with pytest.raises(ParameterError):
            data.duplicates(**given)  # type: ignore[arg-type]
    with pytest.raises(DataError):
        data.subset(np.arange(0)).duplicates()
