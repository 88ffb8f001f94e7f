"""Trainings that take turns, so that no processor is idle while another has much left."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("optuna")

from sparkdl4j.search import turns
from sparkdl4j.search.place import Trained
from sparkdl4j.search.training import BatchTraining
from sparkdl4j.search.trial import FoldProgress, Trial


def test_the_last_ones_share_what_would_not_fill_a_round() -> None:
    assert [turns.shared(count, 2) for count in (1, 2, 3, 4, 13)] == [0, 0, 3, 0, 3]
    assert [turns.shared(count, 4) for count in (3, 4, 5, 7, 13)] == [0, 0, 5, 7, 5]
    assert turns.parts(3, 2) == 2
    assert turns.parts(5, 4) == 4
    assert turns.parts(7, 4) == 4


@pytest.mark.parametrize("n_jobs", [2, 3, 4, 8, 100])
def test_turns_cost_no_more_than_a_part_beyond_the_least(n_jobs: int) -> None:
    for trainings in range(n_jobs + 1, 2 * n_jobs):
        parts = turns.parts(trainings, n_jobs)
        rounds = Fraction(math.ceil(trainings * parts / n_jobs), parts)
        assert rounds - Fraction(trainings, n_jobs) < Fraction(1, 8) + Fraction(1, n_jobs)
        assert rounds <= 2


def test_turns_end_after_whole_epochs() -> None:
    assert turns.ends(0, 10, 1) == [10]
    assert turns.ends(0, 10, 2) == [5, 10]
    assert turns.ends(2, 9, 2) == [6, 9]
    assert turns.ends(0, 3, 8) == [1, 2, 3]


class InStep:
    """Trainings of equal length: each waits for another one at the end of every epoch."""

    def __init__(self, side_by_side: int) -> None:
        self.calls: list[tuple[int, int, bool]] = []
        self._barrier = threading.Barrier(side_by_side, timeout=20)
        self._reached: dict[int, int] = {}

    def __enter__(self) -> InStep:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @property
    def slots(self) -> int:
        return self._barrier.parties

    def train(self, request: Mapping[str, Any], fold: int, state: Path, *, resumes: bool) -> Trained:
        trial, until = request["trial"], request["until_epoch"]
        assert resumes == (trial in self._reached)
        for _ in range(self._reached.get(trial, 0), until):
            self._barrier.wait()
        self._reached[trial] = until
        self.calls.append((trial, until, resumes))
        is_over = until == request["training_options"]["epochs"]
        summary = {
            "reason": "completed" if is_over else "stopped",
            "history": [{"epoch": epoch} for epoch in range(1, until + 1)],
            "kept_epoch": until,
        }
        return Trained(summary, np.array([[0.9, 0.1], [0.2, 0.8]], dtype=np.float32))

    def check(self) -> None:
        pass

    def cancel(self) -> None:
        self._barrier.abort()


class Told:
    """What a study is told."""

    def __init__(self) -> None:
        self.reports: list[tuple[int, int]] = []
        self.completed: list[int] = []

    def report(self, number: int, epoch: int, score: float) -> None:
        self.reports.append((number, epoch))

    def complete(self, number: int, score: float, details: Mapping[str, Any]) -> None:
        assert score == 1
        self.completed.append(number)


def test_nobody_trains_alone_when_three_share_two_processors(tmp_path: Path) -> None:
    place, told = InStep(2), Told()
    training = BatchTraining(
        place,
        told,  # type: ignore[arg-type]
        labels=[np.array([0, 1], dtype=np.int32)],
        metric="accuracy",
        rungs=[2],
        reduction_factor=None,
        folder=tmp_path,
        n_jobs=2,
        tell=lambda line: None,
    )
    trials = [Trial(number, {}, {"training_options": {"epochs": 8}}, [FoldProgress()]) for number in range(5)]
    training.run(trials)
    # A training alone would wait for another one until the time is over, and its trial would fail.
    assert sorted(told.completed) == [0, 1, 2, 3, 4]
    assert {trial for trial, until, _ in place.calls if until == 4} == {2, 3, 4}
    # Where turns end is nothing that a study learns.
    assert sorted(set(told.reports)) == [(number, epoch) for number in range(5) for epoch in (2, 8)]
