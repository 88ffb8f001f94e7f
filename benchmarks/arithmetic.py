"""How much a reference network computes: multiply-adds of its convolutions and dense layers, a picture.

Counted from the networks' own JSON. Of batch normalisation, pooling and activations nothing counts: they move memory.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NETWORKS = Path(__file__).parent.parent / "python" / "sparkdl4j" / "spec" / "networks"
_UNCHANGED = ("BatchNorm", "Activation", "Dropout")


@dataclass
class Arithmetic:
    """Of one picture.

    Attributes:
        forward: multiply-adds of the forward pass.
        first: the part of it in the first layer.
        values: what convolutions, pooling and dense layers put out.
    """

    forward: int = 0
    first: int = 0
    values: int = 0

    @property
    def training(self) -> int:
        """Multiply-adds of a training step: forward, gradient of the weights, gradient of the input.

        The first layer needs no gradient of its input.
        """
        return 3 * self.forward - self.first

    def count(self, multiply_adds: int, values: int) -> None:
        """Adds a layer."""
        self.first = self.first or multiply_adds
        self.forward += multiply_adds
        self.values += values


def arithmetic_of(network: str, shape: tuple[int, int, int], classes: int) -> Arithmetic:
    """The arithmetic of a reference network for pictures of one (height, width, channels)."""
    description = json.loads((_NETWORKS / f"{network}.json").read_text())
    result = Arithmetic()
    _count(result, description["layers"], shape, classes)
    return result


def _count(result: Arithmetic, layers: list[dict[str, Any]], shape: Sequence[int], classes: int) -> Sequence[int]:
    """Counts layers, and returns the shape that they put out."""
    for layer in layers:
        kind = layer["type"]
        if kind == "Conv2D":
            window = math.prod(layer["kernel_size"]) * shape[2]
            shape = (*_slide(layer, layer["kernel_size"], layer.get("stride", (1, 1)), shape), layer["filters"])
            result.count(window * math.prod(shape), math.prod(shape))
        elif kind in ("MaxPool2D", "AvgPool2D"):
            size = layer["pool_size"]
            shape = (*_slide(layer, size, layer.get("stride", size), shape), shape[2])
            result.count(0, math.prod(shape))
        elif kind == "GlobalPool":
            shape = (shape[2],)
            result.count(0, math.prod(shape))
        elif kind in ("Dense", "Output"):
            units = classes if kind == "Output" else layer["units"]
            result.count(math.prod(shape) * units, units)
            shape = (units,)
        elif kind == "Block":
            after = _count(result, layer["layers"], shape, classes)
            if tuple(after) != tuple(shape):  # the projection
                result.count(shape[2] * math.prod(after), math.prod(after))
            shape = after
        elif kind not in _UNCHANGED:
            raise ValueError(f"no reference network had a {kind} when this was written: count it")
    return shape


def _slide(layer: dict[str, Any], window: Sequence[int], stride: Sequence[int], shape: Sequence[int]) -> list[int]:
    room = (0, 0) if layer.get("padding") == "same" else (window[0] - 1, window[1] - 1)
    return [(shape[side] - room[side] - 1) // stride[side] + 1 for side in (0, 1)]
