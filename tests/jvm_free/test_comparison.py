from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sparkdl4j import errors
from sparkdl4j.evaluation import Evaluation
from sparkdl4j.evaluation.comparison import mcnemar


def test_exact_p_values_are_those_of_the_binomial_distribution():
    for first in range(25):
        for second in range(25 - first):
            p_value, test = mcnemar(first, second)
            # As statsmodels' mcnemar(exact=True) has it.
            expected = min(1.0, 2 * stats.binom.cdf(min(first, second), first + second, 0.5))
            assert test == "exact"
            assert p_value == pytest.approx(expected, rel=1e-12)


def test_p_values_of_many_are_those_of_chi_square_with_continuity_correction():
    for first, second in [(25, 0), (13, 12), (40, 20), (300, 340), (9000, 9600), (1, 2000)]:
        p_value, test = mcnemar(first, second)
        # As statsmodels' mcnemar(exact=False, correction=True) has it.
        statistic = (abs(first - second) - 1) ** 2 / (first + second)
        assert test == "chi_square"
        assert p_value == pytest.approx(stats.chi2.sf(statistic, 1), rel=1e-12)
    assert mcnemar(50, 50)[0] == 1


def pair(both=20, first=9, second=2, none=5, groups=None):
    n = both + first + second + none
    right, wrong = [0.9, 0.1], [0.2, 0.8]
    shares = [right] * (both + first) + [wrong] * (second + none)
    others = [right] * both + [wrong] * first + [right] * second + [wrong] * none
    return Evaluation([0] * n, shares, groups=groups), Evaluation([0] * n, others)


def test_comparison():
    comparison = pair()[0].compare(pair()[1])
    counts = (comparison.both_right, comparison.first_right, comparison.second_right, comparison.both_wrong)
    assert counts == (20, 9, 2, 5)
    assert comparison.difference.value == pytest.approx(7 / 36)
    assert comparison.p_value == pytest.approx(stats.binomtest(2, 11).pvalue)
    # The standard error of the difference of paired proportions.
    deviation = np.sqrt((11 - 49 / 36) / 36**2)
    assert comparison.difference.low == pytest.approx(7 / 36 - 1.96 * deviation, abs=0.03)
    assert comparison.difference.high == pytest.approx(7 / 36 + 1.96 * deviation, abs=0.03)
    lines = str(comparison).split("\n")
    assert lines[0].startswith("accuracy 0.8056 against 0.6111 on 36 examples: difference +0.1944, 95 % interval +0.0")
    assert lines[1] == "both right 20, only the first 9, only the second 2, both wrong 5"
    assert lines[2] == "McNemar's test (exact binomial): p = 0.0654"
    assert comparison.to_dict()["difference"]["value"] == comparison.difference.value
    backwards = pair()[1].compare(pair()[0])
    assert backwards.difference.value == -comparison.difference.value
    assert backwards.p_value == comparison.p_value


def test_groups_are_respected():
    first, second = pair(groups=np.arange(36) // 9)
    of_groups = first.compare(second)
    assert of_groups.difference.groups == 4
    single = first.compare(second, groups=np.arange(36))
    assert of_groups.difference.high - of_groups.difference.low > 1.5 * (single.difference.high - single.difference.low)
    assert "those of one group are not" in str(of_groups)


def test_equals_differ_in_nothing():
    comparison = pair()[0].compare(pair()[0])
    assert comparison.p_value == 1
    assert (comparison.difference.low, comparison.difference.high) == (0, 0)


def test_other_examples_are_refused():
    first, second = pair()
    for other, message in (
        (pair(both=21)[0], "they are 36 and 37"),
        (Evaluation([1, *[0] * 35], second.probabilities), "the classes of example 0 differ"),
        (Evaluation([0] * 36, second.probabilities, classes=["a", "b"]), "of the same classes"),
    ):
        with pytest.raises(errors.DataError, match=message):
            first.compare(other)
