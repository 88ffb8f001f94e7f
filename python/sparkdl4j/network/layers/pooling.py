"""Pooling: over windows, and over whole pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from sparkdl4j.network.layers import checks, window
from sparkdl4j.network.layers.layer import Layer, Pair, Shape


@dataclass(frozen=True)
class _Pool(Layer):
    pool_size: Pair = field(default=2, metadata=checks.PAIR)
    stride: Pair | None = field(default=None, metadata=checks.PAIR)
    padding: str = field(default="valid", metadata=checks.PADDING)

    takes_images: ClassVar[bool] = True

    def output_shape(self, inputs: Sequence[Shape], classes: int | None) -> Shape:
        stride = self.pool_size if self.stride is None else self.stride
        sides = window.slide(self.type, inputs[0], self.pool_size, stride, self.padding)
        return *sides, inputs[0][2]

    def __str__(self) -> str:
        stride = None if self.stride == self.pool_size else self.stride
        return f"{self.type} {window.text(self.pool_size, stride, self.padding)}"


@dataclass(frozen=True)
class MaxPool2D(_Pool):
    """The largest value of every window.

    Args:
        pool_size: (height, width) of the window, or one number for both.
        stride: steps of the window; None takes pool_size.
        padding: "valid" or "same".
        name, inputs: as those of every `Layer`.
    """


@dataclass(frozen=True)
class AvgPool2D(_Pool):
    """The mean of every window; arguments as those of `MaxPool2D`."""


@dataclass(frozen=True)
class GlobalPool(Layer):
    """One value a channel: the mean or the largest of all its places.

    Args:
        mode: "avg" or "max".
        keep_dims: whether the output stays a picture, of 1x1; else it is flat.
        name, inputs: as those of every `Layer`.
    """

    mode: str = field(default="avg", metadata=checks.POOLING)
    keep_dims: bool = field(default=False, kw_only=True, metadata=checks.BOOLEAN)

    takes_images: ClassVar[bool] = True

    def output_shape(self, inputs: Sequence[Shape], classes: int | None) -> Shape:
        channels = inputs[0][2]
        return (1, 1, channels) if self.keep_dims else (channels,)

    def __str__(self) -> str:
        return f"GlobalPool {self.mode}"
