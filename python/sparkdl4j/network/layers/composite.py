"""Layers that consist of other layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sparkdl4j import errors
from sparkdl4j.network.layers import checks, wiring
from sparkdl4j.network.layers.convolution import Conv2D
from sparkdl4j.network.layers.elementwise import Activation
from sparkdl4j.network.layers.layer import DoesNotFitError, Layer, Shape, TracedLayer, times
from sparkdl4j.network.layers.merge import Add, Multiply
from sparkdl4j.network.layers.normalization import BatchNorm
from sparkdl4j.network.layers.pooling import GlobalPool
from sparkdl4j.network.layers.trace import trace_layers


def _layer_list(name: str, value: Any) -> tuple[Layer, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(layer, Layer) for layer in value):
        raise checks.wrong(name, value, "a list of layers")
    return tuple(value)


_LAYERS = {"check": _layer_list}


@dataclass(frozen=True)
class Block(Layer):
    """A residual block (He et al., Deep Residual Learning, 2016): `activation(layers(input) + shortcut(input))`.

    ```python
    Block([
        Conv2D(64, 3, padding="same", use_bias=False, activation="identity"), BatchNorm(), Activation("relu"),
        Conv2D(64, 3, padding="same", use_bias=False, activation="identity"), BatchNorm(),
    ])
    ```

    Args:
        layers: one or more layers, other blocks among them. Their `inputs` name each other; "input" is the block's.
        shortcut: the layers beside them. None: the input as it is where the shapes agree, else a convolution 1x1
            without bias to the channels that the layers make, with their stride, and batch normalisation (the paper's
            option B). []: the input as it is; other shapes are an error.
        activation: of the sum.
        name, inputs: as those of every `Layer`.
    """

    layers: Sequence[Layer] = field(metadata=_LAYERS)
    shortcut: Sequence[Layer] | None = field(default=None, metadata=_LAYERS)
    activation: str = field(default="relu", kw_only=True, metadata=checks.option("activation"))

    layer_lists: ClassVar[Mapping[str, str]] = {"layers": "", "shortcut": "shortcut"}

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.layers:
            raise errors.error("PARAMETER_RANGE", "Block: layers must hold at least one layer", parameter="layers")

    def parts(self, number: str, name: str, input_shape: Shape) -> tuple[TracedLayer, ...]:
        main = trace_layers(self.layers, input_shape, None, number=number, name=name)
        made = main[-1].output
        shortcut = _projection(input_shape, made) if self.shortcut is None else self.shortcut
        beside = trace_layers(shortcut, input_shape, None, number=number, name=name, infix="shortcut")
        added = beside[-1].output if beside else input_shape
        if added != made:
            raise DoesNotFitError(
                f"Block cannot add the {times(made)} of its layers and the {times(added)} of its shortcut"
            )
        add = Add([_last_name(self.layers), f"shortcut/{_last_name(shortcut)}" if shortcut else checks.INPUT])
        if self.activation == "identity":
            return *main, *beside, TracedLayer(name, add, (made, added), made)
        return (
            *main,
            *beside,
            TracedLayer(f"{name}/add", add, (made, added), made),
            TracedLayer(name, Activation(self.activation), (made,), made),
        )

    def __str__(self) -> str:
        return "Block" if self.activation == "relu" else f"Block {self.activation}"


@dataclass(frozen=True)
class SqueezeExcite(Layer):
    """Every channel times a weight between 0 and 1, which a small network finds from the means of all channels (Hu et
    al., Squeeze-and-Excitation Networks, 2018).

    Args:
        ratio: how many times fewer channels the small network has inside; at least one stays.
        name, inputs: as those of every `Layer`.
    """

    ratio: int = field(default=16, metadata=checks.POSITIVE)

    takes_images: ClassVar[bool] = True

    def parts(self, number: str, name: str, input_shape: Shape) -> tuple[TracedLayer, ...]:
        channels = input_shape[2]
        scale = trace_layers(
            [
                GlobalPool(keep_dims=True, name="pool"),
                Conv2D(max(1, channels // self.ratio), 1, activation="relu", name="reduce"),
                Conv2D(channels, 1, activation="sigmoid", name="expand"),
            ],
            input_shape,
            None,
            number=number,
            name=name,
        )
        product = Multiply([checks.INPUT, "expand"])
        return *scale, TracedLayer(name, product, (input_shape, scale[-1].output), input_shape)

    def __str__(self) -> str:
        return f"SqueezeExcite {self.ratio}"


def _last_name(layers: Sequence[Layer]) -> str:
    return wiring.names(layers)[-1]


def _projection(before: Shape, after: Shape) -> Sequence[Layer]:
    """What brings a block's input to the shape that its layers make, as far as it can."""
    if before == after or len(before) != 3 or len(after) != 3:
        return []
    # The smallest stride that leaves no more rows and columns than the layers do.
    stride = ((before[0] - 1) // after[0] + 1, (before[1] - 1) // after[1] + 1)
    return [Conv2D(after[2], 1, stride, use_bias=False, activation="identity", name="conv"), BatchNorm(name="norm")]
