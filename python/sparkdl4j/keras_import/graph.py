"""What a Keras file says of a network, in one form for all versions of Keras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

# The name of the pictures.
INPUT = "input"


class StoredArray(Protocol):
    """An array in a file."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape, which is known without reading it."""

    def read(self) -> NDArray[np.float32]:
        """Its values."""


@dataclass(frozen=True)
class KerasLayer:
    """A layer of a network.

    Args:
        name: unique in the network.
        kind: Keras's class, such as Conv2D; with its package where it is not Keras's own, such as Custom>Attention.
        config: what Keras wrote of it.
        inputs: the names of the layers whose outputs it takes; "input" is the pictures.
        arguments: what it was called with beside them.
        weights: its variables in Keras's order; empty where the file has none.
    """

    name: str
    kind: str
    config: Mapping[str, Any]
    inputs: tuple[str, ...]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    weights: Sequence[StoredArray] = ()

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"


@dataclass(frozen=True)
class KerasGraph:
    """A network with one input and one output.

    Args:
        name: Keras's name of it.
        version: of the Keras that wrote it.
        input_shape: (height, width, channels); None where the file leaves one open.
        layers: each behind those whose outputs it takes.
        output: the name of the layer whose output is the network's.
        loss: the name of the loss that it was compiled with, or None.
    """

    name: str
    version: str
    input_shape: tuple[int | None, int | None, int | None]
    layers: Sequence[KerasLayer]
    output: str
    loss: str | None = None
