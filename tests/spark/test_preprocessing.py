"""Steps of preprocessing in the executors."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pyspark")

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from sparkdl4j import DataError, ImageFolder, ParameterError, StandardScaler
from sparkdl4j.preprocessing import (
    CLAHE,
    CenterCrop,
    Detrend,
    FourierTransform,
    GaussianBlur,
    Grayscale,
    MedianFilter,
    Scale,
    Step,
    ToFloat,
)
from sparkdl4j.spark import (
    ConvNetClassificationModel,
    ConvNetClassifier,
    collect_images,
    preprocessed,
    read_images,
)

OPTIONS: dict[str, Any] = {"image_size": 12, "epochs": 2, "batch_size": 8, "num_workers": 2, "verbose": False}
BYTES: list[Step] = [MedianFilter(3), CenterCrop(14, 14), CLAHE(tiles=2)]
FLOATS: list[Step] = [Scale(12), Grayscale(), Detrend(), FourierTransform()]


def file_of(model: ConvNetClassificationModel, folder: Path) -> dict[str, bytes]:
    path = folder / "model.zip"
    model.save_model_file(path)
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in ("coefficients.bin", "sparkdl4j/scaler.json")}


@pytest.mark.parametrize("steps", [BYTES, FLOATS], ids=["uint8", "float32"])
def test_they_are_the_same_on_both_sides(
    pictures: DataFrame, picture_folder: Path, network: dict[str, Any], tmp_path: Path, steps: list[Step]
) -> None:
    estimator = ConvNetClassifier(network, preprocessing=steps, standardize="feature", **OPTIONS)
    model = estimator.fit(pictures)
    assert model.image_options.steps == tuple(steps)
    # Neither training nor the statistics depend on the partitions.
    assert file_of(estimator.fit(pictures.repartition(5)), tmp_path) == file_of(model, tmp_path)
    here = model.to_classifier()
    data = ImageFolder(picture_folder, size=12, preprocessing=steps)
    scaler = StandardScaler(kind="feature").fit(data.X)
    assert here.scaler_ is not None
    assert np.allclose(here.scaler_.mean_, scaler.mean_, rtol=1e-10, atol=1e-9)
    assert np.allclose(here.scaler_.scale_, scaler.scale_, rtol=1e-10)
    expected = dict(zip(data.paths, here.predict_proba(data), strict=True))  # type: ignore[arg-type]
    rows = model.transform(pictures).select("path", "probability").collect()
    assert len(rows) == len(data)
    for row in rows:
        assert (np.float32(row["probability"].toArray()) == expected[row["path"].removeprefix("file:")]).all()


def test_the_estimator_keeps_and_checks_them(network: dict[str, Any], tmp_path: Path) -> None:
    estimator = ConvNetClassifier(network, preprocessing=BYTES, image_size=12)
    estimator.save(str(tmp_path / "estimator"))
    again = ConvNetClassifier.load(str(tmp_path / "estimator"))
    assert again._image_options().steps == tuple(BYTES)
    with pytest.raises(ParameterError, match="is for series of pictures"):
        ConvNetClassifier(network, preprocessing=[Detrend("series")])


def test_too_small_pictures_are_damaged(pictures: DataFrame, network: dict[str, Any]) -> None:
    estimator = ConvNetClassifier(network, preprocessing=[CenterCrop(17, 2)], max_damaged=1.0, **OPTIONS)
    with pytest.raises(Exception, match="fewer than a crop to 17x2 needs|there are no pictures") as caught:
        estimator.fit(pictures)
    assert type(caught.value).__name__ == "DataError"


# "red_07.png": every second picture of a colour is one series, ordered by its number as text.
SERIES = r"(?P<number>\d*(?P<group>\d))\.png"


@pytest.mark.parametrize(
    "steps",
    [
        [Detrend("series")],
        [FourierTransform("series", output="phase")],
        [GaussianBlur(), Detrend("series"), MedianFilter(3), FourierTransform("series"), CenterCrop(6, 5)],
        [Grayscale(), MedianFilter(5)],
    ],
    ids=["detrend", "fourier", "mixed", "no series"],
)
def test_series_are_the_same_on_both_sides(spark: SparkSession, picture_folder: Path, steps: list[Step]) -> None:
    data = ImageFolder(picture_folder, size=(9, 8), name_pattern=SERIES)
    assert data.groups is not None
    assert len(set(data.groups)) > 1
    expected = data.preprocessed(steps, order="number")
    rows = read_images(spark, picture_folder, name_pattern=SERIES).repartition(3)
    changed = preprocessed(rows, steps, (9, 8), order="number")
    assert changed.columns == [*rows.columns, "damaged"]
    height, width, channels = expected.image_shape
    found = collect_images(changed, (height, width), channels=channels, preprocessing=[ToFloat()])
    assert found.X.dtype == np.float32
    np.testing.assert_array_equal(found.X, expected.X.astype(np.float32))
    assert found.y.tolist() == expected.y.tolist()
    assert [str(path).removeprefix("file:") for path in found.paths] == [str(path) for path in expected.paths]  # type: ignore[union-attr]


def test_a_network_learns_from_series(
    spark: SparkSession, picture_folder: Path, network: dict[str, Any], tmp_path: Path
) -> None:
    rows = read_images(spark, picture_folder, name_pattern=SERIES)
    changed = preprocessed(rows, [Detrend("series")], 12, order="number").drop("damaged")
    table = str(tmp_path / "changed.parquet")
    changed.write.parquet(table)
    estimator = ConvNetClassifier(network, preprocessing=[ToFloat()], **OPTIONS)
    model = estimator.fit(read_images(spark, table, format="parquet"))
    expected = model.to_classifier()
    data = ImageFolder(picture_folder, size=12, name_pattern=SERIES).preprocessed([Detrend("series")], order="number")
    own = dict(zip(map(str, data.paths), expected.predict_proba(data.X), strict=True))  # type: ignore[arg-type]
    for row in model.transform(changed).select("path", "probability", "damaged").collect():
        assert row["damaged"] is None
        assert (np.float32(row["probability"].toArray()) == own[row["path"].removeprefix("file:")]).all()
    # Without the step floats are no pictures, and the model says why.
    plain = ConvNetClassifier(network, max_damaged=1.0, **OPTIONS)
    with pytest.raises(DataError, match="its numbers are float32: begin preprocessing with to_float"):
        plain.fit(changed)


def test_damaged_pictures_belong_to_no_series(spark: SparkSession, picture_folder: Path) -> None:
    rows = read_images(spark, picture_folder, name_pattern=SERIES)
    one = rows.orderBy("path").first()["path"]  # type: ignore[index]
    broken = rows.withColumn("image", sql.when(sql.col("path") == one, sql.lit(b"")).otherwise(sql.col("image")))
    changed = preprocessed(broken, [Detrend("series")], 12, order="number").orderBy("path").cache()
    assert changed.count() == 60
    first = changed.first()
    assert first is not None
    assert first["image"] is None
    assert first["damaged"].startswith("empty: ")
    found = collect_images(changed, 12, preprocessing=[ToFloat()], max_damaged=0.1)
    data = ImageFolder(picture_folder, size=12, name_pattern=SERIES)
    kept = data.subset(np.arange(1, 60)).preprocessed([Detrend("series")], order="number")
    np.testing.assert_array_equal(found.X, kept.X)
    with pytest.raises(DataError, match="a column damaged already: drop it"):
        preprocessed(changed, [GaussianBlur()], 12)


@pytest.mark.parametrize(
    ("change", "order", "message"),
    [
        ({}, None, "need the column that orders the pictures"),
        ({}, "none", "there is no column none"),
        ({"group": None}, "number", "belongs to no series: its group is null"),
        ({"number": None}, "number", "has no place in its series: its number is null"),
        ({"number": "7"}, "number", r"two pictures of the series 0 have the same place 7\.0 in the column number"),
        ({"number": "x"}, "number", "two pictures of the series 0 have the same place x in the column number"),
    ],
)
def test_series_that_are_none(
    spark: SparkSession, picture_folder: Path, change: dict[str, Any], order: str | None, message: str
) -> None:
    rows = read_images(spark, picture_folder, name_pattern=SERIES)
    for column, value in change.items():
        rows = rows.withColumn(column, sql.lit(value).cast("string"))
    with pytest.raises((DataError, ParameterError), match=message):
        preprocessed(rows, [Detrend("series")], 12, order=order)


def test_steps_that_do_not_fit_are_refused_before_spark_works(pictures: DataFrame) -> None:
    with pytest.raises(ParameterError, match=r"step 2 of preprocessing \(clahe\) takes pictures whose number is uint8"):
        preprocessed(pictures, [Detrend("series"), CLAHE()], 12, order="number")
