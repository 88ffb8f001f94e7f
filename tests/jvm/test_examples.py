"""The examples of the papers run from beginning to end; real pictures are needed."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("matplotlib")

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def few(test_data: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder with the first n pictures of each class."""

    def make(folder: str, n: int, classes: list[str]) -> Path:
        made = tmp_path / "pictures"
        for name in classes:
            (made / name).mkdir(parents=True)
            for file in sorted((test_data / folder / name).iterdir())[:n]:
                (made / name / file.name).symlink_to(file.resolve())
        return made

    return make


def run(example: str, pictures: Path, out: Path, *options: str) -> tuple[str, dict[str, Any]]:
    """What an example prints, and its figures, which the table has line by line."""
    command = [sys.executable, str(EXAMPLES / f"{example}.py"), str(pictures), "--out", str(out), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr
    found = json.loads((out / "figures.json").read_text())
    assert found["example"] == example
    lines = done.stdout.splitlines()
    heads = next(number for number, line in enumerate(lines) if line.split() == ["paper", "ours", "data"])
    for line, figure in zip(lines[heads + 1 :], found["figures"], strict=False):
        assert [cell.strip() for cell in line.split("  ") if cell] == [cell for cell in figure.values() if cell]
    assert "report.html" in done.stdout
    assert str(pictures) not in (out / "figures.json").read_text()
    return done.stdout, found


def papers(found: dict[str, Any]) -> dict[str, str]:
    """The papers' figures by what they are of."""
    return {figure["what"]: figure["paper"] for figure in found["figures"]}


def test_landscapes(few: Callable[..., Path], tmp_path: Path) -> None:
    pictures = few("landscapes", 20, ["beach", "desert", "forest", "mountain"])
    out = tmp_path / "out"
    options = ("--classes", "beach", "desert", "forest", "--epochs", "1", "--timed", "64")
    printed, found = run("landscapes", pictures, out, *options)
    assert "beach 14, desert 14, forest 14" in printed
    assert papers(found)["accuracy, the thesis's settings, one machine"] == ".6167, .6623"
    assert papers(found)["accuracy, recipe photographs, one machine"] == ""
    assert "an epoch, one machine, cores: 1" in papers(found)
    assert found["options"] == {
        "classes": ["beach", "desert", "forest"],
        "master": None,
        "epochs": 1,
        "timed": 64,
    }
    assert found["seconds"] > 0
    assert (out / "scaling.png").read_bytes().startswith(b"\x89PNG")
    rows = [(out / f"{part}.csv").read_text().splitlines()[1:] for part in ("train", "test")]
    assert sorted(len(part) for part in rows) == [18, 42]
    assert not set(rows[0]) & set(rows[1])
    assert "Where the network looked" in (out / "report.html").read_text()


def test_fashion_mnist(test_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    printed, found = run("fashion_mnist", test_data / "fashion-mnist", tmp_path, "--first", "640", "--epochs", "2")
    assert papers(found) == {"accuracy": ".8439", "training": ""}
    assert float(found["figures"][0]["ours"].split()[0]) > 0.5
    assert found["figures"][1]["data"] == "640 pictures, on one machine"
    assert "sneaker" in printed
    assert list((tmp_path / "tensorboard" / "train").glob("events.*"))
    assert (tmp_path / "model.zip").exists()


def test_skin_lesions(few: Callable[..., Path], tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    pytest.importorskip("pandas")
    pictures, out = few("skin-lesions", 15, ["melanoma", "nevus"]), tmp_path / "out"
    printed, found = run("skin_lesions", pictures, out, "--trials", "2", "--epochs", "1", "--size", "32")
    assert papers(found) == {
        "accuracy, default hyper-parameters": ".9921",
        "accuracy, best of the search": ".9937",
        "errors lower by": "34 % (20 % by its accuracies)",
        "time of all trials by that of the search": "7 times",
    }
    assert {figure["data"] for figure in found["figures"]} == {"6 pictures", "2 trials"}
    with zipfile.ZipFile(out / "model.zip") as model:
        assert any(b"hair_removal" in model.read(name) for name in model.namelist())
    assert "Surest mistakes" in (out / "report.html").read_text()
    assert (out / "preprocessing.png").read_bytes().startswith(b"\x89PNG")
    assert len((out / "trials.csv").read_text().splitlines()) == 3
    assert "best of 2 trials" in printed
    assert (out / "search.html").exists()


@pytest.mark.long
def test_leukemia(test_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    options = [
        "--pretrain-on",
        str(test_data / "landscapes"),
        "--pretrain-epochs",
        "1",
        "--epochs",
        "2",
        "--folds",
        "2",
    ]
    printed, found = run("leukemia", test_data / "leukemia", tmp_path, *options)
    assert "14 subjects" in printed
    assert {figure["data"] for figure in found["figures"]} == {
        "all 385, hem 180; 14 subjects, 2 folds of whole subjects"
    }
    assert list(papers(found).values()) == [".507", ".508", "", ""]
    assert (tmp_path / "report.html").exists()
    assert "Grad-CAM" in (tmp_path / "last-fold" / "report.html").read_text()
    assert (tmp_path / "pretrained.zip").exists()


def test_pictures_that_are_not_there(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLES / "landscapes.py"), str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert f"{tmp_path / 'none'} is no folder: give that of the pictures" in done.stderr
    assert not list(tmp_path.iterdir())
