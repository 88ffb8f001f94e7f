"""sparkdl4j on Spark as a worker of the benchmarks (see protocol.py), through its public API.

Variants: Spark's master, "local[1]" or "local[2]"; as many averaging workers as that has cores, of one thread each. The
session stays from one measurement to the next, and so do the encoded pictures; every `fit` decodes and deals them out.
"""

from __future__ import annotations

import atexit
import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import sparkdl4j_cluster as clusters
from protocol import EPOCHS, Work, serve

import sparkdl4j
from sparkdl4j.spark import ConvNetClassifier


class _SparkSparkdl4j:
    def __init__(self, work: Work, variant: str) -> None:
        self._work = work
        until_exit = ExitStack()
        atexit.register(until_exit.close)
        session = until_exit.enter_context(clusters.cluster(variant))
        self.version = f"{sparkdl4j.__version__}, Spark {session.version}"
        test = None if work.data is None else work.test()
        self._pictures = clusters.pictures_frame(session, work.pictures(), work.labels(), test)
        cores = re.fullmatch(r"local\[(\d+)\]", variant)
        if cores is None:
            raise ValueError(f"{variant} is not a variant")
        self._options: dict[str, Any] = {
            "image_size": work.shape[:2],
            "channels": work.shape[2],
            "num_workers": int(cores[1]),
            "threads": 1,
            "batch_size": work.batch,
            "updater": work.updater,
            "learning_rate": work.learning_rate,
            "l2": work.l2,
        }

    def second_epoch_seconds(self) -> float:
        seconds: float = self._fit(EPOCHS)[-1]["seconds"]
        return seconds

    def learn(self, epochs: int) -> list[tuple[float, float]]:
        # Ours validates with the test pictures after every epoch, and keeps the last whatever it finds.
        history = self._fit(epochs, validationIndicatorCol="isValidation", keep="last")
        return [(self._work.count / epoch["images_per_second"], epoch["validation_accuracy"]) for epoch in history]

    def predictor(self, batch: int) -> Callable[[int], object]:
        raise NotImplementedError("only its training is compared")

    def _fit(self, epochs: int, **options: Any) -> list[dict[str, Any]]:
        classifier = ConvNetClassifier(self._work.network, epochs=epochs, verbose=False, **self._options, **options)
        summary = classifier.fit(self._pictures).summary
        if summary is None:
            raise RuntimeError("a model that was trained tells nothing of its training")
        return summary.history.epochs


if __name__ == "__main__":
    serve(_SparkSparkdl4j)
