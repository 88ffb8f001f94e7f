"""The networks of the benchmarks in Keras."""

from __future__ import annotations

import keras
from keras import layers
from protocol import Work


def layers_of(work: Work) -> list[layers.Layer]:
    """The layers after the standardisation."""
    decay = keras.regularizers.L2(work.l2 / 2) if work.l2 else None

    def conv(filters: int, kernel: int, strides: int = 1) -> list[layers.Layer]:
        return [
            layers.Conv2D(filters, kernel, strides, activation="relu", kernel_regularizer=decay),
            layers.MaxPooling2D(2),
        ]

    def dense(units: int, activation: str) -> layers.Layer:
        return layers.Dense(units, activation=activation, kernel_regularizer=decay)

    if work.network == "landscape":
        body = [*conv(20, 4, 2), *conv(40, 5), *conv(70, 5), layers.Flatten(), layers.Dropout(0.5), dense(200, "relu")]
    elif work.network == "fashion":
        body = [*conv(20, 5), *conv(50, 5), layers.Flatten(), dense(500, "relu")]
    else:
        raise NotImplementedError(f"{work.network} is not compared to Keras")
    return [*body, dense(work.classes, "softmax")]
