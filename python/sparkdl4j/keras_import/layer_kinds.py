"""Which layers of Keras can be imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sparkdl4j.keras_import import plain_layers as plain
from sparkdl4j.keras_import import weighted_layers as weighted
from sparkdl4j.keras_import.graph import KerasLayer
from sparkdl4j.keras_import.translation import Translation, Value

Translator: TypeAlias = Callable[[Translation, KerasLayer, list[Value]], Value]

_KINDS: dict[str, Translator] = {
    "Conv2D": weighted.convolution,
    "DepthwiseConv2D": weighted.depthwise_convolution,
    "SeparableConv2D": weighted.separable_convolution,
    "Dense": weighted.dense,
    "BatchNormalization": weighted.batch_normalization,
    "Activation": plain.linear,
    "ReLU": plain.relu,
    "LeakyReLU": plain.leaky_relu,
    "ELU": plain.elu,
    "Softmax": plain.softmax,
    "MaxPooling2D": plain.pooling,
    "AveragePooling2D": plain.pooling,
    "GlobalAveragePooling2D": plain.global_pooling,
    "GlobalMaxPooling2D": plain.global_pooling,
    "ZeroPadding2D": plain.zero_padding,
    "Flatten": plain.flatten,
    "Reshape": plain.reshape,
    "Rescaling": plain.rescaling,
    "Normalization": plain.normalization,
    "Add": plain.arithmetic,
    "Subtract": plain.arithmetic,
    "Multiply": plain.arithmetic,
    "Average": plain.arithmetic,
    "TrueDivide": plain.arithmetic,
    "Divide": plain.arithmetic,
    "Concatenate": plain.concatenation,
    "Dropout": plain.dropout,
    "SpatialDropout2D": plain.dropout,
    "Identity": plain.same,
    "GaussianNoise": plain.same,
    "GaussianDropout": plain.same,
    "ActivityRegularization": plain.same,
    "RandomFlip": plain.same,
    "RandomRotation": plain.same,
    "RandomZoom": plain.same,
    "RandomTranslation": plain.same,
    "RandomContrast": plain.same,
    "RandomBrightness": plain.same,
}
_CODE = "Lambda"


def translator(layer: KerasLayer) -> Translator | None:
    """What translates a layer; None for one that does not exist here."""
    if layer.kind == "TFOpLambda" and plain.is_arithmetic(layer.config.get("function")):
        return plain.arithmetic
    return _KINDS.get(layer.kind)


def is_code(layer: KerasLayer) -> bool:
    """Whether a layer is code that would have to be run."""
    return layer.kind.split(">")[-1] == _CODE


def missing(layer: KerasLayer) -> str:
    """What an error says of a layer that does not exist here."""
    if is_code(layer):
        return f"{layer.name} (Lambda: code in a file is never run)"
    if ">" in layer.kind:
        return f"{layer.name} ({layer.kind}: a class of its own)"
    return str(layer)
