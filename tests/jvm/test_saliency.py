"""Grad-CAM from Python; that it is right is tested in Java, against differences and against CAM."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sparkdl4j import ConvNetClassifier, ImageDataset, write_report
from sparkdl4j.errors import DataError, NetworkError, NotFittedError, ParameterError
from sparkdl4j.network import Conv2D, Dense, GlobalPool, MaxPool2D, Output, Sequential


def squares(n: int = 120) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Noise with a bright square in one of the corners; the class is whether it has stripes."""
    random = np.random.default_rng(0)
    X = random.integers(0, 60, size=(n, 24, 24, 1), dtype=np.uint8)
    for k in range(n):
        y, x = (1 + 12 * (k // 2 % 2), 1 + 12 * (k // 4 % 2))
        X[k, y : y + 10, x : x + 10] = 200
        if k % 2:
            X[k, y : y + 10 : 2, x : x + 10] = 90
    return X, np.where(np.arange(n) % 2, "striped", "plain")


@pytest.fixture(scope="module")
def trained() -> ConvNetClassifier:
    layers = [Conv2D(8, 3), MaxPool2D(2), Conv2D(8, 3, name="last"), GlobalPool(), Output()]
    X, y = squares()
    return ConvNetClassifier(Sequential(layers), epochs=12, batch_size=8, learning_rate=0.01, verbose=False).fit(X, y)


def test_saliency_points_to_what_tells_the_classes_apart(trained: ConvNetClassifier) -> None:
    X, y = squares(16)
    assert trained.score(X, y) == 1
    seen = trained.saliency(X, y)
    assert seen.shape == (16, 24, 24)
    assert seen.dtype == np.float32
    assert seen.min() >= 0
    assert set(np.round(seen.max(axis=(1, 2)), 5).tolist()) <= {0.0, 1.0}
    striped = [k for k in range(16) if y[k] == "striped"]
    inside = []
    for k in striped:
        top, left = np.argwhere(X[k, :, :, 0] >= 90).min(axis=0)
        inside.append(seen[k, top : top + 10, left : left + 10].sum() / max(seen[k].sum(), 1e-9))
    # Half as much again as its share of the picture: the maps are coarse, and reach over the square's edges.
    assert np.mean(inside) > 1.5 * 100 / 576


def test_classes_and_layers_can_be_chosen(trained: ConvNetClassifier) -> None:
    X, _ = squares(4)
    assert np.array_equal(trained.saliency(X), trained.saliency(X, trained.predict(X)))
    assert np.array_equal(trained.saliency(X, "plain"), trained.saliency(X, ["plain"] * 4))
    assert np.array_equal(trained.saliency(X, layer="last"), trained.saliency(X))
    assert not np.array_equal(trained.saliency(X, "plain"), trained.saliency(X, "striped"))
    assert not np.array_equal(trained.saliency(X, layer="layer1"), trained.saliency(X))
    with pytest.raises(DataError, match="no class 'spotted'"):
        trained.saliency(X, "spotted")
    with pytest.raises(DataError, match="one for each of the 4 pictures"):
        trained.saliency(X, ["plain"] * 3)
    with pytest.raises(ParameterError, match="no layer nose"):
        trained.saliency(X, layer="nose")
    with pytest.raises(DataError, match="24x24x1"):
        trained.saliency(X[:, :20])


def test_saliency_needs_a_fitted_network_with_convolutions() -> None:
    X, y = squares(16)
    with pytest.raises(NotFittedError):
        ConvNetClassifier("fashion").saliency(X)
    dense = ConvNetClassifier(Sequential([Dense(4), Output()]), epochs=1, verbose=False).fit(X, y)
    with pytest.raises(NetworkError, match="no convolution"):
        dense.saliency(X)


def test_report_with_a_classifier(trained: ConvNetClassifier, tmp_path: Path) -> None:
    X, y = squares(20)
    test = ImageDataset.from_arrays(X, y)
    evaluation = trained.evaluate(test)
    write_report(
        tmp_path, evaluation=evaluation, history=trained.history_, pictures=test, classifier=trained, data=test
    )
    page = (tmp_path / "report.html").read_text()
    for identity in ("results", "data", "training", "predictions", "saliency", "network", "versions"):
        assert f'<section id="{identity}">' in page
    assert "bright where the network saw striped" in page
    assert '<th scope="row">learning_rate</th><td>0.01</td>' in page
    assert json.loads((tmp_path / "data.json").read_text())["data"]["pictures"] == 20
    shown = trained._repr_html_()
    assert "fitted" in shown
    assert "striped" in shown


def test_residual_networks_have_saliency(colour_pictures: Callable[..., Any]) -> None:
    X, y = colour_pictures(8)
    X = X.repeat(2, axis=1).repeat(2, axis=2)
    resnet = ConvNetClassifier("small_resnet", epochs=1, batch_size=8, verbose=False).fit(X, y)
    seen = resnet.saliency(X[:3], "red")
    assert seen.shape == (3, 32, 32)
    assert np.isfinite(seen).all()
