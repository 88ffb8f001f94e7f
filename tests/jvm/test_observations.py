"""What a real training tells TensorBoard, read back with TensorBoard's own reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sparkdl4j import Conv2D, ConvNetClassifier, Dense, MaxPool2D, Output, Sequential, TensorBoard

pytest.importorskip("tensorboard")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

NETWORK = Sequential([Conv2D(8, 3), MaxPool2D(2), Dense(16), Output()])


def test_a_real_training(colour_pictures: Callable[..., tuple[NDArray[Any], NDArray[Any]]], tmp_path: Path) -> None:
    X, y = colour_pictures(20)
    confusions: list[dict[str, Any]] = []

    class Confusions(TensorBoard):
        def on_event(self, event: dict[str, Any]) -> None:
            super().on_event(event)
            if event["type"] == "validation_confusion":
                confusions.append(event)

    classifier = ConvNetClassifier(
        NETWORK,
        epochs=3,
        batch_size=8,
        learning_rate=0.01,
        keep="last",
        verbose=False,
        callbacks=[Confusions(tmp_path)],
    )
    classifier.fit(X, y, validation_data=(X, y))
    assert confusions[-1]["counts"] == classifier.evaluate(X, y).confusion_matrix.tolist()

    train = _read(tmp_path / "train")
    assert train.Tags()["images"] == ["samples"]
    tags = train.Tags()["tensors"]
    curves = {"loss", "accuracy", "images_per_second"}
    assert curves | {f"minibatch/{name}" for name in curves} <= set(tags)
    parameters = {f"{layer}/{name}" for layer in ("layer0", "layer2", "layer3") for name in ("W", "b")}
    for group in ("parameters", "updates"):
        assert {tag.removeprefix(f"{group}/") for tag in tags if tag.startswith(f"{group}/")} == parameters
        bars = [make_ndarray(event.tensor_proto) for event in train.Tensors(f"{group}/layer0/W")]
        assert [bar[:, 2].sum() for bar in bars] == [8 * 3 * 3 * 3] * 3
    validation = _read(tmp_path / "validation")
    assert [event.step for event in validation.Images("confusion_matrix")] == [1, 2, 3]
    losses = [float(make_ndarray(event.tensor_proto)) for event in validation.Tensors("loss")]
    np.testing.assert_allclose(losses, [epoch["validation_loss"] for epoch in classifier.history_.epochs], rtol=1e-6)


def _read(folder: Path) -> EventAccumulator:
    reader = EventAccumulator(str(folder), size_guidance={"images": 0, "tensors": 0})
    reader.Reload()
    return reader
