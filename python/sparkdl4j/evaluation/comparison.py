"""Comparison of two classifiers on the same examples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sparkdl4j.evaluation.bootstrap import Interval

# From this number of examples on that one of both has right, the chi-square distribution is close enough.
_FEWEST_FOR_CHI_SQUARE = 25


@dataclass(frozen=True)
class Comparison:
    """Two classifiers on the same examples; `print(comparison)` says it in words.

    Attributes:
        both_right, first_right, second_right, both_wrong: examples that both have right, that only the first has, that
            only the second has, that both have wrong.
        difference: accuracy of the first minus that of the second, with its bootstrap interval.
        p_value: of McNemar's test: how likely a difference as large or larger is when both are equally good.
        test: "exact" (binomial) or "chi_square" (with continuity correction).
    """

    both_right: int
    first_right: int
    second_right: int
    both_wrong: int
    difference: Interval
    p_value: float
    test: str

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON holds it."""
        return {**vars(self), "difference": self.difference.to_dict()}

    def __str__(self) -> str:
        examples = self.both_right + self.first_right + self.second_right + self.both_wrong
        first, second = (f"{(self.both_right + only) / examples:.4f}" for only in (self.first_right, self.second_right))
        found = self.difference
        drawn = "examples" if found.groups is None else f"{found.groups} groups"
        kind = {"exact": "exact binomial", "chi_square": "chi-square with continuity correction"}[self.test]
        lines = [
            f"accuracy {first} against {second} on {examples} examples: difference {found.value:+.4f}, "
            f"{100 * found.level:.4g} % interval {found.low:+.4f} to {found.high:+.4f} "
            f"({found.resamples} resamples of {drawn})",
            f"both right {self.both_right}, only the first {self.first_right}, only the second {self.second_right}, "
            f"both wrong {self.both_wrong}",
            f"McNemar's test ({kind}): p = {_shown(self.p_value)}",
        ]
        if found.groups is not None:
            lines.append(
                "The test takes the examples as independent, which those of one group are not; trust the interval."
            )
        return "\n".join(lines)


def mcnemar(first_right: int, second_right: int) -> tuple[float, str]:
    """McNemar's test of whether two classifiers have the same share of errors.

    McNemar 1947, "Note on the sampling error of the difference between correlated proportions or percentages";
    Dietterich 1998, "Approximate statistical tests for comparing supervised classification learning algorithms",
    section 3.1. With fewer than 25 examples that one of both has right, the exact test: the binomial distribution of
    one half, two-sided.

    Args:
        first_right, second_right: examples that only the first, only the second has right.

    Returns:
        the p-value, and "exact" or "chi_square".
    """
    discordant = first_right + second_right
    if discordant < _FEWEST_FOR_CHI_SQUARE:
        tail = sum(math.comb(discordant, k) for k in range(min(first_right, second_right) + 1))
        return min(1.0, 2 * tail / 2**discordant), "exact"
    distance = max(0, abs(first_right - second_right) - 1)
    # The upper tail of chi-square with one degree of freedom.
    return math.erfc(math.sqrt(distance**2 / discordant / 2)), "chi_square"


def _shown(p_value: float) -> str:
    return f"{p_value:.4f}" if p_value >= 0.0001 else f"{p_value:.1e}"
