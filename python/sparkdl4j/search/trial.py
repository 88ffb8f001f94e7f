"""A trial while it is trained: what it has reached in each fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sparkdl4j import errors


@dataclass
class FoldProgress:
    """One training of a trial.

    Args:
        reached: the last epoch that was trained in it, or after which it was paused.
        is_over: whether there is nothing left to train.
        scores: what was scored, by the epoch after which it was.
        seconds: spent in training.
        history: its epochs.
        kept_epoch: whose parameters were scored.
    """

    reached: int = 0
    is_over: bool = False
    scores: dict[int, float] = field(default_factory=dict)
    seconds: float = 0.0
    history: Sequence[Mapping[str, Any]] = ()
    kept_epoch: int = 0

    def score_at(self, epoch: int) -> float | None:
        """The score after an epoch, or that of a training that had ended before; None before that is known."""
        if epoch in self.scores:
            return self.scores[epoch]
        return self.scores[self.reached] if self.is_over and self.reached <= epoch else None


@dataclass
class Trial:
    """One set of parameters on its way through its training.

    Args:
        number: in the study.
        params: by name.
        request: as Java's `TrialTraining` takes it, but for the epoch to stop after.
        folds: one training for each.
        error: why it has failed, if it has.
    """

    number: int
    params: Mapping[str, Any]
    request: Mapping[str, Any]
    folds: list[FoldProgress]
    error: errors.SparkDl4jError | None = None

    @property
    def epochs(self) -> int:
        """How many it trains at most."""
        return int(self.request["training_options"]["epochs"])

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to train."""
        return all(fold.is_over for fold in self.folds)

    def score_at(self, epoch: int) -> float | None:
        """The mean of the folds' scores after an epoch; None before all are known."""
        scores = [fold.score_at(epoch) for fold in self.folds]
        known = [score for score in scores if score is not None]
        return sum(known) / len(known) if len(known) == len(scores) else None

    def final_scores(self) -> list[float]:
        """Of every fold, what was scored last."""
        return [fold.scores[max(fold.scores)] for fold in self.folds if fold.scores]

    def details(self) -> dict[str, Any]:
        """What a study keeps of it beside parameters and score."""
        return {
            "scores": self.final_scores(),
            "seconds": [fold.seconds for fold in self.folds],
            "kept_epochs": [fold.kept_epoch for fold in self.folds],
            "epochs": [len(fold.history) for fold in self.folds],
            "history": [dict(epoch) for epoch in self.folds[0].history],
            "error": None if self.error is None else str(self.error),
            "code": None if self.error is None else self.error.code,
        }
