"""Keras's layers with weights in our words, and their weights in Deeplearning4j's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j.keras_import import activations
from sparkdl4j.keras_import.graph import KerasLayer, StoredArray
from sparkdl4j.keras_import.translation import (
    Translation,
    UnsupportedError,
    Value,
    padding_of,
    pair,
    require_channels_last,
    require_image,
    weight,
)
from sparkdl4j.network import BatchNorm, Conv2D, Dense, DepthwiseConv2D, SeparableConv2D

_INITIALIZERS = {
    "GlorotUniform": "xavier_uniform",
    "GlorotNormal": "xavier",
    "HeNormal": "relu",
    "HeUniform": "relu_uniform",
    "LecunNormal": "lecun_normal",
    "LecunUniform": "lecun_uniform",
    "Zeros": "zero",
}
# A channel that was constant has the variance 0, whose logarithm is none; beside epsilon this is none either.
_LEAST_VARIANCE = 1e-30


def convolution(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """Conv2D."""
    value, config = inputs[0], layer.config
    window = _window(translation, config, value, "kernel")
    filters, groups = int(config["filters"]), int(config.get("groups") or 1)
    kernel_size, channels = window["kernel_size"], value.shape[2]
    own = Conv2D(filters, groups=groups, **window)
    made = translation.add(own, value, name=layer.name)
    kernel = weight(layer, 0, (*kernel_size, channels // groups, filters), "kernel")
    bias = weight(layer, 1, (filters,), "bias") if own.use_bias else None
    if groups == 1:
        _set(translation, made, kernel, lambda values: values.transpose(3, 2, 0, 1), bias)
    elif groups == channels:
        each = filters // groups
        _set(translation, made, kernel, lambda values: values.reshape(*kernel_size, channels, each), bias)
    else:
        for number in range(groups):
            part = slice(number * (filters // groups), (number + 1) * (filters // groups))
            group = Value(f"{made.name}/group{number}", made.shape)
            _set(translation, group, kernel, _filters(part), bias, part)
    return _activated(translation, layer, made)


def _filters(part: slice) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    return lambda values: values[..., part].transpose(3, 2, 0, 1)


def depthwise_convolution(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """DepthwiseConv2D."""
    value, config = inputs[0], layer.config
    window = _window(translation, config, value, "depthwise")
    kernel_size, each = window["kernel_size"], int(config.get("depth_multiplier") or 1)
    own = DepthwiseConv2D(depth_multiplier=each, **window)
    made = translation.add(own, value, name=layer.name)
    kernel = weight(layer, 0, (*kernel_size, value.shape[2], each), "kernel")
    bias = weight(layer, 1, (made.shape[2],), "bias") if own.use_bias else None
    _set(translation, made, kernel, lambda values: values, bias)
    return _activated(translation, layer, made)


def separable_convolution(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """SeparableConv2D."""
    value, config = inputs[0], layer.config
    window = _window(translation, config, value, "depthwise")
    filters, each = int(config["filters"]), int(config.get("depth_multiplier") or 1)
    kernel_size, channels = window["kernel_size"], value.shape[2]
    own = SeparableConv2D(filters, depth_multiplier=each, **window)
    made = translation.add(own, value, name=layer.name)
    depthwise = weight(layer, 0, (*kernel_size, channels, each), "depthwise kernel")
    pointwise = weight(layer, 1, (1, 1, channels * each, filters), "pointwise kernel")
    bias = weight(layer, 2, (filters,), "bias") if own.use_bias else None
    _set(translation, made, depthwise, lambda values: values.transpose(3, 2, 0, 1), bias)
    translation.set(made, "pW", lambda: pointwise.read().transpose(3, 2, 0, 1))
    return _activated(translation, layer, made)


def dense(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """Dense: of an image that was not flattened, Keras multiplies the channels of every place."""
    value, config = inputs[0], layer.config
    units, has_bias = int(config["units"]), _has_bias(config)
    settings = _settings(translation, config, "kernel")
    kernel = weight(layer, 0, (value.width, units), "kernel")
    bias = weight(layer, 1, (units,), "bias") if has_bias else None
    if value.is_image:
        made = translation.add(Conv2D(units, 1, use_bias=has_bias, **settings), value, name=layer.name)
        _set(translation, made, kernel, lambda values: values.T.reshape(units, -1, 1, 1), bias)
    else:
        made = translation.add(Dense(units, use_bias=has_bias, **settings), value, name=layer.name)
        _set(translation, made, kernel, rows(value), bias)
    return _activated(translation, layer, made)


def rows(value: Value) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """What brings the rows of a kernel, one for each of Keras's units, into the order of ours."""
    order = value.order
    return lambda values: values if order is None else values[order]


