from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("pyspark")

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from sparkdl4j import errors
from sparkdl4j import inspect_images as inspect_folder
from sparkdl4j.spark import inspect_images, read_images, read_labelled_images


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
    with pytest.raises(errors.FileError, match=r"nosuch://host/pictures cannot be read: this Spark knows no") as caught:
        read_images(spark, "nosuch://host/pictures")
    assert caught.value.code == "FILE_UNREADABLE"
    with pytest.raises(errors.FileError, match="there is no table") as caught:
        read_images(spark, tmp_path / "none", format="parquet")
    assert caught.value.code == "FILE_NOT_FOUND"
    with pytest.raises(errors.FileError, match="Spark has no data source nosuch"):
        read_images(spark, tmp_path, format="nosuch")
    (tmp_path / "empty").mkdir()
    with pytest.raises(errors.DataError, match="there are no pictures in") as empty:
        read_images(spark, tmp_path / "empty")
    assert empty.value.code == "DATA_EMPTY"
    shutil.copytree(picture_folder, tmp_path / "loose")
    shutil.copy(next((picture_folder / "red").glob("*.png")), tmp_path / "loose" / "loose.png")
    with pytest.raises(errors.DataError, match="lie directly in") as loose:
        read_images(spark, tmp_path / "loose")
    assert loose.value.code == "DATA_LABELS"


@pytest.mark.parametrize("format", ["binaryFile", "image"])
def test_reads_tables_that_were_written_before(
    spark: SparkSession, picture_folder: Path, tmp_path: Path, format: str
) -> None:
    pictures = read_images(spark, picture_folder, format=format).withColumn("weight", sql.lit(2.0))
    table = str(tmp_path / "table")
    pictures.write.parquet(table)
    for rows in (read_images(spark, table, format="parquet"), read_images(spark, pictures)):
        assert rows.dtypes == pictures.dtypes
        assert rows.schema["label"].metadata["ml_attr"]["vals"] == ["blue", "green", "red"]
        assert rows.exceptAll(pictures).count() == 0
        assert rows.count() == 60
    with pytest.raises(errors.DataError, match="name its format, such as parquet") as caught:
        read_images(spark, table)
    assert caught.value.code == "DATA_EMPTY"


