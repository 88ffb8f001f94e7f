"""Following a training run of the JVM, wherever that JVM is: in this process, or behind PySpark's gateway."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from sparkdl4j import errors

_POLL_MILLIS = 100
_LAST_EVENTS = ("end", "error")


class JavaRun(Protocol):
    """Java's `ClassifierTraining`."""

    def poll(self, millis: int) -> Any:
        """The next event as JSON, or None when none has come in time."""

    def answer(self, goes_on: bool) -> None:
        """Says after an epoch whether the run goes on, where it waits for that."""

    def cancel(self) -> None:
        """Stops before the next minibatch."""

    def result(self) -> Any:
        """The classifier, after the last event."""


def follow(
    run: JavaRun,
    on_event: Callable[[dict[str, Any]], bool],
    *,
    awaits: bool,
    check: Callable[[], None] | None = None,
) -> tuple[Any, BaseException | None]:
    """Passes a run's events on until it has ended.

    Args:
        run: a training that was started.
        on_event: receives every event in order, and says whether the run goes on. An exception of its,
            KeyboardInterrupt among them, stops training at the next minibatch and is returned beside the result.
        awaits: whether the run waits for what it says of an epoch; else a run that is not to go on is cancelled.
        check: asked between two looks at the run; what it raises stops training, as what `on_event` raises does.

    Returns:
        Java's classifier with the parameters to keep, and what stopped training early, if anything did.
    """
    stopped_by: BaseException | None = None
    while True:
        event: dict[str, Any] | None = None
        try:
            if check is not None:
                check()
            text = run.poll(_POLL_MILLIS)
            if text is not None:
                event = json.loads(str(text))
                # The last event always arrives, so that observers can tidy up.
                if stopped_by is None or event["type"] in _LAST_EVENTS:
                    goes_on = on_event(event)
                    if awaits and event["type"] == "epoch":
                        run.answer(goes_on)
                    elif not goes_on:
                        run.cancel()
        except BaseException as stop:
            run.cancel()
            if isinstance(stopped_by, KeyboardInterrupt) and isinstance(stop, KeyboardInterrupt):
                raise  # whoever presses Ctrl-C twice does not want to wait for the minibatch
            stopped_by = stopped_by or stop
        if event is not None and event["type"] in _LAST_EVENTS:
            return run.result(), stopped_by


def diverged(end: dict[str, Any], learning_rate: float) -> errors.SparkDl4jError:
    """The error for a run that a loss of NaN or infinity has ended.

    Args:
        end: the last event.
        learning_rate: what the run was made with.
    """
    worker = end.get("worker")
    found = f"the loss became NaN or infinite in epoch {end['epoch']}, minibatch {end['step']}"
    if worker is not None:
        found += f", in worker {worker} (counted from 0)"
    kept = (
        f"the parameters of epoch {end['kept_epoch']} are kept"
        if end["kept_epoch"]
        else "no epoch had finished, so the last good parameters are kept"
    )
    return errors.error(
        "TRAINING_DIVERGED",
        f"{found}; {kept}. Try a learning_rate below {learning_rate:g}",
        epoch=end["epoch"],
        step=end["step"],
        kept_epoch=end["kept_epoch"],
        **({} if worker is None else {"worker": worker}),
    )
