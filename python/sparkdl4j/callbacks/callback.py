"""Callback: an object that sees every event of a training run."""

from __future__ import annotations

from typing import Any


class Callback:
    """Sees every event of a training run; override `on_event`.

    An exception that it raises stops training at the next minibatch, as Ctrl-C does.
    """

    def on_event(self, event: dict[str, Any]) -> None:
        """Called with one event, in the order in which they happened.

        Args:
            event: its `type` is one of
                "start" (`epochs`, `steps_per_epoch`, `examples`, `finished`: the epochs before a resume, as
                "epoch" events hold them),
                "minibatch" (`epoch`, `step`, `steps_per_epoch`, `examples`, `loss`,
                `images_per_second`, `seconds`; at most about ten a second),
                "epoch" (`epoch`, `loss`, `accuracy`, `validation_loss`, `validation_accuracy`,
                `images_per_second`, `seconds`, `input_waits`, `input_wait_seconds`),
                "end" (`reason`: "completed", "cancelled" or "diverged", `kept_epoch`, `epoch`,
                `step`, `input_waits`, `input_wait_seconds`, and `worker`, counted from 0, where one of
                several diverged) and
                "error" (`code`, `message`, `details`).
                Epochs and steps count from 1.
        """
