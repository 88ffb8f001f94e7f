"""Checks of the options that change the learning rate; Java's `LearningRateSchedule` computes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sparkdl4j import errors


def check(training_options: Mapping[str, Any]) -> None:
    """Makes sure that options describe a schedule.

    Args:
        training_options: of the group "training", all of them.

    Raises:
        ParameterError: PARAMETER_CONFLICT when the warm-up is as long as the whole training.
    """
    warmup, epochs = training_options["warmup_epochs"], training_options["epochs"]
    if warmup and warmup >= epochs:
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"warmup_epochs is {warmup}, but the whole training has {epochs} epochs: warm up in fewer",
            parameter="warmup_epochs",
        )
