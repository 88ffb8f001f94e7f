"""Stock Deeplearning4j as a worker of the benchmarks (see protocol.py): its own `MultiLayerNetwork.fit`, as it comes.

It trains on minibatches that are standardised beforehand, so it is spared the input path that all others have.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from protocol import EPOCHS, Work, serve

from sparkdl4j import ConvNetClassifier
from sparkdl4j.jvm.in_process import java_class


class _StockDl4j:
    def __init__(self, work: Work, variant: str) -> None:
        self._network = _network(work)
        self.version = _version()
        self._minibatches = [
            (_array(features), _array(one_hot)) for features, one_hot in _standardised_minibatches(work)
        ]

    def second_epoch_seconds(self) -> float:
        for _ in range(EPOCHS):
            start = time.perf_counter()
            for features, labels in self._minibatches:
                self._network.fit(features, labels)
            seconds = time.perf_counter() - start
        return seconds

    def predictor(self, batch: int) -> Callable[[int], object]:
        raise NotImplementedError("only its training is compared")


def _version() -> str:
    """The version that our jar is built with."""
    properties = (Path(__file__).parents[2] / "gradle.properties").read_text().splitlines()
    return next(line.partition("=")[2] for line in properties if line.startswith("dl4jVersion="))


def untrained_model(work: Work, file: Path) -> Path:
    """Writes the network, nearly untrained, as a model file that plain Deeplearning4j reads."""
    few = slice(2 * work.classes)
    ConvNetClassifier(
        work.network,
        epochs=1,
        verbose=False,
        updater=work.updater,
        learning_rate=work.learning_rate,
        l2=work.l2,
    ).fit(work.pictures()[few], work.labels()[few]).save(file)
    return file


def _network(work: Work) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        java_file = java_class("java.io.File")(str(untrained_model(work, Path(folder, "model.zip"))))
        return java_class("org.deeplearning4j.util.ModelSerializer").restoreMultiLayerNetwork(java_file)


def _standardised_minibatches(work: Work) -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    mean, variance = work.moments()
    pictures = (work.pictures() - mean) / np.sqrt(variance)
    features = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))
    one_hot = np.eye(work.classes, dtype=np.float32)[work.labels()]
    parts = range(0, work.count, work.batch)
    return [(features[at : at + work.batch], one_hot[at : at + work.batch]) for at in parts]


def _array(values: np.ndarray[Any, Any]) -> object:
    import jpype

    flat = jpype.JArray(jpype.JFloat)(values.ravel())
    shape = jpype.JArray(jpype.JLong)(list(values.shape))
    return java_class("org.nd4j.linalg.factory.Nd4j").create(flat, shape, jpype.JChar("c"))


if __name__ == "__main__":
    serve(_StockDl4j)
