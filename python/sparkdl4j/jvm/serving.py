"""Models of the JVM that predict pictures for a server: asked by one thread, and answered to another."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j.jvm.errors import translated
from sparkdl4j.jvm.in_process import java_class


@dataclasses.dataclass(frozen=True)
class Answer:
    """What became of one request.

    Args:
        number: the request's.
        error_code: None, or the code of the first picture's problem, where no picture has a prediction.
        body: JSON.
        problems: pictures without a prediction.
    """

    number: int
    error_code: str | None
    body: bytes
    problems: int


class ServedModels:
    """Models by name.

    Args:
        batching: options of the group "batching".
    """

    @translated()
    def __init__(self, batching: Mapping[str, Any]) -> None:
        import jpype

        self._java = java_class("org.sparkdl4j.bridge.Serving")(json.dumps(dict(batching)))
        # Looked up once: every request needs them.
        self._bytes = jpype.JArray(jpype.JByte)
        self._integers = jpype.JArray(jpype.JInt)

    @translated()
    def add(self, name: str, file: str | Path) -> None:
        """Reads a model file, and compiles its network for all sizes of batches."""
        self._java.add(name, str(file))

    @translated()
    def reload(self, name: str) -> None:
        """Reads a model's file again; returns when the old one has answered what it had."""
        self._java.reload(name)

    @translated()
    def describe(self, name: str) -> dict[str, Any]:
        """Labels, image and version of a model."""
        description: dict[str, Any] = json.loads(str(self._java.describe(name)))
        return description

    @translated()
    def statistics(self, name: str) -> dict[str, float]:
        """Of a model waiting, pictures, damaged, batches and computing_seconds."""
        statistics: dict[str, float] = json.loads(str(self._java.statistics(name)))
        return statistics

    @translated()
    def predict(self, model: str, number: int, content: bytes, bounds: list[int], form: str, top: int) -> int:
        """Asks for a prediction, as the bridge's Serving.predict documents it.

        Returns:
            0, or after how many seconds to ask again, as there is no room now.
        """
        return int(self._java.predict(model, number, self._bytes(content), self._integers(bounds), form, top))

    @translated()
    def retry_after_seconds(self, model: str) -> int:
        """After how many seconds to ask a model again that has no room now; 0 where it has."""
        return int(self._java.retryAfterSeconds(model))

    @translated()
    def cancel(self, number: int) -> None:
        """Says that nobody waits for an answer any more."""
        self._java.cancel(number)

    @translated()
    def poll(self, millis: int) -> list[Answer]:
        """The answers that have come; none after so many milliseconds. Other threads of Python run meanwhile."""
        return [
            Answer(
                int(answer.number()),
                None if (code := answer.errorCode()) is None else str(code),
                bytes(answer.body()),
                int(answer.problems()),
            )
            for answer in self._java.poll(millis)
        ]

    @translated()
    def saliency(
        self, model: str, picture: bytes, label: str | None
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32], str]:
        """Where in a picture a class is seen.

        Args:
            label: the class; None for the most probable one.

        Returns:
            the picture (height, width, channels) as it was decoded, what was seen (height, width) from 0 to 1, and the
            class.
        """
        answer = self._java.saliency(model, self._bytes(picture), label)
        shape = tuple(int(length) for length in answer.shape())
        pixels = np.frombuffer(bytes(answer.pixels()), dtype=np.uint8).reshape(shape)
        seen = np.array(answer.seen()[:], dtype=np.float32).reshape(shape[:2])
        return pixels, seen, str(answer.label())

    @translated()
    def close(self) -> None:
        """Takes no more requests, and returns when all are answered."""
        self._java.close()
