"""ImageFeaturizer as a transformer of scikit-learn."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sparkdl4j import (
    Block,
    Conv2D,
    ConvNetClassifier,
    DataError,
    Dense,
    GlobalPool,
    ImageDataset,
    ImageFeaturizer,
    NotFittedError,
    Output,
    ParameterError,
    Sequential,
)

NETWORK = Sequential(
    [
        Conv2D(6, 3, name="first"),
        Block([Conv2D(6, 3, padding="same", name="conv")], name="block"),
        GlobalPool(),
        Dense(5, name="last"),
        Output(),
    ]
)


@pytest.fixture(scope="module")
def data(colour_pictures: Any) -> tuple[Any, Any]:
    pictures: tuple[Any, Any] = colour_pictures(20)
    return pictures


@pytest.fixture(scope="module")
def model(data: tuple[Any, Any]) -> ConvNetClassifier:
    return ConvNetClassifier(NETWORK, epochs=2, verbose=False).fit(*data)


def test_features_are_the_layers_outputs(model: ConvNetClassifier, data: tuple[Any, Any], tmp_path: Path) -> None:
    model.save(tmp_path / "model.zip")
    features = ImageFeaturizer(tmp_path / "model.zip")
    last = features.fit_transform(data[0])
    assert (features.layer_, last.shape, last.dtype) == ("last", (60, 5), np.float32)
    assert features.get_feature_names_out()[[0, 4]].tolist() == ["last_0", "last_4"]
    np.testing.assert_array_equal(features.transform(ImageDataset.from_arrays(data[0][7:30])), last[7:30])

    maps = ImageFeaturizer(model, layer="block").fit_transform(data[0])
    assert maps.shape == (60, 14 * 14 * 6)
    for pooling, pooled in (("average", np.mean), ("max", np.max)):
        expected = pooled(maps.reshape(60, 196, 6), axis=1)
        found = ImageFeaturizer(model, layer="block", pooling=pooling).fit_transform(data[0])
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_it_feeds_a_pipeline_of_scikit_learn(model: ConvNetClassifier, data: tuple[Any, Any]) -> None:
    linear, pipeline = pytest.importorskip("sklearn.linear_model"), pytest.importorskip("sklearn.pipeline")
    from sklearn.base import clone
    from sklearn.model_selection import cross_val_score
    from sklearn.preprocessing import StandardScaler

    chain = pipeline.make_pipeline(
        ImageFeaturizer(model), StandardScaler(), linear.LogisticRegression(class_weight="balanced")
    )
    assert cross_val_score(chain, *data, cv=3).mean() > 0.9
    copy = pickle.loads(pickle.dumps(clone(chain).fit(*data)))
    np.testing.assert_array_equal(copy.predict(data[0]), chain.fit(*data).predict(data[0]))
    chain.set_params(imagefeaturizer__layer="first")
    assert chain[0].fit(data[0]).layer_ == "first"


def test_what_does_not_fit_is_refused(model: ConvNetClassifier, data: tuple[Any, Any]) -> None:
    with pytest.raises(ParameterError, match="there is no layer second; the layers are first, block/conv, block"):
        ImageFeaturizer(model, layer="second").fit(data[0])
    with pytest.raises(ParameterError, match="pooling must be one of"):
        ImageFeaturizer(model, pooling="sum").fit(data[0])
    with pytest.raises(ParameterError, match="layer must be a layer's name"):
        ImageFeaturizer(model, layer=3).fit(data[0])  # type: ignore[arg-type]
    with pytest.raises(DataError, match="16x15x3, but the model takes 16x16x3"):
        ImageFeaturizer(model).fit(data[0][:, :, :15])
    with pytest.raises(NotFittedError):
        ImageFeaturizer(model).transform(data[0])
    with pytest.raises(DataError, match="are the same for all 4 pictures"):
        ImageFeaturizer(model).fit(np.repeat(data[0][:1], 4, axis=0))
