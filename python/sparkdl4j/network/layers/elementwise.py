"""Layers that treat every value on its own."""

from __future__ import annotations

from dataclasses import dataclass, field

from sparkdl4j import errors
from sparkdl4j.network.layers import checks
from sparkdl4j.network.layers.layer import Layer


@dataclass(frozen=True)
class Activation(Layer):
    """An activation function, where it does not stand in the layer before: after `BatchNorm`, say.

    Args:
        activation: its name.
        slope: of leaky_relu, by which values below 0 are multiplied; None for 0.01.
        name, inputs: as those of every `Layer`.
    """

    activation: str = field(metadata=checks.option("activation"))
    slope: float | None = field(default=None, kw_only=True, metadata=checks.NUMBER)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.slope is not None and self.activation != "leaky_relu":
            raise errors.error(
                "PARAMETER_CONFLICT", "Activation: only leaky_relu has a slope: leave it out", parameter="slope"
            )

    def __str__(self) -> str:
        return f"Activation {self.activation}" + ("" if self.slope is None else f" {self.slope:g}")


@dataclass(frozen=True)
class Dropout(Layer):
    """Drops a share of its input's activations in training, where it stands.

    Args:
        rate: the share dropped; None takes the network's `dropout`, or else the classifier's.
        name, inputs: as those of every `Layer`.
    """

    # The option dropout, set for this layer alone.
    rate: float | None = field(default=None, metadata=checks.option("dropout"))

    def __str__(self) -> str:
        return "Dropout" if self.rate is None else f"Dropout {self.rate:g}"
