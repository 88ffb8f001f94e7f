from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sparkdl4j import errors
from sparkdl4j.splits import permutation, stratified_split

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "split.json").read_text())


@pytest.mark.parametrize("case", GOLDEN, ids=[case["case"] for case in GOLDEN])
def test_split_is_the_golden_one(case):
    rest, held_out = stratified_split(case["labels"], case["fraction"], case["seed"])
    assert held_out.tolist() == case["held_out"]
    assert sorted([*rest, *held_out]) == list(range(len(case["labels"])))


def test_permutation_is_one_and_depends_on_seed_and_stream():
    orders = {tuple(permutation(50, seed, stream)) for seed in (0, 1, 2**31 - 1) for stream in (0, 1)}
    assert len(orders) == 6
    assert all(sorted(order) == list(range(50)) for order in orders)
    assert permutation(0, 1, 0).tolist() == []


def test_every_class_with_two_examples_is_in_both_parts():
    random = np.random.default_rng(5)
    for _ in range(200):
        labels = random.integers(0, random.integers(1, 9), size=random.integers(2, 60))
        labels = np.append(labels, [0, 0])
        fraction = float(random.uniform(0.001, 0.999))
        rest, held_out = stratified_split(labels, fraction, int(random.integers(2**31)))
        for label, count in zip(*np.unique(labels, return_counts=True), strict=True):
            held = int((labels[held_out] == label).sum())
            assert held == 0 if count == 1 else 1 <= held < count
            assert abs(held - fraction * count) <= 1.0
        assert np.all(np.diff(rest) > 0)
        assert np.all(np.diff(held_out) > 0)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 2, float("nan"), float("inf")])
def test_fraction_out_of_range(fraction):
    with pytest.raises(errors.ParameterError, match="above 0 and below 1") as caught:
        stratified_split([0, 0, 1, 1], fraction, 1)
    assert caught.value.code == "PARAMETER_RANGE"


@pytest.mark.parametrize("fraction", ["0.3", None, True])
def test_fraction_of_wrong_type(fraction):
    with pytest.raises(errors.ParameterError) as caught:
        stratified_split([0, 0, 1, 1], fraction, 1)
    assert caught.value.code == "PARAMETER_TYPE"


@pytest.mark.parametrize("labels", [[], [0], [0, 1, 2]])
def test_too_few_examples(labels):
    with pytest.raises(errors.DataError, match="no class has two") as caught:
        stratified_split(labels, 0.5, 1)
    assert caught.value.code == "DATA_EMPTY"


@pytest.mark.parametrize("labels", [["a", "a"], [[0, 0], [1, 1]], [0.0, 0.0]])
def test_labels_that_are_no_indices(labels):
    with pytest.raises(errors.DataError) as caught:
        stratified_split(labels, 0.5, 1)
    assert caught.value.code == "DATA_LABELS"
