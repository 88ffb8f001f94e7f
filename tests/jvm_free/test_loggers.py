"""CSVLogger and JsonLogger: whole lines, whatever happens."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sparkdl4j import Callback, CSVLogger, DataError, FileError, JsonLogger
from sparkdl4j.history import COLUMNS


def epoch(number: int) -> dict[str, Any]:
    return {
        "type": "epoch",
        "epoch": number,
        "loss": 1 / number,
        "accuracy": 0.5,
        "validation_loss": None,
        "validation_accuracy": None,
        "learning_rate": 0.001,
        "images_per_second": 1000.0,
        "seconds": 0.25,
        "input_waits": 1,
        "input_wait_seconds": 0.001,
    }


def run(callback: Callback, *epochs: int, finished: int | None = None) -> None:
    callback.open(resumed=finished is not None)
    callback.on_event({"type": "start", "finished": [epoch(n + 1) for n in range(finished or 0)]})
    for number in epochs:
        callback.on_event(epoch(number))
    callback.close()


def epochs_in(path: Path) -> list[int]:
    return [int(row["epoch"]) for row in csv.DictReader(path.open(newline=""))]


def test_csv_has_the_columns_of_the_history_and_the_values_themselves(tmp_path: Path) -> None:
    run(CSVLogger(tmp_path / "log.csv"), 1, 2, 3)
    rows = list(csv.DictReader((tmp_path / "log.csv").open(newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [float(row["loss"]) for row in rows] == [1, 0.5, 1 / 3]
    assert {row["validation_loss"] for row in rows} == {""}


def test_csv_is_replaced_or_added_to(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    run(CSVLogger(path), 1, 2)
    run(CSVLogger(path), 1)
    assert epochs_in(path) == [1]
    run(CSVLogger(path, append=True), 1, 2)
    assert epochs_in(path) == [1, 1, 2]


def test_a_resumed_csv_is_that_of_a_whole_run(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    run(CSVLogger(path), 1, 2, 3, 4, 5, 6)
    whole = path.read_bytes()
    # Killed in the sixth epoch, while a row was written; the checkpoint is that of the third.
    path.write_bytes(whole[:-20])
    run(CSVLogger(path), 4, 5, 6, finished=3)
    assert path.read_bytes() == whole
    run(CSVLogger(path, append=True), 1, 2)
    # A checkpoint within the first epoch: the rows of the run before stay.
    run(CSVLogger(path, append=True), 1, finished=0)
    assert epochs_in(path) == [1, 2, 3, 4, 5, 6, 1]


def test_json_has_a_line_an_event_and_goes_on_when_resumed(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    run(JsonLogger(path), 1)
    path.write_bytes(path.read_bytes() + b'{"time": "half a li')
    run(JsonLogger(path), 2, finished=1)
    events = [json.loads(line) for line in path.read_text().splitlines()]
    assert [event["type"] for event in events] == ["start", "epoch", "start", "epoch"]
    time = events[1].pop("time")
    assert time.endswith("+00:00")
    assert events[1] == epoch(1)
    run(JsonLogger(path), 1)
    assert len(path.read_text().splitlines()) == 2


def test_a_killed_process_leaves_whole_lines(tmp_path: Path) -> None:
    program = f"""
import os, signal
from sparkdl4j import CSVLogger, JsonLogger
both = [CSVLogger({str(tmp_path / "log.csv")!r}), JsonLogger({str(tmp_path / "log.jsonl")!r})]
for callback in both:
    callback.open(resumed=False)
    for number in range(1, 1001):
        callback.on_event({{"type": "epoch", "epoch": number, "loss": 0.5}})
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], env={**os.environ}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert epochs_in(tmp_path / "log.csv") == list(range(1, 1001))
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == list(range(1, 1001))


@pytest.mark.parametrize("kind", [CSVLogger, JsonLogger])
def test_a_file_that_cannot_be_written_is_said_at_the_start(kind: Any, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="missing does not exist"):
        kind(tmp_path / "missing" / "log").open(resumed=False)
    with pytest.raises(FileError, match="cannot be written: Is a directory"):
        kind(tmp_path).open(resumed=False)


def test_a_csv_file_of_something_else_is_not_added_to(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("name,age\nAda,36\n")
    with pytest.raises(DataError, match="other columns"):
        CSVLogger(path, append=True).open(resumed=False)
    assert path.read_text() == "name,age\nAda,36\n"
