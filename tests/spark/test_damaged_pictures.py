"""Damaged pictures, wherever they gather: what is good is trained as if they were not there."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark")

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from sparkdl4j import errors
from sparkdl4j.spark import ConvNetClassificationModel, ConvNetClassifier

WORKERS = 3


def fitted(network: dict[str, Any], rows: DataFrame, max_damaged: float = 1) -> ConvNetClassificationModel:
    classifier = ConvNetClassifier(
        network, image_size=16, epochs=2, batch_size=8, num_workers=WORKERS, max_damaged=max_damaged, verbose=False
    )
    model: ConvNetClassificationModel = classifier.fit(rows)
    return model


def parameters(model: ConvNetClassificationModel, folder: Path) -> bytes:
    path = folder / "model.zip"
    model.save_model_file(path)
    with zipfile.ZipFile(path) as file:
        return file.read("coefficients.bin")


@pytest.fixture
def damaged(pictures: DataFrame) -> DataFrame:
    """The pictures cut off, each with another end: sixty, in one partition."""
    cut = sql.expr("cast(concat(substring(image, 1, 30), encode(path, 'UTF-8')) as binary)")
    return pictures.withColumn("path", sql.concat("path", sql.lit("-cut"))).withColumn("image", cut).coalesce(1)


def test_a_partition_with_nothing_else(
    pictures: DataFrame, damaged: DataFrame, network: dict[str, Any], tmp_path: Path
) -> None:
    expected = parameters(fitted(network, pictures), tmp_path)
    model = fitted(network, pictures.coalesce(1).union(damaged))
    assert parameters(model, tmp_path) == expected
    assert len(model.summary.damaged) == 60
    assert all(damage["path"].endswith("-cut") for damage in model.summary.damaged)


def test_more_of_them_than_workers_have_good_ones(
    pictures: DataFrame, damaged: DataFrame, network: dict[str, Any], tmp_path: Path
) -> None:
    # Two good ones for each worker: dealt out with the damaged ones, some worker would have none.
    few = pictures.where(sql.col("path").rlike("(blue-000|blue-001|green-020|green-021|red-040|red-041).png$"))
    assert few.count() == 2 * WORKERS
    model = fitted(network, few.union(damaged))
    assert len(model.summary.damaged) == 60
    assert parameters(model, tmp_path) == parameters(fitted(network, few), tmp_path)


def test_nothing_else(damaged: DataFrame, network: dict[str, Any]) -> None:
    with pytest.raises(errors.DataError, match="none of the 60 pictures can be used"):
        fitted(network, damaged)


def test_as_many_as_the_limit_allows_and_one_more(
    spark: SparkSession, pictures: DataFrame, damaged: DataFrame, network: dict[str, Any]
) -> None:
    few = damaged.orderBy("path").limit(20)
    assert len(fitted(network, pictures.union(few), max_damaged=0.25).summary.damaged) == 20
    with pytest.raises(errors.DataError, match=r"20 of 80 pictures are damaged, more than max_damaged=0.249") as caught:
        fitted(network, pictures.union(few), max_damaged=0.249)
    assert caught.value.code == "DATA_DAMAGED"
    assert spark.sparkContext._jsc.getPersistentRDDs().isEmpty()
