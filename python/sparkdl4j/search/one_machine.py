"""Trials side by side in the JVM of this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sparkdl4j.jvm import in_process
from sparkdl4j.jvm.trials import Trials
from sparkdl4j.search.folds import Folds
from sparkdl4j.search.place import Trained


class OneMachine:
    """Networks that share the pictures in this process, each trained by one thread of the JVM."""

    def __init__(self, folds: Folds) -> None:
        self._folds = folds
        self._trials: Trials | None = None

    def __enter__(self) -> OneMachine:
        self._trials = Trials([self._folds.pictures(fold) for fold in range(len(self._folds))])
        return self

    def __exit__(self, *_: object) -> None:
        if self._trials is not None:
            self._trials.close()

    @property
    def slots(self) -> int:
        return in_process.usable_cores()

    def train(self, request: Mapping[str, Any], fold: int, state: Path, *, resumes: bool) -> Trained:
        assert self._trials is not None
        summary, probabilities = self._trials.train(request, fold, state, resumes=resumes)
        return Trained.of(summary, probabilities, len(self._folds.data.classes))

    def check(self) -> None:
        """Python itself raises KeyboardInterrupt."""

    def cancel(self) -> None:
        assert self._trials is not None
        self._trials.cancel()