def batch_normalization(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """BatchNormalization."""
    config = layer.config
    value = translation.units(inputs[0], layer.name)
    axis = config.get("axis", -1)
    if (axis[0] if isinstance(axis, (list, tuple)) else axis) not in (-1, len(value.shape)):
        raise UnsupportedError(f"axis {axis}")
    if config.get("renorm"):
        raise UnsupportedError("renorm")
    made = translation.add(
        BatchNorm(momentum=float(config["momentum"]), epsilon=float(config["epsilon"])), value, name=layer.name
    )
    size = value.shape[-1]
    in_order = rows(value)
    number = 0
    for name, has, otherwise in (
        ("gamma", config.get("scale", True), np.ones),
        ("beta", config.get("center", True), np.zeros),
    ):
        if has:
            stored = weight(layer, number, (size,), name)
            number += 1
            translation.set(made, name, _reordered(stored, in_order))
        else:
            translation.set(made, name, _constant(otherwise(size, np.float32)))
    mean = weight(layer, number, (size,), "moving mean")
    variance = weight(layer, number + 1, (size,), "moving variance")
    translation.set(made, "mean", _reordered(mean, in_order))
    translation.set(made, "log10stdev", lambda: in_order(_log_deviation(variance)))
    return Value(made.name, made.shape, order=value.order)


def _log_deviation(variance: StoredArray) -> NDArray[np.float32]:
    values = np.maximum(variance.read().astype(np.float64), _LEAST_VARIANCE)
    return (np.log10(values) / 2).astype(np.float32)


def _reordered(
    stored: StoredArray, in_order: Callable[[NDArray[np.float32]], NDArray[np.float32]]
) -> Callable[[], NDArray[np.float32]]:
    return lambda: in_order(stored.read())


def _constant(values: NDArray[np.float32]) -> Callable[[], NDArray[np.float32]]:
    return lambda: values


def _set(
    translation: Translation,
    made: Value,
    kernel: StoredArray,
    change: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    bias: StoredArray | None,
    part: slice = slice(None),
) -> None:
    translation.set(made, "W", lambda: change(kernel.read()))
    if bias is not None:
        translation.set(made, "b", lambda: bias.read()[part])


def _activated(translation: Translation, layer: KerasLayer, made: Value) -> Value:
    stored = layer.config.get("activation")
    if _inner(stored) is not None:
        return made
    return activations.after(translation, stored, made, f"{layer.name}_{activations.name(stored)}")


def _inner(stored: Any) -> str | None:
    """The activation where the layer itself does it: softmax, which images lack, stands apart."""
    own = activations.own(stored)
    return None if own == activations.SOFTMAX else own


def _has_bias(config: Mapping[str, Any]) -> bool:
    return bool(config.get("use_bias", True))


def _window(translation: Translation, config: Mapping[str, Any], image: Value, kernel: str) -> dict[str, Any]:
    """What all convolutions have: the window and its steps, bias, and `_settings`; refuses what is no image."""
    require_channels_last(config)
    require_image(image)
    kernel_size = pair(config, "kernel_size")
    strides = pair(config, "strides")
    dilation = pair(config, "dilation_rate") if "dilation_rate" in config else (1, 1)
    rows, columns = ((size - 1) * step + 1 for size, step in zip(kernel_size, dilation, strict=True))
    return {
        "kernel_size": kernel_size,
        "stride": strides,
        "padding": padding_of(config, image, (rows, columns), strides),
        "dilation": dilation,
        "use_bias": _has_bias(config),
        **_settings(translation, config, kernel),
    }


def _settings(translation: Translation, config: Mapping[str, Any], kernel: str) -> dict[str, Any]:
    """Activation, regularisation and first weights of a layer."""
    settings = weight_settings(translation, config, kernel)
    return {**settings, "activation": _inner(config.get("activation")) or activations.LINEAR}


def weight_settings(translation: Translation, config: Mapping[str, Any], kernel: str) -> dict[str, Any]:
    """Regularisation and first weights of a layer.

    Args:
        kernel: what the settings' names begin with.
    """
    settings: dict[str, Any] = {}
    regularizer = config.get(f"{kernel}_regularizer")
    if isinstance(regularizer, Mapping):
        given = regularizer.get("config", {})
        # Keras adds l2 times the squares to the loss, Deeplearning4j half of that.
        settings = {"l1": float(given.get("l1") or 0), "l2": 2 * float(given.get("l2") or 0)}
    for name in ("bias_regularizer", "activity_regularizer", f"{kernel}_constraint", "bias_constraint"):
        if config.get(name):
            translation.notice(f"{name} is left out")
    initializer = config.get(f"{kernel}_initializer")
    known = _INITIALIZERS.get(str(initializer.get("class_name"))) if isinstance(initializer, Mapping) else None
    if known is not None:
        settings["weight_init"] = known
    return settings
