from __future__ import annotations

import io
import re

import pytest

from sparkdl4j.callbacks import Callback, Observers, ProgressBar, StopTraining, StopWhen, is_awaited


class Terminal(io.StringIO):
    """A terminal of one line's memory: what a person sees in the end."""

    def isatty(self):
        return True

    def fileno(self):
        raise OSError

    def screen(self):
        return [line.split("\r\x1b[K")[-1] for line in self.getvalue().split("\n")]

    def states(self):
        return re.split(r"\r\x1b\[K|\n", self.getvalue())


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def run(bar, clock, epochs=3, steps=4, validation=True, end="completed", kept=2):
    """Events of a run whose minibatches take a second each, validation another two an epoch."""
    bar.on_event({"type": "start", "epochs": epochs, "steps_per_epoch": steps, "examples": 256})
    for epoch in range(1, epochs + 1):
        for step in range(1, steps + 1):
            clock.now += 1
            bar.on_event(
                {
                    "type": "minibatch",
                    "epoch": epoch,
                    "step": step,
                    "steps_per_epoch": steps,
                    "examples": 64 * step,
                    "loss": 1.25,
                    "images_per_second": 2048.0,
                    "seconds": clock.now,
                }
            )
        clock.now += 2
        bar.on_event(
            {
                "type": "epoch",
                "epoch": epoch,
                "loss": 1 / epoch,
                "accuracy": 0.75,
                "validation_loss": 0.5 if validation else None,
                "validation_accuracy": 0.875 if validation else None,
                "images_per_second": 2048.0,
                "seconds": 6.0,
            }
        )
    event = {"type": "end", "reason": end, "kept_epoch": kept, "epoch": epochs, "step": steps}
    bar.on_event(event)


def test_elsewhere_than_on_a_terminal_one_plain_line_an_epoch():
    stream, clock = io.StringIO(), Clock()
    run(ProgressBar(stream, clock=clock), clock)
    assert stream.getvalue().split("\n") == [
        "epoch 1/3  loss 1.0000  accuracy 0.7500  validation loss 0.5000  accuracy 0.8750  "
        "2,048 images/s  6.0 s  ETA 0:12",
        "epoch 2/3  loss 0.5000  accuracy 0.7500  validation loss 0.5000  accuracy 0.8750  "
        "2,048 images/s  6.0 s  ETA 0:06",
        "epoch 3/3  loss 0.3333  accuracy 0.7500  validation loss 0.5000  accuracy 0.8750  2,048 images/s  6.0 s",
        "the parameters of epoch 2 are kept: the best of all",
        "",
    ]


def test_without_validation():
    stream, clock = io.StringIO(), Clock()
    run(ProgressBar(stream, clock=clock), clock, validation=False, kept=3)
    assert "validation" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 3


@pytest.mark.parametrize(
    ("end", "line"),
    [
        (
            {"reason": "stopped_early", "early_stopping": {"metric": "validation_loss", "best_epoch": 2}},
            "stopped early: validation_loss was best in epoch 2; the parameters of epoch 2 are kept",
        ),
        ({"reason": "stopped"}, "stopped by a callback after epoch 5; the parameters of epoch 2 are kept"),
    ],
)
def test_the_last_line_says_why_it_stopped(end, line):
    stream = io.StringIO()
    ProgressBar(stream).on_event({"type": "end", "kept_epoch": 2, "epoch": 5, "step": 4, **end})
    assert stream.getvalue() == line + "\n"


