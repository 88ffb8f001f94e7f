from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sparkdl4j import ImageDataset, errors
from sparkdl4j.sample_weights import of_pictures, with_classes

LABELS = np.array([0, 0, 0, 1, 2, 2], dtype=np.int32)
CLASSES = ["a", "b", "c"]


def test_weights_of_pictures() -> None:
    assert of_pictures(None, 3) is None
    weights = of_pictures([1, 0, 2.5], 3)
    assert weights is not None
    assert weights.dtype == np.float32
    assert weights.flags.c_contiguous
    assert weights.tolist() == [1, 0, 2.5]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([1, 2], "DATA_SHAPE"),
        (2.0, "DATA_SHAPE"),
        ([[1], [2], [3]], "DATA_SHAPE"),
        (["1", "2", "3"], "DATA_TYPE"),
        ([1, np.nan, 1], "DATA_NOT_FINITE"),
        ([1, 1, np.inf], "DATA_NOT_FINITE"),
        ([1, 1, 1e300], "DATA_NOT_FINITE"),
        ([1, -1, 1], "DATA_NOT_FINITE"),
        ([0, 0, 0], "DATA_NOT_FINITE"),
    ],
)
def test_wrong_weights_of_pictures(given: Any, code: str) -> None:
    with pytest.raises(errors.DataError) as caught:
        of_pictures(given, 3)
    assert caught.value.code == code
    assert caught.value.details["parameter"] == "sample_weight"


def test_balanced_is_that_of_scikit_learn() -> None:
    utils = pytest.importorskip("sklearn.utils.class_weight")
    weights = with_classes(None, "balanced", LABELS, CLASSES)
    assert weights is not None
    np.testing.assert_allclose(weights, utils.compute_sample_weight("balanced", LABELS), rtol=1e-6)
    # A class that does not occur among the pictures changes nothing.
    same = with_classes(None, "balanced", LABELS, [*CLASSES, "d"])
    assert same is not None
    assert same.tolist() == weights.tolist()


def test_classes_multiply_with_pictures() -> None:
    own = np.array([1, 2, 3, 4, 5, 6], dtype=np.float32)
    weights = with_classes(own, {"b": 10, "c": 0.5}, LABELS, CLASSES)
    assert weights is not None
    assert weights.tolist() == [1, 2, 3, 40, 2.5, 3]
    assert weights.dtype == np.float32
    assert with_classes(None, None, LABELS, CLASSES) is None
    unchanged = with_classes(own, None, LABELS, CLASSES)
    assert unchanged is not None
    assert unchanged.tolist() == own.tolist()


@pytest.mark.parametrize("key", [2, 2.0, np.int64(2)])
@pytest.mark.parametrize("classes", [[0, 1, 2], [0.0, 1.0, 2.0]])
def test_equal_numbers_are_the_same_class(classes: list[Any], key: Any) -> None:
    weights = with_classes(None, {key: 3}, LABELS, classes)
    assert weights is not None
    assert weights.tolist() == [1, 1, 1, 1, 3, 3]


def test_a_number_and_its_name_are_the_same_class() -> None:
    for classes, key in ((["0", "1", "2"], 2), ([0, 1, 2], "2")):
        weights = with_classes(None, {key: 3}, LABELS, classes)
        assert weights is not None
        assert weights.tolist() == [1, 1, 1, 1, 3, 3]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("even", "PARAMETER_RANGE"),
        ({"a": -1}, "PARAMETER_RANGE"),
        ({"a": np.nan}, "PARAMETER_RANGE"),
        ({"a": np.inf}, "PARAMETER_RANGE"),
        ({"a": "1"}, "PARAMETER_TYPE"),
        ({"a": True}, "PARAMETER_TYPE"),
        (3, "PARAMETER_TYPE"),
        ({"z": 1}, "DATA_LABELS"),
        ({"a": 0, "b": 0, "c": 0}, "DATA_NOT_FINITE"),
    ],
)
def test_wrong_weights_of_classes(given: Any, code: str) -> None:
    with pytest.raises(errors.SparkDl4jError) as caught:
        with_classes(None, given, LABELS, CLASSES)
    assert caught.value.code == code
    assert caught.value.details["parameter"] == "class_weight"


def test_a_split_splits_the_weights_too() -> None:
    data = ImageDataset.from_arrays(np.zeros((8, 4, 4), dtype=np.uint8), ["a", "b"] * 4)
    data.weights = np.arange(8, dtype=np.float32)
    rest, held_out = data.split(0.5, seed=1)
    assert rest.rows is not None
    assert held_out.rows is not None
    assert rest.weights is not None
    assert rest.weights.tolist() == rest.rows.tolist()
    assert held_out.weights is not None
    assert held_out.weights.tolist() == held_out.rows.tolist()
