"""Training, loading, saving and applying classifiers in the JVM."""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import training_run
from sparkdl4j.jvm import in_process
from sparkdl4j.jvm.errors import translated
from sparkdl4j.jvm.in_process import java_class
from sparkdl4j.jvm.views import address_of, java_integers, view_of

if TYPE_CHECKING:
    from sparkdl4j.dataset import ImageDataset
    from sparkdl4j.keras_import.translation import Parameter

# How long Ctrl-C waits for Java.
_ADVANCE_MILLIS = 100


class Model:
    """A trained classifier that lives in the JVM: network, scaler, labels and image options."""

    def __init__(self, java_model: Any) -> None:
        self._java = java_model
        # The collector of Java does not see how much native memory hangs on the few bytes of this object.
        weakref.finalize(self, _close, java_model).atexit = False

    @classmethod
    @translated()
    def load(cls, path: str | Path) -> Model:
        """Loads a model file; nothing in it is executed."""
        return cls(java_class("org.sparkdl4j.bridge.Models").load(str(path)))

    @classmethod
    @translated()
    def load_dl4j(cls, path: str | Path, labels: Sequence[Any] | None, size: tuple[int, int] | None) -> Model:
        """Loads a file that plain Deeplearning4j has written; nothing in it is executed."""
        named = None if labels is None else json.dumps({"labels": list(labels)})
        return cls(java_class("org.sparkdl4j.bridge.Models").loadDl4j(str(path), named, _integers_of(size)))

    @translated()
    def save(self, path: str | Path) -> None:
        """Writes the model file atomically."""
        java_class("org.sparkdl4j.bridge.Models").save(self._java, str(path))

    @translated()
    def metadata(self) -> dict[str, Any]:
        """What the file's model.json and scaler.json say: labels, image options, network, scaler, training summary."""
        metadata: dict[str, Any] = json.loads(str(java_class("org.sparkdl4j.bridge.Models").metadata(self._java)))
        return metadata

    @translated()
    def executions(self, batch_size: int) -> list[dict[str, str]]:
        """Who computes the steps of the network for minibatches of a size.

        Returns:
            for every step `step` (the layer's name, and what of it: layer3/conv1.forward), `core` (plan or dl4j) and
            `implementation` (oneDNN's name of it, or empty).
        """
        text = java_class("org.sparkdl4j.bridge.Models").executions(self._java, batch_size)
        executions: list[dict[str, str]] = json.loads(str(text))
        return executions

    @translated()
    def predict(self, data: ImageDataset, *, classes: int, batch_size: int) -> NDArray[np.float32]:
        """Probabilities, (n, classes)."""
        probabilities = np.empty((len(data), classes), dtype=np.float32)
        view = view_of(data)
        try:
            java_class("org.sparkdl4j.bridge.Models").predict(self._java, view, batch_size, address_of(probabilities))
        finally:
            view.close()
        return probabilities

    @translated()
    def features(self, layer: str | None, pooling: str) -> Features:
        """What a layer makes of pictures; None for what the output layer reads."""
        return Features(self, java_class("org.sparkdl4j.bridge.Models").features(self._java, layer, pooling))

    @translated()
    def saliency(self, data: ImageDataset, classes: NDArray[np.int32], layer: str | None) -> NDArray[np.float32]:
        """Where classes are seen, (n, height, width), from 0 to 1."""
        height, width, _ = data.image_shape
        seen = np.empty((len(data), height, width), dtype=np.float32)
        java_class("org.sparkdl4j.bridge.Models").saliency(
            self._java, view_of(data), java_integers(classes), layer, address_of(seen)
        )
        return seen


class Features:
    """What a layer of a model makes of pictures.

    Attributes:
        layer: its name.
        count: features of a picture.
    """

    def __init__(self, model: Model, java_features: Any) -> None:
        # The network is the model's.
        self._model = model
        self._java = java_features
        self.layer = str(java_features.layer())
        self.count = int(java_features.count())

    @translated()
    def compute(self, data: ImageDataset) -> NDArray[np.float32]:
        """The features, (n, count)."""
        features = np.empty((len(data), self.count), dtype=np.float32)
        view = view_of(data)
        try:
            self._java.compute(view, address_of(features))
        finally:
            view.close()
        return features


