"""Deeplearning4j's own training on Spark as a worker of the benchmarks (see protocol.py).

`SparkDl4jMultiLayer` with `ParameterAveragingTrainingMaster` of 1.0.0-M2, the newest that was released, on Spark 3.5's
jars: `RDDTrainingApproach.Direct`, and minibatches that are persisted MEMORY_ONLY_SER. These are standardised
beforehand, so it is spared the input path that all others have.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spark_folder import spark_folder

sys.path.insert(0, str(spark_folder(3)))

from dl4j_worker import untrained_model
from protocol import EPOCHS, Work, serve
from pyspark.sql import SparkSession

JARS = Path(__file__).parents[2] / "build" / "peers" / "dl4j_spark"
WORKERS = 2
AVERAGING_FREQUENCY = 5
PREFETCH = 2


class _Dl4jSpark:
    def __init__(self, work: Work, variant: str) -> None:
        if not (JARS / "installed").exists():
            raise FileNotFoundError("not installed: benchmarks/peers/install dl4j_spark")
        self._work = work
        session = (
            SparkSession.builder.master(f"local[{WORKERS}]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "localhost")
            .config("spark.driver.memory", "4g")
            .config("spark.driver.extraClassPath", f"{JARS}{os.sep}*")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("ERROR")
        self._context = session.sparkContext._jsc
        self._jvm: Any = session.sparkContext._jvm
        self.version = f"1.0.0-M2, Spark {session.version}"
        self._gateway: Any = session.sparkContext._gateway
        self._network = self._jvm.org.deeplearning4j.nn.conf.MultiLayerConfiguration.fromJson(_configuration(work))
        self._minibatches = self._context.parallelize(self._standardised(), WORKERS)
        self._minibatches.persist(self._jvm.org.apache.spark.api.java.StorageLevels.MEMORY_ONLY_SER)
        self._minibatches.count()

    def second_epoch_seconds(self) -> float:
        deeplearning4j = self._jvm.org.deeplearning4j
        averaging = deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster
        master = (
            averaging.Builder(self._work.batch)
            .batchSizePerWorker(self._work.batch)
            .averagingFrequency(AVERAGING_FREQUENCY)
            .workerPrefetchNumBatches(PREFETCH)
            .rddTrainingApproach(deeplearning4j.spark.api.RDDTrainingApproach.Direct)
            .build()
        )
        network = deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer(self._context, self._network, master)
        for _ in range(EPOCHS):
            start = time.perf_counter()
            network.fit(self._minibatches)
            seconds = time.perf_counter() - start
        return seconds

    def predictor(self, batch: int) -> Callable[[int], object]:
        raise NotImplementedError("only its training is compared")

    def _standardised(self) -> Any:
        """DataSets of a minibatch each. Their pictures are noise: what is in them costs no time."""
        nd4j = self._jvm.org.nd4j.linalg.factory.Nd4j
        work = self._work
        height, width, channels = work.shape
        shape = self._numbers(self._jvm.long, [work.batch, channels, height, width])
        rows = self._numbers(self._jvm.int, [int(label) for label in work.labels()[: work.batch]])
        one_hot = nd4j.eye(work.classes).getRows(rows)
        minibatches = self._jvm.java.util.ArrayList()
        for _ in range(work.count // work.batch):
            minibatches.add(self._jvm.org.nd4j.linalg.dataset.DataSet(nd4j.randn(shape), one_hot.dup()))
        return minibatches

    def _numbers(self, kind: Any, values: list[int]) -> Any:
        array = self._gateway.new_array(kind, len(values))
        for place, value in enumerate(values):
            array[place] = value
        return array


def _configuration(work: Work) -> str:
    """The network as Deeplearning4j's own JSON, from a model file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "model.zip")
        with zipfile.ZipFile(untrained_model(work, file)) as model:
            return model.read("configuration.json").decode()


if __name__ == "__main__":
    serve(_Dl4jSpark)
