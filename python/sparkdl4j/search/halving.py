"""Successive halving, in step: at a rung all wait for each other, and only the best go on."""

from __future__ import annotations

from collections.abc import Mapping

from sparkdl4j.search.scores import larger_is_better

# Reports before the end: a trial of 20 epochs tells how it does after 2 and 6 of them.
_RUNGS = 2


def rungs(epochs: int, factor: int) -> list[int]:
    """The epochs after which a trial of so many tells how it does, but the last: a factor-th of them, and of these."""
    return sorted({epochs // factor**power for power in range(1, _RUNGS + 1)} - {0, epochs})


def survivors(values: Mapping[int, float], metric: str, factor: int) -> set[int]:
    """Which trials go on: the best one in `factor` of all that have reached the rung, and one at least.

    (Jamieson and Talwalkar, Non-stochastic best arm identification and hyperparameter optimization, 2016; Li et al., A
    system for massively parallel hyperparameter tuning, 2020, whose rungs know earlier trials as these do.)

    Args:
        values: scores at the rung, by the number of the trial; of equals, the earlier one is better.
    """
    sign = -1 if larger_is_better(metric) else 1
    ranked = sorted(values, key=lambda number: (sign * values[number], number))
    return set(ranked[: max(1, len(ranked) // factor)])
