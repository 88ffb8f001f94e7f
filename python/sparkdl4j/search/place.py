"""Where trials are trained: in this process, or by a Spark cluster."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

# Of a training that waits to go on.
_PAUSED = "stopped"


@dataclass(frozen=True)
class Trained:
    """What a trial has given so far.

    Args:
        summary: how its training went: `reason`, `history`, `kept_epoch` and so on.
        probabilities: (n, classes) of the pictures to validate with.
    """

    summary: Mapping[str, Any]
    probabilities: NDArray[np.float32]

    @classmethod
    def of(cls, summary: str, probabilities: bytes, classes: int) -> Trained:
        """As Java's `TrialResult` has it."""
        return cls(json.loads(summary), np.frombuffer(probabilities, "<f4").reshape(-1, classes))

    @property
    def is_paused(self) -> bool:
        """Whether there is more to train."""
        return bool(self.summary["reason"] == _PAUSED)


class Place(Protocol):
    """Trains trials, several at a time; a context manager, which holds the pictures."""

    def __enter__(self) -> Place: ...

    def __exit__(self, *_: object) -> None: ...

    @property
    def slots(self) -> int:
        """How many networks it can train side by side."""

    def train(self, request: Mapping[str, Any], fold: int, state: Path, *, resumes: bool) -> Trained:
        """Trains until the end or until the request's `until_epoch`; called in a thread of its own.

        Args:
            request: as Java's `TrialTraining` takes it.
            fold: which of the folds.
            state: the file of a training that is paused.
            resumes: whether to go on from that file.

        Raises:
            SparkDl4jError: why it failed.
        """

    def check(self) -> None:
        """Raises KeyboardInterrupt where Ctrl-C was pressed and Python itself does not say so."""

    def cancel(self) -> None:
        """Ends all that is being trained, and what comes after it."""
