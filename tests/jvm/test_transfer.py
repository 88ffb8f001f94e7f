"""Training that begins with a pretrained model, on one machine."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sparkdl4j import (
    BatchNorm,
    Checkpoint,
    Conv2D,
    ConvNetClassifier,
    DataError,
    Dense,
    Dropout,
    GlobalPool,
    ImageDataset,
    ModelFileError,
    Output,
    ParameterError,
    Sequential,
)
from sparkdl4j.image_options import ImageOptions

NETWORK = Sequential([Conv2D(8, 3), BatchNorm(), Conv2D(8, 3), GlobalPool(), Dropout(0.2), Dense(12), Output()])
# Two convolutions, normalisation with its statistics, dense and output layer.
PARAMETERS = 80 + 32 + 584 + 108 + 26
PARTS = ("coefficients.bin", "updaterState.bin", "configuration.json")


def stripes(count: int, seed: int, *, turned: bool) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
    """Noisy stripes, of two widths each; turned ones are others than those pretrained with."""
    rng = np.random.default_rng(seed)
    wide = np.arange(count) % 2
    at = np.arange(16)
    pictures = np.where((at // (1 + wide[:, None])) % 2, 170, 80)[:, None, :] + rng.normal(0, 40, (count, 16, 16))
    if turned:
        pictures = pictures.transpose(0, 2, 1)
    names = np.array(["thin", "wide"] if turned else ["narrow", "broad"])
    return np.clip(pictures, 0, 255).astype("u1"), names[wide]


@pytest.fixture(scope="module")
def pretrained() -> ConvNetClassifier:
    return ConvNetClassifier(NETWORK, epochs=6, batch_size=16, learning_rate=0.01, verbose=False).fit(
        *stripes(120, 1, turned=False)
    )


@pytest.fixture(scope="module")
def data() -> tuple[Any, Any]:
    return stripes(40, 2, turned=True)


def classifier(pretrained: Any, **options: Any) -> ConvNetClassifier:
    given = {"epochs": 4, "batch_size": 8, "verbose": False, "trainable": "head", "learning_rate": 0.01} | options
    return ConvNetClassifier(pretrained=pretrained, **given)


def entries(trained: ConvNetClassifier | Path, folder: Path) -> dict[str, bytes]:
    path = trained if isinstance(trained, Path) else folder / "model.zip"
    if isinstance(trained, ConvNetClassifier):
        trained.save(path)
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in PARTS}


def weights(trained: ConvNetClassifier, folder: Path) -> NDArray[np.float32]:
    content = entries(trained, folder)["coefficients.bin"]
    return np.frombuffer(content[-4 * PARAMETERS :], ">f4")


def test_the_head_learns_other_classes_and_the_rest_stays(
    pretrained: ConvNetClassifier, data: tuple[Any, Any], tmp_path: Path
) -> None:
    path = tmp_path / "pretrained.zip"
    pretrained.save(path)
    head = classifier(path, epochs=30).fit(*data)
    assert head.classes_.tolist() == ["thin", "wide"]
    assert head.history_.epochs[-1]["loss"] < 0.8 * head.history_.epochs[0]["loss"]
    assert head.scaler_.to_dict() == pretrained.scaler_.to_dict()
    before, after = weights(pretrained, tmp_path), weights(head, tmp_path)
    own = 12 * 2 + 2
    np.testing.assert_array_equal(before[:-own], after[:-own])
    assert not np.array_equal(before[-own:], after[-own:])
    assert ConvNetClassifier.load(path).score(*stripes(40, 3, turned=False)) > 0.9
    again = ConvNetClassifier.load(path)
    np.testing.assert_array_equal(pretrained.predict_proba(data[0]), again.predict_proba(data[0]))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"trainable": "last:3", "num_workers": 2, "averaging_frequency": 1},
        {"trainable": "all", "unfreeze_every": 1, "layer_decay": 0.5, "updater": "nesterov"},
        {"trainable": "last:2", "augmentation": {"shift": 0.1}, "sampling": "oversample"},
    ],
)
def test_a_resumed_training_ends_with_the_same_bits(
    pretrained: ConvNetClassifier, data: tuple[Any, Any], options: dict[str, Any], tmp_path: Path
) -> None:
    checkpoint = tmp_path / "checkpoint.zip"
    validated = {"validation_data": data}
    whole = classifier(pretrained, keep="last", **options).fit(*data, **validated)
    classifier(pretrained, epochs=2, keep="last", callbacks=[Checkpoint(checkpoint)], **options).fit(*data, **validated)
    assert ConvNetClassifier.load(checkpoint).classes_.tolist() == ["thin", "wide"]
    resumed = classifier(pretrained, keep="last", **options).fit(*data, **validated, resume=checkpoint)
    assert entries(resumed, tmp_path) == entries(whole, tmp_path)
    names = ("loss", "validation_loss", "accuracy")
    assert [[epoch[name] for name in names] for epoch in resumed.history_.epochs] == [
        [epoch[name] for name in names] for epoch in whole.history_.epochs
    ]


def test_validation_during_training_is_that_of_the_whole_network(
    pretrained: ConvNetClassifier, data: tuple[Any, Any]
) -> None:
    other = stripes(30, 5, turned=True)
    head = classifier(pretrained, keep="last").fit(*data, validation_data=other)
    assert head.history_.epochs[-1]["validation_loss"] == pytest.approx(head.evaluate(*other).log_loss, rel=1e-4)


def test_going_on_keeps_what_is_frozen(pretrained: ConvNetClassifier, data: tuple[Any, Any], tmp_path: Path) -> None:
    whole = classifier(pretrained).fit(*data)
    parts = classifier(pretrained)
    for _ in range(4):
        parts.partial_fit(*data, classes=["thin", "wide"])
    assert entries(parts, tmp_path) == entries(whole, tmp_path)
    whole.save(tmp_path / "whole.zip")
    loaded = ConvNetClassifier.load(tmp_path / "whole.zip").set_params(verbose=False)
    assert loaded.trainable == "head"
    assert entries(loaded.partial_fit(*data), tmp_path) == entries(parts.partial_fit(*data), tmp_path)
    with pytest.raises(ParameterError, match="give pretrained"):
        loaded.fit(*data)


def test_the_scaler_of_the_pretrained_model_goes_on(data: tuple[Any, Any], tmp_path: Path) -> None:
    base = ConvNetClassifier(NETWORK, epochs=1, standardize="feature", verbose=False).fit(*stripes(40, 1, turned=False))
    head = classifier(base, epochs=1).fit(*data).partial_fit(*data)
    head.save(tmp_path / "head.zip")
    loaded = ConvNetClassifier.load(tmp_path / "head.zip").set_params(verbose=False)
    assert loaded.standardize == "feature"
    assert loaded.partial_fit(*data).scaler_.to_dict() == base.scaler_.to_dict()


def test_unfreezing_begins_with_the_head(pretrained: ConvNetClassifier, data: tuple[Any, Any], tmp_path: Path) -> None:
    head = classifier(pretrained, epochs=2, augmentation={"shift": 0.1}).fit(*data)
    slowly = classifier(pretrained, epochs=2, trainable="all", unfreeze_every=2, augmentation={"shift": 0.1}).fit(*data)
    np.testing.assert_array_equal(weights(slowly, tmp_path), weights(head, tmp_path))
    further = classifier(pretrained, epochs=3, trainable="all", unfreeze_every=2, augmentation={"shift": 0.1})
    own = 12 * 2 + 2 + 8 * 12 + 12
    before, after = weights(pretrained, tmp_path), weights(further.fit(*data), tmp_path)
    np.testing.assert_array_equal(before[:-own], after[:-own])
    assert not np.array_equal(before[-own : -own + 96], after[-own : -own + 96])


def test_what_does_not_fit_is_refused(pretrained: ConvNetClassifier, data: tuple[Any, Any], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="16x15x1, but the pretrained model takes 16x16x1"):
        classifier(pretrained).fit(data[0][:, :, :15], data[1])
    with pytest.raises(ParameterError, match="network is landscape, .*leave network out"):
        classifier(pretrained, network="landscape").fit(*data)
    read_otherwise = ImageDataset(
        data[0][..., None],
        labels=(data[1] == "wide").astype("i4"),
        classes=["thin", "wide"],
        image_options=ImageOptions(16, channels=1, window="minmax"),
    )
    with pytest.raises(ParameterError, match="window is minmax, but that of the pretrained model is full"):
        classifier(pretrained).fit(read_otherwise)
    assert classifier(pretrained, network=NETWORK, epochs=1).fit(*data).classes_.tolist() == ["thin", "wide"]
    checkpoint = tmp_path / "checkpoint.zip"
    classifier(pretrained, epochs=1, callbacks=[Checkpoint(checkpoint)]).fit(*data)
    other = ConvNetClassifier(NETWORK, epochs=1, seed=5, verbose=False).fit(*stripes(120, 1, turned=False))
    with pytest.raises(ModelFileError, match="another pretrained model"):
        classifier(other).fit(*data, resume=checkpoint)
    with pytest.raises(ModelFileError, match="written with trainable head, but trainable is all now"):
        classifier(pretrained, trainable="all").fit(*data, resume=checkpoint)


def test_a_learning_rate_is_found_for_the_head(pretrained: ConvNetClassifier, data: tuple[Any, Any]) -> None:
    found = classifier(pretrained).find_learning_rate(*data, steps=10)
    assert len(found.losses) > 1
