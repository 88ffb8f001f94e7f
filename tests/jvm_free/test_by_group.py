from __future__ import annotations

import numpy as np
import pytest

from sparkdl4j import errors
from sparkdl4j.evaluation import Evaluation

SHARES = [[0.9, 0.1], [0.4, 0.6], [0.4, 0.6], [0.3, 0.7], [0.8, 0.2], [0.2, 0.8]]


def evaluation(actual=(0, 0, 0, 1, 1, 1), groups=("p7", "p7", "p7", "p1", "p1", None)):
    return Evaluation(list(actual), SHARES, classes=["healthy", "ill"], groups=np.array(groups, dtype=object))


def test_every_group_with_its_vote_and_its_mean():
    first, second, alone = table = evaluation().by_group()
    assert (first.group, first.actual, first.examples, first.right) == ("p7", "healthy", 3, 1)
    assert first.accuracy == pytest.approx(1 / 3)
    # Two of three say ill, but the first is surer.
    assert (first.vote, first.predicted) == ("ill", "healthy")
    assert first.probability == pytest.approx((0.9 + 0.4 + 0.4) / 3)
    # A draw goes to the first class.
    assert (second.group, second.vote, second.predicted) == ("p1", "healthy", "healthy")
    assert (alone.group, alone.examples, alone.predicted) == (None, 1, "ill")
    assert len(table) == 3
    lines = str(table).split("\n")
    assert lines[2].split() == ["p7", "healthy", "3", "1", "0.3333", "ill", "healthy", "0.5667"]
    assert lines[-2:] == ["1 of 3 groups right by majority vote", "2 of 3 groups right by mean probability"]
    assert table.to_dicts()[1]["right"] == 1


def test_groups_of_mixed_classes_have_none_of_their_own():
    mixed = evaluation(actual=(0, 1, 0, 1, 1, 1))
    assert mixed.by_group().rows[0].actual is None
    assert "several" in str(mixed.by_group())
    with pytest.raises(errors.DataError, match="the group p7 has examples of more than one class"):
        mixed.of_groups()


def test_the_evaluation_of_whole_groups():
    by_mean, by_vote = evaluation().of_groups(), evaluation().of_groups(by="vote")
    assert by_mean.actual.tolist() == [0, 1, 1]
    assert by_mean.predicted.tolist() == [0, 0, 1]
    assert by_vote.predicted.tolist() == [1, 0, 1]
    assert by_vote.probabilities[0].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert by_mean.confidence_interval(resamples=20).resamples == 20
    with pytest.raises(errors.ParameterError, match="by must be probability or vote"):
        evaluation().of_groups(by="mean")


def test_groups_may_be_given_later_and_must_fit():
    plain = Evaluation([0, 0, 0, 1, 1, 1], SHARES)
    assert [row.examples for row in plain.by_group([3, 1, 3, 1, 1, 1])] == [2, 4]
    with pytest.raises(errors.DataError, match="no groups are known"):
        plain.by_group()
    with pytest.raises(errors.DataError, match="groups must be 6, one an example"):
        plain.by_group([1, 2])


def test_many_groups_make_a_short_table():
    random = np.random.default_rng(0)
    many = Evaluation(random.integers(0, 2, 900), random.dirichlet([1, 1], 900), groups=np.arange(900) // 3)
    text = str(many.by_group())
    assert "the 60 of 300 with the lowest accuracy" in text
    assert len(text.split("\n")) == 65
