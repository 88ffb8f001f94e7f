"""What plain Deeplearning4j has written or built, in this library."""

from __future__ import annotations

import importlib.util
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sparkdl4j import (
    ConvNetClassifier,
    DataError,
    ModelFileError,
    NetworkError,
    ParameterError,
    from_dl4j,
)
from sparkdl4j.jvm import jimport, to_nd4j, to_numpy
from sparkdl4j.network import Dl4jNetwork

LAYERS = "org.deeplearning4j.nn.conf.layers"
NORMALIZERS = "org.nd4j.linalg.dataset.api.preprocessor"
Pictures = Callable[..., tuple[NDArray[np.uint8], NDArray[np.str_]]]


def configuration(*, flat: bool = False, first: Any = None) -> Any:
    """A network for 16x16x3 pictures of three classes, by Deeplearning4j's builder."""
    activation = jimport("org.nd4j.linalg.activations.Activation")
    loss = jimport("org.nd4j.linalg.lossfunctions.LossFunctions").LossFunction
    convolution = jimport(f"{LAYERS}.ConvolutionLayer").Builder(3, 3).nOut(8).stride(2, 2).activation(activation.RELU)
    output = jimport(f"{LAYERS}.OutputLayer").Builder(loss.MCXENT).nOut(3).activation(activation.SOFTMAX)
    kinds = jimport("org.deeplearning4j.nn.conf.inputs.InputType")
    kind = kinds.convolutionalFlat if flat else kinds.convolutional
    return (
        jimport("org.deeplearning4j.nn.conf.NeuralNetConfiguration")
        .Builder()
        .seed(5)
        .updater(jimport("org.nd4j.linalg.learning.config.Adam")(0.01))
        .list(first or convolution.build(), output.build())
        .setInputType(kind(16, 16, 3))
        .build()
    )


def network(**how: Any) -> Any:
    made = jimport("org.deeplearning4j.nn.multilayer.MultiLayerNetwork")(configuration(**how))
    made.init()
    return made


def write(made: Any, path: Path, normalizer: Any = None) -> Path:
    serializer = jimport("org.deeplearning4j.util.ModelSerializer")
    file = jimport("java.io.File")(str(path))
    serializer.writeModel(made, file, True)
    if normalizer is not None:
        serializer.addNormalizerToModel(file, normalizer)
    return path


def channels_first(pictures: NDArray[Any]) -> Any:
    return to_nd4j(np.array(pictures.transpose(0, 3, 1, 2), np.float32, order="C"))


def test_a_file_predicts_what_dl4j_predicts(tmp_path: Path, colour_pictures: Pictures) -> None:
    pictures, _ = colour_pictures(4)
    made = network()
    expected = to_numpy(made.output(channels_first(pictures / 255)))
    data_set = jimport("org.nd4j.linalg.dataset.DataSet")
    standardize = jimport(f"{NORMALIZERS}.NormalizerStandardize")()
    some = data_set(channels_first(pictures), to_nd4j(np.eye(3, dtype=np.float32)[np.arange(12) % 3]))
    standardize.fit(some)
    standardized = channels_first(pictures)
    standardize.transform(standardized)
    scaler = jimport(f"{NORMALIZERS}.ImagePreProcessingScaler")(-1.0, 1.0)
    scaled = channels_first(pictures)
    scaler.transform(scaled)
    ranges = jimport(f"{NORMALIZERS}.NormalizerMinMaxScaler")(-1.0, 2.0)
    ranges.fit(some)
    ranged = channels_first(pictures)
    ranges.transform(ranged)
    for normalizer, wanted in (
        (ranges, to_numpy(made.output(ranged))),
        (None, to_numpy(made.output(channels_first(pictures)))),
        (standardize, to_numpy(made.output(standardized))),
        (scaler, to_numpy(made.output(scaled))),
    ):
        path = write(made, tmp_path / "plain.zip", normalizer)
        classifier = from_dl4j(path, labels=["a", "b", "c"], size=(16, 16))
        assert isinstance(classifier, ConvNetClassifier)
        assert classifier.classes_.tolist() == ["a", "b", "c"]
        np.testing.assert_allclose(classifier.predict_proba(pictures), wanted, rtol=0, atol=1e-5)
    assert np.ptp(expected) > 0.01


