"""Checkpoint: what a training writes so that another one can go on from there."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from sparkdl4j import errors, options
from sparkdl4j.callbacks import Callback, EventFunction


class Checkpoint(Callback):
    """Writes a checkpoint every so often; the training itself does, on the JVM.

    Given among `callbacks`. `fit(..., resume=path)` goes on from the file, and ends with the parameters of a training
    that was never interrupted, bit by bit, with the same pictures, options, seed and threads. A checkpoint is a model
    file too: `ConvNetClassifier.load(path)` gives the network of that moment.

    Args:
        path: the file, which every checkpoint replaces in one step. On Spark a path of any of Hadoop's file systems.
        every: units between two checkpoints.
        unit: what is counted: "epoch", "round" (from one averaging to the next) or "step" (minibatches of all workers
            together; written after the round in which they are full).

    Raises:
        ParameterError: PARAMETER_TYPE, PARAMETER_RANGE.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        every: int = options.default("checkpoint", "every"),
        unit: str = options.default("checkpoint", "unit"),
    ) -> None:
        self.path = os.fspath(path)
        self.every = options.check("checkpoint", "every", every)
        self.unit = options.check("checkpoint", "unit", unit)

    def __repr__(self) -> str:
        return f"Checkpoint({self.path!r}, every={self.every}, unit={self.unit!r})"


def request(callbacks: Iterable[Callback | EventFunction], resume: str | os.PathLike[str] | None) -> dict[str, Any]:
    """What a training is asked for: `checkpoint` of the callbacks, if one is among them, and `resume`.

    Raises:
        ParameterError: PARAMETER_CONFLICT when there are two.
    """
    found = [callback for callback in callbacks if isinstance(callback, Checkpoint)]
    if len(found) > 1:
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"a training writes one checkpoint, but callbacks has {len(found)}: leave all but one out",
            parameter="callbacks",
        )
    return {
        "checkpoint": vars(found[0]) if found else None,
        "resume": None if resume is None else os.fspath(resume),
    }
