"""Callback: an object that sees the events of a training run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sparkdl4j.history import History

# Events that take time or memory, so that they come only to callbacks that ask for them.
OBSERVATIONS = ("samples", "histograms", "validation_confusion")


@dataclass(frozen=True)
class Trained:
    """What a training run has ended with.

    Args:
        history: its epochs.
        save: writes the model file to a path.
    """

    history: History
    save: Callable[[Path], None]


class StopTraining(Exception):  # noqa: N818 - like StopIteration, it is no error
    """Raised by a callback to end training without an error: `fit` returns, and the classifier is fitted.

    From `on_epoch_end` training ends with that epoch, from elsewhere before the next minibatch.
    """


class Callback:
    """Sees the events of a training run; override `on_event`, and what else is needed.

    An exception that it raises stops training at the next minibatch. Then the classifier is fitted, as after Ctrl-C,
    and `fit` raises a TrainingError (CALLBACK_FAILED) whose cause is the exception.

    Attributes:
        observations: what to be told of beside the plain events: of "samples" how many pictures, of "histograms" and
            "validation_confusion" whether.
    """

    observations: Mapping[str, int] = MappingProxyType({})

    def open(self, *, resumed: bool) -> None:
        """Called before a run does anything; `fit` raises what it raises.

        Args:
            resumed: whether the run goes on from a checkpoint.
        """

    def on_event(self, event: dict[str, Any]) -> None:
        """Called with one event, in the order in which they happened.

        Args:
            event: its `type` is one of
                "start" (`epochs`, `steps_per_epoch`, `examples`, `finished`: the epochs before a resume, as
                "epoch" events hold them; `classes`: their names; `network`: its dict; `options`: those of training and
                network by name),
                "minibatch" (`epoch`, `step`, `steps_per_epoch`, `examples`, `loss`, `accuracy`, `learning_rate`,
                `images_per_second`, `seconds`; at most about ten a second),
                "epoch" (`epoch`, `loss`, `accuracy`, `validation_loss`, `validation_accuracy`,
                `learning_rate` of its last minibatch, `images_per_second`, `seconds`, `input_waits`,
                `input_wait_seconds`),
                "end" (`reason`: "completed", "stopped_early" (by `EarlyStopping`), "stopped" (by `on_epoch_end`),
                "cancelled" or "diverged"; `kept_epoch`, `epoch`, `step`, `input_waits`, `input_wait_seconds`;
                `worker`, counted from 0, where one of several diverged; `early_stopping` with `metric` and
                `best_epoch` where there is `EarlyStopping`) and
                "error" (`code`, `message`, `details`).
                Epochs and steps count from 1. Where `observations` ask for them:
                "samples", after the start of a run that resumes none (`shape`: height, width, channels; `pictures`: of
                each `label`, its class's index, and `pixels`, its bytes in base64),
                "histograms", before the "epoch" event (`epoch`, `parameters`, `updates`: of each parameter of each
                layer `layer`, `parameter`, `min`, `max`, and `counts` in equal parts between these; updates are the
                differences to the epoch before, and absent after an epoch that was resumed in its midst) and
                "validation_confusion", there too (`epoch`, `counts`: rows actual, columns predicted).
        """

    def on_epoch_end(self, epoch: dict[str, Any]) -> bool | None:
        """Called at the end of every epoch, after `on_event`. Where it is overridden, training waits for its answer.

        Args:
            epoch: the event "epoch".

        Returns:
            False to end training, as after its last epoch; else it goes on.
        """
        return None

    def on_trained(self, trained: Trained) -> None:
        """Called once a run has ended, however, and the classifier has its parameters."""

    def close(self) -> None:
        """Called last, whatever has happened since `open`."""


def is_awaited(callback: object) -> bool:
    """Whether training waits for a callback at the end of every epoch: it has an `on_epoch_end` of its own."""
    return isinstance(callback, Callback) and type(callback).on_epoch_end is not Callback.on_epoch_end
