"""Steps of preprocessing in the executors."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pyspark")

from pyspark.sql import DataFrame

from sparkdl4j import ImageFolder, ParameterError, StandardScaler
from sparkdl4j.preprocessing import CLAHE, CenterCrop, Detrend, FourierTransform, Grayscale, MedianFilter, Scale, Step
from sparkdl4j.spark import ConvNetClassificationModel, ConvNetClassifier

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
