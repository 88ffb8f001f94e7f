"""Options: types, bounds, names."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sparkdl4j import contract, errors, options


def test_names_keep_the_order_of_the_contract() -> None:
    assert options.names("training")[:2] == ["epochs", "batch_size"]
    assert options.names("training") == list(contract.read("options.json")["training"])


@pytest.mark.parametrize("group", ["training", "network", "image", "data", "names"])
def test_every_default_is_allowed(group: str) -> None:
    for name in options.names(group):
        if "default" in options.option(group, name):
            assert options.check(group, name, options.default(group, name)) == options.default(group, name)


@pytest.mark.parametrize(
    ("group", "name", "value", "plain"),
    [
        ("training", "epochs", 3, 3),
        ("training", "epochs", np.int64(3), 3),
        ("training", "epochs", np.uint8(3), 3),
        ("training", "validation_fraction", 0, 0.0),
        ("training", "validation_fraction", np.float32(0.25), 0.25),
        ("training", "keep", np.str_("last"), "last"),
        ("image", "channels", np.int32(1), 1),
        ("training", "tune", True, True),
        ("training", "tune", np.False_, False),
    ],
)
def test_values_become_plain_python(group: str, name: str, value: object, plain: object) -> None:
    checked = options.check(group, name, value)
    assert checked == plain
    assert type(checked) is type(plain)


@pytest.mark.parametrize(
    ("group", "name", "value", "code", "sentence"),
    [
        ("training", "epochs", -1, "PARAMETER_RANGE", "epochs must be at least 0, but is -1"),
        ("training", "batch_size", 0, "PARAMETER_RANGE", "batch_size must be at least 1, but is 0"),
        ("training", "epochs", 10**30, "PARAMETER_RANGE", f"epochs must be at most 100000, but is {10**30}"),
        ("training", "epochs", True, "PARAMETER_TYPE", "epochs must be of type integer, but is True"),
        ("training", "epochs", np.True_, "PARAMETER_TYPE", None),
        ("training", "epochs", 2.0, "PARAMETER_TYPE", "epochs must be of type integer, but is 2.0"),
        ("training", "epochs", "2", "PARAMETER_TYPE", 'epochs must be of type integer, but is "2"'),
        ("training", "epochs", None, "PARAMETER_TYPE", "epochs must be of type integer, but is None"),
        ("training", "validation_fraction", 1, "PARAMETER_RANGE", "validation_fraction must be below 1, but is 1"),
        ("training", "keep", "first", "PARAMETER_RANGE", 'keep must be one of ["best","last"], but is "first"'),
        ("training", "keep", 3, "PARAMETER_TYPE", "keep must be of type string, but is 3"),
        ("training", "tune", 1, "PARAMETER_TYPE", "tune must be of type boolean, but is 1"),
        ("training", "tune", "true", "PARAMETER_TYPE", 'tune must be of type boolean, but is "true"'),
        ("training", "tune", np.array([True]), "PARAMETER_TYPE", None),
        ("network", "learning_rate", 0, "PARAMETER_RANGE", "learning_rate must be above 0, but is 0"),
        ("network", "learning_rate", math.nan, "PARAMETER_RANGE", "learning_rate must be above 0, but is nan"),
        ("network", "learning_rate", math.inf, "PARAMETER_RANGE", "learning_rate must be at most 100, but is inf"),
        ("network", "learning_rate", np.float64(-1), "PARAMETER_RANGE", "learning_rate must be above 0, but is -1.0"),
        ("image", "channels", 2, "PARAMETER_RANGE", "channels must be one of [1,3], but is 2"),
        ("training", "epoch", 2, "PARAMETER_UNKNOWN", "there is no option epoch; did you mean epochs?"),
    ],
)
def test_what_is_not_allowed_is_said(group: str, name: str, value: object, code: str, sentence: str | None) -> None:
    with pytest.raises(errors.ParameterError) as caught:
        options.check(group, name, value)
    assert caught.value.code == code
    assert caught.value.details["parameter"] == name
    if sentence is not None:
        assert str(caught.value) == sentence


def test_a_long_value_is_cut() -> None:
    with pytest.raises(errors.ParameterError) as caught:
        options.check("training", "epochs", list(range(100_000)))
    assert len(str(caught.value)) < 300


def test_unknown_names_get_the_nearest_or_all() -> None:
    options.check_names([], ["a"])
    options.check_names(["learning_rate"], options.names("network"))
    with pytest.raises(errors.ParameterError, match="no option learnin_rate; did you mean learning_rate") as caught:
        options.check_names(["l2", "learnin_rate"], options.names("network"))
    assert caught.value.details == {"parameter": "learnin_rate", "suggestion": "learning_rate"}
    with pytest.raises(errors.ParameterError, match=r"no option zzz; the options are epochs, batch_size$"):
        options.check_names(["zzz"], ["epochs", "batch_size"])
