"""What training may begin with, checked before any JVM work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sparkdl4j import ConvNetClassifier, FileError, NetworkError, NotFittedError, ParameterError
from sparkdl4j.transfer import Origin

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
        ({"network": "landscape"}, "leave network out"),
        ({"network_options": {"activation": "relu"}}, "activation cannot be given with pretrained"),
        ({"standardize": "feature"}, "was trained with channel"),
    ],
)
def test_what_contradicts_the_model_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        origin(**changes)


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
