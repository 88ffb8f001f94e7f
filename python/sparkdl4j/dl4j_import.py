"""Networks from plain Deeplearning4j: its files, its configurations, its objects."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sparkdl4j import atomic_file, errors
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.network.dl4j_network import Dl4jNetwork

if TYPE_CHECKING:
    from sparkdl4j.classifier import ConvNetClassifier

_CONFIGURATIONS = (
    "org.deeplearning4j.nn.conf.MultiLayerConfiguration",
    "org.deeplearning4j.nn.conf.ComputationGraphConfiguration",
)
_NETWORKS = (
    "org.deeplearning4j.nn.multilayer.MultiLayerNetwork",
    "org.deeplearning4j.nn.graph.ComputationGraph",
)


def from_dl4j(
    source: Any, *, labels: Sequence[Any] | None = None, size: tuple[int, int] | None = None
) -> ConvNetClassifier | Dl4jNetwork:
    """What plain Deeplearning4j has made: a trained classifier, or a network to train.

    Nothing in a file is executed: a `normalizer.bin` that standardises, or scales to a range, becomes the classifier's
    scaler; `preprocessor.bin`, which holds a serialised Java object, is refused, and so are classes in a configuration
    other than Deeplearning4j's own layers and settings.

    Args:
        source: a zip that ModelSerializer has written, or a live MultiLayerNetwork or ComputationGraph, for a
            classifier; a configuration's JSON (a file, its text or its dict), or a live MultiLayerConfiguration or
            ComputationGraphConfiguration, for a network: `ConvNetClassifier(network=from_dl4j(configuration))`.
        labels: of a classifier, the names of the classes in the order of the outputs; by default 0, 1 and so on.
        size: (height, width) of the pictures, which Deeplearning4j's files say only where the network was built for
            flat pictures (`InputType.convolutionalFlat`).

    Raises:
        FileError: FILE_NOT_FOUND, FILE_UNREADABLE.
        ModelFileError: MODEL_FILE_DAMAGED, MODEL_FILE_UNSAFE.
        NetworkError: NETWORK_UNSUPPORTED for classes that are not allowed; NETWORK_INVALID, NETWORK_DOES_NOT_FIT.
        ParameterError: PARAMETER_CONFLICT where size is missing; PARAMETER_TYPE.
        DataError: DATA_LABELS for another number of labels than outputs.
    """
    checked = None if size is None else ImageOptions(size).shape[:2]
    if isinstance(source, Mapping):
        return _network(json.dumps(source), checked, None)
    if isinstance(source, str) and source.lstrip().startswith("{"):
        return _network(source, checked, None)
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        if path.suffix == ".json":
            return _network(json.dumps(atomic_file.read_json(path)), checked, path.stem)
        return _classifier(path, labels, checked)
    return _of_java(source, labels, checked)


def _of_java(
    source: Any, labels: Sequence[Any] | None, size: tuple[int, int] | None
) -> ConvNetClassifier | Dl4jNetwork:
    from sparkdl4j.jvm.in_process import java_class

    if any(isinstance(source, java_class(name)) for name in _CONFIGURATIONS):
        return _network(str(source.toJson()), size, None)
    if any(isinstance(source, java_class(name)) for name in _NETWORKS):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "network.zip")
            java_class("org.deeplearning4j.util.ModelSerializer").writeModel(
                source, java_class("java.io.File")(str(path)), True
            )
            return _classifier(path, labels, size)
    raise errors.error(
        "PARAMETER_TYPE",
        "from_dl4j takes a zip of Deeplearning4j's, a configuration's JSON, or a configuration or network of "
        f"Deeplearning4j's, but got {type(source).__name__}",
        parameter="source",
    )


def _network(text: str, size: tuple[int, int] | None, name: str | None) -> Dl4jNetwork:
    from sparkdl4j.jvm import models

    found = models.dl4j_configuration(text, size)
    shape = found["input_shape"]
    return Dl4jNetwork(
        found["configuration"],
        name=name,
        source="Deeplearning4j",
        default_input_shape=None if shape is None else tuple(shape),
    )


def _classifier(path: Path, labels: Sequence[Any] | None, size: tuple[int, int] | None) -> ConvNetClassifier:
    from sparkdl4j.classifier import ConvNetClassifier
    from sparkdl4j.jvm.models import Model

    if not path.exists():
        raise errors.error("FILE_NOT_FOUND", f"the file {path} does not exist", path=str(path))
    return ConvNetClassifier.of_model(Model.load_dl4j(path, labels, size))
