"""PyTorch on the CPU as a worker of the benchmarks (see protocol.py).

Variants: a memory layout or torch.compile, each also with bfloat16: "contiguous", "channels_last", "compiled",
"contiguous_bf16", "channels_last_bf16", "compiled_bf16". Each keeps its pictures in the layout that it computes in.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable

import torch
from protocol import EPOCHS, Work, serve
from torch import nn
from torch_networks import NETWORKS, Standardised


class _Torch:
    version = str(torch.__version__)

    def __init__(self, work: Work, variant: str) -> None:
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        torch.manual_seed(1)
        self._work = work
        self._bf16 = variant.endswith("_bf16")
        self._kind = variant.removesuffix("_bf16")
        self._channels_last = self._kind != "contiguous"
        pictures = torch.from_numpy(work.pictures())
        self._pictures = pictures if self._channels_last else pictures.permute(0, 3, 1, 2).contiguous()
        self._labels = torch.from_numpy(work.labels())
        self._network = Standardised(NETWORKS[work.network](work.classes), work).to(
            memory_format=torch.channels_last if self._channels_last else torch.contiguous_format
        )
        self._run = torch.compile(self._network, dynamic=False) if self._kind == "compiled" else self._network
        self._updater = {"adam": torch.optim.Adam, "adagrad": torch.optim.Adagrad}[work.updater](
            self._network.parameters(), lr=work.learning_rate, weight_decay=work.l2, fused=True
        )

    def second_epoch_seconds(self) -> float:
        loss_of = nn.CrossEntropyLoss()
        self._network.train()
        for _ in range(EPOCHS):
            start = time.perf_counter()
            for index in torch.split(torch.randperm(self._work.count), self._work.batch):
                self._updater.zero_grad()
                with self._precision():
                    loss = loss_of(self._run(self._channels_first(self._pictures[index])), self._labels[index])
                loss.backward()
                self._updater.step()
            seconds = time.perf_counter() - start
        return seconds

    def predictor(self, batch: int) -> Callable[[int], object]:
        pictures = self._pictures.numpy()
        self._network.eval()

        def predict(start: int) -> object:
            with torch.inference_mode(), self._precision():
                block = torch.from_numpy(pictures[start : start + batch])
                return self._run(self._channels_first(block)).softmax(dim=1).float().numpy()

        return predict

    def _channels_first(self, block: torch.Tensor) -> torch.Tensor:
        return block.permute(0, 3, 1, 2) if self._channels_last else block

    def _precision(self) -> contextlib.AbstractContextManager[object]:
        return torch.autocast("cpu", torch.bfloat16) if self._bf16 else contextlib.nullcontext()


if __name__ == "__main__":
    serve(_Torch)
