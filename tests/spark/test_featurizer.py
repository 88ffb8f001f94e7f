"""ImageFeaturizer as a Transformer of pyspark.ml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import StandardScaler
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

import sparkdl4j
from sparkdl4j import DataError, ImageFolder, ParameterError
from sparkdl4j.spark import ImageFeaturizer


@pytest.fixture(scope="module")
def model(network: dict[str, Any], picture_folder: Path) -> sparkdl4j.ConvNetClassifier:
    return sparkdl4j.ConvNetClassifier(network, epochs=2, verbose=False).fit(ImageFolder(picture_folder, size=16))


def test_features_are_those_of_one_machine(
    model: sparkdl4j.ConvNetClassifier, pictures: DataFrame, picture_folder: Path
) -> None:
    data = ImageFolder(picture_folder, size=16)
    for layer, pooling in ((None, "none"), ("layer0", "average")):
        expected = sparkdl4j.ImageFeaturizer(model, layer=layer, pooling=pooling).fit_transform(data)
        featurizer = ImageFeaturizer(model, layer=layer, pooling=pooling)
        rows = featurizer.transform(pictures.repartition(3)).select("path", "features").collect()
        found = {Path(row["path"]).name: row["features"].toArray() for row in rows}
        for path, row in zip(data.paths, expected, strict=True):
            np.testing.assert_allclose(found[Path(path).name], row, rtol=1e-6, atol=1e-6)


def test_it_feeds_a_pipeline_of_mllib_and_is_saved_with_it(
    model: sparkdl4j.ConvNetClassifier, pictures: DataFrame, tmp_path: Path
) -> None:
    weighted = pictures.withColumn("weight", sql.when(sql.col("class") == "red", 2.0).otherwise(1.0))
    stages = [
        ImageFeaturizer(model),
        StandardScaler(inputCol="features", outputCol="scaled", withMean=True),
        LogisticRegression(featuresCol="scaled", weightCol="weight"),
    ]
    fitted = Pipeline(stages=stages).fit(weighted)
    predicted = fitted.transform(pictures)
    assert MulticlassClassificationEvaluator(metricName="accuracy").evaluate(predicted) > 0.9
    fitted.write().overwrite().save(str(tmp_path / "pipeline"))
    again = PipelineModel.load(str(tmp_path / "pipeline")).transform(pictures)
    assert again.select("path", "prediction").collect() == predicted.select("path", "prediction").collect()


def test_pictures_that_cannot_be_used(model: sparkdl4j.ConvNetClassifier, pictures: DataFrame) -> None:
    spoilt = pictures.where("path like '%blue-00%'").withColumn(
        "image", sql.when(sql.col("path").endswith("000.png"), sql.lit(b"no picture")).otherwise(sql.col("image"))
    )
    with pytest.raises(DataError, match="a picture cannot be used .*handleInvalid"):
        ImageFeaturizer(model).transform(spoilt)
    # A job that is not ours to start fails as jobs do, with the same sentence.
    with pytest.raises(Exception, match="a picture cannot be used .*handleInvalid"):
        ImageFeaturizer(model, checkRows=0).transform(spoilt).collect()
    assert len(ImageFeaturizer(model, handleInvalid="skip").transform(spoilt).collect()) == 9
    kept = ImageFeaturizer(model, handleInvalid="keep", damagedCol="damaged").transform(spoilt).collect()
    assert [row["damaged"][:13] for row in kept if row["features"] is None] == ["not_a_picture"]


def test_what_does_not_fit_is_refused(model: sparkdl4j.ConvNetClassifier, pictures: DataFrame) -> None:
    with pytest.raises(ParameterError, match="there is no layer conv9; the layers are layer0, layer1"):
        ImageFeaturizer(model, layer="conv9")
    with pytest.raises(ParameterError, match="handleInvalid must be one of"):
        ImageFeaturizer(model, handleInvalid="drop")
    with pytest.raises(ParameterError, match="did you mean layer"):
        ImageFeaturizer(model, layers="layer0")
    with pytest.raises(DataError, match="there is no column picture"):
        ImageFeaturizer(model, inputCol="picture").transform(pictures)
    with pytest.raises(DataError, match="has a column label already"):
        ImageFeaturizer(model, outputCol="label").transform(pictures)
    same = pictures.limit(1).crossJoin(pictures.select("label").limit(4).withColumnRenamed("label", "other"))
    with pytest.raises(DataError, match="are the same for all 4 pictures"):
        ImageFeaturizer(model).transform(same)
