"""What Keras predicts, from files that Keras has made (tests/golden/keras/make_files.py)."""

from __future__ import annotations

import copy
import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sparkdl4j import ConvNetClassifier, NotFittedError, StandardScaler, cli, from_keras

Pictures = Callable[..., tuple[NDArray[np.uint8], NDArray[np.str_]]]
ROOT = Path(__file__).parent.parent.parent
MAKE_FILES = ROOT / "tests" / "golden" / "keras" / "make_files.py"
FILES = [
    f"{network}-{kind}"
    for network in ("functional", "nested", "sequential")
    for kind in ("keras2.h5", "keras3.h5", "keras3.keras")
]
APPLICATIONS = {
    "ResNet50": "caffe",
    "VGG16": "caffe",
    "MobileNetV2": "tf",
    "EfficientNetB0": "none",
    "DenseNet121": "torch",
}
# PyPI's Keras 2 is called tf_keras.
ENVIRONMENTS = {3: "keras", 2: "keras2"}


def expected(file: Path) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The pictures that Keras was given, and what it predicted."""
    values = json.loads(file.with_suffix(".json").read_text())
    predicted = np.array(values["predicted"])
    # One probability is that of the second of two classes.
    both = np.concatenate([1 - predicted, predicted], axis=1) if predicted.shape[1] == 1 else predicted
    return runpy.run_path(str(MAKE_FILES))["pictures"](tuple(values["shape"])), both


def assert_equal(classifier: ConvNetClassifier, file: Path) -> None:
    pictures, predicted = expected(file)
    assert np.ptp(predicted, axis=0).max() > 0.02, "these predictions would hide a wrong one"
    np.testing.assert_allclose(classifier.predict_proba(pictures), predicted, rtol=0, atol=1e-4)
    cores = {step["core"] for step in classifier._model.executions(8)}
    assert cores == {"plan"}


@pytest.mark.parametrize("name", FILES)
def test_predictions_are_those_of_keras_and_survive_saving(keras_files: Path, name: str, tmp_path: Path) -> None:
    classifier = from_keras(keras_files / name)
    assert_equal(classifier, keras_files / name)
    classifier.save(tmp_path / "model.zip")
    again = ConvNetClassifier.load(tmp_path / "model.zip")
    assert_equal(again, keras_files / name)
    assert again.imported_ == classifier.imported_
    assert again.network_ == classifier.network_


def test_dl4j_itself_predicts_the_same(keras_files: Path, tmp_path: Path) -> None:
    from sparkdl4j.jvm import jimport, to_nd4j, to_numpy

    file = keras_files / "functional-keras3.keras"
    from_keras(file).save(tmp_path / "model.zip")
    restored = jimport("org.deeplearning4j.util.ModelSerializer").restoreComputationGraph(str(tmp_path / "model.zip"))
    pictures, predicted = expected(file)
    channels_first = np.array(pictures.transpose(0, 3, 1, 2), np.float32, order="C")
    found = to_numpy(restored.outputSingle(to_nd4j(channels_first)))
    np.testing.assert_allclose(found, predicted, rtol=0, atol=1e-4)


def test_labels_and_preprocessing_are_carried(keras_files: Path, tmp_path: Path) -> None:
    file = keras_files / "nested-keras3.keras"
    classifier = from_keras(file, labels=["a", "b", "c"], preprocessing="torch")
    classifier.save(tmp_path / "model.zip")
    again = ConvNetClassifier.load(tmp_path / "model.zip")
    assert again.classes_.tolist() == ["a", "b", "c"]
    assert again.image_shape_ == (12, 12, 3)
    assert again.imported_ is not None
    assert again.imported_["preprocessing"] == "torch"
    plain, pictures = from_keras(file), expected(file)[0]
    mean, deviation = 255 * np.array([0.485, 0.456, 0.406]), 255 * np.array([0.229, 0.224, 0.225])
    scaled = ((pictures - mean) / deviation).astype(np.float32)
    np.testing.assert_allclose(again.predict_proba(pictures), plain.predict_proba(scaled), rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["sequential-keras3.keras", "functional-keras2.h5", "nested-keras3.h5"])
def test_caffe_takes_blue_green_red_less_their_means(keras_files: Path, name: str) -> None:
    pictures = expected(keras_files / name)[0]
    blue_first = (pictures[..., ::-1] - np.array([103.939, 116.779, 123.68])).astype(np.float32)
    given = from_keras(keras_files / name).predict_proba(blue_first)
    np.testing.assert_allclose(
        from_keras(keras_files / name, preprocessing="caffe").predict_proba(pictures), given, rtol=0, atol=1e-5
    )


def test_a_scaler_of_ones_own(keras_files: Path) -> None:
    file = keras_files / "sequential-keras3.keras"
    pictures = expected(file)[0]
    scaler = StandardScaler("channel").fit(pictures)
    given = from_keras(file, preprocessing=scaler).predict_proba(pictures)
    np.testing.assert_allclose(given, from_keras(file).predict_proba(scaler.transform(pictures)), rtol=0, atol=1e-5)


def test_a_network_without_top_is_kept_but_predicts_nothing(
    keras_files: Path, tmp_path: Path, colour_pictures: Pictures
) -> None:
    classifier = from_keras(keras_files / "topless.keras", size=(16, 16), labels=["blue", "green", "red"])
    classifier.save(tmp_path / "base.zip")
    again = ConvNetClassifier.load(tmp_path / "base.zip")
    pictures, labels = colour_pictures(8)
    for one in (classifier, again):
        with pytest.raises(NotFittedError, match="without its top"):
            one.predict(pictures)
    again.set_params(warm_start=True, epochs=4, batch_size=8, verbose=False)
    kernel = _kernel(again)
    again.fit(pictures, labels)
    assert again.score(pictures, labels) > 0.6
    # It went on from Keras's weights, and not from new ones.
    assert np.abs(_kernel(again) - kernel).max() < 0.1


def test_a_network_without_top_is_pretrained(keras_files: Path, tmp_path: Path, colour_pictures: Pictures) -> None:
    base = from_keras(keras_files / "topless.keras", size=(16, 16))
    base.save(tmp_path / "base.zip")
    pictures, labels = colour_pictures(12)
    for pretrained in (base, tmp_path / "base.zip"):
        classifier = ConvNetClassifier(
            pretrained=pretrained, trainable="head", epochs=20, batch_size=8, learning_rate=0.05, verbose=False
        ).fit(pictures, labels)
        assert classifier.classes_.tolist() == ["blue", "green", "red"]
        assert classifier.score(pictures, labels) > 0.6
        np.testing.assert_array_equal(_kernel(classifier), _kernel(base))
    file = keras_files / "nested-keras2.h5"
    classifier = ConvNetClassifier(pretrained=file, trainable="head", epochs=1, verbose=False)
    classifier.fit(pictures[:, :12, :12], labels)
    np.testing.assert_array_equal(_kernel(classifier), _kernel(from_keras(file)))


def _kernel(classifier: ConvNetClassifier) -> NDArray[np.float32]:
    from sparkdl4j.jvm import to_numpy

    network = classifier._model._java.core().network()
    return copy.deepcopy(to_numpy(network.getLayer("conv").getParam("W")))


def test_an_untrained_network_is_trained(
    keras_files: Path,
    colour_pictures: Pictures,
) -> None:
    pictures, labels = colour_pictures(12)
    file = keras_files / "topless.keras"
    classifier = ConvNetClassifier(
        from_keras(file, size=(16, 16)), epochs=6, batch_size=8, learning_rate=0.01, standardize="none", verbose=False
    )
    classifier.fit(pictures, labels)
    assert classifier.score(*colour_pictures(8, seed=1)) > 0.8
    assert classifier.classes_.tolist() == ["blue", "green", "red"]


def test_the_command(keras_files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "labels.txt").write_text("a\nb\nc\n")
    model = str(tmp_path / "model.zip")
    arguments = ["--model", model, "--labels", str(tmp_path / "labels.txt"), "--preprocessing", "tf", "--json"]
    assert cli.main(["import-keras", str(keras_files / "nested-keras2.h5"), *arguments]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["preprocessing"] == "tf"
    assert printed["image_shape"] == [12, 12, 3]
    assert ConvNetClassifier.load(model).classes_.tolist() == ["a", "b", "c"]
    assert cli.main(["import-keras", str(keras_files / "nested-keras2.h5"), "--labels", "a,b", "--model", model]) == 1
    assert "2 labels, but the network has 3 classes" in capsys.readouterr().err


@pytest.mark.long
@pytest.mark.parametrize("major", [2, 3])
def test_networks_of_keras_applications(major: int, tmp_path: Path) -> None:
    environment = ENVIRONMENTS[major]
    subprocess.run([ROOT / "benchmarks/peers/install", environment], check=True, env={"PYTHON": sys.executable})
    python = ROOT / "build" / "peers" / environment / "bin" / "python"
    for name, mode in APPLICATIONS.items():
        subprocess.run([python, MAKE_FILES, "applications", tmp_path, name], check=True)
        files = sorted(path for path in tmp_path.iterdir() if path.suffix in (".h5", ".keras"))
        assert len(files) == major - 1
        for file in files:
            classifier = from_keras(file)
            assert classifier.imported_ is not None
            assert classifier.imported_["preprocessing"] == mode
            assert_equal(classifier, file)
            file.unlink()
