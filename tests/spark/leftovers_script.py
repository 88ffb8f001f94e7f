"""Trains, predicts, saves and loads, and fails when blocks stay in driver or executors; run in a process of its own.

    leftovers_script.py MASTER PICTURES FOLDER

The model goes to FOLDER/model; Java's temporary files go to FOLDER/java, Spark's to FOLDER/spark.
"""

from __future__ import annotations

import gc
import re
import shutil
import sys
import time
from pathlib import Path

import pyspark
from pyspark.sql import SparkSession

from sparkdl4j.spark import ConvNetClassificationModel, ConvNetClassifier, configure, read_images

NETWORK = {"layers": [{"type": "Conv2D", "filters": 4, "kernel_size": [3, 3]}, {"type": "Output"}]}
WAITING_SECONDS = 60


def use(session: SparkSession, pictures: str, folder: Path) -> None:
    images = read_images(session, pictures)
    classifier = ConvNetClassifier(NETWORK, image_size=16, epochs=3, batch_size=8, num_workers=2, verbose=False)
    model = classifier.fit(images)
    assert model.transform(images).where("predictedClass is not null").count() == 60
    model.write().save(str(folder / "model"))
    again = ConvNetClassificationModel.load(str(folder / "model"))
    assert again.transform(images).where("predictedClass is not null").count() == 60
    assert used_memory(session) > 0


def used_memory(session: SparkSession) -> int:
    """Bytes of broadcasts and cached data on all block managers."""
    found = session._jsc.sc().getExecutorMemoryStatus().toString()
    return sum(int(most) - int(remaining) for most, remaining in re.findall(r"\((\d+),(\d+)\)", found))


master, pictures, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
temporary = f"-Djava.io.tmpdir={folder / 'java'}"
session = (
    configure(SparkSession.builder.master(master))
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "localhost")
    .config("spark.local.dir", str(folder / "spark"))
    .config("spark.sql.warehouse.dir", str(folder / "spark" / "warehouse"))
    .config("spark.executor.memory", "512m")
    .config("spark.driver.extraJavaOptions", temporary)
    .config("spark.executor.extraJavaOptions", temporary)
    .getOrCreate()
)
session.sparkContext.setLogLevel("OFF")
use(session, pictures, folder)

# Spark lets go of a broadcast once nobody refers to it any more: its own ones to code, and those of models.
deadline = time.monotonic() + WAITING_SECONDS
while used_memory(session) and time.monotonic() < deadline:
    gc.collect()
    session._jvm.System.gc()
    time.sleep(1)
left = used_memory(session)
cached = session.sparkContext._jsc.getPersistentRDDs().size()
application = session.sparkContext.applicationId
session.stop()
# Such a cluster leaves a copy of the jar for every application.
shutil.rmtree(Path(pyspark.__file__).parent / "work" / application, ignore_errors=True)
if left or cached:
    sys.exit(f"left behind: {cached} RDDs, {left} bytes of blocks")