@translated()
def train(
    request: dict[str, Any],
    train_data: ImageDataset,
    validation_data: ImageDataset | None,
    *,
    weights: NDArray[np.float32] | None = None,
    trained: Model | None = None,
    pretrained: Model | None = None,
    on_event: Callable[[dict[str, Any]], bool],
) -> tuple[Model, BaseException | None]:
    """Trains a classifier.

    Args:
        request: network, network options, training options, labels, image options and scaler, as the bridge's
            Training.start documents them.
        train_data, validation_data: labelled pictures whose labels index the same classes.
        weights: (n,) by how much the loss of each training picture counts; None for 1.
        trained: a classifier to go on from, which stays as it is; None for new parameters.
        pretrained: a classifier of other classes to begin with, which stays as it is.
        on_event: as `training_run.follow` takes it.

    Returns:
        the classifier with the parameters to keep, and what stopped training early, if anything did.
    """
    views = [view_of(train_data, weights), None if validation_data is None else view_of(validation_data)]
    try:
        run = java_class("org.sparkdl4j.bridge.Training").start(
            json.dumps(request),
            *views,
            None if trained is None else trained._java,
            None if pretrained is None else pretrained._java,
        )
        model, stopped_by = training_run.follow(run, on_event, awaits=request["await_answers"])
    finally:
        for view in views:
            if view is not None:
                view.close()
    return Model(model), stopped_by


@translated()
def assemble(request: dict[str, Any], parameters: Iterable[Parameter]) -> Model:
    """A classifier whose parameters come from elsewhere.

    Args:
        request: network, labels, image, scaler and training, as the bridge's Assembly.begin documents them.
        parameters: what the arrays of its parameters are to hold; they are read one by one.

    Raises:
        DataError: DATA_SHAPE for an array of another size.
    """
    assembly = java_class("org.sparkdl4j.bridge.Assembly").begin(json.dumps(request))
    try:
        for parameter in parameters:
            values = np.array(parameter.values(), dtype=np.float32, order="C")
            assembly.set(parameter.layer, parameter.name, address_of(values), values.size)
        return Model(assembly.classifier())
    finally:
        assembly.close()


@translated()
def dl4j_configuration(configuration: str, size: tuple[int, int] | None) -> dict[str, Any]:
    """What Deeplearning4j's JSON says.

    Returns:
        `configuration`, the JSON as it is read here, and `input_shape`, [height, width, channels] or None.
    """
    text = java_class("org.sparkdl4j.bridge.Models").dl4jConfiguration(configuration, _integers_of(size))
    found: dict[str, Any] = json.loads(str(text))
    return found


@translated()
def augmented(request: dict[str, Any], data: ImageDataset) -> NDArray[Any]:
    """Pictures as training sees them.

    Args:
        request: augmentation, seed and epoch, as the bridge's Augmentations.apply documents them.
        data: the pictures.

    Returns:
        (n, height, width, channels), of the type of the pictures.
    """
    pictures = np.empty((len(data), *data.image_shape), dtype=data.pixels.dtype)
    if len(pictures):
        view = view_of(data)
        try:
            java_class("org.sparkdl4j.bridge.Augmentations").apply(json.dumps(request), view, address_of(pictures))
        finally:
            view.close()
    return pictures


@translated()
def find_learning_rate(
    request: dict[str, Any],
    data: ImageDataset,
    *,
    weights: NDArray[np.float32] | None = None,
    pretrained: Model | None = None,
) -> dict[str, Any]:
    """Trains a network with rising learning rates; Ctrl-C ends it within a minibatch.

    Args:
        request: as the bridge's Training.findLearningRate documents it.
        data: labelled pictures.
        weights: (n,) by how much the loss of each picture counts; None for 1.
        pretrained: a classifier of other classes to begin with.

    Returns:
        rates, losses, smoothed and suggestion.
    """
    view = view_of(data, weights)
    try:
        finder = java_class("org.sparkdl4j.bridge.Training").findLearningRate(
            json.dumps(request), view, None if pretrained is None else pretrained._java
        )
        try:
            while finder.advance(_ADVANCE_MILLIS):
                pass
            found: dict[str, Any] = json.loads(str(finder.result()))
            return found
        finally:
            finder.close()
    finally:
        view.close()


def _close(java_model: Any) -> None:
    if in_process.started():
        java_model.close()


def _integers_of(size: tuple[int, int] | None) -> Any:
    return None if size is None else java_integers(np.array(size, np.int32))
