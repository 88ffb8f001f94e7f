"""Predictions of the JVM for coroutines of asyncio."""

from __future__ import annotations

import asyncio
import itertools
import threading
from typing import Any

from sparkdl4j import errors
from sparkdl4j.jvm.serving import Answer, ServedModels

_POLL_MILLIS = 250


class Predictor:
    """Asks the models, and wakes whoever waits when the answers come.

    One thread waits for the answers of all requests, and hands those that have come together to the event loop: no
    request has a thread of its own.

    Args:
        models: asked on the thread of the event loop, which they do not keep waiting.
        timeout: seconds after which a request is given up.
    """

    def __init__(self, models: ServedModels, timeout: float) -> None:
        self.models = models
        self._timeout = timeout
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stops = threading.Event()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begins to wait for answers on behalf of an event loop."""
        self._loop = loop
        self._thread = threading.Thread(target=self._poll, name="sparkdl4j-serving-answers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread."""
        self._stops.set()
        if self._thread is not None:
            self._thread.join()

    def require_room(self, model: str) -> None:
        """Refuses what would be refused anyhow, before its body is read.

        Raises:
            ServingError: SERVER_BUSY; MODEL_UNKNOWN.
        """
        self._refuse_after(self.models.retry_after_seconds(model))

    async def predict(self, model: str, content: bytes, bounds: list[int], form: str, top: int) -> Answer:
        """What the JVM answers to a request, as the bridge's Serving.predict takes it.

        Raises:
            ServingError: SERVER_BUSY, where there is no room or the answer takes too long; MODEL_UNKNOWN;
                SERVER_STOPPING.
        """
        loop = asyncio.get_running_loop()
        number = next(self._numbers)
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting[number] = future
        try:
            self._refuse_after(self.models.predict(model, number, content, bounds, form, top))
            timer = loop.call_later(self._timeout, self._give_up, future)
            try:
                return await future
            finally:
                timer.cancel()
        finally:
            del self._waiting[number]
            if not future.done() or future.cancelled() or future.exception() is not None:
                self.models.cancel(number)

    def _refuse_after(self, seconds: int) -> None:
        if seconds:
            raise busy("too many pictures wait", seconds)

    def _give_up(self, future: asyncio.Future[Any]) -> None:
        if not future.done():
            future.set_exception(busy(f"there was no prediction within {self._timeout:g} s", 1))

    def _poll(self) -> None:
        while not self._stops.is_set():
            answers = self.models.poll(_POLL_MILLIS)
            if answers and self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._deliver, answers)

    def _deliver(self, answers: list[Answer]) -> None:
        for answer in answers:
            future = self._waiting.get(answer.number)
            if future is not None and not future.done():
                future.set_result(answer)


def busy(why: str, retry_after: int) -> errors.SparkDl4jError:
    """The error for a request that there is no room for."""
    return errors.error("SERVER_BUSY", f"{why}: ask again in {retry_after} s", retry_after_seconds=retry_after)
