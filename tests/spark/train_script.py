"""Trains with two workers and writes the model; run in a process of its own by tests.

    train_script.py MASTER PICTURES MODEL [KILLS]

KILLS names epochs, counted from 0, at whose start an executor is killed: "" for none, "0", "0,3". With "!" in front of
a number, all executors are.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import pyspark
from pyspark.sql import SparkSession

from sparkdl4j.spark import ConvNetClassifier, configure, read_images

NETWORK = {
    "layers": [
        {"type": "Conv2D", "filters": 8, "kernel_size": [3, 3]},
        {"type": "MaxPool2D"},
        {"type": "Dropout", "rate": 0.2},
        {"type": "Dense", "units": 16},
        {"type": "Output"},
    ]
}


def executors() -> list[int]:
    """The process numbers of this driver's executors."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"org.apache.spark.executor.CoarseGrainedExecutorBackend" in command and APPLICATION in command:
                found.append(int(folder.name))
    return sorted(found)


class Killer:
    """Kills executors in the first round of some epochs."""

    def __init__(self, kills: str) -> None:
        self.kills = {int(kill.lstrip("!")): kill.startswith("!") for kill in kills.split(",") if kill}
        self.epoch = 0
        self.killed = 0

    def on_event(self, event: dict[str, object]) -> None:
        if event["type"] in ("start", "epoch"):
            if self.epoch in self.kills:
                threading.Timer(0.02, self.kill, [self.kills[self.epoch]]).start()
            self.epoch += 1

    def kill(self, everything: bool) -> None:
        running = executors()
        for process in running if everything else running[:1]:
            os.kill(process, signal.SIGKILL)
            self.killed += 1


master, pictures, model_file, kills = [*sys.argv[1:], ""][:4]
with tempfile.TemporaryDirectory() as local:
    session = (
        configure(SparkSession.builder.master(master))
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "localhost")
        .config("spark.local.dir", local)
        .config("spark.executor.memory", "512m")
        .config("spark.deploy.maxExecutorRetries", "-1")
        .config("spark.task.maxFailures", "20")
        .config("spark.locality.wait", "0s")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    APPLICATION = session.sparkContext.applicationId.encode()
    killer = Killer(kills)
    classifier = ConvNetClassifier(
        NETWORK,
        image_size=16,
        epochs=6,
        batch_size=8,
        num_workers=2,
        averaging_frequency=2,
        verbose=False,
        callbacks=[killer],
    )
    start = time.monotonic()
    model = classifier.fit(read_images(session, pictures))
    model.save_model_file(model_file)
    print(f"killed {killer.killed} in {time.monotonic() - start:.1f} s")
    session.stop()
    # Such a cluster leaves a copy of the jar for every application.
    shutil.rmtree(Path(pyspark.__file__).parent / "work" / APPLICATION.decode(), ignore_errors=True)
