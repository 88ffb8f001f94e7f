"""Starts a session of Spark Connect and tries to train and to read pictures; run in a process of its own by a test."""

from __future__ import annotations

from pyspark.sql import SparkSession

from sparkdl4j import errors
from sparkdl4j.spark import ConvNetClassifier, read_images

session = SparkSession.builder.remote("local[1]").config("spark.ui.enabled", "false").getOrCreate()
rows = session.range(1)
for use in (lambda: ConvNetClassifier("landscape").fit(rows), lambda: read_images(session, "pictures")):
    try:
        use()
    except errors.SparkError as problem:
        print(problem.code, problem)
session.stop()
