"""sparkdl4j as a worker of the benchmarks (see protocol.py), through its public API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from protocol import EPOCHS, Work, serve

import sparkdl4j
from sparkdl4j import ConvNetClassifier


class _Sparkdl4j:
    def __init__(self, work: Work, variant: str) -> None:
        self.version = sparkdl4j.__version__
        self._options: dict[str, Any] = {
            "batch_size": work.batch,
            "verbose": False,
            "precision": variant,
            "updater": work.updater,
            "learning_rate": work.learning_rate,
            "l2": work.l2,
        }
        self._network = work.network
        self._pictures, self._labels = work.pictures(), work.labels()
        self._fitted: ConvNetClassifier | None = None

    def second_epoch_seconds(self) -> float:
        self._fitted = self._fit(EPOCHS)
        seconds: float = self._fitted.history_.epochs[-1]["seconds"]
        return seconds

    def predictor(self, batch: int) -> Callable[[int], object]:
        classifier = self._fitted = self._fitted or self._fit(1)
        return lambda start: classifier.predict_proba(self._pictures[start : start + batch])

    def _fit(self, epochs: int) -> ConvNetClassifier:
        return ConvNetClassifier(self._network, epochs=epochs, **self._options).fit(self._pictures, self._labels)


if __name__ == "__main__":
    serve(_Sparkdl4j)
