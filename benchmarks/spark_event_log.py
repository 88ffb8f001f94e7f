"""Rounds of training as Spark itself records them in its event log: when jobs and tasks started and ended."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Options of Spark with which a session writes the log that is read here.
SETTINGS = {
    "spark_eventLog_enabled": "true",
    "spark_eventLog_compress": "false",
    "spark_eventLog_rolling_enabled": "false",
}
# How ClusterTraining describes its rounds.
_ROUND = re.compile(r"epoch (\d+), minibatches from (\d+)")


@dataclass(frozen=True)
class _Task:
    launch: float
    finish: float
    run: float


@dataclass(frozen=True)
class _Job:
    epoch: int | None
    minibatch: int
    start: float
    end: float
    stages: list[list[_Task]]


@dataclass(frozen=True)
class Round:
    """One round: from its job's start to the start of the next round's.

    Args:
        minibatches: that every worker trained.
        seconds: of all.
        slowest_task: run time of the slowest task that trains.
        before_tasks: from the job's start to its first task's launch.
        around_task: of the slowest task: being sent, deserialised, and its result sent back.
        further_stages: from the end of the training stage to that of the last stage.
        after_tasks: from the end of the last task to the end of the job.
        between_jobs: from there to the next job: the driver averages, and prepares the next broadcast.
    """

    minibatches: int
    seconds: float
    slowest_task: float
    before_tasks: float
    around_task: float
    further_stages: float
    after_tasks: float
    between_jobs: float

    @property
    def beyond_slowest_task(self) -> float:
        """Seconds that it costs to be on a cluster."""
        return self.seconds - self.slowest_task


def rounds(folder: Path) -> list[Round]:
    """The rounds of the only log in a folder that another round of their epoch follows.

    Raises:
        ValueError: it has none.
    """
    (log,) = folder.iterdir()
    jobs = _jobs(json.loads(line) for line in log.read_text().splitlines())
    found = [
        _round(job, following)
        for job, following in itertools.pairwise(jobs)
        if job.epoch is not None and job.epoch == following.epoch
    ]
    if not found:
        raise ValueError("no two jobs of the log are rounds of one epoch: are jobs described otherwise now?")
    return found


def _round(job: _Job, following: _Job) -> Round:
    training = job.stages[0]
    slowest = max(training, key=lambda task: task.run)
    trained = max(task.finish for task in training)
    done = max(task.finish for stage in job.stages for task in stage)
    return Round(
        minibatches=following.minibatch - job.minibatch,
        seconds=following.start - job.start,
        slowest_task=slowest.run,
        before_tasks=min(task.launch for task in training) - job.start,
        around_task=slowest.finish - slowest.launch - slowest.run,
        further_stages=done - trained,
        after_tasks=job.end - done,
        between_jobs=following.start - job.end,
    )


def _jobs(events: Iterator[dict[str, Any]]) -> list[_Job]:
    starts: dict[int, dict[str, Any]] = {}
    ends: dict[int, float] = {}
    tasks: dict[int, list[_Task]] = {}
    for event in events:
        kind = event["Event"]
        if kind == "SparkListenerJobStart":
            starts[event["Job ID"]] = event
        elif kind == "SparkListenerJobEnd":
            ends[event["Job ID"]] = event["Completion Time"] / 1000
        elif kind == "SparkListenerTaskEnd" and event["Task End Reason"]["Reason"] == "Success":
            times, metrics = event["Task Info"], event["Task Metrics"]
            tasks.setdefault(event["Stage ID"], []).append(
                _Task(times["Launch Time"] / 1000, times["Finish Time"] / 1000, metrics["Executor Run Time"] / 1000)
            )
    jobs = []
    for number, event in sorted(starts.items()):
        described = _ROUND.search(event["Properties"].get("spark.job.description", ""))
        # Stages that were skipped have no tasks.
        stages = [tasks[stage] for stage in sorted(event["Stage IDs"]) if stage in tasks]
        jobs.append(
            _Job(
                int(described[1]) if described and stages else None,
                int(described[2]) if described else 0,
                event["Submission Time"] / 1000,
                ends.get(number, 0.0),
                stages,
            )
        )
    return jobs
