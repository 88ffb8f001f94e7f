"""Augmentation: checks, the classifier's parameter, the command line."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import numpy as np
import pytest

from sparkdl4j import Augmentation, ConvNetClassifier, ParameterError, options
from sparkdl4j.augmentation import augmentation
from sparkdl4j.cli import command, train


def test_it_has_every_option_with_its_default_and_its_documentation() -> None:
    fields = {field.name: field.default for field in dataclasses.fields(Augmentation)}
    assert fields == {name: options.default("augmentation", name) for name in options.names("augmentation")}
    assert Augmentation.__doc__ is not None
    assert [name for name in fields if f"        {name}: " not in Augmentation.__doc__] == []


def test_values() -> None:
    changes = Augmentation(shift=np.float32(0.25), crop=np.int64(4), horizontal_flip=np.True_)  # type: ignore[arg-type]
    assert changes.to_dict() == {"horizontal_flip": True, "shift": 0.25, "crop": 4}
    assert repr(changes) == "Augmentation(horizontal_flip=True, shift=0.25, crop=4)"
    assert Augmentation().to_dict() == {}
    assert augmentation(changes) is changes
    assert augmentation({"crop": 4}) == Augmentation(crop=4)
    assert augmentation(None) == Augmentation()
    assert pickle.loads(pickle.dumps(changes)) == copy.deepcopy(changes) == changes


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"shift": 1}, "shift must be below 1, but is 1"),
        ({"shift": -0.1}, "shift must be at least 0"),
        ({"rotation": 181}, "rotation must be at most 180"),
        ({"zoom": 1}, "zoom must be at most 0.9"),
        ({"crop": 1.5}, "crop must be of type integer"),
        ({"fill": "wrap"}, 'fill must be one of \\["nearest","reflect","black"\\]'),
        ({"horizontal_flip": 1}, "horizontal_flip must be of type boolean"),
        ({"mixup": float("nan")}, "mixup must be at least 0"),
        ({"rotate": 10}, "there is no option rotate; did you mean rotation"),
        ("flip", "augmentation must be an Augmentation, a dict of its options or None"),
    ],
)
def test_what_is_refused(given: Any, sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        augmentation(given)


def test_as_parameters_of_the_classifier() -> None:
    plain = ConvNetClassifier("fashion")
    assert plain.get_params()["augmentation"] is None
    plain.set_params(augmentation__shift=0.1)
    assert plain.augmentation == Augmentation(shift=0.1)
    plain.set_params(augmentation__rotation=5, epochs=3)
    assert plain.augmentation == Augmentation(shift=0.1, rotation=5)
    params = plain.get_params()
    assert params["augmentation__shift"] == 0.1
    assert params["epochs"] == 3
    assert "augmentation__shift" not in plain.get_params(deep=False)
    of_dict = ConvNetClassifier("fashion", augmentation={"crop": 2}).set_params(augmentation__zoom=0.5)
    assert of_dict.augmentation == Augmentation(crop=2, zoom=0.5)
    with pytest.raises(ParameterError, match="did you mean shift"):
        plain.set_params(augmentation__shft=0.1)


def test_scikit_learn_clones_it() -> None:
    base = pytest.importorskip("sklearn.base")
    classifier = ConvNetClassifier("fashion", augmentation=Augmentation(shift=0.1), class_weight={"a": 2})
    clone = base.clone(classifier)
    assert clone.augmentation == classifier.augmentation
    assert clone.class_weight == {"a": 2}
    assert "augmentation=Augmentation(shift=0.1)" in repr(clone)


def test_on_the_command_line() -> None:
    def given(*arguments: str) -> dict[str, Any]:
        return train.given_options(command.parser().parse_args(["train", "data", *arguments]))

    assert "augmentation" not in given()
    words = ("--augmentation-horizontal-flip", "--augmentation-shift", "0.1", "--augmentation-fill", "reflect")
    assert given(*words)["augmentation"] == Augmentation(horizontal_flip=True, shift=0.1, fill="reflect")
    assert given("--class-weight", "a=2,b=0.5")["class_weight"] == {"a": 2.0, "b": 0.5}
    assert given("--class-weight", "balanced", "--sampling", "oversample")["sampling"] == "oversample"
