"""Checks of the options that change the learning rate; Java's `LearningRateSchedule` computes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sparkdl4j import errors

# Java's `LearningRateSchedule.dependsOnEpochs`.
_OF_THE_WHOLE_RUN = ("cosine", "one_cycle")


def check(training_options: Mapping[str, Any]) -> None:
    """Makes sure that options describe a schedule.

    Args:
        training_options: of the group "training", all of them.

    Raises:
        ParameterError: PARAMETER_CONFLICT when the warm-up is as long as the whole training.
    """
    warmup, epochs = training_options["warmup_epochs"], training_options["epochs"]
    # Where the pictures choose the number of epochs, the training itself compares them.
    if warmup and epochs and warmup >= epochs:
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"warmup_epochs is {warmup}, but the whole training has {epochs} epochs: warm up in fewer",
            parameter="warmup_epochs",
        )


def require_of_parts(training_options: Mapping[str, Any]) -> None:
    """Makes sure that the schedule is none over the whole run, for a training that does not know how long that is.

    Raises:
        ParameterError: PARAMETER_CONFLICT.
    """
    schedule = training_options["learning_rate_schedule"]
    if schedule in _OF_THE_WHOLE_RUN:
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"learning_rate_schedule {schedule} needs to know the length of the whole run, which partial_fit does not: "
            "choose constant, step or exponential",
            parameter="learning_rate_schedule",
        )
