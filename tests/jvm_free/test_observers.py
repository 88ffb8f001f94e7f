"""All callbacks of a run together: what they are told, what they print, and what they do wrong."""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np
import pytest

from sparkdl4j import Callback, ConvNetClassifier, ParameterError, ProgressBar, TrainingError
from sparkdl4j.callbacks import Observers, Trained
from sparkdl4j.history import History

START = {"type": "start", "epochs": 2, "steps_per_epoch": 2, "examples": 8, "finished": []}
END = {"type": "end", "reason": "completed", "kept_epoch": 1, "epoch": 1, "step": 2}


def minibatch(step: int) -> dict[str, Any]:
    return {"type": "minibatch", "epoch": 1, "step": step, "steps_per_epoch": 2, "loss": 1.0, "images_per_second": 9.0}


EPOCH = {"type": "epoch", "epoch": 1, "loss": 0.5, "accuracy": 0.5, "images_per_second": 9.0, "seconds": 1.0}


class Recorder(Callback):
    def __init__(self, **observations: int) -> None:
        self.observations = observations
        self.seen: list[str] = []

    def open(self, *, resumed: bool) -> None:
        self.seen.append(f"open resumed={resumed}")

    def on_event(self, event: dict[str, Any]) -> None:
        self.seen.append(event["type"])

    def on_trained(self, trained: Trained) -> None:
        self.seen.append("trained")

    def close(self) -> None:
        self.seen.append("close")


def observers(*callbacks: Any, resumed: bool = False) -> Observers:
    return Observers(callbacks, resumed=resumed, verbose=False)


def test_functions_and_objects_see_the_same_events_in_order() -> None:
    seen: list[dict[str, Any]] = []
    recorder = Recorder()
    with observers(seen.append, recorder, resumed=True) as both:
        both.describe(classes=["cat", "dog"])
        for event in (START, minibatch(1), EPOCH, END):
            both.on_event(event)
        both.on_trained(Trained(History(), lambda path: None))
    assert seen == [{**START, "classes": ["cat", "dog"]}, minibatch(1), EPOCH, END]
    assert recorder.seen == ["open resumed=True", "start", "minibatch", "epoch", "end", "trained", "close"]


def test_what_one_does_to_an_event_is_not_seen_by_the_next() -> None:
    seen: list[dict[str, Any]] = []
    observers(lambda event: event.clear(), seen.append).on_event(EPOCH)
    assert seen == [EPOCH]


def test_observations_come_to_those_who_ask() -> None:
    curves, few, many = Recorder(), Recorder(samples=2), Recorder(samples=5, histograms=1)
    run = observers(curves, few, many)
    assert run.observations == {"samples": 5, "histograms": 1, "validation_confusion": 0}
    run.on_event({"type": "samples", "pictures": []})
    run.on_event({"type": "histograms", "epoch": 1})
    assert [curves.seen, few.seen, many.seen] == [[], ["samples"], ["samples", "histograms"]]
    with pytest.raises(ParameterError, match="histogram; did you mean histograms"):
        _ = observers(Recorder(histogram=1)).observations


def test_who_raises_is_named_and_the_others_are_told() -> None:
    def broken(event: dict[str, Any]) -> None:
        raise ZeroDivisionError("by nothing")

    recorder = Recorder()
    with pytest.raises(TrainingError) as caught:
        observers(broken, recorder).on_event(EPOCH)
    assert caught.value.code == "CALLBACK_FAILED"
    assert "broken raised ZeroDivisionError at the event epoch of epoch 1: by nothing" in str(caught.value)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert caught.value.details["callback"].endswith("broken")
    assert recorder.seen == ["epoch"]


def test_ctrl_c_in_a_callback_stays_ctrl_c() -> None:
    def interrupted(event: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        observers(interrupted).on_event(EPOCH)


def test_who_fails_to_open_stops_the_run_and_the_others_are_closed() -> None:
    class Unwritable(Recorder):
        def open(self, *, resumed: bool) -> None:
            raise PermissionError("no")

    first, last = Recorder(), Recorder()
    with pytest.raises(PermissionError), observers(first, Unwritable(), last):
        raise AssertionError("not reached")
    assert first.seen == ["open resumed=False", "close"]
    assert last.seen == []


def test_a_failure_after_the_end_is_an_error_too() -> None:
    class Late(Recorder):
        def on_trained(self, trained: Trained) -> None:
            raise OSError("disk full")

        def close(self) -> None:
            raise OSError("still full")

    with pytest.raises(TrainingError, match="Late raised OSError when it was closed"), observers(Late()) as run:
        failure = run.on_trained(Trained(History(), lambda path: None))
    assert "after the end of training: disk full" in str(failure)


@pytest.mark.parametrize(
    ("entry", "message"),
    [(ProgressBar, r"callbacks\[1\] is the class ProgressBar: give an object"), (3, r"callbacks\[1\] must be")],
)
def test_what_is_no_callback(entry: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        observers(print, entry)


@pytest.mark.parametrize("callbacks", [None, ProgressBar(), print])
def test_callbacks_that_are_no_list(callbacks: Any) -> None:
    pixels = np.zeros((4, 8, 8), dtype=np.uint8)
    with pytest.raises(ParameterError, match=r"callbacks must be a list, but is .*: write callbacks=\[…\], or leave"):
        ConvNetClassifier("fashion", callbacks=callbacks).fit(pixels, [0, 1, 0, 1])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError


def test_what_callbacks_print_never_stands_beside_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    with Observers([lambda event: print("seen", event["type"])], resumed=False, verbose=True) as run:
        for event in (START, minibatch(1), minibatch(2), EPOCH, END):
            run.on_event(event)
    # Of each line what stands after the last return to its beginning; bars that went on are not lines.
    lines = [line.split("\r\x1b[K")[-1] for line in terminal.getvalue().split("\n")]
    assert [line.split("  ")[0] for line in lines] == [
        "seen start",
        "seen minibatch",
        "seen minibatch",
        "epoch 1/2",
        "seen epoch",
        "seen end",
        "",
    ]
    assert terminal.getvalue().count("100%") == 1


def test_in_a_notebook_there_is_no_bar_to_hide(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with Observers([lambda event: None], resumed=False, verbose=True) as run:
        for event in (START, minibatch(1), minibatch(2), EPOCH, END):
            run.on_event(event)
    assert "\r" not in stream.getvalue()
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 1
