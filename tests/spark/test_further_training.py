"""Training that goes on from a model, on Spark."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame

from sparkdl4j import ParameterError
from sparkdl4j.spark import ConvNetClassificationModel, ConvNetClassifier

PARTS = ("coefficients.bin", "updaterState.bin", "configuration.json")


def classifier(network: Any, **params: Any) -> ConvNetClassifier:
    options = {"epochs": 2, "batch_size": 8, "num_workers": 2, "averaging_frequency": 2, "keep": "last"} | params
    return ConvNetClassifier(network, verbose=False, **options)


def parts(model: ConvNetClassificationModel, folder: Path) -> dict[str, bytes]:
    model.save_model_file(folder / "parts.zip")
    with zipfile.ZipFile(folder / "parts.zip") as file:
        return {name: file.read(name) for name in PARTS}


def test_two_trainings_of_two_epochs_are_one_of_four(
    pictures: DataFrame, network: dict[str, Any], tmp_path: Path
) -> None:
    whole = classifier(network, image_size=16, epochs=4).fit(pictures)
    halves = classifier(network, image_size=16, warm_start=True)
    first = halves.fit(pictures)
    second = halves.fit(pictures.repartition(3))
    assert parts(second, tmp_path) == parts(whole, tmp_path) != parts(first, tmp_path)
    losses = [epoch["loss"] for epoch in whole.summary.history.epochs]
    assert [epoch["loss"] for epoch in second.to_classifier().history_.epochs] == losses
    # From a file, with what it says itself.
    first.save_model_file(tmp_path / "first.zip")
    loaded = classifier("auto", warm_start=True)
    loaded.last_model = ConvNetClassificationModel(tmp_path / "first.zip")
    assert parts(loaded.fit(pictures), tmp_path) == parts(whole, tmp_path)


def test_what_does_not_fit_is_refused(pictures: DataFrame, network: dict[str, Any], tmp_path: Path) -> None:
    trained = classifier(network, image_size=16, epochs=1, warm_start=True)
    trained.fit(pictures)
    with pytest.raises(ParameterError, match="leave one out"):
        trained.fit(pictures, resume=str(tmp_path / "checkpoint.zip"))
    with pytest.raises(ParameterError, match="image_size is 20x20, but that of last_model is 16x16"):
        trained.copy().setParams(image_size=20).fit(pictures)
    with pytest.raises(ParameterError, match="standardize is none, but that of last_model is channel"):
        trained.copy().setParams(standardize="none").fit(pictures)
    with pytest.raises(ParameterError, match="another updater"):
        trained.copy().setParams(updater="sgd").fit(pictures)
