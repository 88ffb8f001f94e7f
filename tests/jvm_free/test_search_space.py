"""Spaces of searches: their grammar, and what is refused before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("optuna")

from sparkdl4j import ConvNetClassifier, ImageDataset, Search, errors, landscape, recipe, small_resnet
from sparkdl4j.network import with_parameters
from sparkdl4j.search import read_space
from sparkdl4j.search.halving import rungs, survivors
from sparkdl4j.search.parameter import Range, parameter
from sparkdl4j.search.space import Space


def pictures(side: int = 75) -> ImageDataset:
    rng = np.random.default_rng(0)
    return ImageDataset.from_arrays(rng.integers(0, 255, (20, side, side, 3), dtype=np.uint8), np.arange(20) % 2)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ((16, 128), Range(16, 128)),
        ((0.1, 0.5), Range(0.1, 0.5)),
        ((1e-4, 1, "log"), Range(1e-4, 1, log=True)),
        ({"low": 16, "high": 128, "step": 16}, Range(16, 128, 16)),
        ({"low": 0.0, "high": 1.0, "log": False}, Range(0.0, 1.0)),
        ({"low": np.int64(2), "high": np.int64(4)}, Range(2, 4)),
    ],
)
def test_tuples_and_dicts_are_ranges(given: Any, meant: Range) -> None:
    found = parameter(given)
    assert found == meant
    assert isinstance(found, Range)
    assert found.is_integer == isinstance(meant.low, int) & isinstance(meant.high, int)


def test_lists_are_categories_of_any_values() -> None:
    found = parameter(["a", None, True, 1, {"shift": 0.1}, landscape()])
    assert [found.value(label) for label in found.grid()] == ["a", None, True, 1, {"shift": 0.1}, landscape()]
    assert len(found.distribution().choices) == 6  # type: ignore[attr-defined]


def test_a_grid_has_every_step() -> None:
    assert parameter({"low": 0.1, "high": 0.5, "step": 0.2}).grid() == pytest.approx([0.1, 0.3, 0.5])
    assert parameter((2, 5)).grid() == [2, 3, 4, 5]
    assert Space.of({"epochs": (1, 3), "updater": ["adam", "sgd"]}).combinations() == 6


def test_all_mistakes_of_a_space_are_said_at_once() -> None:
    given = {
        "learning_rate": (0.1, 0.01),
        "batch_size": 32,
        "updater": [],
        "dropout": {"low": 0.1, "high": 0.5, "steps": 3},
        "l2": {"low": 0.0, "high": 0.1, "log": True},
        "callbacks": [[], []],
    }
    with pytest.raises(errors.ParameterError) as caught:
        Space.of(given)
    assert caught.value.code == "SEARCH_SPACE"
    assert len(caught.value.details["problems"]) == 7
    for name in given:
        assert name in str(caught.value)


def test_what_the_classifier_does_not_take_is_said_at_once_before_anything_runs() -> None:
    space = {
        "lerning_rate": (1e-4, 1e-2, "log"),
        "batch_size": (0, 64),
        "updater": ["adam", "adem"],
        "network__dens1__units": (10, 20),
        "network__dense1__unit": (10, 20),
        "network__conv1__kernel_size": [3, 400],
        "augmentation__shift": (0.1, 2.0),
        "dropout": (0.1, 0.5),
    }
    with pytest.raises(errors.ParameterError) as caught:
        Search(ConvNetClassifier("landscape"), space, verbose=False).fit(pictures())
    assert caught.value.code == "SEARCH_SPACE"
    problems = caught.value.details["problems"]
    assert problems[0] == "there is no parameter lerning_rate; did you mean learning_rate?"
    named = [name for name in space if name not in ("lerning_rate", "dropout")]
    assert [problem.startswith(name) for problem, name in zip(problems[1:], named, strict=True)] == [True] * 6
    assert "did you mean dense1?" in problems[3]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"sampler": "tpa"}, "PARAMETER_RANGE"),
        ({"n_trials": 0}, "PARAMETER_RANGE"),
        ({"metric": "auc"}, "PARAMETER_RANGE"),
        ({"metric": "sensitivity"}, ""),
        ({"validation": 0.2, "cv": 3}, "PARAMETER_CONFLICT"),
        ({"validation": 1.5}, "PARAMETER_RANGE"),
        ({"cv": 1}, "PARAMETER_RANGE"),
        ({"cv": 15}, "DATA_SPLIT"),
        ({"cv": [([0, 1], [2, 20])]}, "PARAMETER_RANGE"),
        ({"sampler": "grid"}, "SEARCH_SPACE"),
    ],
)
def test_options_are_checked_first(options: dict[str, Any], code: str) -> None:
    # The last mistake keeps the test from training where an option is fine.
    search = Search(ConvNetClassifier("landscape"), {"dropout": (0.1, 0.5), "l1": (0.0, 1e9)}, verbose=False, **options)
    with pytest.raises(errors.SparkDl4jError) as caught:
        search.fit(pictures())
    assert caught.value.code == (code or "SEARCH_SPACE")


@pytest.mark.parametrize(("epochs", "space"), [(0, {}), (5, {"epochs": [0, 10]})])
def test_pictures_do_not_choose_the_epochs_of_trials(epochs: int, space: dict[str, Any]) -> None:
    estimator = ConvNetClassifier("landscape", **recipe("photographs", epochs=epochs))
    with pytest.raises(errors.ParameterError, match="give epochs, which are 0") as caught:
        Search(estimator, {"dropout": (0.1, 0.5), **space}, verbose=False).fit(pictures())
    assert caught.value.code == "PARAMETER_CONFLICT"


def test_a_space_from_toml(tmp_path: Path) -> None:
    file = tmp_path / "space.toml"
    file.write_text('learning_rate = {low = 1e-4, high = 1e-1, log = true}\nupdater = ["adam", "sgd"]\n')
    space = Space.of(read_space(file))
    assert space.to_json() == {
        "learning_rate": {"low": 1e-4, "high": 1e-1, "step": None, "log": True},
        "updater": ["adam", "sgd"],
    }
    file.write_text("learning_rate = {")
    with pytest.raises(errors.DataError, match="space.toml is not TOML"):
        read_space(file)
    with pytest.raises(errors.FileError, match="does not exist"):
        read_space(tmp_path / "none.toml")


def test_layers_are_named_by_kind_and_number_or_by_name() -> None:
    changed = with_parameters(landscape(), {"dense1__units": 77, "conv2__filters": 8, "dropout1__rate": 0.1})
    layers = {layer.type + str(number): layer for number, layer in enumerate(changed.layers)}
    assert layers["Dense7"].to_dict()["units"] == 77
    assert layers["Conv2D2"].to_dict()["filters"] == 8
    assert layers["Dropout6"].to_dict()["rate"] == 0.1
    assert layers["Conv2D0"] == landscape().layers[0]
    in_a_block = with_parameters(small_resnet(), {"conv2__filters": 24, "conv3__filters": 24}).to_dict()["layers"][4]
    assert [layer["filters"] for layer in in_a_block["layers"] if layer["type"] == "Conv2D"] == [24, 24]
    classifier = ConvNetClassifier("landscape").set_params(network__dense1__units=50)
    assert classifier.network.to_dict()["layers"][7]["units"] == 50  # type: ignore[union-attr]


def test_rungs_and_survivors() -> None:
    assert rungs(20, 3) == [2, 6]
    assert rungs(3, 3) == [1]
    assert rungs(1, 3) == []
    values = {0: 0.5, 1: 0.9, 2: 0.9, 3: 0.1, 4: 0.2, 5: 0.3}
    assert survivors(values, "accuracy", 3) == {1, 2}
    assert survivors(values, "log_loss", 3) == {3, 4}
    assert survivors({7: 0.1, 9: 0.1}, "accuracy", 3) == {7}
