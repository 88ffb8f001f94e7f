"""Checkpoint: what a training writes so that another one can go on from there."""

from __future__ import annotations

import os

from sparkdl4j import errors, options
from sparkdl4j.callbacks import Callback


class Checkpoint(Callback):
    """Writes a checkpoint every so often; the training itself does, on the JVM.

    Given among `callbacks`, once for every file. `fit(..., resume=path)` goes on from the file, and ends with the
    parameters of a training that was never interrupted, bit by bit, with the same pictures, options, seed and threads.
    A checkpoint is a model file too: `ConvNetClassifier.load(path)` gives the network of that moment.

    Args:
        path: the file, which every checkpoint replaces in one step. On Spark a path of any of Hadoop's file systems.
        every: units between two checkpoints.
        unit: what is counted: "epoch", "round" (from one averaging to the next) or "step" (minibatches of all workers
            together; written after the round in which they are full).
        keep: "last"; "best": written after an epoch only if it is the best so far by `metric`; or "all": each in a
            file of its own, "run-epoch-000012.zip" of the path "run.zip" by epochs, else "run-step-004800.zip".
        metric: "validation_loss", "validation_accuracy", "loss" or "accuracy".

    Raises:
        ParameterError: PARAMETER_TYPE, PARAMETER_RANGE; PARAMETER_CONFLICT for the best by another unit than epochs.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        every: int = options.default("checkpoint", "every"),
        unit: str = options.default("checkpoint", "unit"),
        keep: str = options.default("checkpoint", "keep"),
        metric: str = options.default("checkpoint", "metric"),
    ) -> None:
        self.path = os.fspath(path)
        self.every = options.check("checkpoint", "every", every)
        self.unit = options.check("checkpoint", "unit", unit)
        self.keep = options.check("checkpoint", "keep", keep)
        self.metric = options.check("checkpoint", "metric", metric)
        if self.keep == "best" and self.unit != "epoch":
            raise errors.error(
                "PARAMETER_CONFLICT",
                f"a checkpoint of the best epoch is written after epochs, but unit is {self.unit}: leave unit out, or "
                "keep the last",
                parameter="unit",
            )

    def __repr__(self) -> str:
        text = f"Checkpoint({self.path!r}, every={self.every}, unit={self.unit!r}, keep={self.keep!r}"
        return text + (f", metric={self.metric!r})" if self.keep == "best" else ")")
