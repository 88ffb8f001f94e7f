"""Fully connected layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sparkdl4j.network.layers import checks
from sparkdl4j.network.layers.layer import ActivatedLayer, DoesNotFitError, Shape, WeightedLayer, values


@dataclass(frozen=True)
class Dense(ActivatedLayer):
    """Fully connected layer with bias and activation; it flattens its input.

    Args:
        units: outputs.
        use_bias: whether a bias is added.
        activation, l1, l2, weight_init: for this layer alone; None takes the network's, or else the classifier's.
        name, inputs: as those of every `Layer`.
    """

    units: int = field(metadata=checks.POSITIVE)

    def output_shape(self, inputs: Sequence[Shape], classes: int | None) -> Shape:
        return (self.units,)

    def parameters(self, inputs: Sequence[Shape], output: Shape) -> int:
        return (values(inputs[0]) + self.use_bias) * self.units

    def multiply_adds(self, inputs: Sequence[Shape], output: Shape) -> int:
        return values(inputs[0]) * self.units


@dataclass(frozen=True)
class Output(WeightedLayer):
    """The last layer: one unit a class. Its activation is that of the loss: a sigmoid for binary_cross_entropy, else
    softmax.

    Args:
        units: None takes the number of classes; a number must equal it.
        loss, label_smoothing, focal_gamma: as the classifier's options; None takes the network's, or else those.
        l1, l2, weight_init: for this layer alone.
        name, inputs: as those of every `Layer`.
    """

    units: int | None = field(default=None, metadata=checks.POSITIVE)
    loss: str | None = field(default=None, kw_only=True, metadata=checks.option("loss"))
    label_smoothing: float | None = field(default=None, kw_only=True, metadata=checks.option("label_smoothing"))
    focal_gamma: float | None = field(default=None, kw_only=True, metadata=checks.option("focal_gamma"))

    def output_shape(self, inputs: Sequence[Shape], classes: int | None) -> Shape:
        if None not in (self.units, classes) and self.units != classes:
            raise DoesNotFitError(f"Output has {self.units} units, but there are {classes} classes")
        return (self.units or classes or 0,)

    def parameters(self, inputs: Sequence[Shape], output: Shape) -> int:
        return (values(inputs[0]) + 1) * output[0]

    def multiply_adds(self, inputs: Sequence[Shape], output: Shape) -> int:
        return values(inputs[0]) * output[0]
