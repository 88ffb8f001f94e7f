"""Layers that treat every value on its own."""

from __future__ import annotations

from dataclasses import dataclass, field

from sparkdl4j.network.layers import checks
from sparkdl4j.network.layers.layer import Layer


@dataclass(frozen=True)
class Activation(Layer):
    """An activation function, where it does not stand in the layer before: after `BatchNorm`, say.

    Args:
        activation: its name.
        name, inputs: as those of every `Layer`.
    """

    activation: str = field(metadata=checks.option("activation"))

    def __str__(self) -> str:
        return f"Activation {self.activation}"


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
