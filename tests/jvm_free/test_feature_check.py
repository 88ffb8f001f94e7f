"""What is said of features that a classifier cannot, or hardly, learn from."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from sparkdl4j import DataError, FeatureWarning
from sparkdl4j.feature_check import check

FEATURES = np.random.default_rng(0).normal(0, 1, (50, 20)).astype("f4")


def test_sound_features_pass_without_a_word() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check(FEATURES, "dense")
        check(np.maximum(FEATURES, 0), "dense")
        check(FEATURES[:1] * 1e6, "dense")


def test_features_that_are_no_numbers_or_all_constant_are_refused() -> None:
    spoilt = FEATURES.copy()
    spoilt[3, 4:6] = np.nan
    with pytest.raises(DataError, match="2 of 20 features of the layer dense are NaN") as caught:
        check(spoilt, "dense")
    assert caught.value.code == "DATA_NOT_FINITE"
    for constant in (np.zeros_like(FEATURES), np.repeat(FEATURES[:1] * 1000, 50, axis=0)):
        with pytest.raises(DataError, match="all 20 features of the layer dense are the same") as caught:
            check(constant, "dense")
        assert caught.value.code == "DATA_CONSTANT"


@pytest.mark.parametrize(
    ("features", "words"),
    [
        (FEATURES * np.linspace(0.1, 500, 20), "standardise them"),
        (FEATURES * 1e4, "reach from"),
        (FEATURES * 1e-4, "standardise them"),
        (FEATURES * (np.arange(20) < 1), "only 1 of 20 features"),
    ],
)
def test_what_makes_learning_hard_is_warned_of(features: np.ndarray, words: str) -> None:
    with pytest.warns(FeatureWarning, match=words):
        check(features, "dense")
