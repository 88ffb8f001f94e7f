from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytest.importorskip("pyspark")

from pyspark.sql import SparkSession

from sparkdl4j import errors
from sparkdl4j.spark import read_images


def test_reads_folders_of_classes(spark: SparkSession, picture_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "with space"
    shutil.copytree(picture_folder, folder)
    (folder / "red" / "deeper").mkdir()
    shutil.move(next((folder / "red").glob("*.png")), folder / "red" / "deeper" / "one.PNG")
    (folder / "notes.txt").write_text("no picture")
    rows = read_images(spark, folder)
    assert rows.dtypes == [("path", "string"), ("class", "string"), ("label", "double"), ("image", "binary")]
    assert rows.schema["label"].metadata["ml_attr"]["vals"] == ["blue", "green", "red"]
    counts = {(row["class"], row["label"]): row["count"] for row in rows.groupBy("class", "label").count().collect()}
    assert counts == {("blue", 0.0): 20, ("green", 1.0): 20, ("red", 2.0): 20}
    assert read_images(spark, f"file://{folder}/").count() == 60


def test_what_cannot_be_read_gets_a_sentence(spark: SparkSession, picture_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(errors.FileError, match="there is no folder") as caught:
        read_images(spark, tmp_path / "none")
    assert caught.value.code == "FILE_NOT_FOUND"
    with pytest.raises(errors.FileError, match="cannot be read") as caught:
        read_images(spark, "nosuch://host/pictures")
    assert caught.value.code == "FILE_UNREADABLE"
    (tmp_path / "empty").mkdir()
    with pytest.raises(errors.DataError, match="there are no pictures in") as empty:
        read_images(spark, tmp_path / "empty")
    assert empty.value.code == "DATA_EMPTY"
    shutil.copytree(picture_folder, tmp_path / "loose")
    shutil.copy(next((picture_folder / "red").glob("*.png")), tmp_path / "loose" / "loose.png")
    with pytest.raises(errors.DataError, match="lie directly in") as loose:
        read_images(spark, tmp_path / "loose")
    assert loose.value.code == "DATA_LABELS"
