"""Splits and folds that keep groups whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import StratifiedGroupKFold

from sparkdl4j import ImageDataset, errors
from sparkdl4j.group_splits import group_codes, stratified_group_folds, stratified_group_split
from sparkdl4j.splits import stratified_folds


def random_data(random: np.random.Generator, *, pure: bool) -> tuple[np.ndarray, np.ndarray]:
    """Labels and groups of random sizes; `pure`: every group is of one class."""
    classes, groups = int(random.integers(2, 6)), int(random.integers(8, 80))
    sizes = np.minimum(random.geometric(random.uniform(0.05, 0.9), groups), 12)
    group = np.repeat(np.arange(groups), sizes)
    label_of = random.integers(0, classes, groups)
    labels = label_of[group] if pure else np.where(random.random(len(group)) < 0.3, 0, label_of[group])
    order = random.permutation(len(group))
    return labels[order], group[order]


def result_or_none(function: Callable[..., Any], *arguments: Any) -> Any:
    """None where groups do not fit."""
    try:
        return function(*arguments)
    except errors.DataError as problem:
        if problem.code != "DATA_SPLIT":
            raise
        return None


def imbalance(labels: np.ndarray, folds: np.ndarray, n: int) -> float:
    """Mean over the classes of the standard deviation of their shares over the folds: scikit-learn's measure."""
    shares = np.array([[np.mean(folds[labels == label] == fold) for fold in range(n)] for label in np.unique(labels)])
    return float(shares.std(axis=1).mean())


@pytest.mark.parametrize("pure", [True, False])
def test_no_group_is_in_two_parts_of_a_split(pure: bool) -> None:
    random = np.random.default_rng(3)
    done = 0
    for seed in range(60):
        labels, groups = random_data(random, pure=pure)
        fraction = float(random.uniform(0.1, 0.6))
        parts = result_or_none(stratified_group_split, labels, groups, fraction, seed)
        if parts is None:
            continue
        rest, held_out = parts
        done += 1
        assert not set(groups[rest]) & set(groups[held_out])
        assert sorted([*rest, *held_out]) == list(range(len(labels)))
        largest = np.bincount(groups).max()
        assert abs(len(held_out) - fraction * len(labels)) <= largest
        for label in np.unique(labels) if pure else ():
            held = set(groups[labels == label]) & set(groups[held_out])
            assert (len(held) > 0) == (len(set(groups[labels == label])) > 1)
    assert done > 40


@pytest.mark.parametrize("pure", [True, False])
def test_folds_are_balanced_at_least_as_well_as_those_of_scikit_learn(pure: bool) -> None:
    random = np.random.default_rng(4)
    ours, theirs = [], []
    for seed in range(60):
        labels, groups = random_data(random, pure=pure)
        n = int(random.integers(2, 6))
        folds = result_or_none(stratified_group_folds, labels, groups, n, seed)
        if folds is None:
            continue
        assert set(folds) == set(range(n))
        for group in np.unique(groups):
            assert len(set(folds[groups == group])) == 1
        for label in np.unique(labels) if pure else ():
            assert set(folds[labels == label]) == set(range(n))
        splitter = StratifiedGroupKFold(n, shuffle=True, random_state=seed)
        other = np.empty(len(labels), dtype=int)
        for fold, (_, test) in enumerate(splitter.split(labels, labels, groups)):
            other[test] = fold
        ours.append(imbalance(labels, folds, n))
        theirs.append(imbalance(labels, other, n))
    assert len(ours) > 30
    assert np.mean(ours) <= np.mean(theirs)


def test_groups_of_one_give_the_shares_of_a_stratified_split() -> None:
    labels = np.repeat([0, 1, 2], [600, 300, 30])
    _, held_out = stratified_group_split(labels, np.arange(930), 0.2, 5)
    assert np.abs(np.bincount(labels[held_out]) - [120, 60, 6]).max() <= 1


def test_the_same_seed_gives_the_same_split_and_another_seed_another() -> None:
    labels, groups = random_data(np.random.default_rng(1), pure=True)
    splits = [tuple(stratified_group_split(labels, groups, 0.3, seed)[1]) for seed in (1, 1, 2, 3)]
    assert splits[0] == splits[1]
    assert len(set(splits)) == 3
    # Written down once: every machine and version must give it.
    tiny = stratified_group_split([0, 0, 0, 0, 1, 1, 1, 1], list("aabbccdd"), 0.5, 123)[1]
    assert tiny.tolist() == GOLDEN_HELD_OUT
    assert stratified_group_folds([0, 0, 0, 1, 1, 1], list("abcdef"), 3, 123).tolist() == GOLDEN_FOLDS


GOLDEN_HELD_OUT = [2, 3, 6, 7]
GOLDEN_FOLDS = [2, 1, 0, 1, 0, 2]


def test_pictures_without_a_group_are_groups_of_their_own() -> None:
    codes, names = group_codes(["a", None, float("nan"), "a", None], 5)
    assert codes.tolist() == [0, 1, 2, 0, 3]
    assert names[0] == "a"
    with pytest.raises(errors.DataError) as caught:
        group_codes(["a"], 2)
    assert caught.value.code == "DATA_SHAPE"


