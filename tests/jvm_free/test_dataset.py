from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from sparkdl4j import DataError, FileError, ImageDataset, ImageFolder, ParameterError, load_idx
from sparkdl4j.image_options import ImageOptions


def test_integers_up_to_255_become_uint8_and_grey_gets_its_channel() -> None:
    data = ImageDataset.from_arrays(np.arange(2 * 3 * 4).reshape(2, 3, 4), ["b", "a"])
    assert data.pixels.dtype == np.uint8
    assert data.image_shape == (3, 4, 1)
    assert data.classes == ["a", "b"]
    assert data.required_labels().tolist() == [1, 0]
    assert data.y.tolist() == ["b", "a"]


def test_other_numbers_become_float32() -> None:
    assert ImageDataset.from_arrays(np.full((1, 2, 2), 256)).pixels.dtype == np.float32
    assert ImageDataset.from_arrays(np.full((1, 2, 2), -1)).pixels.dtype == np.float32
    assert ImageDataset.from_arrays(np.zeros((1, 2, 2))).pixels.dtype == np.float32


@pytest.mark.parametrize(
    ("pixels", "code"),
    [
        (np.zeros((4, 64)), "DATA_SHAPE"),
        (np.zeros((4, 8, 8, 2)), "DATA_SHAPE"),
        (np.zeros((0, 8, 8)), "DATA_EMPTY"),
        (np.array([[["x"]]]), "DATA_TYPE"),
        (np.full((2, 2, 2), np.nan), "DATA_NOT_FINITE"),
        (np.full((2, 2, 2), np.inf), "DATA_NOT_FINITE"),
        (np.full((2, 2, 2), 1e300), "DATA_NOT_FINITE"),
    ],
)
def test_bad_pictures_are_refused(pixels: np.ndarray, code: str) -> None:
    with pytest.raises(DataError) as caught:
        ImageDataset.from_arrays(pixels)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "labels", [[0], [0, 1, 2], [[0], [1]], [0.5, 1], [np.nan, 1], np.array(["a", 1], dtype=object)]
)
def test_bad_labels_are_refused(labels: object) -> None:
    with pytest.raises(DataError) as caught:
        ImageDataset.from_arrays(np.zeros((2, 2, 2)), labels)  # type: ignore[arg-type]
    assert caught.value.code == "DATA_LABELS"


def test_split_shares_the_pixels_and_keeps_the_shares_of_the_classes() -> None:
    labels = np.repeat([0, 1], [60, 40])
    data = ImageDataset.from_arrays(np.arange(100)[:, None, None] * np.ones((1, 2, 2), int), labels)
    train, test = data.split(0.3, seed=5)
    assert np.shares_memory(train.pixels, data.pixels)
    assert np.bincount(test.required_labels()).tolist() == [18, 12]
    assert sorted([*train.X[:, 0, 0, 0], *test.X[:, 0, 0, 0]]) == list(range(100))
    again = data.split(0.3, seed=5)[1]
    assert (again.X == test.X).all()
    assert (data.split(0.3, seed=6)[1].X != test.X).any()


def test_split_of_a_split_indexes_the_same_pixels() -> None:
    data = ImageDataset.from_arrays(np.arange(40)[:, None, None] * np.ones((1, 2, 2), int), np.arange(40) % 2)
    part = data.split(0.5)[0].split(0.5)[1]
    assert part.y.tolist() == [value % 2 for value in part.X[:, 0, 0, 0]]
    assert [len(batch) for batch in part.batches(4)] == [4, 4, 2]
    assert (np.concatenate(list(part.batches(4))) == part.X).all()


def test_split_without_strata() -> None:
    data = ImageDataset.from_arrays(np.zeros((10, 2, 2)))
    rest, test = data.split(0.2, stratify=False)
    assert (len(rest), len(test)) == (8, 2)


def write_idx(path: Path, array: np.ndarray) -> Path:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wb") as file:
        file.write(header + array.astype(np.uint8).tobytes())
    return path


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_idx_files_find_their_labels(tmp_path: Path, ending: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 4, 3))
    images = write_idx(tmp_path / f"t-images-idx3-ubyte{ending}", pixels)
    write_idx(tmp_path / f"t-labels-idx1-ubyte{ending}", np.array([7, 1, 7, 1, 3]))
    data = load_idx(images)
    assert (data.X[..., 0] == pixels).all()
    assert data.y.tolist() == [7, 1, 7, 1, 3]
    assert data.classes == [1, 3, 7]


def test_damaged_idx_files_are_refused(tmp_path: Path) -> None:
    whole = write_idx(tmp_path / "whole", np.zeros((5, 4, 3)))
    cut = tmp_path / "cut"
    cut.write_bytes(whole.read_bytes()[:-1])
    text = tmp_path / "text"
    text.write_text("no pictures at all")
    broken = tmp_path / "broken.gz"
    broken.write_bytes(gzip.compress(whole.read_bytes())[:-12])
    for file, code in ((cut, "DATA_FORMAT"), (text, "DATA_FORMAT"), (broken, "FILE_UNREADABLE")):
        with pytest.raises((DataError, FileError)) as caught:
            load_idx(file)
        assert caught.value.code == code  # type: ignore[attr-defined]
    with pytest.raises(FileError):
        load_idx(tmp_path / "missing")


@pytest.mark.parametrize(
    "given",
    [
        {"size": 0},
        {"size": (10, -1)},
        {"size": (1, 2, 3)},
        {"size": 2.5},
        {"size": 10, "channels": 2},
        {"size": 10, "channels": True},
        {"size": 10, "window": "wide"},
        {"size": 10, "window": (5, 5)},
        {"size": 10, "window": (0, 70000)},
        {"size": 10, "max_damaged": 1.5},
        {"size": 10, "max_pixels": 0},
        {"size": 10, "name_pattern": "("},
        {"size": 10, "name_pattern": "no_label"},
    ],
)
def test_bad_parameters_are_refused_before_the_jvm_starts(tmp_path: Path, given: dict[str, object]) -> None:
    with pytest.raises(ParameterError):
        ImageFolder(tmp_path, **given)  # type: ignore[arg-type]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="nowhere does not exist"):
        ImageFolder(tmp_path / "nowhere", 10)
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="is a file"):
        ImageFolder(tmp_path / "file", 10)


def test_image_options_survive_json() -> None:
    options = ImageOptions((60, 80), channels=1, window=(10, 2000))
    assert options.shape == (60, 80, 1)
    assert ImageOptions.from_dict(options.to_dict()) == options
