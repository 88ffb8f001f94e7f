"""Blue, green, red: networks that expect the channels in this order, made to take red, green, blue.

Pictures are red, green, blue everywhere here, and a network's first layers can as well read them so: the input channels
of the first layers that mix channels change places. The outputs stay the same number by number.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors
from sparkdl4j.keras_import.graph import INPUT
from sparkdl4j.keras_import.translation import Parameter, Translation
from sparkdl4j.network import (
    Activation,
    AvgPool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Layer,
    MaxPool2D,
    Normalization,
    Rescaling,
    ZeroPadding2D,
)

_CHANNEL_BY_CHANNEL = (Activation, AvgPool2D, Dropout, MaxPool2D, Rescaling, ZeroPadding2D)


def reverse(translation: Translation) -> None:
    """Has the network take its pictures' channels in the opposite order.

    Raises:
        ParameterError: PARAMETER_CONFLICT where its first layers do not allow it.
    """
    reversed_ = {INPUT}
    for position, layer in enumerate(translation.layers):
        sources = list(layer.inputs or ())
        if not reversed_.intersection(sources):
            continue
        if isinstance(layer, Conv2D) and layer.groups == 1:
            _change(translation, layer, "W", lambda values: values[:, ::-1])
        elif isinstance(layer, Dense):
            height, width, channels = translation.shape(sources[0])
            _change(translation, layer, "W", _blocks(channels, height * width))
        elif isinstance(layer, _CHANNEL_BY_CHANNEL) and len(sources) == 1:
            reversed_.add(str(layer.name))
        elif isinstance(layer, Normalization):
            changed = dataclasses.replace(layer, mean=tuple(layer.mean)[::-1], variance=tuple(layer.variance)[::-1])
            translation.layers[position] = changed
            reversed_.add(str(layer.name))
        elif isinstance(layer, BatchNorm):
            for name in ("gamma", "beta", "mean", "log10stdev"):
                _change(translation, layer, name, lambda values: values[::-1])
            reversed_.add(str(layer.name))
        else:
            raise errors.error(
                "PARAMETER_CONFLICT",
                f"preprocessing 'caffe' takes the channels in the opposite order, which the layer {layer.name} "
                f"({layer.type}) does not allow: give another one",
                parameter="preprocessing",
            )


def _blocks(channels: int, area: int) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    return lambda values: values.reshape(channels, area, -1)[::-1].reshape(channels * area, -1)


def _change(
    translation: Translation, layer: Layer, name: str, change: Callable[[NDArray[np.float32]], NDArray[np.float32]]
) -> None:
    for number, parameter in enumerate(translation.parameters):
        if (parameter.layer, parameter.name) == (layer.name, name):
            translation.parameters[number] = Parameter(parameter.layer, name, _then(parameter.values, change))


def _then(
    values: Callable[[], NDArray[np.float32]], change: Callable[[NDArray[np.float32]], NDArray[np.float32]]
) -> Callable[[], NDArray[np.float32]]:
    return lambda: change(values())
