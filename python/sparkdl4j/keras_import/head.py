"""The last layer of a classifier: which of Keras's layers become `Output`, and with which weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkdl4j.keras_import import activations
from sparkdl4j.keras_import.graph import KerasGraph, KerasLayer
from sparkdl4j.keras_import.translation import Translation, UnsupportedError, Value, weight
from sparkdl4j.keras_import.weighted_layers import rows, weight_settings
from sparkdl4j.network import GlobalPool, Output

# Losses that are of numbers, not of classes.
_REGRESSION = ("mean_squared", "mean_absolute", "mse", "mae", "huber", "log_cosh", "logcosh", "mean_squared_log")


@dataclass(frozen=True)
class Head:
    """The end of a network.

    Args:
        function: softmax or sigmoid; None where the network gives no probabilities: its top is missing.
        dense: the layer whose weights `Output` has; None for none.
        source: the name of the layer whose output it takes.
        layers: the names of the layers that become `Output`.
    """

    function: str | None
    dense: KerasLayer | None
    source: str
    layers: tuple[str, ...]


def find(graph: KerasGraph) -> Head:
    """The head of a network.

    Raises:
        UnsupportedError: for one that predicts numbers.
    """
    layers = {layer.name: layer for layer in graph.layers}
    takers: dict[str, int] = {}
    for layer in graph.layers:
        for name in layer.inputs:
            takers[name] = takers.get(name, 0) + 1
    missing = Head(None, None, graph.output, ())
    last = layers.get(graph.output)
    if last is None or takers.get(last.name):
        return missing
    if last.kind == "Dense":
        return _of_dense(graph, last, activations.own(last.config.get("activation")), (last.name,)) or missing
    function = _function(last)
    if function is None:
        return missing
    before = layers.get(last.inputs[0])
    if before is not None and _is_linear(before) and takers[before.name] == 1:
        return _of_dense(graph, before, function, (before.name, last.name)) or missing
    # Softmax of what no dense layer has made, as in networks that end with a convolution.
    return Head(function, None, last.inputs[0], (last.name,)) if function == activations.SOFTMAX else missing


def _of_dense(graph: KerasGraph, dense: KerasLayer, function: str | None, layers: tuple[str, ...]) -> Head | None:
    if function == activations.LINEAR:
        if graph.loss is not None and any(part in _snake(graph.loss) for part in _REGRESSION):
            raise UnsupportedError(f"{dense.name} (Dense: trained with {graph.loss}, predicts numbers, not classes)")
        # Keras's losses take such outputs for the logarithms of odds.
        function = activations.SIGMOID if dense.config["units"] == 1 else activations.SOFTMAX
    if function not in (activations.SOFTMAX, activations.SIGMOID):
        return None
    return Head(function, dense, dense.inputs[0], layers)


def _is_linear(layer: KerasLayer) -> bool:
    return layer.kind == "Dense" and activations.own(layer.config.get("activation")) == activations.LINEAR


def _function(layer: KerasLayer) -> str | None:
    if layer.kind == "Softmax":
        return activations.SOFTMAX
    if layer.kind != "Activation":
        return None
    own = activations.own(layer.config["activation"])
    return own if own in (activations.SOFTMAX, activations.SIGMOID) else None


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def add(translation: Translation, head: Head, value: Value) -> int | None:
    """Adds `Output`.

    Returns:
        the number of classes; None where the top is missing.
    """
    if head.function is None:
        if value.is_image:
            value = translation.add(GlobalPool(), value, name="top_pool")
        translation.add(Output(), value, name="top")
        return None
    if head.dense is None:
        value = translation.units(value, head.layers[-1])
        if value.is_image:
            raise UnsupportedError(f"{head.layers[-1]} (softmax of an image)")
        units = value.width
        made = translation.add(Output(units), value, name=head.layers[-1])
        translation.set(made, "W", lambda: rows(value)(np.eye(units, dtype=np.float32)))
        translation.set(made, "b", lambda: np.zeros(units, np.float32))
        return units
    return _add_dense(translation, head, head.dense, value)


def _add_dense(translation: Translation, head: Head, dense: KerasLayer, value: Value) -> int:
    if value.is_image:
        raise UnsupportedError(f"{dense.name} (Dense: classes of every place of an image)")
    units = int(dense.config["units"])
    # One probability is that of the second of two classes: sigmoid(z) is the softmax of -z / 2 and z / 2.
    is_pair = units == 1
    if is_pair and head.function == activations.SOFTMAX:
        raise UnsupportedError(f"{dense.name} (Dense: softmax of one unit)")
    classes = 2 if is_pair else units
    loss = "binary_cross_entropy" if head.function == activations.SIGMOID and not is_pair else None
    settings = weight_settings(translation, dense.config, "kernel")
    made = translation.add(Output(classes, loss=loss, **settings), value, name=dense.name)
    kernel = weight(dense, 0, (value.width, units), "kernel")
    in_order = rows(value)

    def halves(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.concatenate([-values / 2, values / 2], axis=-1, dtype=np.float32) if is_pair else values

    translation.set(made, "W", lambda: halves(in_order(kernel.read())))
    if dense.config.get("use_bias", True):
        bias = weight(dense, 1, (units,), "bias")
        translation.set(made, "b", lambda: halves(bias.read()))
    else:
        translation.set(made, "b", lambda: np.zeros(classes, np.float32))
    return classes
