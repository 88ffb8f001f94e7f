"""Images as units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sparkdl4j.network.layers.layer import Layer, Shape, values


@dataclass(frozen=True)
class Flatten(Layer):
    """All values of an image as units, channel by channel. `Dense` and `Output` flatten what they take by themselves;
    it is for layers that treat units otherwise than channels, such as `BatchNorm`.

    Args:
        name, inputs: as those of every `Layer`.
    """

    takes_images: ClassVar[bool] = True

    def output_shape(self, inputs: Sequence[Shape], classes: int | None) -> Shape:
        return (values(inputs[0]),)
