"""Trains and writes the model; run in a process of its own by tests. The last line of its output is JSON: `killed`
(number of executors) and `memory` (one list of bytes for each epoch: the driver's, then the executors').

    train_script.py MASTER PICTURES MODEL [options]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pyspark
import running
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


class Killer(threading.Thread):
    """Kills executors while a round runs.

    Args:
        session: whose executors.
        kills: such as "3/1=2": in epoch 3, in the round that starts with minibatch 1, two executors; "all" for those
            that are there, "host" for one with all of its process group, which is a standalone cluster's Worker.
    """

    def __init__(self, session: SparkSession, kills: list[str]) -> None:
        super().__init__(daemon=True)
        self.session = session
        self.kills = kills
        self.killed = 0
        self.missed: list[str] = []

    def run(self) -> None:
        for kill in self.kills:
            round_, victims = kill.split("=")
            epoch, minibatch = round_.split("/")
            description = f"sparkdl4j: epoch {epoch}, minibatches from {minibatch}"
            while description not in running.jobs(self.session):
                time.sleep(0.001)
            self.kill(description, victims)

    def kill(self, description: str, victims: str) -> None:
        alive = running.executors(self.session)
        for process in alive:
            os.kill(process, signal.SIGSTOP)
        # What was on its way to the driver arrives; what has not left its executor stays there.
        time.sleep(0.1)
        if description in running.jobs(self.session):
            number = {"host": 1, "all": len(alive)}.get(victims) or int(victims)
            for process in alive[:number]:
                if victims == "host":
                    os.killpg(os.getpgid(process), signal.SIGKILL)
                else:
                    os.kill(process, signal.SIGKILL)
                alive.remove(process)
                self.killed += 1
        else:
            self.missed.append(description)
        for process in alive:
            os.kill(process, signal.SIGCONT)


class MemoryRecord:
    """Physical memory of driver and executors at the end of each epoch."""

    def __init__(self, session: SparkSession) -> None:
        self.session = session
        self.epochs: list[list[int]] = []

    def on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "epoch":
            driver = self.session._jvm.java.lang.ProcessHandle.current().pid()
            self.epochs.append([resident(process) for process in (driver, *running.executors(self.session))])


def resident(process: int) -> int:
    """Bytes of physical memory."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("master")
    parser.add_argument("pictures")
    parser.add_argument("model")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--image-size", type=int, default=16)
    parser.add_argument("--kill", action="append", default=[], help="in the order of the rounds; see Killer")
    parser.add_argument("--conf", action="append", default=[], help="a setting of Spark's: name=value")
    parser.add_argument("--log-level", default="OFF")
    return parser.parse_args()


def main() -> None:
    given = options()
    with tempfile.TemporaryDirectory() as local:
        builder = (
            configure(SparkSession.builder.master(given.master))
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "localhost")
            .config("spark.local.dir", local)
            .config("spark.executor.memory", "512m")
            .config("spark.deploy.maxExecutorRetries", "-1")
            .config("spark.task.maxFailures", "20")
            .config("spark.locality.wait", "0s")
            # Training starts once there is an executor for every worker.
            .config("spark.cores.max", given.workers)
            .config("spark.scheduler.minRegisteredResourcesRatio", "1")
        )
        for setting in given.conf:
            builder = builder.config(*setting.split("=", 1))
        session = builder.getOrCreate()
        application = session.sparkContext.applicationId
        try:
            train(session, given)
        finally:
            session.stop()
            # Such a cluster leaves a copy of the jar for every application.
            shutil.rmtree(Path(pyspark.__file__).parent / "work" / application, ignore_errors=True)


def train(session: SparkSession, given: argparse.Namespace) -> None:
    session.sparkContext.setLogLevel(given.log_level)
    killer = Killer(session, given.kill)
    killer.start()
    memory = MemoryRecord(session)
    classifier = ConvNetClassifier(
        NETWORK,
        image_size=given.image_size,
        epochs=given.epochs,
        batch_size=8,
        num_workers=given.workers,
        averaging_frequency=2,
        verbose=False,
        callbacks=[memory],
    )
    model = classifier.fit(read_images(session, given.pictures))
    if killer.missed:
        sys.exit(f"over before its executor was dead: {killer.missed}")
    model.save_model_file(given.model)
    print(json.dumps({"killed": killer.killed, "memory": memory.epochs}))


main()
