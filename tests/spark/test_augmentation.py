"""Augmentation, weights of classes and oversampling on Spark."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pyspark")

from pyspark.ml.tuning import ParamGridBuilder
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from sparkdl4j import Augmentation, Checkpoint, DataError, ModelFileError, ParameterError
from sparkdl4j.spark import ConvNetClassificationModel, ConvNetClassifier

OPTIONS: dict[str, Any] = {"image_size": 16, "epochs": 3, "batch_size": 8, "num_workers": 2, "verbose": False}
EVERYTHING = Augmentation(
    horizontal_flip=True, shift=0.1, rotation=15, zoom=0.2, brightness=0.2, contrast=0.2, erasing=0.3, mixup=0.4
)


def fitted(network: dict[str, Any], rows: DataFrame, **options: Any) -> ConvNetClassificationModel:
    model: ConvNetClassificationModel = ConvNetClassifier(network, **{**OPTIONS, **options}).fit(rows)
    return model


def parameters(model: ConvNetClassificationModel, folder: Path) -> tuple[bytes, bytes]:
    path = folder / "model.zip"
    model.save_model_file(path)
    with zipfile.ZipFile(path) as file:
        return file.read("coefficients.bin"), file.read("updaterState.bin")


@pytest.fixture(scope="module")
def uneven(pictures: DataFrame) -> DataFrame:
    """20 red, 8 green and 3 blue pictures."""
    number = sql.regexp_extract("path", r"-(\d+)\.png", 1).cast("int")
    green, blue = ((sql.col("class") == name) & (number < end) for name, end in (("green", 28), ("blue", 3)))
    return pictures.where((sql.col("class") == "red") | green | blue)


def test_the_result_depends_on_neither_partitions_nor_resuming(
    uneven: DataFrame, network: dict[str, Any], tmp_path: Path
) -> None:
    options = {"augmentation": EVERYTHING, "class_weight": "balanced", "sampling": "oversample"}
    first = parameters(fitted(network, uneven, **options), tmp_path)
    assert parameters(fitted(network, uneven.repartition(5), **options), tmp_path) == first
    assert parameters(fitted(network, uneven, **{**options, "augmentation": {"crop": 1}}), tmp_path) != first

    checkpoint = Checkpoint(str(tmp_path / "checkpoint.zip"))
    fitted(network, uneven, **{**options, "epochs": 1, "callbacks": [checkpoint]})
    estimator = ConvNetClassifier(network, **{**OPTIONS, **options})
    assert parameters(estimator.fit(uneven.coalesce(1), resume=checkpoint.path), tmp_path) == first
    with pytest.raises(ModelFileError, match="the augmentation's zoom"):
        estimator.setParams(augmentation={**EVERYTHING.to_dict(), "zoom": 0.3}).fit(uneven, resume=checkpoint.path)


def test_oversampling_says_how_many_pictures_an_epoch_has(uneven: DataFrame, network: dict[str, Any]) -> None:
    counts = {row["class"]: row["count"] for row in uneven.groupBy("class").count().collect()}
    assert len(set(counts.values())) == 3

    class Start:
        def __init__(self) -> None:
            self.event: dict[str, Any] = {}

        def on_event(self, event: dict[str, Any]) -> None:
            if event["type"] == "start":
                self.event = event

    for workers in (1, 3):
        seen = Start()
        model = fitted(network, uneven, sampling="oversample", num_workers=workers, epochs=1, callbacks=[seen])
        assert seen.event["examples"] == 3 * max(counts.values())
        assert len(model.summary.history.epochs) == 1


def test_weights_of_classes_are_weights_of_their_pictures(
    uneven: DataFrame, network: dict[str, Any], tmp_path: Path
) -> None:
    of_classes = {"red": 0.25, "green": 3.0}
    weight = sql.when(sql.col("class") == "red", 0.25).when(sql.col("class") == "green", 3.0).otherwise(1.0)
    by_class = fitted(network, uneven, class_weight=of_classes, seed=4, num_workers=1)
    assert parameters(by_class, tmp_path) != parameters(fitted(network, uneven, seed=4, num_workers=1), tmp_path)
    # Weights are part of what pictures are dealt out by, so one of two equal pictures may change its place only.
    by_picture = fitted(network, uneven.withColumn("w", weight), weightCol="w", seed=4, num_workers=1)
    losses = [[row["loss"] for row in model.summary.history.epochs] for model in (by_class, by_picture)]
    np.testing.assert_array_equal(*losses)
    with pytest.raises(DataError, match="purple"):
        fitted(network, uneven, class_weight={"purple": 2})
    with pytest.raises(ParameterError, match="balanced"):
        fitted(network, uneven, class_weight="even")


def test_as_parameters_of_pyspark(network: dict[str, Any], tmp_path: Path) -> None:
    estimator = ConvNetClassifier(network, augmentation=EVERYTHING, class_weight={"red": 2}, **OPTIONS)
    estimator.write().save(str(tmp_path / "estimator"))
    again = ConvNetClassifier.load(str(tmp_path / "estimator"))
    assert again.getOrDefault("augmentation") == EVERYTHING.to_dict()
    assert again.getOrDefault("class_weight") == {"red": 2.0}
    grid = ParamGridBuilder().addGrid(again.augmentation, [{"shift": 0.1}, {}]).build()
    assert [again.copy(params).getOrDefault("augmentation") for params in grid] == [{"shift": 0.1}, {}]
    with pytest.raises(ParameterError, match="did you mean rotation"):
        again.setParams(augmentation={"rotate": 3})
