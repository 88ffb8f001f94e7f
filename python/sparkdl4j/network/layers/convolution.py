"""Convolutions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from sparkdl4j import errors
from sparkdl4j.network.layers import checks, window
from sparkdl4j.network.layers.layer import ActivatedLayer, DoesNotFitError, Pair, Shape, values


@dataclass(frozen=True)
class Conv2D(ActivatedLayer):
    """Convolution with bias and activation.

    Args:
        filters: output channels.
        kernel_size: (height, width) of the window, or one number for both.
        stride: steps of the window, down and right.
        padding: "valid" (the window stays inside) or "same" (ceil(input / stride) outputs).
        dilation: distance of the window's neighbouring values in the input.
        groups: the channels are cut into so many groups, each convolved on its own; it divides both the input's
            channels and the filters.
        use_bias: whether a bias is added.
        activation, l1, l2, weight_init: for this layer alone; None takes the network's, or else the classifier's.
        name, inputs: as those of every `Layer`.
    """

    filters: int = field(metadata=checks.POSITIVE)
    kernel_size: Pair = field(metadata=checks.PAIR)
    stride: Pair = field(default=1, metadata=checks.PAIR)
    padding: str = field(default="valid", metadata=checks.PADDING)
    dilation: Pair = field(default=1, kw_only=True, metadata=checks.PAIR)
    groups: int = field(default=1, kw_only=True, metadata=checks.POSITIVE)

    takes_images: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.filters % self.groups:
            raise errors.error(
                "PARAMETER_RANGE",
                f"Conv2D: {self.groups} groups do not divide {self.filters} filters",
                parameter="groups",
            )

    def output_shape(self, inputs: Sequence[Shape], classes: int | None) -> Shape:
        channels = inputs[0][2]
        if channels % self.groups:
            raise DoesNotFitError(f"{self.groups} groups do not divide the {channels} channels of the input")
        sides = window.slide(self.type, inputs[0], self.kernel_size, self.stride, self.padding, self.dilation)
        return *sides, self.filters

    def parameters(self, inputs: Sequence[Shape], output: Shape) -> int:
        return self.filters * (self._products(inputs[0]) + self.use_bias)

    def multiply_adds(self, inputs: Sequence[Shape], output: Shape) -> int:
        return values(output) * self._products(inputs[0])

    def _products(self, input_shape: Shape) -> int:
        return math.prod(window.pair(self.kernel_size)) * (input_shape[2] // self.groups)

    def __str__(self) -> str:
        groups = f" groups {self.groups}" if self.groups > 1 else ""
        return f"Conv2D {_text(self)}{groups}"


@dataclass(frozen=True)
class DepthwiseConv2D(ActivatedLayer):
    """Convolution of every input channel on its own.

    Args:
        kernel_size, stride, padding, dilation: as those of `Conv2D`.
        depth_multiplier: output channels for every input channel.
        use_bias: whether a bias is added.
        activation, l1, l2, weight_init: for this layer alone; None takes the network's, or else the classifier's.
        name, inputs: as those of every `Layer`.
    """

    kernel_size: Pair = field(metadata=checks.PAIR)
    stride: Pair = field(default=1, metadata=checks.PAIR)
    padding: str = field(default="valid", metadata=checks.PADDING)
    dilation: Pair = field(default=1, kw_only=True, metadata=checks.PAIR)
    depth_multiplier: int = field(default=1, kw_only=True, metadata=checks.POSITIVE)

    takes_images: ClassVar[bool] = True

    def output_shape(self, inputs: Sequence[Shape], classes: int | None) -> Shape:
        sides = window.slide(self.type, inputs[0], self.kernel_size, self.stride, self.padding, self.dilation)
        return *sides, inputs[0][2] * self.depth_multiplier

    def parameters(self, inputs: Sequence[Shape], output: Shape) -> int:
        return output[2] * (math.prod(window.pair(self.kernel_size)) + self.use_bias)

    def multiply_adds(self, inputs: Sequence[Shape], output: Shape) -> int:
        return values(output) * math.prod(window.pair(self.kernel_size))

    def __str__(self) -> str:
        return f"{self.type} {_text(self)}"


@dataclass(frozen=True)
class SeparableConv2D(ActivatedLayer):
    """A depthwise convolution, then a convolution 1x1 of what it makes (Chollet, Xception, 2017).

    Args:
        filters: output channels.
        kernel_size, stride, padding, dilation: of the depthwise convolution, as those of `Conv2D`.
        depth_multiplier: the depthwise convolution's output channels for every input channel.
        use_bias: whether a bias is added, at the end.
        activation: at the end.
        l1, l2, weight_init: for this layer alone; None takes the network's, or else the classifier's.
        name, inputs: as those of every `Layer`.
    """

    filters: int = field(metadata=checks.POSITIVE)
    kernel_size: Pair = field(metadata=checks.PAIR)
    stride: Pair = field(default=1, metadata=checks.PAIR)
    padding: str = field(default="valid", metadata=checks.PADDING)
    dilation: Pair = field(default=1, kw_only=True, metadata=checks.PAIR)
    depth_multiplier: int = field(default=1, kw_only=True, metadata=checks.POSITIVE)

    takes_images: ClassVar[bool] = True

    def output_shape(self, inputs: Sequence[Shape], classes: int | None) -> Shape:
        sides = window.slide(self.type, inputs[0], self.kernel_size, self.stride, self.padding, self.dilation)
        return *sides, self.filters

    def parameters(self, inputs: Sequence[Shape], output: Shape) -> int:
        return self._products(inputs[0]) + self.filters * self.use_bias

    def multiply_adds(self, inputs: Sequence[Shape], output: Shape) -> int:
        return output[0] * output[1] * self._products(inputs[0])

    def _products(self, input_shape: Shape) -> int:
        middle = input_shape[2] * self.depth_multiplier
        return middle * (math.prod(window.pair(self.kernel_size)) + self.filters)

    def __str__(self) -> str:
        return f"{self.type} {_text(self)}"


def _text(layer: Conv2D | DepthwiseConv2D | SeparableConv2D) -> str:
    stride = None if window.pair(layer.stride) == (1, 1) else layer.stride
    return window.text(layer.kernel_size, stride, layer.padding, layer.dilation)
