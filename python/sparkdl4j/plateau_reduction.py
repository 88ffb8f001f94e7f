"""ReduceLearningRateOnPlateau: smaller steps where large ones no longer help."""

from __future__ import annotations

from sparkdl4j import options
from sparkdl4j.callbacks import Callback


class ReduceLearningRateOnPlateau(Callback):
    """Reduces the learning rate when a metric has not improved for some epochs; the training itself does, on the JVM.

    Given among `callbacks`, on one machine and on Spark. It multiplies whatever `learning_rate_schedule` says. A
    resumed training goes on counting where it was, and must have the same.

    Args:
        factor: by which the learning rate is multiplied, above 0 and below 1.
        patience: epochs without an improvement after which it is, and again after as many more.
        metric: "validation_loss", "validation_accuracy", "loss" or "accuracy".
        min_delta: what is better by no more than this is no improvement.
        min_learning_rate: below which the learning rate, before its schedule, is not reduced.

    Raises:
        ParameterError: PARAMETER_TYPE, PARAMETER_RANGE.
    """

    def __init__(
        self,
        factor: float = options.default("reduce_on_plateau", "factor"),
        *,
        patience: int = options.default("reduce_on_plateau", "patience"),
        metric: str = options.default("reduce_on_plateau", "metric"),
        min_delta: float = options.default("reduce_on_plateau", "min_delta"),
        min_learning_rate: float = options.default("reduce_on_plateau", "min_learning_rate"),
    ) -> None:
        self.factor = options.check("reduce_on_plateau", "factor", factor)
        self.patience = options.check("reduce_on_plateau", "patience", patience)
        self.metric = options.check("reduce_on_plateau", "metric", metric)
        self.min_delta = options.check("reduce_on_plateau", "min_delta", min_delta)
        self.min_learning_rate = options.check("reduce_on_plateau", "min_learning_rate", min_learning_rate)

    def __repr__(self) -> str:
        return (
            f"ReduceLearningRateOnPlateau({self.factor}, patience={self.patience}, metric={self.metric!r}, "
            f"min_delta={self.min_delta}, min_learning_rate={self.min_learning_rate})"
        )