def test_callbacks_may_end_training():
    class Quits(Callback):
        def on_epoch_end(self, epoch):
            raise StopTraining

    class QuitsAtOnce(Callback):
        def on_event(self, event):
            raise StopTraining

    seen = []

    def goes_on(callback, event):
        with Observers([callback, seen.append], resumed=False, verbose=False) as observers:
            return observers.on_event(event)

    epoch = {"type": "epoch", "epoch": 4}
    assert goes_on(Quits(), {"type": "minibatch", "epoch": 4})
    assert not goes_on(Quits(), epoch)
    assert not goes_on(QuitsAtOnce(), {"type": "minibatch", "epoch": 4})
    assert goes_on(StopWhen(lambda event: event["epoch"] == 5), epoch)
    assert not goes_on(StopWhen(lambda event: event["epoch"] == 4), epoch)
    assert len(seen) == 5
    assert is_awaited(Quits())
    assert not is_awaited(QuitsAtOnce())
    assert not is_awaited(print)


def test_terminal_bar_moves_and_leaves_one_line_an_epoch():
    stream, clock = Terminal(), Clock()
    run(ProgressBar(stream, clock=clock, columns=120), clock)
    states = stream.states()
    bar = f"[{'=' * 12}{'.' * 12}]"
    assert f"epoch 1/3  {bar}   50%  ETA 0:10 (epoch 0:02)  loss 1.2500  2,048 images/s" in states
    # From the second epoch on, epochs count as long as they were: six seconds, with validation.
    assert any("epoch 2/3" in s and " 50%" in s and "ETA 0:08" in s for s in states)
    assert [line[:9] for line in stream.screen()[:3]] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert stream.getvalue().endswith("kept: the best of all\n")


@pytest.mark.parametrize("columns", [1, 10, 20, 40, 60, 79, 80, 100])
def test_bar_never_wraps(columns):
    stream, clock = Terminal(), Clock()
    run(ProgressBar(stream, clock=clock, columns=columns), clock, epochs=100)
    bars = [state for state in stream.states() if "accuracy" not in state and "kept" not in state]
    assert min(10, columns - 1) <= max(map(len, bars)) < columns


def test_bar_is_not_drawn_more_often_than_eyes_can_see():
    stream, clock = Terminal(), Clock()
    bar = ProgressBar(stream, clock=clock, columns=80)
    bar.on_event({"type": "start", "epochs": 1, "steps_per_epoch": 1000, "examples": 1})
    for step in range(1, 1000):
        clock.now += 0.001
        bar.on_event(
            {
                "type": "minibatch",
                "epoch": 1,
                "step": step,
                "steps_per_epoch": 1000,
                "loss": float("nan"),
                "images_per_second": 1.0,
            }
        )
    assert 8 <= stream.getvalue().count("\r") <= 11


@pytest.mark.parametrize("reason", ["cancelled", "diverged"])
def test_early_end_is_told(reason):
    stream, clock = Terminal(), Clock()
    run(ProgressBar(stream, clock=clock, columns=80), clock, end=reason, kept=1)
    assert stream.screen()[-2] == (f"{reason} in epoch 3, minibatch 4; the parameters of epoch 1 are kept")


def test_error_leaves_the_cursor_on_a_new_line():
    stream, clock = Terminal(), Clock()
    bar = ProgressBar(stream, clock=clock, columns=80)
    bar.on_event({"type": "start", "epochs": 1, "steps_per_epoch": 9, "examples": 1})
    clock.now = 1
    event = {"epoch": 1, "step": 1, "steps_per_epoch": 9, "loss": 1.0, "images_per_second": 1}
    bar.on_event({"type": "minibatch", **event})
    bar.on_event({"type": "error", "code": "INTERNAL", "message": "x", "details": {}})
    assert stream.getvalue().endswith("images/s\n")


def test_long_times_and_a_second_run():
    stream, clock = io.StringIO(), Clock()
    bar = ProgressBar(stream, clock=clock)
    run(bar, clock, epochs=2, steps=4000)
    assert "ETA 1:06:42" in stream.getvalue()
    run(bar, clock, epochs=2, steps=4)
    assert "ETA 0:06" in stream.getvalue()


def test_writes_to_standard_error_by_default(capsys):
    clock = Clock()
    run(ProgressBar(clock=clock), clock)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("epoch 1/3")


def test_a_callback_may_ignore_everything():
    Callback().on_event({"type": "start"})
