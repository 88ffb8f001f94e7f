"""Keras on TensorFlow as a worker of the benchmarks (see protocol.py): landscape and fashion.

Variants: "jit" (compiled by XLA), "graph" (TensorFlow's own operations, which call oneDNN).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
# TensorFlow does not read OMP_NUM_THREADS.
os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = os.environ["OMP_NUM_THREADS"]

import keras
import tensorflow
from keras import layers
from keras_networks import layers_of
from protocol import EPOCHS, Work, serve


class _Keras:
    version = f"{keras.__version__}, TensorFlow {tensorflow.__version__}"

    def __init__(self, work: Work, variant: str) -> None:
        keras.utils.set_random_seed(1)
        self._work = work
        self._pictures, self._labels = work.pictures(), work.labels()
        mean, variance = work.moments()
        self._network = keras.Sequential(
            [
                keras.Input(work.shape, dtype="uint8"),
                layers.Normalization(mean=mean, variance=variance),
                *layers_of(work),
            ]
        )
        updater = {"adam": keras.optimizers.Adam, "adagrad": keras.optimizers.Adagrad}[work.updater]
        self._network.compile(
            optimizer=updater(learning_rate=work.learning_rate),
            loss=keras.losses.SparseCategoricalCrossentropy(),
            jit_compile=variant == "jit",
        )

    def second_epoch_seconds(self) -> float:
        starts: list[float] = []
        ends: list[float] = []
        clock = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: starts.append(time.perf_counter()),
            on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter()),
        )
        self._network.fit(
            self._pictures,
            self._labels,
            batch_size=self._work.batch,
            epochs=EPOCHS,
            verbose=0,
            callbacks=[clock],
        )
        return ends[-1] - starts[-1]

    def predictor(self, batch: int) -> Callable[[int], object]:
        return lambda start: self._network.predict_on_batch(self._pictures[start : start + batch])


if __name__ == "__main__":
    serve(_Keras)
