"""EarlyStopping: a training that ends when it no longer gets better."""

from __future__ import annotations

from sparkdl4j import options
from sparkdl4j.callbacks import Callback


class EarlyStopping(Callback):
    """Ends training when a metric has not improved for some epochs; the training itself does, on the JVM.

    Given among `callbacks`, on one machine and on Spark. The event "end" then has the `reason` "stopped_early", and
    `early_stopping` with the `metric` and the `best_epoch`. A resumed training goes on counting where it was.

    Args:
        patience: epochs without an improvement after which training stops.
        metric: "validation_loss", "validation_accuracy", "loss" or "accuracy".
        min_delta: what is better by no more than this is no improvement.
        restore_best: keep the parameters of the best epoch by `metric`, whether training stops early or not; False
            leaves it to `keep` of the classifier.

    Raises:
        ParameterError: PARAMETER_TYPE, PARAMETER_RANGE.
    """

    def __init__(
        self,
        patience: int = options.default("early_stopping", "patience"),
        *,
        metric: str = options.default("early_stopping", "metric"),
        min_delta: float = options.default("early_stopping", "min_delta"),
        restore_best: bool = options.default("early_stopping", "restore_best"),
    ) -> None:
        self.patience = options.check("early_stopping", "patience", patience)
        self.metric = options.check("early_stopping", "metric", metric)
        self.min_delta = options.check("early_stopping", "min_delta", min_delta)
        self.restore_best = options.check("early_stopping", "restore_best", restore_best)

    def __repr__(self) -> str:
        return (
            f"EarlyStopping({self.patience}, metric={self.metric!r}, min_delta={self.min_delta}, "
            f"restore_best={self.restore_best})"
        )
