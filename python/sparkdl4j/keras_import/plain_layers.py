"""Keras's layers without weights, or with constant ones, in our words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sparkdl4j.keras_import import activations
from sparkdl4j.keras_import.activations import like
from sparkdl4j.keras_import.graph import KerasLayer
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
from sparkdl4j.network import (
    Add,
    AvgPool2D,
    Concat,
    Dropout,
    GlobalPool,
    MaxPool2D,
    Multiply,
    Normalization,
    Rescaling,
    ZeroPadding2D,
)

# Of Keras, which never divides by less.
_LEAST_DEVIATION = 1e-7


def same(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """Layers that do nothing in prediction, and are left out."""
    if layer.kind not in ("Identity", "InputLayer") and layer.config.get("rate", 1) != 0:
        translation.notice(f"{layer.kind} is left out: it changes training only")
    return inputs[0]


def linear(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """Activation, by name."""
    return activations.after(translation, layer.config["activation"], inputs[0], layer.name)


def relu(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """ReLU, with a largest value or a slope."""
    config = layer.config
    slope, largest = float(config.get("negative_slope") or 0), config.get("max_value")
    if config.get("threshold"):
        raise UnsupportedError(f"threshold {config['threshold']}")
    if largest is None:
        return activations.leaky_relu(translation, inputs[0], layer.name, slope)
    if slope or not largest > 0:
        raise UnsupportedError(f"max_value {largest} with negative_slope {slope}")
    return activations.clipped_relu(translation, inputs[0], layer.name, float(largest))


def leaky_relu(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """LeakyReLU."""
    slope = layer.config.get("negative_slope", layer.config.get("alpha"))
    return activations.leaky_relu(translation, inputs[0], layer.name, float(slope or 0))


def elu(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """ELU."""
    if layer.config.get("alpha", 1) != 1:
        raise UnsupportedError(f"alpha {layer.config['alpha']}")
    return activations.after(translation, "elu", inputs[0], layer.name)


def softmax(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """Softmax."""
    if layer.config.get("axis", -1) not in (-1, 1, [-1]):
        raise UnsupportedError(f"axis {layer.config['axis']}")
    return activations.after(translation, "softmax", inputs[0], layer.name)


def dropout(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """Dropout; what drops whole channels or branches becomes dropout of single values."""
    rate = float(layer.config["rate"])
    if rate == 0:
        return inputs[0]
    if layer.kind != "Dropout" or layer.config.get("noise_shape"):
        translation.notice("dropout of whole channels or branches becomes dropout of single values, in training")
    return like(inputs[0], translation.add(Dropout(rate), inputs[0], name=layer.name))


def zero_padding(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """ZeroPadding2D."""
    require_channels_last(layer.config)
    require_image(inputs[0])
    margins = layer.config["padding"]
    if not isinstance(margins, int):
        margins = tuple(side if isinstance(side, int) else tuple(side) for side in margins)
    return translation.add(ZeroPadding2D(margins), inputs[0], name=layer.name)


def pooling(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """MaxPooling2D and AveragePooling2D."""
    config = layer.config
    require_channels_last(config)
    require_image(inputs[0])
    own = MaxPool2D if layer.kind == "MaxPooling2D" else AvgPool2D
    size = pair(config, "pool_size")
    strides = pair(config, "strides") if config.get("strides") is not None else size
    return translation.add(own(size, strides, padding_of(config, inputs[0], size, strides)), inputs[0], name=layer.name)


def global_pooling(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """GlobalAveragePooling2D and GlobalMaxPooling2D."""
    require_channels_last(layer.config)
    require_image(inputs[0])
    mode = "max" if layer.kind == "GlobalMaxPooling2D" else "avg"
    keeps = bool(layer.config.get("keepdims", False))
    return translation.add(GlobalPool(mode, keep_dims=keeps), inputs[0], name=layer.name)


def flatten(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """Flatten: the image stays one until a layer needs units; what has changed is their order."""
    require_channels_last(layer.config)
    value = inputs[0]
    if not value.is_image:
        return value
    height, width, channels = value.shape
    order = np.arange(height * width * channels).reshape(value.shape).transpose(2, 0, 1).ravel()
    same_order = bool((order == np.arange(len(order))).all())
    return Value(value.name, value.shape, is_flat=True, order=None if same_order else order)


def reshape(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """Reshape, where it flattens, or makes an image of one place of what pooling has left."""
    value = inputs[0]
    size = math.prod(value.shape)
    target = [int(side) for side in layer.config["target_shape"]]
    if -1 in target:
        target[target.index(-1)] = size // -math.prod(target)
    if len(target) == 1:
        return flatten(translation, KerasLayer(layer.name, layer.kind, {}, ()), inputs)
    if tuple(target) == value.shape:
        return Value(value.name, value.shape)
    if target == [1, 1, size]:
        pool = next((one for one in translation.layers if one.name == value.name), None)
        if isinstance(pool, GlobalPool) and pool.inputs is not None:
            source = pool.inputs[0]
            before = Value(source, translation.shape(source))
            return translation.add(GlobalPool(pool.mode, keep_dims=True), before, name=layer.name)
    raise UnsupportedError(f"of {'x'.join(map(str, value.shape))} to {'x'.join(map(str, target))}")


def rescaling(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """Rescaling, by one number or by one for each channel."""
    scale, offset = layer.config["scale"], layer.config.get("offset", 0)
    if np.ndim(scale) == 0 and np.ndim(offset) == 0:
        return like(inputs[0], translation.add(Rescaling(float(scale), float(offset)), inputs[0], name=layer.name))
    value = inputs[0]
    require_image(value)
    scales, offsets = (np.broadcast_to(np.asarray(one, np.float64).ravel(), value.width) for one in (scale, offset))
    if not (scales > 0).all():
        raise UnsupportedError(f"scale {scale}")
    return translation.add(
        Normalization((-offsets / scales).tolist(), (1 / np.square(scales)).tolist()), value, name=layer.name
    )


def normalization(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """Normalization by means and variances of the channels, from the configuration or fitted by adapt."""
    config, value = layer.config, inputs[0]
    require_image(value)
    axis = config.get("axis", -1)
    axes = [axis] if isinstance(axis, int) else axis
    if axes not in ([], None, [-1], [3]) or config.get("invert"):
        raise UnsupportedError("invert" if config.get("invert") else f"axis {axis}")
    if config.get("mean") is not None:
        mean, variance = (np.asarray(config[name], np.float64).ravel() for name in ("mean", "variance"))
    else:
        shape = (value.width,) if axes else ()
        mean, variance = (
            weight(layer, number, shape, name).read().astype(np.float64).ravel()
            for number, name in enumerate(("mean", "variance"))
        )
    deviation = np.maximum(np.sqrt(np.broadcast_to(variance, value.width)), _LEAST_DEVIATION)
    means = np.broadcast_to(mean, value.width).astype(float)
    return translation.add(Normalization(means.tolist(), np.square(deviation).tolist()), value, name=layer.name)


def arithmetic(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """Add, Subtract, Multiply and Average of layers; and sums, products and quotients with a number."""
    kind = _ARITHMETIC[layer.config["function"] if layer.kind == "TFOpLambda" else layer.kind]
    if len(inputs) == 1:
        return _with_number(translation, kind, layer, inputs[0])
    if len({value.is_flat for value in inputs}) > 1 or any(not _same_order(inputs[0], value) for value in inputs):
        raise UnsupportedError("of what was flattened in different ways")
    if kind == "multiply":
        return _product(translation, layer, inputs)
    if kind == "subtract":
        minus = like(inputs[1], translation.add(Rescaling(-1), inputs[1], name=f"{layer.name}_minus"))
        inputs = [inputs[0], minus]
    elif kind not in ("add", "average"):
        raise UnsupportedError("of two layers")
    total = like(inputs[0], translation.add(Add([one.name for one in inputs]), *inputs, name=layer.name))
    if kind == "add" or kind == "subtract":
        return total
    return like(total, translation.add(Rescaling(1 / len(inputs)), total, name=f"{layer.name}_mean"))


def _product(translation: Translation, layer: KerasLayer, inputs: Sequence[Value]) -> Value:
    # The one that scales whole channels comes last here.
    ordered = sorted(inputs, key=lambda value: -math.prod(value.shape))
    product = ordered[0]
    for value in ordered[1:]:
        own = translation.add(Multiply([product.name, value.name]), product, value, name=layer.name)
        product = like(product, own)
    return product


def _with_number(translation: Translation, kind: str, layer: KerasLayer, value: Value) -> Value:
    numbers = {
        name: one
        for name, one in layer.arguments.items()
        if isinstance(one, (int, float)) and not isinstance(one, bool) and name != "name"
    }
    # Keras 3 numbers what it is called with, and names it x1 and x2; TensorFlow names the second y.
    if len(numbers) != 1 or not set(numbers) <= {"1", "x2", "y"}:
        raise UnsupportedError("of one layer, and not with one number behind it")
    number = float(next(iter(numbers.values())))
    scale, offset = {
        "add": (1.0, number),
        "subtract": (1.0, -number),
        "multiply": (number, 0.0),
        "divide": (1 / number if number else 0.0, 0.0),
    }.get(kind, (0.0, 0.0))
    if scale == 0:
        raise UnsupportedError(f"with the number {number}")
    return like(value, translation.add(Rescaling(scale, offset), value, name=layer.name))


_ARITHMETIC: Mapping[str, str] = {
    "Add": "add",
    "Average": "average",
    "Subtract": "subtract",
    "Multiply": "multiply",
    "Divide": "divide",
    "TrueDivide": "divide",
    "math.add": "add",
    "math.subtract": "subtract",
    "math.multiply": "multiply",
    "math.truediv": "divide",
    "math.divide": "divide",
    "__operators__.add": "add",
}


def is_arithmetic(function: Any) -> bool:
    """Whether a function of TensorFlow's is one of these."""
    return function in _ARITHMETIC


def concatenation(translation: Translation, layer: KerasLayer, inputs: list[Value]) -> Value:
    """Concatenate, along the channels or units."""
    flat = [translation.units(value, layer.name) for value in inputs]
    if layer.config.get("axis", -1) not in (-1, len(flat[0].shape)):
        raise UnsupportedError(f"axis {layer.config['axis']}")
    made = translation.add(Concat([value.name for value in flat]), *flat, name=layer.name)
    if all(value.order is None for value in flat):
        return made
    starts = np.cumsum([0, *(value.width for value in flat)])
    orders = [np.arange(value.width) if value.order is None else value.order for value in flat]
    order = np.concatenate([start + one for start, one in zip(starts, orders, strict=False)])
    return Value(made.name, made.shape, order=order)


def _same_order(first: Value, second: Value) -> bool:
    if first.order is None or second.order is None:
        return first.order is second.order
    return np.array_equal(first.order, second.order)
