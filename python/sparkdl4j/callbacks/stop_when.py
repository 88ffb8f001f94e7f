"""StopWhen: a function that ends training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sparkdl4j.callbacks.callback import Callback


class StopWhen(Callback):
    """Ends training after the first epoch of which a function says so.

    Args:
        condition: takes the event "epoch", as in `StopWhen(lambda epoch: epoch["accuracy"] > 0.99)`.
    """

    def __init__(self, condition: Callable[[dict[str, Any]], bool]) -> None:
        self.condition = condition

    def on_epoch_end(self, epoch: dict[str, Any]) -> bool:
        return not self.condition(epoch)
