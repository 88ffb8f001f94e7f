"""Training the trials of a search in the JVM of this process."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sparkdl4j import sample_weights
from sparkdl4j.jvm.errors import translated
from sparkdl4j.jvm.in_process import java_class
from sparkdl4j.jvm.views import view_of

if TYPE_CHECKING:
    from sparkdl4j.dataset import ImageDataset


class Trials:
    """Trains trials on the same pictures, from as many threads of Python as call it.

    Args:
        folds: pictures to train and to validate with, which live as long as this object; their labels index the same
            classes.
    """

    @translated()
    def __init__(self, folds: Sequence[tuple[ImageDataset, ImageDataset]]) -> None:
        self._folds = folds
        self._views = [
            (view_of(train, sample_weights.of_pictures(train.weights, len(train))), view_of(validation))
            for train, validation in folds
        ]
        self._lock = threading.Lock()
        self._running: set[Any] = set()
        self._cancelled = False

    @translated()
    def train(self, request: Mapping[str, Any], fold: int, state: Path, *, resumes: bool) -> tuple[str, bytes]:
        """Trains one, or a part of it; JPype lets other threads of Python work meanwhile.

        Args:
            request: as Java's `TrialTraining` takes it.
            fold: which of the folds.
            state: the file of a training that is paused.
            resumes: whether to go on from that file.

        Returns:
            what Java's `TrialResult` has.
        """
        java = java_class("org.sparkdl4j.bridge.Trials")
        trial = java.of(json.dumps(request), *self._views[fold])
        with self._lock:
            self._running.add(trial)
            if self._cancelled:
                trial.cancel()
        try:
            result = java.run(trial, str(state) if resumes else None, str(state))
            return str(result.summary()), np.asarray(result.probabilities()).tobytes()
        finally:
            with self._lock:
                self._running.discard(trial)

    def cancel(self) -> None:
        """Ends those that run, and all that come."""
        with self._lock:
            self._cancelled = True
            for trial in self._running:
                trial.cancel()

    def close(self) -> None:
        """Lets the pictures go."""
        for views in self._views:
            for one in views:
                one.close()
