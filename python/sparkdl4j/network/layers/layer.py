"""What all layers share."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from sparkdl4j import errors
from sparkdl4j.network.layers import checks

Shape: TypeAlias = tuple[int, ...]
Pair: TypeAlias = int | tuple[int, int]


class DoesNotFitError(Exception):
    """A layer's complaint about its inputs' shapes, to which the network adds the layer's number."""


@dataclass(frozen=True)
class Layer:
    """What all layers share; use one of its subclasses.

    Args:
        name: of the layer in Deeplearning4j; by default layer0, layer1 and so on.
        inputs: in a `Graph`, the name of the layer whose output this one takes, in a list, or "input" for the pictures;
            by default the layer before.
    """

    name: str | None = field(default=None, kw_only=True, metadata=checks.LAYER_NAME)
    inputs: Sequence[str] | None = field(default=None, kw_only=True, metadata=checks.LAYER_NAMES)

    # Whether the inputs must have height and width.
    takes_images: ClassVar[bool] = False
    # The fields that hold lists of layers, and what their layers' numbers and names get between the layer's and theirs.
    layer_lists: ClassVar[Mapping[str, str]] = {}

    def __post_init__(self) -> None:
        for parameter in dataclasses.fields(self):
            value = getattr(self, parameter.name)
            if (value is None and parameter.default is None) or "check" not in parameter.metadata:
                continue
            try:
                checked = parameter.metadata["check"](parameter.name, value)
            except errors.ParameterError as problem:
                raise errors.error(problem.code, f"{self.type}: {problem}", **problem.details) from None
            object.__setattr__(self, parameter.name, checked)
        self._check_inputs()

    def _check_inputs(self) -> None:
        if self.inputs is not None and len(self.inputs) != 1:
            raise self._wrong_inputs("one layer")

    def _wrong_inputs(self, wanted: str) -> errors.SparkDl4jError:
        message = f"{self.type}: inputs must name {wanted}, but names {', '.join(self.inputs or ())}"
        return errors.error("PARAMETER_RANGE", message, parameter="inputs")

    @property
    def type(self) -> str:
        """The kind of layer, as JSON names it."""
        return type(self).__name__

    def to_dict(self) -> dict[str, Any]:
        """The layer as JSON holds it; what is unset is left out."""
        values = {parameter.name: getattr(self, parameter.name) for parameter in dataclasses.fields(self)}
        return {"type": self.type, **{name: _plain(value) for name, value in values.items() if value is not None}}

    def output_shape(self, inputs: Sequence[Shape], classes: int | None) -> Shape:
        """(height, width, channels) or (units,) of the output for one picture.

        Raises:
            DoesNotFitError: when there is none.
        """
        return inputs[0]

    def parts(self, number: str, name: str, input_shape: Shape) -> tuple[TracedLayer, ...]:
        """The layers that this one consists of, if it does; the last one's output is its own.

        Args:
            number: of this layer, for errors: 3, or 3.2 within another.
            name: of this layer in Deeplearning4j.
            input_shape: of its input.

        Raises:
            DoesNotFitError: when they do not fit each other.
            NetworkError: when one of them does not fit its input.
        """
        return ()

    def parameters(self, inputs: Sequence[Shape], output: Shape) -> int:
        """How many numbers training learns."""
        return 0

    def multiply_adds(self, inputs: Sequence[Shape], output: Shape) -> int:
        """How many multiplications, each with an addition, the output of one picture takes."""
        return 0

    def __str__(self) -> str:
        return self.type


@dataclass(frozen=True)
class WeightedLayer(Layer):
    """A layer with weights.

    Args:
        l1, l2, weight_init: for this layer alone; None takes the network's, or else the classifier's.
    """

    l1: float | None = field(default=None, kw_only=True, metadata=checks.option("l1"))
    l2: float | None = field(default=None, kw_only=True, metadata=checks.option("l2"))
    weight_init: str | None = field(default=None, kw_only=True, metadata=checks.option("weight_init"))


@dataclass(frozen=True)
class ActivatedLayer(WeightedLayer):
    """A layer with weights, bias and activation.

    Args:
        activation: for this layer alone; None takes the network's, or else the classifier's.
        use_bias: whether a bias is added to the weighted sums.
    """

    activation: str | None = field(default=None, kw_only=True, metadata=checks.option("activation"))
    use_bias: bool = field(default=True, kw_only=True, metadata=checks.BOOLEAN)


def times(shape: Iterable[int]) -> str:
    """A shape for people: 75x75x3."""
    return "x".join(map(str, shape))


def values(shape: Shape) -> int:
    """The number of values in an output of this shape."""
    return math.prod(shape)


def _plain(value: Any) -> Any:
    if isinstance(value, Layer):
        return value.to_dict()
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


@dataclass(frozen=True)
class TracedLayer:
    """A layer with the shapes of its inputs and its output.

    Args:
        name: in Deeplearning4j.
        layer: the layer.
        inputs: shapes of the inputs.
        output: shape of the output.
        parts: the layers that it consists of, if it does.
    """

    name: str
    layer: Layer
    inputs: tuple[Shape, ...]
    output: Shape
    parts: tuple[TracedLayer, ...] = ()

    @property
    def parameters(self) -> int:
        """How many numbers training learns."""
        if self.parts:
            return sum(part.parameters for part in self.parts)
        return self.layer.parameters(self.inputs, self.output)

    @property
    def multiply_adds(self) -> int:
        """Multiplications with additions for one picture."""
        if self.parts:
            return sum(part.multiply_adds for part in self.parts)
        return self.layer.multiply_adds(self.inputs, self.output)

    @property
    def activations(self) -> int:
        """The number of values in the outputs for one picture: of the layer, or of its parts."""
        return sum(part.activations for part in self.parts) if self.parts else values(self.output)
