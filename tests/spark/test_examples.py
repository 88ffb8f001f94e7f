"""The examples of the papers run on Spark from beginning to end; real pictures are needed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sparkdl4j import ConvNetClassifier

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(example: str, pictures: Path, out: Path, *options: str) -> list[dict[str, Any]]:
    """The figures of an example."""
    command = [sys.executable, str(EXAMPLES / f"{example}.py"), str(pictures), "--out", str(out), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr
    figures: list[dict[str, Any]] = json.loads((out / "figures.json").read_text())["figures"]
    return figures


def test_fashion_mnist(test_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    options = ("--first", "640", "--epochs", "2", "--master", "local[2]")
    accuracy, training = run("fashion_mnist", test_data / "fashion-mnist", tmp_path, *options)
    assert accuracy["paper"] == ".8439"
    assert float(accuracy["ours"].split()[0]) > 0.5
    assert training["data"] == "640 pictures, on Spark, local[2]"
    assert "pyspark" in json.loads((tmp_path / "figures.json").read_text())["versions"]
    assert (tmp_path / "report.html").exists()
    assert list((tmp_path / "tensorboard" / "train").glob("events.*"))


@pytest.mark.long
def test_landscapes(test_data: Path, tmp_path: Path) -> None:
    options = ("--classes", "beach", "forest", "--epochs", "1", "--timed", "500", "--master", "local[2]")
    figures = {figure["what"]: figure for figure in run("landscapes", test_data / "landscapes", tmp_path, *options)}
    here, cluster = (figures[f"accuracy, the thesis's settings, {where}"] for where in ("one machine", "Spark"))
    assert here["data"] == cluster["data"]
    assert float(cluster["ours"].split()[0]) > 0.8
    assert "an epoch, Spark, cores: 2" in figures


@pytest.mark.long
def test_skin_lesions(test_data: Path, tmp_path: Path) -> None:
    options = ("--trials", "2", "--epochs", "2", "--size", "32")
    pictures = test_data / "skin-lesions"
    here, cluster = (
        run("skin_lesions", pictures, tmp_path / name, *options, *master)
        for name, master in (("here", ()), ("cluster", ("--master", "local[2]")))
    )
    assert here[:3] == cluster[:3]


@pytest.mark.long
def test_pneumonia(test_data: Path, tmp_path: Path) -> None:
    options = ("--size", "75", "--epochs", "1", "--our-epochs", "2")
    figures = run("pneumonia", test_data / "chest-xray" / "originals", tmp_path, *options)
    assert [figure["paper"] for figure in figures] == ["15 min, 3 machines", "about .70", "", "", "", ""]
    for network in ("article", "ours"):
        assert (tmp_path / network / "report.html").exists()
        assert ConvNetClassifier.load(tmp_path / network / "model.zip").classes_.tolist() == ["NORMAL", "PNEUMONIA"]


@pytest.mark.long
def test_pneumonia_by_every_fold(test_data: Path, tmp_path: Path) -> None:
    options = ("--networks", "ours", "--our-epochs", "1", "--cross-validate")
    training, accuracy, _ = run("pneumonia", test_data / "chest-xray" / "originals", tmp_path, *options)
    assert training["data"] == "60 pictures"
    assert accuracy["data"] == "60 pictures of other patients"
