"""What every worker of the benchmarks speaks: a line of JSON in, a line of JSON out.

A worker holds one contender in one process, so that contenders can take turns: whoever is not asked waits for its
standard input and takes no processor. It imports nothing of sparkdl4j, since peers live in virtual environments of
their own; numpy is in all of them.

Requests, and what is measured, the same on all sides:

    {"do": "open", …Work's fields, "variant": …}    → {"version": …}    makes the data and the network
    {"do": "train"}                                 → {"images_per_second": …}
    {"do": "predict", "batch": 32}                  → {"images_per_second": …}
    {"do": "latency"}                               → {"p50": seconds, "p99": seconds}
    {"do": "memory"}                                → {"peak_rss": bytes of the process so far}
    {"do": "learn", "epochs": 8}                    → {"seconds": […], "accuracy": […]} of every epoch

`train` is a whole loop on uint8 pictures: shuffle, pick, standardise by channel, forward, backward, update. It runs two
epochs and counts the second. `learn` trains too, and tells the accuracy of the test pictures after every epoch; the
clock stands still for that. `predict` and `latency` go from uint8 pictures in numpy's memory to probabilities there,
one call a batch. What fails answers {"error": …}.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

EPOCHS = 2
# A call that predicts little is repeated for this long before and while it is timed.
WARM_UP_SECONDS = 0.5
LATENCY_CALLS = 1000
LONGEST_LATENCY_SECONDS = 20.0


@dataclass(frozen=True)
class Work:
    """What a contender works on.

    Args:
        network: "landscape", "fashion", "vgg_conv13", "resnet18" or "resnet50".
        shape: (height, width, channels) of the pictures.
        classes: how many.
        count: pictures.
        batch: pictures in a minibatch of training.
        updater: "adam" or "adagrad".
        learning_rate: of the updater.
        l2: of the weights; 0 for none.
        data: a file of numpy's with `pictures`, `labels`, `test_pictures` and `test_labels`; by default pictures are
            random.
    """

    network: str
    shape: tuple[int, int, int]
    classes: int
    count: int
    batch: int
    updater: str
    learning_rate: float
    l2: float
    data: str | None = None

    def pictures(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """(count, height, width, channels)."""
        if self.data is not None:
            return self._array("pictures")
        return np.random.default_rng(1).integers(0, 256, (self.count, *self.shape), dtype=np.uint8)

    def labels(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """(count,): every class occurs."""
        return np.arange(self.count) % self.classes if self.data is None else self._array("labels")

    def test(self) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], np.ndarray[Any, np.dtype[np.int64]]]:
        """Pictures and labels to test with."""
        return self._array("test_pictures"), self._array("test_labels")

    def _array(self, name: str) -> np.ndarray[Any, Any]:
        if self.data is None:
            raise ValueError("random pictures have no test part")
        with np.load(self.data) as arrays:
            return np.asarray(arrays[name])

    def moments(self) -> tuple[np.ndarray[Any, np.dtype[np.float32]], np.ndarray[Any, np.dtype[np.float32]]]:
        """Mean and variance of each channel, without a float copy of all pictures: peak memory is compared."""
        sums = np.zeros((2, self.shape[2]))
        for picture in self.pictures():
            values = picture.astype(np.float64)
            sums += values.sum(axis=(0, 1)), (values**2).sum(axis=(0, 1))
        mean, square = sums / (self.count * self.shape[0] * self.shape[1])
        return mean.astype(np.float32), (square - mean**2).astype(np.float32)


class Contender(Protocol):
    """One side of a benchmark: a network with its data."""

    version: str

    def second_epoch_seconds(self) -> float:
        """Trains EPOCHS epochs from first weights on; the seconds of the second one."""

    def predictor(self, batch: int) -> Callable[[int], object]:
        """A function that predicts `batch` pictures from the given one on."""


@runtime_checkable
class Learner(Protocol):
    """A contender that tells what it has learned."""

    def learn(self, epochs: int) -> list[tuple[float, float]]:
        """Trains from first weights on; seconds of training and accuracy of the test pictures of every epoch."""


def serve(open_contender: Callable[[Work, str], Contender]) -> None:
    """Answers requests until standard input ends.

    Args:
        open_contender: makes the contender of a variant.
    """
    # Whatever libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    contender: Contender | None = None
    work: Work | None = None
    for line in sys.stdin:
        request = json.loads(line)
        kind = request.pop("do")
        try:
            if kind == "open":
                variant = request.pop("variant")
                work = Work(**{**request, "shape": tuple(request["shape"])})
                contender = open_contender(work, variant)
                answer: dict[str, Any] = {"version": contender.version}
            elif kind == "memory":
                answer = {"peak_rss": _peak_rss()}
            else:
                if contender is None or work is None:
                    raise RuntimeError("the first request must be open")
                answer = _measure(kind, contender, work, **request)
        except Exception as problem:
            traceback.print_exc()
            answer = {"error": f"{type(problem).__name__}: {problem}".splitlines()[0][:300]}
        print(json.dumps(answer), file=answers, flush=True)


def _measure(kind: str, contender: Contender, work: Work, batch: int = 1, epochs: int = EPOCHS) -> dict[str, Any]:
    if kind == "learn":
        if not isinstance(contender, Learner):
            raise NotImplementedError("only its speed is compared")
        seconds, accuracy = zip(*contender.learn(epochs), strict=True)
        return {"seconds": seconds, "accuracy": accuracy}
    if kind == "train":
        return {"images_per_second": work.count / contender.second_epoch_seconds()}
    predict = contender.predictor(batch)
    starts = range(0, work.count - batch + 1, batch)
    if kind == "predict":
        _repeat(predict, starts, WARM_UP_SECONDS)
        seconds = _repeat(predict, starts, 2 * WARM_UP_SECONDS)
        return {"images_per_second": batch * len(seconds) / sum(seconds)}
    if kind == "latency":
        _repeat(predict, starts, WARM_UP_SECONDS)
        seconds = _repeat(predict, starts, LONGEST_LATENCY_SECONDS, most=LATENCY_CALLS)
        return {"p50": float(np.percentile(seconds, 50)), "p99": float(np.percentile(seconds, 99))}
    raise ValueError(f"there is no request {kind!r}")


def _repeat(
    predict: Callable[[int], object], starts: range, least_seconds: float, most: int | None = None
) -> list[float]:
    """Seconds of each call; calls go on for some seconds, or until there are `most`."""
    seconds: list[float] = []
    end = time.perf_counter() + least_seconds
    while not seconds or (time.perf_counter() < end and len(seconds) != most):
        start = time.perf_counter()
        predict(starts[len(seconds) % len(starts)])
        seconds.append(time.perf_counter() - start)
    return seconds


def _peak_rss() -> int:
    with open("/proc/self/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    raise OSError("/proc/self/status has no VmHWM")
