"""Networks of Keras and of plain Deeplearning4j, trained and applied by the executors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pyspark")
pytest.importorskip("h5py")

from pyspark.sql import DataFrame

from sparkdl4j import from_dl4j, from_keras
from sparkdl4j.jvm import jimport
from sparkdl4j.spark import ConvNetClassificationModel, ConvNetClassifier

OPTIONS: dict[str, Any] = {"image_size": 16, "epochs": 6, "batch_size": 8, "num_workers": 2, "verbose": False}


def accuracy(model: ConvNetClassificationModel, pictures: DataFrame) -> float:
    rows = model.transform(pictures).collect()
    return float(np.mean([row["predictedClass"] == row["class"] for row in rows]))


def test_an_untrained_keras_file_is_trained(pictures: DataFrame, keras_files: Path) -> None:
    network = from_keras(keras_files / "topless.keras", size=(16, 16))
    estimator = ConvNetClassifier(network, learning_rate=0.01, standardize="none", **OPTIONS)
    assert accuracy(estimator.fit(pictures), pictures) > 0.8


def test_a_configuration_of_dl4j_is_trained(pictures: DataFrame) -> None:
    layers = "org.deeplearning4j.nn.conf.layers"
    activation = jimport("org.nd4j.linalg.activations.Activation")
    loss = jimport("org.nd4j.linalg.lossfunctions.LossFunctions").LossFunction
    configuration = (
        jimport("org.deeplearning4j.nn.conf.NeuralNetConfiguration")
        .Builder()
        .updater(jimport("org.nd4j.linalg.learning.config.Adam")(0.01))
        .list(
            jimport(f"{layers}.ConvolutionLayer").Builder(3, 3).nOut(8).activation(activation.RELU).build(),
            jimport(f"{layers}.OutputLayer").Builder(loss.MCXENT).nOut(3).activation(activation.SOFTMAX).build(),
        )
        .setInputType(jimport("org.deeplearning4j.nn.conf.inputs.InputType").convolutional(16, 16, 3))
        .build()
    )
    network = from_dl4j(configuration, size=(16, 16))
    assert accuracy(ConvNetClassifier(network, **OPTIONS).fit(pictures), pictures) > 0.8


def test_a_trained_keras_file_predicts_in_the_executors(pictures: DataFrame, keras_files: Path, tmp_path: Path) -> None:
    classifier = from_keras(keras_files / "nested-keras3.keras", labels=["a", "b", "c"])
    classifier.save(tmp_path / "model.zip")
    rows = ConvNetClassificationModel(tmp_path / "model.zip").transform(pictures).orderBy("path").collect()
    expected = classifier.predict_proba(classifier.read_images([row["path"].removeprefix("file:") for row in rows]))
    found = np.array([row["probability"].toArray() for row in rows])
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert np.ptp(expected) > 0.05
