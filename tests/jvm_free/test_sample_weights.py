from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sparkdl4j import ImageDataset, errors
from sparkdl4j.sample_weights import of_pictures


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
