from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sparkdl4j import DataError, ImageFolder


def test_classes_are_the_subfolders(picture_folder: Path) -> None:
    data = ImageFolder(picture_folder, size=(8, 12))
    assert data.classes == ["blue", "green", "red"]
    assert data.X.shape == (60, 8, 12, 3)
    assert data.X.dtype == np.uint8
    assert all(Path(path).parent.name == name for path, name in zip(data.paths, data.y, strict=True))
    assert data.damaged == []


def test_pixels_are_those_of_the_file(picture_folder: Path) -> None:
    data = ImageFolder(picture_folder, size=16)
    for path, pixels in zip(data.paths, data.X, strict=True):
        assert (pixels == np.asarray(Image.open(path))).all()


def test_damaged_pictures_are_listed_and_left_out(picture_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    shutil.copytree(picture_folder, folder)
    whole = (folder / "red" / "red-040.png").read_bytes()
    damage = {
        folder / "blue" / "empty.png": b"",
        folder / "green" / "text.jpg": b"this is no picture",
        folder / "red" / "truncated.png": whole[:-40],
    }
    for path, content in damage.items():
        path.write_bytes(content)
    Image.new("1", (30000, 30000)).save(folder / "red" / "bomb.png")
    reported: list[tuple[int, int]] = []
    data = ImageFolder(folder, size=16, max_damaged=0.1, progress=lambda done, total: reported.append((done, total)))
    assert {(Path(entry.path).name, entry.reason) for entry in data.damaged} == {
        ("empty.png", "empty"),
        ("text.jpg", "not_a_picture"),
        ("truncated.png", "truncated"),
        ("bomb.png", "too_many_pixels"),
    }
    assert len(data) == 60
    assert (data.X == ImageFolder(picture_folder, size=16).X).all()
    assert reported[-1] == (64, 64)


def test_too_many_damaged_pictures_stop_reading(picture_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(picture_folder / "red", tmp_path / "red")
    (tmp_path / "red" / "zero.png").touch()
    with pytest.raises(DataError, match=r"1 of 21 pictures are damaged.*zero\.png") as caught:
        ImageFolder(tmp_path, size=16)
    assert caught.value.code == "DATA_DAMAGED"


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        ImageFolder(tmp_path, size=16)
    assert caught.value.code == "DATA_EMPTY"


def test_labels_and_groups_from_names(tmp_path: Path) -> None:
    for name in ("person1_virus_1", "person1_virus_2", "person2_bacteria_1"):
        Image.new("RGB", (4, 4)).save(tmp_path / f"{name}.png")
    pattern = r"(?P<group>person\d+)_(?P<label>[a-z]+)_"
    data = ImageFolder(tmp_path, size=4, name_pattern=pattern)
    assert data.y.tolist() == ["virus", "virus", "bacteria"]
    assert data.groups is not None
    assert data.groups.tolist() == ["person1", "person1", "person2"]
    numbered = ImageFolder(tmp_path, size=4, name_pattern=pattern + r"(?P<number>\d+)").subset([2, 0])
    assert numbered.columns["number"].tolist() == ["1", "1"]
    assert numbered.groups.tolist() == ["person2", "person1"]
    Image.new("RGB", (4, 4)).save(tmp_path / "other.png")
    with pytest.raises(DataError, match=r"other\.png does not match") as caught:
        ImageFolder(tmp_path, size=4, name_pattern=pattern)
    assert caught.value.code == "DATA_NAME"


def test_sixteen_bit_pictures_by_window(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    values = np.array([[0, 1000], [2000, 65535]], dtype=np.uint16)
    Image.fromarray(values).save(tmp_path / "a" / "deep.png")
    read = {
        window: ImageFolder(tmp_path, size=2, channels=1, window=window).X[0, ..., 0].tolist()
        for window in ("full", (1000, 2000))
    }
    assert read["full"] == [[0, 4], [8, 255]]
    assert read[(1000, 2000)] == [[0, 0], [255, 255]]


def test_real_landscapes_are_close_to_pillow(test_data: Path) -> None:
    data = ImageFolder(test_data / "landscapes", size=(75, 75))
    assert len(data) + len(data.damaged) == 836
    assert data.classes == ["beach", "desert", "forest", "mountain"]
    differences = []
    for index in range(0, len(data), 40):
        with Image.open(data.paths[index]) as picture:
            expected = np.asarray(picture.convert("RGB").resize((75, 75), Image.Resampling.BOX), dtype=float)
        differences.append(np.abs(data.X[index] - expected).mean())
    assert np.mean(differences) < 3
