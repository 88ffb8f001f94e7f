"""Contenders that take turns: every round measures each once, and whoever comes first changes from round to round."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from contenders import DoesNotWorkError


@dataclass
class Turns:
    """What was measured.

    Args:
        ours: the contender that is compared to the others.
        series: the numbers of each contender that works, in the order measured.
        versions: of the contenders.
        does_not_work: why others have no numbers.
    """

    ours: str
    series: dict[str, list[float]]
    versions: dict[str, str] = field(default_factory=dict)
    does_not_work: dict[str, str] = field(default_factory=dict)

    @property
    def can_be_compared(self) -> bool:
        """Whether ours and another one work."""
        return self.ours in self.series and len(self.series) > 1

    def best_peer(self, higher_is_better: bool) -> str:
        """The peer with the best median."""
        better = max if higher_is_better else min
        return better((name for name in self.series if name != self.ours), key=self._median)

    def ratio(self, peer: str, higher_is_better: bool) -> float:
        """How many times better our median is than that peer's."""
        ours, theirs = self._median(self.ours), self._median(peer)
        return ours / theirs if higher_is_better else theirs / ours

    def comparison(self, peer: str, ratio: float) -> dict[str, Any]:
        """What a result says of how ours was compared: with which peer, how well, and with whom else."""
        return {
            "ours": self.ours,
            "best_peer": peer,
            "ratio": ratio,
            "contenders": self.versions,
            "does_not_work": self.does_not_work,
        }

    def _median(self, name: str) -> float:
        return statistics.median(self.series[name])


def take_turns(
    title: str, ours: str, peers: Sequence[str], rounds: int, measure: Callable[[str], tuple[float, str]]
) -> Turns:
    """Measures ours and its peers; stops when nothing is left to compare.

    Args:
        title: of the measurement, for messages.
        ours, peers: names of contenders.
        rounds: how often each is measured.
        measure: one measurement of a contender, and its version; DoesNotWorkError takes it out of the comparison.
    """
    turns = Turns(ours, {name: [] for name in (ours, *peers)})
    for number in range(rounds):
        names = list(turns.series)
        first = number % len(names)
        for name in names[first:] + names[:first]:
            try:
                value, turns.versions[name] = measure(name)
            except DoesNotWorkError as problem:
                print(f"{title}: {name} does not work: {problem}", flush=True)
                turns.does_not_work[name] = str(problem)
                del turns.series[name]
            else:
                turns.series[name].append(value)
            if not turns.can_be_compared:
                print(f"{title}: no result")
                return turns
    return turns