def test_flat_pictures_say_their_size(tmp_path: Path, colour_pictures: Pictures) -> None:
    pictures, labels = colour_pictures(8)
    made = network(flat=True)
    path = write(made, tmp_path / "flat.zip")
    classifier = from_dl4j(path)
    assert isinstance(classifier, ConvNetClassifier)
    assert classifier.image_shape_ == (16, 16, 3)
    flat = to_nd4j(np.array(pictures.transpose(0, 3, 1, 2).reshape(len(pictures), -1), np.float32, order="C"))
    np.testing.assert_allclose(classifier.predict_proba(pictures), to_numpy(made.output(flat)), rtol=0, atol=1e-5)
    # What was imported can be saved, loaded, and trained on.
    classifier.save(tmp_path / "ours.zip")
    again = ConvNetClassifier.load(tmp_path / "ours.zip")
    np.testing.assert_array_equal(again.predict_proba(pictures), classifier.predict_proba(pictures))
    again.set_params(verbose=False).partial_fit(pictures, np.searchsorted(["blue", "green", "red"], labels))
    assert again.network_ is not None
    assert "ConvolutionLayer" in again.summary()


@pytest.mark.parametrize("kind", ["live", "text", "file"])
def test_a_configuration_is_trained(kind: str, tmp_path: Path, colour_pictures: Pictures) -> None:
    conf = configuration()
    source: Any = conf
    if kind != "live":
        source = str(conf.toJson())
    if kind == "file":
        (tmp_path / "network.json").write_text(source)
        source = tmp_path / "network.json"
    description = from_dl4j(source, size=(16, 16))
    assert isinstance(description, Dl4jNetwork)
    assert description.image_size == (16, 16)
    pictures, labels = colour_pictures(12)
    classifier = ConvNetClassifier(description, epochs=4, batch_size=8, verbose=False).fit(pictures, labels)
    assert classifier.score(*colour_pictures(8, seed=1)) > 0.9
    assert {step["core"] for step in classifier._model.executions(8)} == {"plan"}
    other = ConvNetClassifier(description, epochs=4, batch_size=8, verbose=False).fit(pictures, labels)
    np.testing.assert_array_equal(other.predict_proba(pictures), classifier.predict_proba(pictures))
    assert Dl4jNetwork.from_json(description.to_json()) == description


def test_a_live_network_becomes_a_classifier(colour_pictures: Pictures) -> None:
    pictures, _ = colour_pictures(2)
    made = network()
    classifier = from_dl4j(made, size=(16, 16))
    assert isinstance(classifier, ConvNetClassifier)
    wanted = to_numpy(made.output(channels_first(pictures)))
    np.testing.assert_allclose(classifier.predict_proba(pictures), wanted, rtol=0, atol=1e-5)


def test_what_is_refused(tmp_path: Path, colour_pictures: Pictures) -> None:
    path = write(network(), tmp_path / "plain.zip")
    with pytest.raises(ParameterError, match="does not say how large its pictures are: give size"):
        from_dl4j(path)
    with pytest.raises(DataError, match="2 labels for a network with 3 outputs"):
        from_dl4j(path, size=(16, 16), labels=["a", "b"])
    with pytest.raises(NetworkError, match="is no classifier of pictures 20x20x3"):
        from_dl4j(path, size=(20, 20))
    with pytest.raises(ParameterError, match="from_dl4j takes a zip"):
        from_dl4j(3)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("preprocessor.bin", b"\xac\xed\x00\x05")
    with pytest.raises(ModelFileError, match=r"preprocessor\.bin is a serialised Java object") as problem:
        from_dl4j(path, size=(16, 16))
    assert problem.value.code == "MODEL_FILE_UNSAFE"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ModelFileError, match="is damaged"):
        from_dl4j(path, size=(16, 16))
    values = json.loads(str(configuration().toJson()))
    values["confs"][0]["layer"]["@class"] = "javax.swing.JEditorPane"
    with pytest.raises(NetworkError, match="has the class javax.swing.JEditorPane") as refused:
        from_dl4j(values)
    assert refused.value.code == "NETWORK_UNSUPPORTED"
    given = ConvNetClassifier(from_dl4j(configuration(), size=(16, 16)), learning_rate=0.1, verbose=False)
    with pytest.raises(ParameterError, match="learning_rate is what Deeplearning4j's configuration says"):
        given.fit(*colour_pictures(2))


def test_jimport_names_what_is_missing() -> None:
    with pytest.raises(ParameterError, match=r"there is no Java class org\.nd4j\.Nothing"):
        jimport("org.nd4j.Nothing")


def test_the_example_learns() -> None:
    path = Path(__file__).parent.parent.parent / "examples" / "dl4j_builder.py"
    spec = importlib.util.spec_from_file_location("dl4j_builder", path)
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    assert example.main(3) > 0.8
