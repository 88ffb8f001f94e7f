"""Training that begins with a pretrained model, on Spark."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyspark.sql import DataFrame

import sparkdl4j
from sparkdl4j import Checkpoint, ImageFolder, ModelFileError, ParameterError
from sparkdl4j.spark import ConvNetClassificationModel, ConvNetClassifier

PARTS = ("coefficients.bin", "updaterState.bin", "configuration.json")
# Dense and output layer of three classes.
HEAD = 16 * 3 + 3


@pytest.fixture(scope="module")
def pretrained(network: dict[str, Any], picture_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the pictures' two halves: other classes than their colours."""
    data = ImageFolder(picture_folder, size=16)
    halves = np.arange(len(data)) % 2
    path = tmp_path_factory.mktemp("pretrained") / "model.zip"
    sparkdl4j.ConvNetClassifier(network, epochs=2, verbose=False).fit(data.X, halves).save(path)
    return path


def classifier(pretrained: Any, **params: Any) -> ConvNetClassifier:
    options = {"epochs": 3, "batch_size": 8, "num_workers": 2, "averaging_frequency": 2, "trainable": "head"} | params
    return ConvNetClassifier(pretrained=pretrained, verbose=False, **options)


def parts(model: ConvNetClassificationModel, folder: Path) -> dict[str, bytes]:
    model.save_model_file(folder / "parts.zip")
    with zipfile.ZipFile(folder / "parts.zip") as file:
        return {name: file.read(name) for name in PARTS}


def test_the_head_learns_and_the_rest_stays(pretrained: Path, pictures: DataFrame, tmp_path: Path) -> None:
    model = classifier(pretrained, epochs=15, learning_rate=0.01).fit(pictures)
    assert model.classes == ["blue", "green", "red"]
    losses = [epoch["loss"] for epoch in model.summary.history.epochs]
    assert losses[-1] < 0.8 * losses[0]
    with zipfile.ZipFile(pretrained) as file:
        before = np.frombuffer(file.read("coefficients.bin")[-400:], ">f4")
    after = np.frombuffer(parts(model, tmp_path)["coefficients.bin"][-400 - 4 * 17 :], ">f4")
    # Two classes then, three now.
    np.testing.assert_array_equal(before[: -16 * 2 - 2], after[: len(before) - 16 * 2 - 2])
    scaler = sparkdl4j.ConvNetClassifier.load(pretrained).scaler_
    assert model.to_classifier().scaler_.to_dict() == scaler.to_dict()


@pytest.mark.parametrize(
    "options", [{}, {"trainable": "all", "unfreeze_every": 1, "layer_decay": 0.5, "augmentation": {"shift": 0.1}}]
)
def test_partitions_and_interruptions_change_nothing(
    pretrained: Path, pictures: DataFrame, options: dict[str, Any], tmp_path: Path
) -> None:
    checkpoint = str(tmp_path / "checkpoint.zip")
    given = {"validation_fraction": 0.2, "keep": "last", **options}
    whole = classifier(str(pretrained), **given).fit(pictures)
    classifier(pretrained, **given, callbacks=[Checkpoint(checkpoint, every=3, unit="round")], epochs=2).fit(pictures)
    resumed = classifier(pretrained.as_uri(), **given).fit(pictures.repartition(5), resume=checkpoint)
    assert parts(resumed, tmp_path) == parts(whole, tmp_path)
    names = ("loss", "validation_loss")
    assert [[epoch[name] for name in names] for epoch in resumed.summary.history.epochs] == [
        [epoch[name] for name in names] for epoch in whole.summary.history.epochs
    ]


def test_what_does_not_fit_is_refused(pretrained: Path, pictures: DataFrame, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"image_size is 20x20, but that of the pretrained model is 16x16"):
        classifier(pretrained, image_size=20).fit(pictures)
    with pytest.raises(ParameterError, match="standardize is feature, but that of the pretrained model is channel"):
        classifier(pretrained, standardize="feature").fit(pictures)
    with pytest.raises(ParameterError, match="leave network out"):
        classifier(pretrained, network="landscape").fit(pictures)
    with pytest.raises(ParameterError, match="give pretrained"):
        classifier(None, network="landscape", image_size=75).fit(pictures)
    checkpoint = str(tmp_path / "checkpoint.zip")
    classifier(pretrained, epochs=1, callbacks=[Checkpoint(checkpoint)]).fit(pictures)
    other = classifier(pretrained, epochs=1, trainable="all").fit(pictures)
    with pytest.raises(ModelFileError, match="another pretrained model"):
        classifier(other).fit(pictures, resume=checkpoint)
