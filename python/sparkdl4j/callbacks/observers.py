"""Observers: all callbacks of one training run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from sparkdl4j import errors, options
from sparkdl4j.callbacks.callback import OBSERVATIONS, Callback, StopTraining, Trained, is_awaited
from sparkdl4j.callbacks.progress_bar import ProgressBar

EventFunction = Callable[[dict[str, Any]], object]


class Observers:
    """All callbacks of one training run; a context manager, which opens and closes them.

    Args:
        callbacks: `Callback` objects, others with an `on_event` method, or functions that take an event.
        resumed: whether the run goes on from a checkpoint.
        verbose: show a progress bar.

    Raises:
        ParameterError: PARAMETER_TYPE for what is no callback.
    """

    def __init__(self, callbacks: Sequence[Callback | EventFunction], *, resumed: bool, verbose: bool) -> None:
        given = [_callback(entry, place) for place, entry in enumerate(callbacks)]
        if verbose:
            given.append(ProgressBar())
        self._bars = [callback for callback in given if isinstance(callback, ProgressBar)]
        self._others = [callback for callback in given if not isinstance(callback, ProgressBar)]
        self._resumed = resumed
        self._opened: list[Callback] = []
        self._description: dict[str, Any] = {}

    def __enter__(self) -> Observers:
        try:
            for callback in (*self._bars, *self._others):
                self._opened.append(callback)
                callback.open(resumed=self._resumed)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        failure = self._close()
        if failure is not None and problem is None:
            raise failure

    @property
    def observations(self) -> dict[str, int]:
        """What all of them together ask to be told of: `observations` of the request.

        Raises:
            ParameterError: PARAMETER_UNKNOWN.
        """
        asked = dict.fromkeys(OBSERVATIONS, 0)
        for callback in self._others:
            options.check_names(callback.observations, OBSERVATIONS)
            for name, value in callback.observations.items():
                asked[name] = max(int(value), asked[name])
        return asked

    def describe(self, **description: Any) -> None:
        """What the event "start" says beside what Java knows."""
        self._description = description

    def on_event(self, event: dict[str, Any]) -> bool:
        """Tells all of an event; when some have raised, the first's error follows.

        Returns:
            whether the run is to go on.

        Raises:
            TrainingError: CALLBACK_FAILED.
        """
        kind = event["type"]
        if kind == "start":
            event = {**event, **self._description}
        for bar in self._bars:
            # What others print must not stand beside the bar.
            bar.hide()
        told = [*self._others, *self._bars] if kind == "minibatch" else [*self._bars, *self._others]
        where = f"at the event {kind}" + (f" of epoch {event['epoch']}" if "epoch" in event else "")
        failure: errors.SparkDl4jError | None = None
        goes_on = True
        for callback in told:
            if kind in OBSERVATIONS and not callback.observations.get(kind):
                continue
            try:
                callback.on_event(dict(event))
                if kind == "epoch" and is_awaited(callback):
                    goes_on &= callback.on_epoch_end(dict(event)) is not False
            except StopTraining:
                goes_on = False
            except Exception as problem:
                failure = failure or _failure(callback, where, problem)
        if failure is not None:
            raise failure
        return goes_on

    def on_trained(self, trained: Trained) -> errors.SparkDl4jError | None:
        """Tells all that the classifier has its parameters.

        Returns:
            the error of the first that has raised: CALLBACK_FAILED.
        """
        failure: errors.SparkDl4jError | None = None
        for callback in self._others:
            try:
                callback.on_trained(trained)
            except Exception as problem:
                failure = failure or _failure(callback, "after the end of training", problem)
        return failure

    def _close(self) -> errors.SparkDl4jError | None:
        failure: errors.SparkDl4jError | None = None
        while self._opened:
            callback = self._opened.pop()
            try:
                callback.close()
            except Exception as problem:
                failure = failure or _failure(callback, "when it was closed", problem)
        return failure


class _Function(Callback):
    """A function that takes an event."""

    def __init__(self, function: EventFunction, name: str) -> None:
        self._function = function
        self.name = name

    def on_event(self, event: dict[str, Any]) -> None:
        self._function(event)


def _callback(entry: Any, place: int) -> Callback:
    if isinstance(entry, Callback):
        return entry
    if isinstance(entry, type):
        raise errors.error(
            "PARAMETER_TYPE",
            f"callbacks[{place}] is the class {entry.__name__}: give an object of it, {entry.__name__}(…)",
            parameter="callbacks",
        )
    if callable(getattr(entry, "on_event", None)):
        return _Function(entry.on_event, type(entry).__name__)
    if callable(entry):
        return _Function(entry, getattr(entry, "__qualname__", type(entry).__name__))
    raise errors.error(
        "PARAMETER_TYPE",
        f"callbacks[{place}] must be a Callback or a function that takes an event, but is {entry!r}",
        parameter="callbacks",
    )


def _failure(callback: Callback, where: str, problem: Exception) -> errors.SparkDl4jError:
    name = callback.name if isinstance(callback, _Function) else type(callback).__name__
    failure = errors.error(
        "CALLBACK_FAILED",
        f"the callback {name} raised {type(problem).__name__} {where}: {problem}; the classifier is fitted with what "
        "it has learned until then: mend the callback, or leave it out",
        callback=name,
    )
    failure.__cause__ = problem
    return failure
