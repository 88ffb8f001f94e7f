"""PyTorch behind FastAPI, with micro-batching as in our endpoint: what comes while a batch is computed is the next.

torch_server.py NETWORK SIZE CHANNELS PORT MAX_BATCH
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
import uvicorn
from fastapi import FastAPI, Request, UploadFile
from torch_pictures import decode, network, predict

NAME, SIZE, CHANNELS, PORT, MAX_BATCH = sys.argv[1], *map(int, sys.argv[2:6])
WAIT_SECONDS = 0.002

torch.set_num_threads(len(os.sched_getaffinity(0)))
net = network(NAME)
decoders = ThreadPoolExecutor(len(os.sched_getaffinity(0)))
computer = ThreadPoolExecutor(1)
decoded: asyncio.Queue[tuple[torch.Tensor, asyncio.Future[list[float]]]] = asyncio.Queue()


async def compute() -> None:
    loop = asyncio.get_running_loop()
    while True:
        batch = [await decoded.get()]
        end = loop.time() + WAIT_SECONDS
        while len(batch) < MAX_BATCH:
            try:
                batch.append(decoded.get_nowait())
            except asyncio.QueueEmpty:
                left = end - loop.time()
                if left <= 0:
                    break
                try:
                    batch.append(await asyncio.wait_for(decoded.get(), left))
                except asyncio.TimeoutError:
                    break
        rows = await loop.run_in_executor(computer, predict, net, [picture for picture, _ in batch])
        for (_, future), row in zip(batch, rows, strict=True):
            if not future.done():
                future.set_result(row)


@contextlib.asynccontextmanager
async def run(_: FastAPI) -> AsyncIterator[None]:
    task = asyncio.create_task(compute())
    yield
    task.cancel()


app = FastAPI(lifespan=run)


async def answer(encoded: bytes) -> list[float]:
    loop = asyncio.get_running_loop()
    picture = await loop.run_in_executor(decoders, decode, encoded, SIZE, CHANNELS)
    future: asyncio.Future[list[float]] = loop.create_future()
    decoded.put_nowait((picture, future))
    return await future


@app.get("/ping")
async def ping() -> dict[str, str]:
    return {"status": "alive"}


@app.post("/invocations")
async def one(request: Request) -> list[float]:
    return await answer(await request.body())


@app.post("/many")
async def many(pictures: list[UploadFile]) -> list[Any]:
    return await asyncio.gather(*[answer(await each.read()) for each in pictures])


uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning", access_log=False)
