"""What runs on a Spark session just now: its executors' processes and its jobs. For scripts that kill them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pyspark.sql import SparkSession


def executors(session: SparkSession) -> list[int]:
    """The process numbers of a session's executors."""
    application = session.sparkContext.applicationId.encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"--executor-id" in command and application in command:
                found.append(int(folder.name))
    return sorted(found)


def jobs(session: SparkSession) -> Iterator[str]:
    """The descriptions of the jobs that run."""
    context = session.sparkContext
    known = context._jsc.sc().statusStore()
    for job in context.statusTracker().getActiveJobsIds():
        description = known.job(job).description()
        if description.isDefined():
            yield description.get()
