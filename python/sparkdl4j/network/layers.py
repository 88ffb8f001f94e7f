"""The typed layers of a network, and the JSON of one layer."""

from __future__ import annotations

import dataclasses
import difflib
import math
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from sparkdl4j import errors, options

Shape: TypeAlias = tuple[int, ...]
Pair: TypeAlias = int | tuple[int, int]
SETTINGS = tuple(options.names("network"))
_PADDINGS = ("valid", "same")
# DL4J addresses parameters and one picture's activations by a 32-bit integer.
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Layer:
    """What all layers share; use one of its subclasses."""

    _integers: ClassVar[tuple[str, ...]] = ()
    _pairs: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is None and field.default is None:
                continue
            object.__setattr__(self, field.name, self._checked(field.name, value))

    @property
    def type(self) -> str:
        """The kind of layer, as JSON names it."""
        return type(self).__name__

    def to_dict(self) -> dict[str, Any]:
        """The layer as JSON holds it; what is unset is left out."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {
            "type": self.type,
            **{
                name: list(value) if isinstance(value, tuple) else value
                for name, value in values.items()
                if value is not None
            },
        }

    def output_shape(self, input_shape: Shape, classes: int | None) -> Shape:
        """(height, width, channels) or (units,) of the output for one example.

        Raises:
            DoesNotFitError: when there is none.
        """
        return input_shape

    def parameters(self, input_shape: Shape, output_shape: Shape) -> int:
        """How many numbers training learns."""
        return 0

    def __str__(self) -> str:
        return self.type

    def _checked(self, name: str, value: Any) -> Any:
        if name in self._integers:
            return checked_integer(value, self._wrong(name, value, "an integer of at least 1"))
        if name in self._pairs:
            wrong = self._wrong(name, value, "an integer of at least 1, or a pair of such")
            sides = (value, value) if not isinstance(value, (tuple, list)) else value
            if len(sides) != 2:
                raise wrong
            return checked_integer(sides[0], wrong), checked_integer(sides[1], wrong)
        if name == "padding" and value not in _PADDINGS:
            raise self._wrong(name, value, "'valid' or 'same'")
        if name == "name" and not (isinstance(value, str) and value):
            raise self._wrong(name, value, "a string that is not empty")
        if name == "rate" or name in SETTINGS:
            # A layer's rate is the option dropout, set for this layer alone.
            try:
                return options.check("network", "dropout" if name == "rate" else name, value)
            except errors.ParameterError as problem:
                text = str(problem).replace("dropout", "rate") if name == "rate" else str(problem)
                raise errors.error(
                    problem.code, f"{self.type}: {text}", **{**problem.details, "parameter": name}
                ) from None
        return value

    def _wrong(self, name: str, value: Any, wanted: str) -> errors.SparkDl4jError:
        return errors.error(
            "PARAMETER_RANGE",
            f"{self.type}: {name} must be {wanted}, but is {value!r}",
            parameter=name,
        )


@dataclass(frozen=True)
class Window2D(Layer):
    """A layer whose window slides over height and width."""

    def _slide(self, input_shape: Shape, window: Shape, stride: Shape, padding: str, channels: int) -> Shape:
        if padding == "same":
            sides = [(input_shape[i] - 1) // stride[i] + 1 for i in (0, 1)]
        else:
            if window[0] > input_shape[0] or window[1] > input_shape[1]:
                raise DoesNotFitError(f"{self.type} {times(window)} does not fit its {times(input_shape[:2])} input")
            sides = [(input_shape[i] - window[i]) // stride[i] + 1 for i in (0, 1)]
        return sides[0], sides[1], channels


@dataclass(frozen=True)
class Conv2D(Window2D):
    """Convolution with bias and activation.

    Args:
        filters: output channels.
        kernel_size: (height, width) of the window, or one number for both.
        stride: steps of the window, down and right.
        padding: "valid" (the window stays inside) or "same" (ceil(input / stride) outputs).
        activation, l1, l2, weight_init: for this layer alone; None takes the network's, or else
            the classifier's.
        name: of the layer in Deeplearning4j.
    """

    filters: int
    kernel_size: Pair
    stride: Pair = 1
    padding: str = "valid"
    activation: str | None = None
    l1: float | None = None
    l2: float | None = None
    weight_init: str | None = None
    name: str | None = None

    _integers = ("filters",)
    _pairs = ("kernel_size", "stride")

    def output_shape(self, input_shape: Shape, classes: int | None) -> Shape:
        kernel, stride = _pair(self.kernel_size), _pair(self.stride)
        return self._slide(input_shape, kernel, stride, self.padding, self.filters)

    def parameters(self, input_shape: Shape, output_shape: Shape) -> int:
        return self.filters * (math.prod(_pair(self.kernel_size)) * input_shape[2] + 1)

    def __str__(self) -> str:
        return f"Conv2D {_window(self.kernel_size, self.stride, 1, self.padding)}"


@dataclass(frozen=True)
class _Pool(Window2D):
    pool_size: Pair = 2
    stride: Pair | None = None
    padding: str = "valid"
    name: str | None = None

    _pairs = ("pool_size", "stride")

    def output_shape(self, input_shape: Shape, classes: int | None) -> Shape:
        size = _pair(self.pool_size)
        stride = size if self.stride is None else _pair(self.stride)
        return self._slide(input_shape, size, stride, self.padding, input_shape[2])

    def __str__(self) -> str:
        stride = self.pool_size if self.stride is None else self.stride
        return f"{self.type} {_window(self.pool_size, stride, self.pool_size, self.padding)}"


@dataclass(frozen=True)
class MaxPool2D(_Pool):
    """The largest value of every window.

    Args:
        pool_size: (height, width) of the window, or one number for both.
        stride: steps of the window; None takes pool_size.
        padding: "valid" or "same".
        name: of the layer in Deeplearning4j.
    """


@dataclass(frozen=True)
class AvgPool2D(_Pool):
    """The mean of every window; arguments as those of `MaxPool2D`."""


@dataclass(frozen=True)
class Dense(Layer):
    """Fully connected layer with bias and activation.

    Args:
        units: outputs.
        activation, l1, l2, weight_init: for this layer alone; None takes the network's, or else
            the classifier's.
        name: of the layer in Deeplearning4j.
    """

    units: int
    activation: str | None = None
    l1: float | None = None
    l2: float | None = None
    weight_init: str | None = None
    name: str | None = None

    _integers = ("units",)

    def output_shape(self, input_shape: Shape, classes: int | None) -> Shape:
        return (self.units,)

    def parameters(self, input_shape: Shape, output_shape: Shape) -> int:
        return (math.prod(input_shape) + 1) * output_shape[0]


@dataclass(frozen=True)
class Dropout(Layer):
    """Drops a share of its input's activations in training, where it stands.

    Args:
        rate: the share dropped; None takes the network's `dropout`, or else the classifier's.
        name: of the layer in Deeplearning4j.
    """

    rate: float | None = None
    name: str | None = None

    def __str__(self) -> str:
        return "Dropout" if self.rate is None else f"Dropout {self.rate:g}"


@dataclass(frozen=True)
class Output(Layer):
    """The last layer: one unit a class, softmax and cross-entropy.

    Args:
        units: None takes the number of classes; a number must equal it.
        l1, l2, weight_init: for this layer alone.
        name: of the layer in Deeplearning4j.
    """

    units: int | None = None
    l1: float | None = None
    l2: float | None = None
    weight_init: str | None = None
    name: str | None = None

    _integers = ("units",)

    def output_shape(self, input_shape: Shape, classes: int | None) -> Shape:
        if None not in (self.units, classes) and self.units != classes:
            raise DoesNotFitError(f"Output has {self.units} units, but there are {classes} classes")
        return (self.units or classes or 0,)

    def parameters(self, input_shape: Shape, output_shape: Shape) -> int:
        return (math.prod(input_shape) + 1) * output_shape[0]


LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer for layer in (Conv2D, MaxPool2D, AvgPool2D, Dense, Dropout, Output)
}


class DoesNotFitError(Exception):
    """A layer's complaint, to which the network adds the layer's number."""


def parse_layer(number: int, values: Any) -> Layer:
    if not isinstance(values, Mapping) or not isinstance(values.get("type"), str):
        raise invalid(f'layer {number} must be an object with a "type", but is {values!r}', number)
    kind = values["type"]
    if kind not in LAYERS:
        raise invalid(
            f"layer {number}: there is no layer type {kind!r}; did you mean {nearest(kind, LAYERS)}?",
            number,
        )
    where = f"layer {number} ({kind})"
    fields = dataclasses.fields(LAYERS[kind])
    check_keys(values, ["type", *(field.name for field in fields)], where, number)
    # null means what absence means.
    given = {name: value for name, value in values.items() if name != "type" and value is not None}
    for field in fields:
        if field.default is dataclasses.MISSING and field.name not in given:
            raise invalid(f"{where}: {field.name} is missing", number)
    try:
        return LAYERS[kind](**given)
    except errors.ParameterError as problem:
        text = str(problem).removeprefix(f"{kind}: ")
        raise invalid(f"{where}: {text}", number) from None


def check_keys(values: Mapping[str, Any], known: list[str], where: str, number: int | None = None) -> None:
    for name in values:
        if name not in known:
            raise invalid(
                f"{where}: there is no setting {name!r}; did you mean {nearest(str(name), known)}?",
                number,
            )


def nearest(name: str, known: Iterable[str]) -> str:
    by_lower = {candidate.lower(): candidate for candidate in known}
    return by_lower[difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.0)[0]]


def invalid(message: str, layer: int | None = None) -> errors.SparkDl4jError:
    details = {} if layer is None else {"layer": layer}
    return errors.error("NETWORK_INVALID", message, **details)


def checked_integer(value: Any, wrong: errors.SparkDl4jError) -> int:
    if isinstance(value, bool):
        raise wrong
    try:
        integer = operator.index(value)
    except TypeError:
        raise wrong from None
    if not 1 <= integer <= LARGEST:
        raise wrong
    return integer


def _pair(value: Pair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def times(shape: Iterable[int]) -> str:
    return "x".join(map(str, shape))


def _window(size: Pair, stride: Pair, usual_stride: Pair, padding: str) -> str:
    text = times(_pair(size))
    if _pair(stride) != _pair(usual_stride):
        rows, columns = _pair(stride)
        text += f"/{rows}" if rows == columns else f"/{rows}x{columns}"
    return text + (" same" if padding == "same" else "")
