"""PySpark's TorchDistributor as a worker of the benchmarks (see protocol.py): two processes, gloo.

Variants: the layout in memory, "contiguous" or "channels_last".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from spark_folder import spark_folder

sys.path.insert(0, str(spark_folder(4)))
# For the processes that it starts.
os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), sys.path[0]])

import torch
import torch_ddp
from protocol import EPOCHS, Work, serve
from pyspark.ml.torch.distributor import TorchDistributor
from pyspark.sql import SparkSession

PROCESSES = 2


class _TorchDistributor:
    def __init__(self, work: Work, variant: str) -> None:
        self._work = work
        self._channels_last = variant == "channels_last"
        session = (
            SparkSession.builder.master(f"local[{PROCESSES}]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "localhost")
            .getOrCreate()
        )
        self.version = f"{torch.__version__}, Spark {session.version}"

    def second_epoch_seconds(self) -> float:
        return self._train(EPOCHS, tests=False)[-1][0]

    def learn(self, epochs: int) -> list[tuple[float, float]]:
        return self._train(epochs, tests=True)

    def predictor(self, batch: int) -> Callable[[int], object]:
        raise NotImplementedError("only its training is compared")

    def _train(self, epochs: int, tests: bool) -> list[tuple[float, float]]:
        distributor = TorchDistributor(num_processes=PROCESSES, local_mode=True, use_gpu=False)
        found: list[tuple[float, float]] = distributor.run(
            torch_ddp.train, self._work, self._channels_last, epochs, tests
        )
        return found


if __name__ == "__main__":
    serve(_TorchDistributor)
