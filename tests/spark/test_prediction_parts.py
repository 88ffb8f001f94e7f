"""`predict --master --shard-size`: parts that a stopped run goes on with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("pyspark")

from pyspark.sql import SparkSession

from sparkdl4j import ConvNetClassifier, ImageFolder, cli
from sparkdl4j.network import Conv2D, Output, Sequential

MASTER = "local[2]"


@pytest.fixture(scope="module")
def model(picture_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("model") / "model.zip"
    network = Sequential([Conv2D(4, 3), Output()])
    ConvNetClassifier(network, epochs=1, verbose=False).fit(ImageFolder(picture_folder, size=16)).save(path)
    return str(path)


def test_a_stopped_run_goes_on(
    spark: SparkSession, model: str, picture_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = tmp_path / "with [brackets] and %20"
    shutil.copytree(picture_folder, pictures)
    (pictures / "text.png").write_text("no picture")
    parts = tmp_path / "parts.parquet"
    predict = ["predict", model, str(tmp_path), "--master", MASTER, "--shard-size", "25", "--out", str(parts)]
    assert cli.main(predict) == 0
    assert f"60 predictions and 1 damaged pictures in {parts}" in capsys.readouterr().out
    rows = spark.read.parquet(str(parts))
    first = sorted(map(tuple, rows.collect()))
    assert len({row[0] for row in first}) == 61
    assert str(pictures / "text.png") in {row[0] for row in first}
    counts = rows.groupBy("part").count().orderBy("part").collect()
    assert [row["count"] for row in counts] == [25, 25, 11]

    # As a kill leaves it: the last part is not whole, and the manifest does not tell of it.
    manifest = json.loads((parts / "_predictions.json").read_text())
    del manifest["parts"]["2"]
    (parts / "_predictions.json").write_text(json.dumps(manifest))
    # Hadoop keeps checksums beside local files.
    (parts / "._predictions.json.crc").unlink()
    for file in (parts / "part=00002").glob("*.parquet"):
        file.write_bytes(b"half")
    kept = {path.name: path.stat().st_mtime_ns for path in (parts / "part=00001").iterdir()}
    assert cli.main(predict) == 0
    assert capsys.readouterr().err.count("is there already") == 2
    spark.catalog.clearCache()
    assert sorted(map(tuple, spark.read.parquet(str(parts)).collect())) == first
    assert {path.name: path.stat().st_mtime_ns for path in (parts / "part=00001").iterdir()} == kept

    predict[predict.index("25")] = "26"
    assert cli.main(predict) == 1
    assert "holds predictions of another shard size" in capsys.readouterr().err


def test_tables_of_encoded_pictures(spark: SparkSession, model: str, picture_folder: Path, tmp_path: Path) -> None:
    rows = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(str(picture_folder))
    rows.select("path", "content").repartition(3).write.parquet(str(tmp_path / "table.parquet"))
    predict = ["predict", model, "--master", MASTER, "--quiet", "--out"]
    table, folder = str(tmp_path / "table.parquet"), str(picture_folder)
    assert cli.main([*predict, str(tmp_path / "of_table"), table, "--shard-size", "10"]) == 0
    assert cli.main([*predict, str(tmp_path / "of_folder"), folder, "--shard-size", "60"]) == 0
    assert cli.main([*predict, str(tmp_path / "of_table.parquet"), table]) == 0
    of_table = spark.read.csv(str(tmp_path / "of_table"), header=True).drop("part")
    of_folder = spark.read.csv(str(tmp_path / "of_folder"), header=True).drop("part")
    assert sorted(map(tuple, of_table.collect())) == sorted(map(tuple, of_folder.collect()))
    assert of_table.count() == 60
    assert spark.read.parquet(str(tmp_path / "of_table.parquet")).count() == 60
