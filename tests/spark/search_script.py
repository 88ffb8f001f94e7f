"""Searches on a cluster of its own and prints the trials as JSON; run in a process of its own by tests.

search_script.py MASTER PICTURES [--kill TRIAL]
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

import pyspark
import running
from pyspark.sql import SparkSession

from sparkdl4j import Conv2D, ConvNetClassifier, Dense, GlobalPool, ImageFolder, Output, Search, Sequential
from sparkdl4j.spark import configure

SPACE = {"learning_rate": (1e-4, 1e-1, "log"), "network__dense1__units": [4, 8, 16]}


class Killer(threading.Thread):
    """Kills an executor while a trial is trained."""

    def __init__(self, session: SparkSession, trial: int) -> None:
        super().__init__(daemon=True)
        self.session = session
        self.description = f"sparkdl4j: trial {trial} "
        self.killed = 0

    def run(self) -> None:
        while not any(job.startswith(self.description) for job in running.jobs(self.session)):
            time.sleep(0.001)
        for process in running.executors(self.session)[:1]:
            os.kill(process, signal.SIGKILL)
            self.killed += 1


def search(pictures: str, session: SparkSession | None) -> Search:
    """The search of the tests."""
    network = Sequential([Conv2D(4, 3), GlobalPool(), Dense(8), Output()])
    estimator = ConvNetClassifier(network, epochs=6, batch_size=8, verbose=False)
    return Search(
        estimator, SPACE, n_trials=5, n_jobs=2, pruner="halving", refit=False, verbose=False, spark=session
    ).fit(ImageFolder(pictures, 16))


def told(found: Search) -> list[object]:
    """All of a study that must not depend on time or place."""
    return [[one.number, one.state, one.params, one.score, list(one.reports.values())] for one in found.trials_]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("master")
    parser.add_argument("pictures")
    parser.add_argument("--kill", type=int)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as local:
        session = (
            configure(SparkSession.builder.master(given.master))
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "localhost")
            .config("spark.local.dir", local)
            .config("spark.executor.memory", "512m")
            .config("spark.deploy.maxExecutorRetries", "-1")
            .config("spark.scheduler.minRegisteredResourcesRatio", "1")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("OFF")
        application = session.sparkContext.applicationId
        killer = None if given.kill is None else Killer(session, given.kill)
        try:
            if killer is not None:
                killer.start()
            found = search(given.pictures, session)
            if killer is not None and not killer.killed:
                sys.exit("the search was over before an executor was dead")
            print(json.dumps(told(found)))
        finally:
            session.stop()
            # Such a cluster leaves a copy of the jar for every application.
            shutil.rmtree(Path(pyspark.__file__).parent / "work" / application, ignore_errors=True)


if __name__ == "__main__":
    main()
