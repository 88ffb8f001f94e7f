"""Elephas, Keras on Spark in its synchronous mode, as a worker of the benchmarks (see protocol.py).

Its workers train an epoch of their partition each, and then their changes are averaged. Every epoch makes and compiles
the workers' networks anew; that is a part of it, and of what is measured.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
# TensorFlow does not read OMP_NUM_THREADS.
os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = os.environ["OMP_NUM_THREADS"]
os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable

from importlib.metadata import version

import keras
import tensorflow
from elephas.spark_model import SparkModel
from elephas.utils.rdd_utils import to_simple_rdd
from keras import layers
from keras_networks import layers_of
from protocol import EPOCHS, Work, serve
from pyspark.sql import SparkSession

WORKERS = 2


class _Ends(list[object]):
    """The list in which Elephas keeps a history of every worker and epoch: the time of each entry."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def append(self, history: object) -> None:
        super().append(history)
        self.times.append(time.perf_counter())


class _Elephas:
    def __init__(self, work: Work, variant: str) -> None:
        self._work = work
        session = (
            SparkSession.builder.master(f"local[{WORKERS}]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "localhost")
            .config("spark.driver.memory", "4g")
            .getOrCreate()
        )
        context = session.sparkContext
        context.setLogLevel("ERROR")
        self.version = f"{version('elephas')}, TensorFlow {tensorflow.__version__}, Spark {session.version}"
        self._pictures = to_simple_rdd(context, work.pictures(), work.labels()).repartition(WORKERS).cache()
        self._pictures.count()

    def second_epoch_seconds(self) -> float:
        _, ends = self._train(self._network(), EPOCHS)
        return ends[-1] - ends[-2]

    def learn(self, epochs: int) -> list[tuple[float, float]]:
        pictures, labels = self._work.test()
        network = self._network()
        # Whatever Python processes and TensorFlow need to start is not the training's.
        self._train(self._network(), 1)
        found = []
        for _ in range(epochs):
            start = time.perf_counter()
            network, ends = self._train(network, 1)
            seconds = ends[-1] - start
            chosen = network.predict(pictures, batch_size=500, verbose=0).argmax(axis=1)
            found.append((seconds, float((chosen == labels).mean())))
        return found

    def predictor(self, batch: int) -> Callable[[int], object]:
        raise NotImplementedError("only its training is compared")

    def _train(self, network: keras.Model, epochs: int) -> tuple[keras.Model, list[float]]:
        """The network afterwards, and when each epoch ended."""
        model = SparkModel(network)
        ends = model._training_histories = _Ends()
        model.fit(self._pictures, epochs=epochs, batch_size=self._work.batch, verbose=0, validation_split=0)
        return model.master_network, ends.times[WORKERS - 1 :: WORKERS]

    def _network(self) -> keras.Model:
        keras.utils.set_random_seed(1)
        mean, variance = self._work.moments()
        network = keras.Sequential(
            [
                keras.Input(self._work.shape, dtype="uint8"),
                layers.Normalization(mean=mean.tolist(), variance=variance.tolist()),
                *layers_of(self._work),
            ]
        )
        updater = {"adam": keras.optimizers.Adam, "adagrad": keras.optimizers.Adagrad}[self._work.updater]
        network.compile(
            optimizer=updater(learning_rate=self._work.learning_rate),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        return network


if __name__ == "__main__":
    serve(_Elephas)
