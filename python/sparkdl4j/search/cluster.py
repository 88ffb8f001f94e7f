"""Trials as tasks of a Spark cluster; Python steers, and the executors need the jar alone."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from sparkdl4j.dataset import ImageDataset
from sparkdl4j.search.folds import Folds
from sparkdl4j.search.place import Trained
from sparkdl4j.spark import session as sessions
from sparkdl4j.spark.interrupts import Interrupts
from sparkdl4j.spark.java_errors import translated

_POLL_MILLIS = 100
# Pictures written to the driver's disk at a time.
_CHUNK = 1024


class Cluster:
    """Networks that share one copy of the pictures in every executor, each trained by one task.

    Args:
        folds: what is trained and validated with.
        session: a classic Spark session.

    Raises:
        SparkError: SPARK_SESSION.
    """

    def __init__(self, folds: Folds, session: Any) -> None:
        self._folds = folds
        self._session = session
        self._gateway = sessions.gateway(session)
        self._stack = ExitStack()
        self._interrupts = Interrupts()
        self._pictures: Any = None
        self._lock = threading.Lock()
        self._running: set[Any] = set()
        self._cancelled = False

    def __enter__(self) -> Cluster:
        self._stack.enter_context(self._interrupts)
        with tempfile.TemporaryDirectory(prefix="sparkdl4j-pictures-") as folder, translated(self._gateway):
            description = Path(folder, "pictures.json")
            description.write_text(json.dumps(_described(self._folds, Path(folder, "pixels"))))
            self._pictures = self._gateway.searchPictures(self._session._jsparkSession, str(description))
        self._stack.callback(self._pictures.close)
        return self

    def __exit__(self, *_: object) -> None:
        with translated(self._gateway):
            self._stack.close()

    @property
    def slots(self) -> int:
        slots: int = self._session.sparkContext.defaultParallelism
        return slots

    def train(self, request: Mapping[str, Any], fold: int, state: Path, *, resumes: bool) -> Trained:
        with translated(self._gateway):
            trial = self._gateway.startTrial(
                self._pictures, fold, json.dumps(request), str(state) if resumes else None, str(state)
            )
            with self._lock:
                self._running.add(trial)
                if self._cancelled:
                    trial.cancel()
            try:
                while not trial.isDone(_POLL_MILLIS):
                    pass
                result = trial.result()
                return Trained.of(result.summary(), bytes(result.probabilities()), len(self._folds.data.classes))
            finally:
                with self._lock:
                    self._running.discard(trial)

    def check(self) -> None:
        self._interrupts.check()

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            for trial in self._running:
                trial.cancel()


def _described(folds: Folds, file: Path) -> dict[str, Any]:
    """The pictures as Java's `SearchPictures` takes them; those that are in no file yet are written to one."""
    sets = [folds.data] if folds.apart is None else [folds.data, folds.apart]
    first = sets[0]
    if len(sets) == 1 and first.pixel_file is not None:
        place = {"file": first.pixel_file.path, "offset": first.pixel_file.offset}
        rows = np.arange(len(first)) if first.rows is None else first.rows
    else:
        _write(sets, file)
        place = {"file": str(file), "offset": 0}
        rows = np.arange(sum(map(len, sets)))
    behind = np.arange(len(first), sum(map(len, sets)))
    is_weighted = any(one.weights is not None for one in sets)
    return {
        **place,
        "rows": rows.tolist(),
        "type": "UINT8" if first.pixels.dtype == np.uint8 else "FLOAT32",
        "shape": list(first.image_shape),
        "labels": np.concatenate([one.required_labels() for one in sets]).tolist(),
        "weights": np.concatenate([_weights(one) for one in sets]).tolist() if is_weighted else None,
        "classes": [str(name) for name in first.classes],
        "parts": [
            {"training": train.tolist(), "validation": (behind if held_out is None else held_out).tolist()}
            for train, held_out in folds.positions
        ],
    }


def _write(sets: list[ImageDataset], file: Path) -> None:
    kind = sets[0].pixels.dtype
    with file.open("wb") as out:
        for data in sets:
            for start in range(0, len(data), _CHUNK):
                part = data.subset(np.arange(start, min(start + _CHUNK, len(data))))
                out.write(np.ascontiguousarray(part.X, dtype=kind).tobytes())


def _weights(data: ImageDataset) -> Any:
    return np.ones(len(data), dtype=np.float32) if data.weights is None else data.weights
