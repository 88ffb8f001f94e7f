"""A network of Keras becoming one of ours, layer by layer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j.keras_import.graph import INPUT, KerasLayer, StoredArray
from sparkdl4j.network import Flatten, GlobalPool, Layer
from sparkdl4j.network.layers.layer import Shape


class UnsupportedError(Exception):
    """What of a layer does not exist here."""


@dataclass(frozen=True)
class Value:
    """The output of a layer of Keras's, as our network has it.

    Args:
        name: of the layer of ours that makes it, or "input".
        shape: of ours: (height, width, channels) or (units,).
        is_flat: whether Keras has flattened it, though ours is still an image.
        order: which of Keras's units each of ours is; None where they are the same. Keras flattens channels last,
            Deeplearning4j channels first.
    """

    name: str
    shape: Shape
    is_flat: bool = False
    order: NDArray[np.intp] | None = None

    @property
    def is_image(self) -> bool:
        """Whether it is one for Keras, too."""
        return len(self.shape) == 3 and not self.is_flat

    @property
    def width(self) -> int:
        """How many channels, or units, Keras has."""
        return int(np.prod(self.shape)) if self.is_flat else self.shape[-1]


@dataclass(frozen=True)
class Parameter:
    """What an array of a network's parameters is to hold.

    Args:
        layer: Deeplearning4j's name of the layer.
        name: Deeplearning4j's name of the parameter: W, b and so on.
        values: gives it, in Deeplearning4j's shape.
    """

    layer: str
    name: str
    values: Callable[[], NDArray[np.float32]]


@dataclass
class Translation:
    """The network of ours so far.

    Args:
        input_shape: (height, width, channels) of the pictures.
        version: of the Keras that wrote the file.
    """

    input_shape: tuple[int, int, int]
    version: str
    layers: list[Layer] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    _names: set[str] = field(default_factory=lambda: {INPUT})
    _shapes: dict[str, Shape] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values[INPUT] = Value(INPUT, self.input_shape)

    @property
    def is_keras_2(self) -> bool:
        """Whether the file is of Keras 2, where some functions were others."""
        return self.version.startswith("2.")

    def add(self, layer: Layer, *inputs: Value, name: str) -> Value:
        """Adds a layer.

        Args:
            layer: without name and inputs.
            inputs: what it takes.
            name: the name to give it, unless another has it.

        Raises:
            DoesNotFitError: when it does not fit what it takes.
        """
        unique = self.unique(name)
        shape = layer.output_shape([value.shape for value in inputs], None)
        self.layers.append(dataclasses.replace(layer, name=unique, inputs=[value.name for value in inputs]))
        self._shapes[unique] = shape
        return Value(unique, shape)

    def set(self, layer: Value, name: str, values: Callable[[], NDArray[np.float32]]) -> None:
        """Says what a parameter of a layer, or of a part of it, is to hold."""
        self.parameters.append(Parameter(layer.name, name, values))

    def units(self, value: Value, name: str) -> Value:
        """The value as units, for layers that treat these otherwise than an image's."""
        if not value.is_flat:
            return value
        flatten = GlobalPool() if value.shape[:2] == (1, 1) else Flatten()
        return dataclasses.replace(self.add(flatten, value, name=f"{name}_flat"), order=value.order)

    def layer(self, name: str) -> Layer:
        """The layer of ours with this name."""
        return next(layer for layer in self.layers if layer.name == name)

    def shape(self, name: str) -> Shape:
        """The shape of the output of a layer of ours, or of the pictures."""
        return self.input_shape if name == INPUT else self._shapes[name]

    def unique(self, name: str) -> str:
        """A name like this that no layer has; it will be taken."""
        unique, number = name, 1
        while unique in self._names:
            unique, number = f"{name}_{number}", number + 1
        self._names.add(unique)
        return unique

    def notice(self, text: str) -> None:
        """Notes what is not quite as in Keras."""
        if text not in self.notices:
            self.notices.append(text)


def weight(layer: KerasLayer, number: int, shape: Sequence[int], what: str) -> StoredArray:
    """A variable of a layer.

    Args:
        number: its place among the layer's variables.
        shape: that it must have.
        what: its name, for the error.

    Raises:
        WrongWeightError: when it is missing or of another shape.
    """
    if number >= len(layer.weights):
        raise WrongWeightError(f"{layer} has no {what} in the file")
    stored = layer.weights[number]
    if tuple(stored.shape) != tuple(shape):
        raise WrongWeightError(f"{layer} has a {what} of the shape {stored.shape}, but needs {tuple(shape)}")
    return stored


class WrongWeightError(Exception):
    """Weights that are not those of their layer."""


def pair(config: Mapping[str, Any], name: str) -> tuple[int, int]:
    """A setting for height and width."""
    value = config[name]
    return (int(value), int(value)) if isinstance(value, int) else (int(value[0]), int(value[1]))


def padding(config: Mapping[str, Any]) -> str:
    """The setting padding."""
    value = str(config.get("padding", "valid"))
    if value not in ("valid", "same"):
        raise UnsupportedError(f"padding {value}")
    return value


def padding_of(config: Mapping[str, Any], image: Value, window: tuple[int, int], stride: tuple[int, int]) -> str:
    """The setting padding for a window; "valid" where "same" adds nothing to an image, since Deeplearning4j refuses
    "same" with steps that are larger than the window."""
    missing = [
        ((side - 1) // step) * step + size - side for side, size, step in zip(image.shape, window, stride, strict=False)
    ]
    adds_nothing = any(step > size for step, size in zip(stride, window, strict=True)) and max(missing) <= 0
    return "valid" if padding(config) == "same" and adds_nothing else padding(config)


def require_channels_last(config: Mapping[str, Any]) -> None:
    """Refuses pictures with channels first."""
    value = config.get("data_format")
    if value not in (None, "channels_last"):
        raise UnsupportedError(f"data_format {value}")


def require_image(value: Value) -> None:
    """Refuses units where a layer slides over images."""
    if not value.is_image:
        raise UnsupportedError("of what is no image")
