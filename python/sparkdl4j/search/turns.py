"""Turns: the last trainings of a batch share the processors, so that none idles while others train to their ends.

Thirteen equal trainings on two processors would take seven rounds, in the last of which one processor has nothing to
do. Trained by halves in turn, the last three take one and a half rounds, not two (McNaughton, Scheduling with deadlines
and loss functions, 1959, on preemption).
"""

from __future__ import annotations

import math

# A turn costs a checkpoint, and the start of a training.
_MOST_TURNS = 8


def shared(trainings: int, n_jobs: int) -> int:
    """How many of so many trainings, the last ones, take turns: those that would not fill their rounds."""
    rest = trainings % n_jobs
    return n_jobs + rest if rest and trainings > n_jobs else 0


def parts(trainings: int, n_jobs: int) -> int:
    """Into how many turns each of so many trainings that share `n_jobs` processors is cut for the shortest time."""
    return min(range(1, _MOST_TURNS + 1), key=lambda count: (math.ceil(trainings * count / n_jobs) / count, count))


def ends(after: int, last: int, count: int) -> list[int]:
    """The epochs after which the turns of a training end, as equal as they can be.

    Args:
        after: the last epoch before the first turn.
        last: the last epoch of all; each turn has one epoch at least.
        count: of turns at most.
    """
    return sorted({after + math.ceil((last - after) * turn / count) for turn in range(1, count + 1)})