@pytest.mark.parametrize(
    ("labels", "groups", "fraction", "sentence"),
    [
        ([0] * 10, ["a"] * 7 + ["b"] * 3, 0.5, "the group a has 7 of 10 examples, more than either part"),
        ([0] * 10, ["a"] * 5 + ["b"] * 5, 0.2, "the smallest group, a, has 5 of 10 examples, more than the smaller"),
        ([0, 1], ["a", "a"], 0.5, "there are 1 groups, so none can be held out"),
    ],
)
def test_groups_that_do_not_fit_a_split(labels: list[int], groups: list[str], fraction: float, sentence: str) -> None:
    with pytest.raises(errors.DataError, match=sentence) as caught:
        stratified_group_split(labels, groups, fraction, 1)
    assert caught.value.code == "DATA_SPLIT"


@pytest.mark.parametrize(
    ("labels", "groups", "n", "sentence"),
    [
        ([0] * 10, ["a"] * 6 + list("bcde"), 3, "the group a has 6 of 10 examples, more than one of 3 folds"),
        ([0] * 4, list("aabb"), 3, "there are 2 groups, fewer than the 3 folds"),
        ([0, 0, 0, 1, 1, 1], list("abcddd"), 3, "the examples of the class one are of 1 group, fewer than the 3"),
    ],
)
def test_groups_that_do_not_fit_folds(labels: list[int], groups: list[str], n: int, sentence: str) -> None:
    with pytest.raises(errors.DataError, match=sentence) as caught:
        stratified_group_folds(labels, groups, n, 1, classes=["zero", "one"])
    assert caught.value.code == "DATA_SPLIT"


def test_stratified_folds_differ_by_one_at_most() -> None:
    labels = np.repeat([0, 3, 5], [17, 8, 5])
    folds = stratified_folds(labels, 4, seed=9)
    for members in (folds, folds[labels == 0], folds[labels == 3], folds[labels == 5]):
        counts = np.bincount(members, minlength=4)
        assert counts.max() - counts.min() <= 1
    assert (folds != stratified_folds(labels, 4, seed=10)).any()
    with pytest.raises(errors.DataError, match="the class 5 has 5 examples, fewer than the 6 folds") as caught:
        stratified_folds(labels, 6, seed=9)
    assert caught.value.code == "DATA_SPLIT"


@pytest.mark.parametrize(("n", "code"), [(1, "PARAMETER_RANGE"), (2.0, "PARAMETER_TYPE"), (True, "PARAMETER_TYPE")])
def test_numbers_of_folds_that_are_none(n: object, code: str) -> None:
    for folds in (
        lambda: stratified_folds([0, 0, 1, 1], n, 1),  # type: ignore[arg-type]
        lambda: stratified_group_folds([0, 0, 1, 1], [1, 2, 3, 4], n, 1),  # type: ignore[arg-type]
    ):
        with pytest.raises(errors.ParameterError) as caught:
            folds()
        assert caught.value.code == code


def grouped_data() -> ImageDataset:
    data = ImageDataset.from_arrays(np.arange(60)[:, None, None] * np.ones((1, 2, 2), int), np.arange(60) // 30)
    data.groups = np.array([f"patient{number // 3}" for number in range(60)], dtype=object)
    return data


def test_a_data_set_keeps_its_groups_together_unless_told_otherwise() -> None:
    data = grouped_data()
    for groups in (None, True):
        rest, test = data.split(0.3, groups=groups)
        assert not set(rest.groups) & set(test.groups)
        assert len(test) == 18
    rest, test = data.split(0.3, groups=False)
    assert set(rest.groups) & set(test.groups)
    rest, test = data.split(0.3, groups=np.arange(60) // 6)
    assert not set(rest.X[:, 0, 0, 0] // 6) & set(test.X[:, 0, 0, 0] // 6)
    with pytest.raises(errors.DataError, match="have no groups") as caught:
        ImageDataset.from_arrays(np.zeros((4, 2, 2)), [0, 0, 1, 1]).split(0.5, groups=True)
    assert caught.value.code == "DATA_LABELS"


def test_k_fold_tests_every_picture_once() -> None:
    data = grouped_data()
    for pairs in (data.k_fold(5), data.k_fold(5, groups=False), data.k_fold(5, stratify=False, groups=False)):
        tested = np.concatenate([test.X[:, 0, 0, 0] for _, test in pairs])
        assert sorted(tested) == list(range(60))
        for rest, test in pairs:
            assert np.shares_memory(test.pixels, data.pixels)
            assert sorted([*rest.X[:, 0, 0, 0], *test.X[:, 0, 0, 0]]) == list(range(60))
    for rest, test in data.k_fold(5):
        assert not set(rest.groups) & set(test.groups)
        assert np.bincount(test.required_labels()).tolist() == [6, 6]
    with pytest.raises(errors.DataError, match="the class 1 has 2 examples, fewer than the 3 folds"):
        ImageDataset.from_arrays(np.zeros((6, 2, 2)), [0, 0, 0, 0, 1, 1]).k_fold(3)
