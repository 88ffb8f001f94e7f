"""What decides about a training: declared by callbacks in Python, done by the training itself in Java."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sparkdl4j import errors
from sparkdl4j.callbacks import Callback, is_awaited
from sparkdl4j.checkpoint import Checkpoint
from sparkdl4j.early_stopping import EarlyStopping
from sparkdl4j.plateau_reduction import ReduceLearningRateOnPlateau

_Kind = TypeVar("_Kind", bound=Callback)


def request(callbacks: Sequence[Any], resume: str | os.PathLike[str] | None) -> dict[str, Any]:
    """What a training is asked for, as Java's `ClassifierTraining.decideBy` takes it.

    Raises:
        ParameterError: PARAMETER_TYPE for callbacks that are no list; PARAMETER_CONFLICT when two of them decide the
            same, or write the same file.
    """
    _require_list(callbacks)
    checkpoints = _all(callbacks, Checkpoint)
    for number, checkpoint in enumerate(checkpoints):
        if checkpoint.path in [earlier.path for earlier in checkpoints[:number]]:
            raise errors.error(
                "PARAMETER_CONFLICT",
                f"two checkpoints are written to {checkpoint.path}: give each a file of its own",
                parameter="callbacks",
            )
    return {
        "checkpoints": [vars(checkpoint) for checkpoint in checkpoints],
        "early_stopping": _only(callbacks, EarlyStopping),
        "reduce_on_plateau": _only(callbacks, ReduceLearningRateOnPlateau),
        "await_answers": any(map(is_awaited, callbacks)),
        "resume": None if resume is None else os.fspath(resume),
    }


def done_by_training(callbacks: Iterable[Any]) -> list[Callback]:
    """Those callbacks that decide how a network is trained, and neither write files nor look on.

    Raises:
        ParameterError: PARAMETER_TYPE for callbacks that are no list.
    """
    _require_list(callbacks)
    return [*_all(callbacks, EarlyStopping), *_all(callbacks, ReduceLearningRateOnPlateau)]


def require_metrics(callbacks: Iterable[Any], *, has_validation: bool) -> None:
    """Makes sure that what the callbacks follow can be known.

    Raises:
        ParameterError: PARAMETER_CONFLICT for a metric of validation data that are not there.
    """
    for callback in callbacks:
        follows = isinstance(callback, (EarlyStopping, ReduceLearningRateOnPlateau)) or (
            isinstance(callback, Checkpoint) and callback.keep == "best"
        )
        if follows and not has_validation and callback.metric.startswith("validation_"):
            raise errors.error(
                "PARAMETER_CONFLICT",
                f"{type(callback).__name__} follows {callback.metric}, but there are no validation data: give "
                "validation_fraction or validation data, or take the metric loss or accuracy",
                parameter="metric",
            )


def _require_list(callbacks: Any) -> None:
    if not isinstance(callbacks, (list, tuple)):
        raise errors.error(
            "PARAMETER_TYPE",
            f"callbacks must be a list, but is {callbacks!r}: write callbacks=[…], or leave it out",
            parameter="callbacks",
        )


def _all(callbacks: Iterable[Any], kind: type[_Kind]) -> list[_Kind]:
    return [callback for callback in callbacks if isinstance(callback, kind)]


def _only(callbacks: Iterable[Any], kind: type[Callback]) -> dict[str, Any] | None:
    found = _all(callbacks, kind)
    if len(found) > 1:
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"callbacks has {kind.__name__} {len(found)} times: leave all but one out",
            parameter="callbacks",
        )
    return dict(vars(found[0])) if found else None
