"""What training may begin with, checked before any JVM work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sparkdl4j import ConvNetClassifier, FileError, NetworkError, NotFittedError, ParameterError
from sparkdl4j.transfer import Origin, require_reading

PIXELS, LABELS = np.zeros((4, 8, 8, 3), dtype="u1"), ["a", "b", "a", "b"]
METADATA: dict[str, Any] = {
    "network": {
        "learning_rate": 0.1,
        "layers": [
            {"type": "Conv2D", "filters": 4, "kernel_size": [3, 3]},
            {"type": "Dropout"},
            {"type": "Output", "units": 7},
        ],
    },
    "image": {"height": 8, "width": 8, "channels": 3, "window": "full", "max_pixels": 100},
    "scaler": {"kind": "channel", "shape": [8, 8, 3], "mean": [1, 2, 3], "scale": [1, 1, 1]},
    "training": {"options": {"activation": "elu", "dropout": 0.2, "updater": "sgd"}},
}

# The same network, for other classes.
SAME: dict[str, Any] = {"name": "mine", "layers": [*METADATA["network"]["layers"][:2], {"type": "Output"}]}


def origin(**changes: Any) -> Origin:
    given = {"network": "auto", "network_options": {}, "standardize": "channel"} | changes
    return Origin.of(METADATA, **given)


def test_the_network_is_that_of_the_model_but_for_its_classes_and_what_is_given() -> None:
    network = origin().network
    assert (network.learning_rate, network.activation, network.dropout, network.updater) == (0.1, "elu", 0.2, None)
    assert network.layers[-1].units is None  # type: ignore[attr-defined]
    given = origin(network_options={"learning_rate": 0.01, "dropout": 0.4}).network
    assert (given.learning_rate, given.dropout) == (None, None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network": "landscape"}, r"network is landscape, but that of the pretrained model is .*leave network out"),
        (
            {"network": SAME | {"learning_rate": 0.2}},
            "the network's learning_rate is 0.2, but that of the pretrained model is 0.1",
        ),
        ({"network": SAME | {"l2": 0.2}}, "the network's l2 is 0.2, but that of the pretrained model is left out"),
        ({"network_options": {"activation": "relu"}}, "activation is relu, but that of the pretrained model is elu"),
        ({"standardize": "feature"}, "standardize is feature, but that of the pretrained model is channel"),
    ],
)
def test_what_contradicts_the_model_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        origin(**changes)


def test_what_says_the_same_as_the_model_is_taken() -> None:
    given = origin(network=SAME, network_options={"activation": "elu"}, standardize=None)
    assert given.network.layers == origin().network.layers
    require_reading(given.image_options, {"image_size": 8, "channels": 3, "window": "full", "max_pixels": 100})
    require_reading(given.image_options, {"size": (8, 8), "preprocessing": []})


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        ({"size": (8, 9)}, "size is 8x9, but that of the pretrained model is 8x8, and is kept: leave size out"),
        ({"image_size": 9}, "image_size is 9x9, but that of the pretrained model is 8x8"),
        ({"channels": 1}, "channels is 1, but that of the pretrained model is 3"),
        ({"window": (0, 9)}, r"window is \(0, 9\), but that of the pretrained model is full"),
        ({"max_pixels": 99}, "max_pixels is 99, but that of the pretrained model is 100"),
        ({"preprocessing": [{"step": "grayscale"}]}, r"preprocessing is Grayscale\(\), but .* model is none"),
    ],
)
def test_pictures_that_would_be_read_in_another_way_are_refused(reading: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words) as caught:
        require_reading(origin().image_options, reading)
    assert caught.value.details["parameter"] == next(iter(reading))


def test_a_model_without_description_is_refused() -> None:
    with pytest.raises(NetworkError, match="ImageFeaturizer"):
        Origin.of({**METADATA, "network": None}, "auto", {}, "channel")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"trainable": "last:0"}, 'trainable must be "all", "head" or "last:n"'),
        ({"trainable": "heads"}, "trainable must be"),
        ({"trainable": "head"}, "give pretrained"),
        ({"unfreeze_every": 2}, "unfreeze_every is 2"),
        ({"layer_decay": 0.0}, "layer_decay must be above 0"),
        ({"pretrained": 3}, "a model file's path or a fitted classifier"),
    ],
)
def test_options_that_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        ConvNetClassifier(**options).fit(PIXELS, LABELS)


def test_models_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        ConvNetClassifier(pretrained=tmp_path / "missing.zip").fit(PIXELS, LABELS)
    with pytest.raises(NotFittedError):
        ConvNetClassifier(pretrained=ConvNetClassifier()).fit(PIXELS, LABELS)


def test_a_clone_keeps_the_pretrained_model() -> None:
    base = pytest.importorskip("sklearn.base")
    model = ConvNetClassifier("landscape")
    copy = base.clone(ConvNetClassifier(pretrained=model, trainable="head", layer_decay=0.5))
    assert copy.pretrained is model
    assert (copy.trainable, copy.layer_decay) == ("head", 0.5)
