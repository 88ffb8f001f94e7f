from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sparkdl4j import class_weight, errors, options


def test_weights_become_json() -> None:
    assert class_weight.checked("class_weight", "balanced") == "balanced"
    weights = options.check("training", "class_weight", {"a": 1, 2: np.float32(0.5)})
    assert weights == {"a": 1.0, "2": 0.5}
    assert [type(weight) for weight in weights.values()] == [float, float]
    assert options.check("training", "class_weight", None) is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("even", "PARAMETER_RANGE"),
        ({"a": -1}, "PARAMETER_RANGE"),
        ({"a": np.nan}, "PARAMETER_RANGE"),
        ({"a": np.inf}, "PARAMETER_RANGE"),
        ({"a": 1e39}, "PARAMETER_RANGE"),
        ({"a": "1"}, "PARAMETER_TYPE"),
        ({"a": True}, "PARAMETER_TYPE"),
        (3, "PARAMETER_TYPE"),
        (np.ones(3), "PARAMETER_TYPE"),
    ],
)
def test_wrong_weights(given: Any, code: str) -> None:
    with pytest.raises(errors.ParameterError) as caught:
        class_weight.checked("class_weight", given)
    assert caught.value.code == code
    assert caught.value.details["parameter"] == "class_weight"


@pytest.mark.parametrize("classes", [[0, 1, 2], [0.0, 1.0, 2.0], ["0", "1", "2"]])
@pytest.mark.parametrize("key", [2, 2.0, np.int64(2), "2"])
def test_equal_numbers_and_their_names_are_the_same_class(classes: list[Any], key: Any) -> None:
    weights = class_weight.checked("class_weight", {key: 3})
    assert class_weight.of_classes(weights, classes) == {str(classes[2]): 3.0}


def test_a_class_that_there_is_not() -> None:
    with pytest.raises(errors.DataError, match="class_weight has the class z, which") as caught:
        class_weight.of_classes({"z": 1.0}, ["a", "b"])
    assert caught.value.code == "DATA_LABELS"
    assert class_weight.of_classes("balanced", ["a"]) == "balanced"
    assert class_weight.of_classes(None, ["a"]) is None


def test_of_a_command_line() -> None:
    assert class_weight.parse("balanced") == "balanced"
    assert class_weight.parse("cat=2,a=b=0.5") == {"cat": 2.0, "a=b": 0.5}
    for wrong in ("even", "cat=many", "cat=-1", "cat=1,dog"):
        with pytest.raises(errors.ParameterError):
            class_weight.parse(wrong)