def test_reads_dataframes_of_others(spark: SparkSession, picture_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "with space+plus%"
    shutil.copytree(picture_folder, folder)
    shutil.move(folder / "red", folder / "dark red+")
    classes = {("blue", 0.0): 20, ("dark red+", 1.0): 20, ("green", 2.0): 20}
    binary = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(str(folder))
    struct = spark.read.format("image").option("recursiveFileLookup", "true").load(str(folder))
    for rows in (read_images(spark, binary), read_images(spark, struct), read_images(spark, folder, format="image")):
        found = rows.groupBy("class", "label").count().collect()
        assert {(row["class"], row["label"]): row["count"] for row in found} == classes
        assert rows.schema["label"].metadata["ml_attr"]["vals"] == ["blue", "dark red+", "green"]
    assert read_images(spark, binary).columns == ["path", "class", "label", "image", "modificationTime", "length"]

    named = binary.select("content", sql.lit("cat").alias("label"))
    assert read_images(spark, named).dtypes[1:] == [("class", "string"), ("label", "double"), ("image", "binary")]
    numbered = binary.withColumn("label", sql.lit(3))
    assert {row["label"] for row in read_images(spark, numbered).collect()} == {3}


@pytest.mark.parametrize(
    ("columns", "code", "sentence"),
    [
        (["path"], "DATA_COLUMN", "there is no column image or content"),
        (["path as image"], "DATA_COLUMN", "must be binary .encoded pictures. or Spark's image struct, but is string"),
        (["content"], "DATA_LABELS", "some pictures have no class"),
        (["content", "string(null) as class"], "DATA_LABELS", "some pictures have no class"),
    ],
)
def test_dataframes_that_are_none_of_pictures(
    spark: SparkSession, picture_folder: Path, columns: list[str], code: str, sentence: str
) -> None:
    rows = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(str(picture_folder))
    with pytest.raises(errors.DataError, match=sentence) as caught:
        read_images(spark, rows.selectExpr(*columns))
    assert caught.value.code == code


def test_a_dataframe_has_no_format(spark: SparkSession) -> None:
    with pytest.raises(errors.ParameterError, match="leave it out") as caught:
        read_images(spark, spark.range(1), format="parquet")
    assert caught.value.code == "PARAMETER_CONFLICT"


def test_labels_from_a_table(spark: SparkSession, picture_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    shutil.copytree(picture_folder, folder / "all +1%")
    files = sorted(path.relative_to(folder) for path in folder.rglob("*.png"))
    chosen = files[:6] + files[-6:]
    rows = [f'"{path}","{path.parent.name}, really",patient {k % 3}' for k, path in enumerate(chosen)]
    # One row by its whole path.
    rows[0] = rows[0].replace(str(chosen[0]), str(folder / chosen[0]))
    table = folder / "labels.csv"
    table.write_text("\n".join(["file,diagnosis,patient", *rows]) + "\n")
    columns = {"path_column": "file", "label_column": "diagnosis"}
    found = read_labelled_images(spark, table, **columns, group_column="patient")
    assert found.columns == ["path", "class", "label", "image", "patient"]
    assert found.schema["label"].metadata["ml_attr"]["vals"] == ["blue, really", "red, really"]
    got = {(row["path"].removeprefix(f"file:{folder}/"), row["class"], row["patient"]) for row in found.collect()}
    assert got == {(str(p), f"{p.parent.name}, really", f"patient {k % 3}") for k, p in enumerate(chosen)}
    again = read_labelled_images(spark, spark.read.csv(str(table), header=True), root=f"file://{folder}/", **columns)
    assert sorted(row["path"] for row in again.collect()) == sorted(row["path"] for row in found.collect())
    names = spark.createDataFrame([(str(path), path.parent.name) for path in chosen], ["path", "label"])
    names.coalesce(1).write.parquet(str(tmp_path / "labels.parquet"))
    assert read_labelled_images(spark, tmp_path / "labels.parquet", root=folder).groupBy("class").count().count() == 2


@pytest.mark.parametrize(
    ("rows", "message", "code"),
    [
        (["red/none.png,red"], "1 rows of .* name files that are not in .*, such as red/none.png", "FILE_NOT_FOUND"),
        (["FILE,"], "1 rows of .* have no label, such as FILE", "DATA_LABELS"),
        ([",red"], "1 rows of .* name no file, such as red", "DATA_COLUMN"),
        (["FILE,red", "FILE,blue"], "give a picture another label than others do, such as", "DATA_LABELS"),
        ([], "has no rows", "DATA_EMPTY"),
    ],
)
def test_tables_that_do_not_fit_their_pictures(
    spark: SparkSession, picture_folder: Path, tmp_path: Path, rows: list[str], message: str, code: str
) -> None:
    file = str(next(picture_folder.rglob("red*.png")).relative_to(picture_folder))
    (tmp_path / "labels.csv").write_text("\n".join(["path,label", *rows]).replace("FILE", file) + "\n")
    with pytest.raises(errors.SparkDl4jError, match=message.replace("FILE", file)) as caught:
        read_labelled_images(spark, tmp_path / "labels.csv", root=picture_folder)
    assert caught.value.code == code
    with pytest.raises(errors.DataError, match="has no column class; its columns are path, label"):
        read_labelled_images(spark, tmp_path / "labels.csv", root=picture_folder, label_column="class")


def test_a_data_frame_of_labels_needs_the_folder(spark: SparkSession) -> None:
    with pytest.raises(errors.ParameterError, match="give root"):
        read_labelled_images(spark, spark.range(3))


def test_pictures_are_looked_at_as_on_one_machine(spark: SparkSession, picture_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    shutil.copytree(picture_folder, folder)
    some = sorted((folder / "red").glob("*.png"))
    shutil.copy(some[0], folder / "blue" / "copy_9.png")
    some[1].write_bytes(some[1].read_bytes()[:-20])
    Image.fromarray(np.zeros((50, 40), np.uint16)).save(folder / "green" / "deep_9.png")
    pattern = r"(?P<group>[a-z]+)[_-](?P<number>\d+)"
    expected = inspect_folder(folder, name_pattern=pattern).to_dict()
    rows = read_images(spark, folder, name_pattern=pattern).repartition(3)
    found = inspect_images(rows)
    told = json.loads(json.dumps(found.to_dict()).replace("file:/", "/").replace("///", "/"))
    assert told == expected
    assert told["duplicates"]["exact"] == {"sets": 1, "pictures": 2}
    assert len(told["damaged"]) == 1
    samples = inspect_folder(folder, name_pattern=pattern).samples
    assert [label for _, label in found.samples] == [label for _, label in samples]
    np.testing.assert_array_equal(
        np.stack([picture for picture, _ in found.samples]), np.stack([p for p, _ in samples])
    )


def test_structs_of_spark_are_looked_at(spark: SparkSession, picture_folder: Path) -> None:
    found = inspect_images(read_images(spark, picture_folder, format="image")).to_dict()
    assert found["pictures"] == 60
    assert found["files"]["kinds"] == [{"format": "struct", "mode": "RGB", "pictures": 60}]


def test_nothing_to_look_at(spark: SparkSession, pictures: DataFrame) -> None:
    with pytest.raises(errors.DataError, match="there are no pictures: the DataFrame is empty"):
        inspect_images(pictures.where("false"))
    with pytest.raises(errors.DataError, match="is null: remove such rows"):
        inspect_images(pictures.withColumn("class", sql.lit(None).cast("string")))
    with pytest.raises(errors.DataError, match="there is no column class"):
        inspect_images(pictures.drop("class"))
