"""Decoded pictures in a file."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sparkdl4j import ConvNetClassifier, DataError, FileError, ImageDataset, ImageFolder, Sequential, cli
from sparkdl4j.network import Conv2D, Dense, MaxPool2D, Output

NETWORK = Sequential([Conv2D(8, (3, 3)), MaxPool2D((2, 2)), Dense(16), Output()])


@pytest.fixture
def folder(picture_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(picture_folder, tmp_path / "pictures"))


def test_a_cache_holds_the_pixels_of_the_folder_and_is_read_again(folder: Path, tmp_path: Path) -> None:
    (folder / "red" / "broken.png").write_bytes(b"no picture")
    cache = tmp_path / "cache.pixels"
    plain = ImageFolder(folder, size=(8, 12), max_damaged=0.1)
    told: list[tuple[int, int]] = []
    for _ in range(2):
        data = ImageFolder(folder, (8, 12), max_damaged=0.1, cache=cache, progress=lambda *state: told.append(state))
        assert isinstance(data.pixels, np.memmap)
        assert not data.pixels.flags.writeable
        assert (data.X == plain.X).all()
        assert data.y.tolist() == plain.y.tolist()
        assert data.paths.tolist() == plain.paths.tolist()
        assert data.damaged == plain.damaged
        written = cache.stat().st_mtime_ns
    assert cache.stat().st_mtime_ns == written
    assert told[-1] == (61, 61)
    assert [path.name for path in tmp_path.iterdir() if "cache" in path.name] == ["cache.pixels"]
    with pytest.raises(DataError, match="1 of 61 pictures are damaged"):
        ImageFolder(folder, (8, 12), cache=cache)


def test_training_and_prediction_do_not_depend_on_the_cache(folder: Path, tmp_path: Path) -> None:
    def trained(data: ImageDataset) -> np.ndarray:
        train, test = data.split(0.3)
        classifier = ConvNetClassifier(NETWORK, epochs=2, batch_size=8, validation_fraction=0.2, verbose=False)
        return classifier.fit(train).predict_proba(test)

    cached = ImageFolder(folder, 16, cache=tmp_path)
    assert cached.pixel_file is not None
    assert (trained(cached) == trained(ImageFolder(folder, 16))).all()


def test_a_cache_that_does_not_fit_is_built_anew_and_said_so(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cache = tmp_path / "cache.pixels"

    def read(size: int = 8) -> str:
        """What was said."""
        data = ImageFolder(folder, size, cache=cache)
        assert (data.X == ImageFolder(folder, size).X).all()
        return capfd.readouterr().err

    assert read() == ""
    assert read() == ""
    assert "built anew: the pictures, or how they are read, have changed" in read(size=9)
    os.utime(folder / "red" / "red-040.png", (1, 1))
    assert "the pictures, or how they are read, have changed" in read(size=9)
    assert read(size=9) == ""
    whole = cache.read_bytes()
    cache.write_bytes(whole[:-1])
    assert "built anew: it is truncated" in read(size=9)
    cache.write_bytes(whole[:8] + b"\x07" + whole[9:])
    assert "built anew: it is of version 7, not 1" in read(size=9)
    cache.write_bytes(whole[:20] + b"\x63" + whole[21:])
    assert "built anew: its header is damaged" in read(size=9)
    cache.write_bytes(whole[:4096] + b"\x02" + whole[4097:])
    assert "built anew: its marks or findings are damaged" in read(size=9)
    assert read(size=9) == ""


def test_a_file_that_is_no_cache_is_left_alone(folder: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("important")
    with pytest.raises(DataError, match="notes.txt is not a cache of pictures") as caught:
        ImageFolder(folder, 8, cache=notes)
    assert caught.value.code == "DATA_FORMAT"
    assert notes.read_text() == "important"


def test_a_disk_that_is_too_small_is_said_before_anything_is_written(folder: Path, tmp_path: Path) -> None:
    for number in range(4000):
        os.link(folder / "red" / "red-040.png", folder / "red" / f"again-{number}.png")
    with pytest.raises(FileError, match=r"needs \d+\.\d GiB, but its disk has \d+\.\d GiB left") as caught:
        ImageFolder(folder, 16384, cache=tmp_path / "cache.pixels")
    assert caught.value.code == "FILE_UNWRITABLE"
    assert sum(path.stat().st_size for path in tmp_path.iterdir() if path.is_file()) == 0
    with pytest.raises(FileError, match="its folder does not exist"):
        ImageFolder(folder, 8, cache=tmp_path / "no" / "cache.pixels")


def test_a_build_that_was_killed_goes_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    count = 240
    large = np.random.default_rng(0).integers(0, 256, (2, 1200, 1500, 3), dtype=np.uint8)
    for label, picture in zip(("dark", "light"), (large[0] // 3, 255 - large[1] // 3), strict=True):
        folder = tmp_path / "pictures" / label
        folder.mkdir(parents=True)
        Image.fromarray(picture).save(folder / "0000.png")
        for number in range(1, count // 2):
            os.link(folder / "0000.png", folder / f"{number:04}.png")
    cache = tmp_path / "cache.pixels"
    partial = tmp_path / "cache.pixels.partial"
    program = (
        f"from sparkdl4j import ImageFolder; ImageFolder({str(tmp_path / 'pictures')!r}, 16, cache={str(cache)!r})"
    )
    process = subprocess.Popen([sys.executable, "-c", program])
    deadline = time.monotonic() + 120
    marks = b""
    while process.poll() is None and time.monotonic() < deadline and not any(marks):
        time.sleep(0.1)
        # One byte for every picture whose row is on the disk.
        marks = partial.read_bytes()[4096 : 4096 + count] if partial.exists() else b""
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert any(marks)
    assert not cache.exists()
    started = partial.stat().st_ino
    data = ImageFolder(tmp_path / "pictures", 16, cache=cache)
    assert "goes on where it was left" in capfd.readouterr().err
    assert cache.stat().st_ino == started
    assert not partial.exists()
    for label, first in (("dark", 0), ("light", count // 2)):
        assert (data.X[data.y == label] == data[first]).all()
    assert data[0].mean() < 100 < data[-1].mean()


def test_the_command_reads_tables_and_writes_caches(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = [
        f"{path.relative_to(folder)},{path.parent.name},{number // 4}"
        for number, path in enumerate(sorted(folder.rglob("*.png")))
    ]
    (tmp_path / "labels.csv").write_text("\n".join(["file,colour,patient", *rows]))
    network = tmp_path / "network.json"
    network.write_text('{"layers": [{"type": "Dense", "units": 8}, {"type": "Output"}]}')
    command = ["train", str(folder), "--labels", str(tmp_path / "labels.csv"), "--path-column", "file"]
    command += ["--label-column", "colour", "--group-column", "patient", "--cache", str(tmp_path / "caches")]
    command += ["--network", str(network), "--size", "8", "--epochs", "2", "--model", str(tmp_path / "model.zip")]
    assert cli.main([*command, "--test", "0.2", "--validation", "0.25"]) == 0
    shown = capfd.readouterr()
    assert "Test: 12 pictures 8x8x3, blue 4, green 4, red 4" in shown.out
    assert [path.suffix for path in (tmp_path / "caches").iterdir()] == [".pixels"]
    (folder / "labels.csv").write_text((tmp_path / "labels.csv").read_text())
    columns = ["--path-column", "file", "--label-column", "colour"]
    assert cli.main(["evaluate", str(tmp_path / "model.zip"), str(folder / "labels.csv"), *columns]) == 0
    assert cli.main([*command, "--name-pattern", "(?P<label>.)"]) == 2
    assert "labels come both from --name-pattern and from" in capfd.readouterr().err


def test_from_table_reads_frames(folder: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame({"path": sorted(map(str, folder.rglob("*.png")))})
    frame["kind"] = [len(Path(path).parent.name) for path in frame["path"]]
    data = ImageDataset.from_table(frame, 8, label_column="kind")
    assert data.classes == [3, 4, 5]
    assert (data.X == ImageFolder(folder, 8).X).all()
    assert data.groups is None
