"""Checkpoints on Spark: a training goes on from one as if nothing had happened."""

from __future__ import annotations

import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from sparkdl4j import Checkpoint, FileError, ModelFileError, ParameterError
from sparkdl4j.spark import ConvNetClassificationModel, ConvNetClassifier

SCRIPT = Path(__file__).parent / "resume_script.py"
PARTS = ("coefficients.bin", "updaterState.bin", "configuration.json")


def _classifier(network: dict[str, Any], **params: Any) -> ConvNetClassifier:
    options = {"image_size": 16, "epochs": 2, "batch_size": 8, "num_workers": 2, "averaging_frequency": 2} | params
    return ConvNetClassifier(network, verbose=False, **options)


def _parts(model: ConvNetClassificationModel | Path, folder: Path) -> dict[str, bytes]:
    path = model if isinstance(model, Path) else folder / "parts.zip"
    if isinstance(model, ConvNetClassificationModel):
        model.save_model_file(path)
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in PARTS}


def test_resumed_from_the_middle_of_an_epoch_it_ends_with_the_same_bits(
    pictures: DataFrame, network: dict[str, Any], tmp_path: Path
) -> None:
    checkpoint = (tmp_path / "new" / "checkpoint.zip").as_uri()
    whole = _classifier(network, epochs=3).fit(pictures)
    # 60 pictures of two workers are 4 minibatches of each, so 2 rounds an epoch: the third is the first of epoch 2.
    callbacks = [Checkpoint(checkpoint, every=3, unit="round")]
    first = _classifier(network, callbacks=callbacks).fit(pictures)
    resumed = _classifier(network, epochs=3).fit(pictures, resume=checkpoint)

    assert _parts(resumed, tmp_path) == _parts(whole, tmp_path) != _parts(first, tmp_path)
    losses = [epoch["loss"] for epoch in resumed.summary.history.epochs]
    assert losses == [epoch["loss"] for epoch in whole.summary.history.epochs]
    # What Hadoop's local file system adds are checksums.
    assert {path.suffix for path in (tmp_path / "new").iterdir()} <= {".zip", ".crc"}


def test_what_does_not_fit_is_refused(pictures: DataFrame, network: dict[str, Any], tmp_path: Path) -> None:
    path = str(tmp_path / "checkpoint.zip")
    model = _classifier(network, epochs=1, callbacks=[Checkpoint(path)]).fit(pictures)
    with pytest.raises(ModelFileError, match="written with num_workers 2, but num_workers is 3 now"):
        _classifier(network, num_workers=3).fit(pictures, resume=path)
    other = {"layers": [{"type": "Conv2D", "filters": 3, "kernel_size": [3, 3]}, {"type": "Output"}]}
    with pytest.raises(ModelFileError, match="another network"):
        _classifier(other).fit(pictures, resume=path)
    fewer = pictures.filter("path not like '%0.png'")
    with pytest.raises(ModelFileError, match="other pictures"):
        _classifier(network).fit(fewer, resume=path)
    turned = sql.pmod(sql.col("label") + 1, sql.lit(3)).alias("label", metadata=pictures.schema["label"].metadata)
    with pytest.raises(ModelFileError, match="the pictures had other labels"):
        _classifier(network).fit(pictures.select("path", "image", turned), resume=path)
    heavier = pictures.withColumn("weight", sql.when(sql.col("path").endswith("red-040.png"), 2.0).otherwise(1.0))
    with pytest.raises(ModelFileError, match="the pictures had other weights"):
        _classifier(network, weightCol="weight").fit(heavier, resume=path)
    model.save_model_file(tmp_path / "model.zip")
    with pytest.raises(ModelFileError, match="is no checkpoint"):
        _classifier(network).fit(pictures, resume=str(tmp_path / "model.zip"))
    with pytest.raises(FileError, match="there is no file"):
        _classifier(network).fit(pictures, resume=str(tmp_path / "missing.zip"))
    (tmp_path / "half.zip").write_bytes((tmp_path / "checkpoint.zip").read_bytes()[:1000])
    with pytest.raises(ModelFileError, match="damaged"):
        _classifier(network).fit(pictures, resume=str(tmp_path / "half.zip"))
    with pytest.raises(FileError, match="cannot write"):
        _classifier(network, callbacks=[Checkpoint("nosuch://host/checkpoint.zip")]).fit(pictures)
    with pytest.raises(ParameterError, match="one training"):
        _classifier(network).fit(pictures, [{}], resume=path)


def test_a_killed_driver_changes_nothing(picture_folder: Path, tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint.zip"

    def run(what: str, model: Path, file: Path) -> int:
        command = [sys.executable, str(SCRIPT), "local[2]", str(picture_folder), str(model), str(file), what]
        return subprocess.run(command, capture_output=True, timeout=300, check=False).returncode

    assert run("die", tmp_path / "never.zip", checkpoint) == -signal.SIGKILL
    assert not (tmp_path / "never.zip").exists()
    assert run("resume", tmp_path / "resumed.zip", checkpoint) == 0
    assert run("whole", tmp_path / "whole.zip", tmp_path / "other.zip") == 0
    assert _parts(tmp_path / "resumed.zip", tmp_path) == _parts(tmp_path / "whole.zip", tmp_path)
