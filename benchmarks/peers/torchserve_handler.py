"""TorchServe's handler: bytes of picture files to probabilities. A request has one picture (`data`), or many parts."""

from __future__ import annotations

import os
from typing import Any

import torch
from torch_pictures import decode, network, predict


class Handler:
    """What TorchServe calls."""

    def initialize(self, context: Any) -> None:
        name, size, channels = os.environ["BENCHMARK_NETWORK"].split(",")
        self._shape = int(size), int(channels)
        torch.set_num_threads(len(os.sched_getaffinity(0)))
        self._network = network(name)

    def handle(self, requests: list[dict[str, bytes]], context: Any) -> list[Any]:
        pictures = [[decode(bytes(part), *self._shape) for part in request.values()] for request in requests]
        rows = iter(predict(self._network, [picture for request in pictures for picture in request]))
        return [[next(rows) for _ in request] for request in pictures]


_handler = Handler()


def handle(requests: list[dict[str, bytes]] | None, context: Any) -> list[Any]:
    """TorchServe's entry; it calls it once without requests."""
    if not hasattr(_handler, "_network"):
        _handler.initialize(context)
    return [] if requests is None else _handler.handle(requests, context)
