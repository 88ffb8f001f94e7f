"""Reads pictures from a file system of Hadoop's, trains, saves the model there and loads it; run in a process of its
own by tests.

    file_system_script.py PICTURES URI [--conf=NAME=VALUE…]

PICTURES, a folder on this machine, are copied into the folder URI first.
"""

from __future__ import annotations

import sys

import pytest
from pyspark.sql import SparkSession

from sparkdl4j import errors
from sparkdl4j.spark import ConvNetClassificationModel, ConvNetClassifier, configure, read_images

NETWORK = {"layers": [{"type": "Conv2D", "filters": 4, "kernel_size": [3, 3]}, {"type": "Output"}]}


def use(session: SparkSession, pictures: str, uri: str) -> None:
    path = session._jvm.org.apache.hadoop.fs.Path
    files = path(uri).getFileSystem(session._jsc.hadoopConfiguration())
    files.copyFromLocalFile(path(pictures), path(f"{uri}/pictures"))

    with pytest.raises(errors.FileError, match=f"{uri}/nowhere") as caught:
        read_images(session, f"{uri}/nowhere")
    assert caught.value.code == "FILE_NOT_FOUND"

    images = read_images(session, f"{uri}/pictures")
    assert {row["class"] for row in images.select("class").distinct().collect()} == {"blue", "green", "red"}
    classifier = ConvNetClassifier(NETWORK, image_size=16, epochs=2, batch_size=8, num_workers=2, verbose=False)
    model = classifier.fit(images)

    model.write().save(f"{uri}/model")
    model.write().overwrite().save(f"{uri}/model")
    again = ConvNetClassificationModel.load(f"{uri}/model")
    expected = model.transform(images).orderBy("path").select("path", "probability").collect()
    assert len(expected) == 60
    assert all(row["path"].startswith(f"{uri}/pictures/") for row in expected)
    assert again.transform(images).orderBy("path").select("path", "probability").collect() == expected


pictures, uri, *settings = sys.argv[1:]
builder = configure(SparkSession.builder.master("local[2]"))
builder = builder.config("spark.ui.enabled", "false").config("spark.driver.host", "localhost")
for setting in settings:
    builder = builder.config(*setting.removeprefix("--conf=").split("=", 1))
session = builder.getOrCreate()
session.sparkContext.setLogLevel("OFF")
try:
    use(session, pictures, uri)
finally:
    session.stop()
