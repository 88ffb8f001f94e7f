"""Normalisation: by the minibatch's statistics, and by constants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sparkdl4j import errors
from sparkdl4j.network.layers import checks
from sparkdl4j.network.layers.layer import DoesNotFitError, Layer, Shape, values


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Batch normalisation (Ioffe and Szegedy, 2015): every channel, or every unit, to zero mean and unit variance over
    the minibatch, then scaled and shifted by learned numbers.

    Args:
        momentum: how much of the running mean and variance, which prediction uses, a minibatch leaves as it was.
        epsilon: added to the variance.
        name, inputs: as those of every `Layer`.
    """

    momentum: float = field(default=0.9, kw_only=True, metadata=checks.option("momentum"))
    epsilon: float = field(default=1e-5, kw_only=True, metadata=checks.ABOVE_ZERO)

    def parameters(self, inputs: Sequence[Shape], output: Shape) -> int:
        return 2 * output[-1]

    def multiply_adds(self, inputs: Sequence[Shape], output: Shape) -> int:
        return values(output)


@dataclass(frozen=True)
class Rescaling(Layer):
    """`input * scale + offset`.

    Args:
        scale: factor of every value, such as 1 / 255.
        offset: what is added then.
        name, inputs: as those of every `Layer`.
    """

    scale: float = field(metadata=checks.NUMBER)
    offset: float = field(default=0.0, metadata=checks.NUMBER)

    def multiply_adds(self, inputs: Sequence[Shape], output: Shape) -> int:
        return values(output)


@dataclass(frozen=True)
class Normalization(Layer):
    """`(input - mean) / sqrt(variance)` of every channel, with constants.

    Args:
        mean: of every channel.
        variance: of every channel.
        name, inputs: as those of every `Layer`.
    """

    mean: Sequence[float] = field(metadata=checks.NUMBERS)
    variance: Sequence[float] = field(metadata=checks.NUMBERS_ABOVE_ZERO)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.mean) != len(self.variance):
            raise errors.error(
                "PARAMETER_RANGE",
                "Normalization: mean and variance must be of one length, but are of "
                f"{len(self.mean)} and {len(self.variance)}",
                parameter="variance",
            )

    def output_shape(self, inputs: Sequence[Shape], classes: int | None) -> Shape:
        if inputs[0][-1] != len(self.mean):
            raise DoesNotFitError(
                f"Normalization has {len(self.mean)} means, but its input has {inputs[0][-1]} channels"
            )
        return inputs[0]

    def multiply_adds(self, inputs: Sequence[Shape], output: Shape) -> int:
        return values(output)
