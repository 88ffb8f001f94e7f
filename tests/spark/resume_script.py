"""Trains with two workers and writes checkpoints; run in a process of its own by tests.

    resume_script.py MASTER PICTURES MODEL CHECKPOINT (die | resume)

"die": after the second epoch's first round the driver, Python and Java, ends as by SIGKILL. "resume": goes on from the
checkpoint and writes the model.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import pyspark
from pyspark.sql import SparkSession

from sparkdl4j import Callback, Checkpoint
from sparkdl4j.spark import ConvNetClassifier, configure, read_images

master, pictures, model_file, checkpoint, what = sys.argv[1:]
NETWORK = {"layers": [{"type": "Conv2D", "filters": 4, "kernel_size": [3, 3]}, {"type": "Dropout"}, {"type": "Output"}]}


class Death(Callback):
    def __init__(self, java: int) -> None:
        self.java = java

    def on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "epoch" and event["epoch"] == 2:
            os.kill(self.java, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)


with tempfile.TemporaryDirectory() as local:
    session = (
        configure(SparkSession.builder.master(master))
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "localhost")
        .config("spark.local.dir", local)
        .config("spark.executor.memory", "512m")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    application = session.sparkContext.applicationId
    classifier = ConvNetClassifier(
        NETWORK,
        image_size=16,
        epochs=4,
        batch_size=8,
        num_workers=2,
        averaging_frequency=2,
        verbose=False,
        callbacks=[
            Checkpoint(checkpoint, unit="round"),
            *([Death(session.sparkContext._gateway.proc.pid)] if what == "die" else []),
        ],
    )
    model = classifier.fit(read_images(session, pictures), resume=checkpoint if what == "resume" else None)
    model.save_model_file(model_file)
    session.stop()
    shutil.rmtree(Path(pyspark.__file__).parent / "work" / application, ignore_errors=True)
