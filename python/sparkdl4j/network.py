"""Networks: typed layers, the JSON that Java reads, reference networks, shapes and summary."""

from __future__ import annotations

import dataclasses
import difflib
import json
import math
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from sparkdl4j import atomic_file, errors, options

Shape: TypeAlias = tuple[int, ...]
Pair: TypeAlias = int | tuple[int, int]

_REFERENCES = Path(__file__).parent / "spec" / "networks"
_SETTINGS = tuple(options.names("network"))
_PADDINGS = ("valid", "same")

# DL4J addresses parameters and one picture's activations by a 32-bit integer.
_LARGEST = 2**31 - 1


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
            _DoesNotFitError: when there is none.
        """
        return input_shape

    def parameters(self, input_shape: Shape, output_shape: Shape) -> int:
        """How many numbers training learns."""
        return 0

    def __str__(self) -> str:
        return self.type

    def _checked(self, name: str, value: Any) -> Any:
        if name in self._integers:
            return _integer(value, self._wrong(name, value, "an integer of at least 1"))
        if name in self._pairs:
            wrong = self._wrong(name, value, "an integer of at least 1, or a pair of such")
            sides = (value, value) if not isinstance(value, (tuple, list)) else value
            if len(sides) != 2:
                raise wrong
            return _integer(sides[0], wrong), _integer(sides[1], wrong)
        if name == "padding" and value not in _PADDINGS:
            raise self._wrong(name, value, "'valid' or 'same'")
        if name == "name" and not (isinstance(value, str) and value):
            raise self._wrong(name, value, "a string that is not empty")
        if name == "rate" or name in _SETTINGS:
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
class _Window(Layer):
    """A layer whose window slides over height and width."""

    def _slide(self, input_shape: Shape, window: Shape, stride: Shape, padding: str, channels: int) -> Shape:
        if padding == "same":
            sides = [(input_shape[i] - 1) // stride[i] + 1 for i in (0, 1)]
        else:
            if window[0] > input_shape[0] or window[1] > input_shape[1]:
                raise _DoesNotFitError(f"{self.type} {_times(window)} does not fit its {_times(input_shape[:2])} input")
            sides = [(input_shape[i] - window[i]) // stride[i] + 1 for i in (0, 1)]
        return sides[0], sides[1], channels


@dataclass(frozen=True)
class Conv2D(_Window):
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
class _Pool(_Window):
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
            raise _DoesNotFitError(f"Output has {self.units} units, but there are {classes} classes")
        return (self.units or classes or 0,)

    def parameters(self, input_shape: Shape, output_shape: Shape) -> int:
        return (math.prod(input_shape) + 1) * output_shape[0]


_LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer for layer in (Conv2D, MaxPool2D, AvgPool2D, Dense, Dropout, Output)
}


@dataclass(frozen=True)
class Sequential:
    """A network: one layer after the other. It cannot be changed once made.

    Args:
        layers: the layers; `Output` is the last one and no other.
        input_shape: (height, width, channels) that pictures must have; None takes any that fit.
        default_input_shape: the (height, width, channels) that the network was made for: a hint.
        learning_rate, updater, momentum, l1, l2, dropout, weight_init, activation: what the network
            itself sets. None leaves it to the classifier; what both set is an error.
        name: of the network.
        source: where it comes from.

    Raises:
        NetworkError: NETWORK_INVALID.
        ParameterError: PARAMETER_TYPE or PARAMETER_RANGE.
    """

    layers: tuple[Layer, ...]
    _: dataclasses.KW_ONLY
    input_shape: tuple[int, int, int] | None = None
    default_input_shape: tuple[int, int, int] | None = None
    learning_rate: float | None = None
    updater: str | None = None
    momentum: float | None = None
    l1: float | None = None
    l2: float | None = None
    dropout: float | None = None
    weight_init: str | None = None
    activation: str | None = None
    name: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.layers, Iterable) or isinstance(self.layers, (str, bytes, Mapping)):
            raise _invalid(f"layers must be a list of layers, but is {self.layers!r}")
        object.__setattr__(self, "layers", tuple(self.layers))
        for name in ("input_shape", "default_input_shape"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _picture_shape(getattr(self, name), name))
        for name in _SETTINGS:
            if getattr(self, name) is not None:
                object.__setattr__(self, name, options.check("network", name, getattr(self, name)))
        for name in ("name", "source"):
            if not isinstance(getattr(self, name), (str, type(None))):
                raise errors.error(
                    "PARAMETER_TYPE",
                    f"{name} must be a string, but is {getattr(self, name)!r}",
                    parameter=name,
                )
        self._check_layers()

    def _check_layers(self) -> None:
        if not self.layers:
            raise _invalid("a network needs layers; the last one must be Output()")
        flat = False
        names: set[str] = set()
        for number, layer in enumerate(self.layers, start=1):
            if type(layer) not in _LAYERS.values():
                given = f"the class {layer.__name__}" if isinstance(layer, type) else repr(layer)
                raise _invalid(
                    f"layer {number} is {given}, but must be one of {', '.join(f'{name}(…)' for name in _LAYERS)}",
                    number,
                )
            if isinstance(layer, Output) != (number == len(self.layers)):
                raise _invalid(
                    f"layer {number} ({layer.type}): "
                    + (
                        "Output must be the last layer"
                        if isinstance(layer, Output)
                        else "the last layer must be Output"
                    ),
                    number,
                )
            if flat and isinstance(layer, _Window):
                raise _invalid(f"{layer.type} must stand before the first Dense layer: layer {number}", number)
            flat = flat or isinstance(layer, Dense)
            name = getattr(layer, "name", None) or f"layer{number - 1}"
            if name in names:
                raise _invalid(f"layer {number} ({layer.type}): two layers have the name {name}", number)
            names.add(name)

    @property
    def picture_shape(self) -> tuple[int, int, int] | None:
        """(height, width, channels) that the network demands, or else was made for; or None."""
        return self.input_shape or self.default_input_shape

    @property
    def image_size(self) -> tuple[int, int] | None:
        """(height, width) of `picture_shape`, or None."""
        return None if self.picture_shape is None else self.picture_shape[:2]

    def to_dict(self) -> dict[str, Any]:
        """The network as JSON holds it; what is unset is left out."""
        names = ("name", "source", "input_shape", "default_input_shape", *_SETTINGS)
        values = {name: getattr(self, name) for name in names}
        return {
            **{
                name: list(value) if isinstance(value, tuple) else value
                for name, value in values.items()
                if value is not None
            },
            "layers": [layer.to_dict() for layer in self.layers],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Sequential:
        """The network that `to_dict` described.

        Raises:
            NetworkError: NETWORK_INVALID, with the number of the layer and the nearest known name.
        """
        if not isinstance(values, Mapping):
            raise _invalid(f"the description of a network must be an object, but is {values!r}")
        known = [field.name for field in dataclasses.fields(cls)]
        _check_keys(values, known, "network")
        layers = values.get("layers")
        if not isinstance(layers, (list, tuple)) or not layers:
            raise _invalid("network: layers must be a list of at least one layer")
        parsed = [_layer(number, layer) for number, layer in enumerate(layers, start=1)]
        try:
            return cls(tuple(parsed), **{k: v for k, v in values.items() if k != "layers"})
        except errors.ParameterError as problem:
            raise _invalid(f"network: {problem}") from None

    def to_json(self) -> str:
        """The network as JSON; `from_json` gives it back."""
        return json.dumps(self.to_dict(), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Sequential:
        """The network that `to_json` wrote.

        Raises:
            NetworkError: NETWORK_INVALID.
        """
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as problem:
            raise _invalid(f"the description of the network is not JSON: {problem}") from None
        return cls.from_dict(values)

    def summary(self, input_shape: tuple[int, int, int] | None = None, classes: int | None = None) -> str:
        """A table of the layers: type, output shape, parameters.

        Args:
            input_shape: (height, width, channels) of the pictures; by default what the network
                demands or was made for.
            classes: number of classes; by default left open.
        """
        from sparkdl4j.report import tables

        last = self.layers[-1]
        assert isinstance(last, Output)
        classes = last.units if classes is None else classes
        shape = self.picture_shape if input_shape is None else input_shape
        outputs: list[Shape | None] = [None] * len(self.layers)
        if shape is not None:
            outputs = list(_output_shapes(self, shape, classes))
        inputs: list[Shape | None] = [shape, *outputs[:-1]]
        rows, total, open_parameters = [], 0, 0
        for number, (layer, before, after) in enumerate(zip(self.layers, inputs, outputs, strict=True), start=1):
            shape_text = parameters_text = "?"
            if before is not None and after is not None:
                count = layer.parameters(before, after)
                total += count
                shape_text, parameters_text = _times(after), f"{count:,}"
                if layer is last and classes is None:
                    open_parameters = layer.parameters(before, (1,))
                    shape_text, parameters_text = "classes", f"{open_parameters:,} x classes"
            rows.append([str(number), str(layer), shape_text, parameters_text])
        of_classes = f" + {open_parameters:,} x classes" if open_parameters else ""
        heading = (self.name or "network") + (f": pictures {_times(shape)}" if shape is not None else "")
        heading += f", {classes} classes" if classes is not None else ""
        table = tables.aligned([["layer", "type", "output", "parameters"], *rows], right=(0, 2, 3), ruled=True)
        total_text = "?" if shape is None else f"{total:,}{of_classes}"
        return f"{heading}\n{table}\n{total_text} parameters"


def reference_names() -> list[str]:
    """The names of the reference networks."""
    return sorted(path.stem for path in _REFERENCES.glob("*.json"))


def reference(name: str) -> Sequential:
    """A reference network.

    Raises:
        NetworkError: NETWORK_INVALID when there is none of this name.
    """
    names = reference_names()
    if name not in names:
        raise _invalid(
            f"there is no reference network {name!r}; did you mean {_nearest(name, names)}? "
            f"They are {', '.join(names)}; or give the path of a JSON file"
        )
    return Sequential.from_dict(atomic_file.read_json(_REFERENCES / f"{name}.json", code="NETWORK_INVALID"))


def landscape() -> Sequential:
    """The thesis's network for landscapes, table 4.2.1, for pictures of 75x75x3."""
    return reference("landscape")


def fashion() -> Sequential:
    """The paper's network for Fashion-MNIST (LeNet), for pictures of 28x28x1."""
    return reference("fashion")


def network(value: str | Path | Mapping[str, Any] | Sequential) -> Sequential:
    """The network that is meant: by itself, by a reference's name, its dict, or a JSON file's path.

    Raises:
        NetworkError: NETWORK_INVALID.
        FileError: FILE_NOT_FOUND or FILE_UNREADABLE.
        ParameterError: PARAMETER_TYPE for a value of another kind.
    """
    if isinstance(value, Sequential):
        return value
    if isinstance(value, Mapping):
        return Sequential.from_dict(value)
    if isinstance(value, str) and value in reference_names():
        return reference(value)
    if isinstance(value, Path) or (isinstance(value, str) and (value.endswith(".json") or Path(value).is_file())):
        description = atomic_file.read_json(value, code="NETWORK_INVALID")
        try:
            return Sequential.from_dict(description)
        except errors.NetworkError as problem:
            raise errors.error(problem.code, f"{value}: {problem}", **{**problem.details, "path": str(value)}) from None
    if isinstance(value, str):
        return reference(value)
    raise errors.error(
        "PARAMETER_TYPE",
        "network must be a reference network's name, a Sequential, its dict or the path of its "
        f"JSON file, but is {value!r}",
        parameter="network",
    )


def shapes(network: Sequential, input_shape: tuple[int, int, int], classes: int) -> list[Shape]:
    """The output shape of every layer: (height, width, channels) or (units,).

    Args:
        network: the network.
        input_shape: (height, width, channels) of the pictures.
        classes: number of classes, at least 2.

    Raises:
        NetworkError: NETWORK_DOES_NOT_FIT, with the number of the layer.
        DataError: DATA_ONE_CLASS.
    """
    if network.input_shape is not None and network.input_shape != tuple(input_shape):
        raise errors.error(
            "NETWORK_DOES_NOT_FIT",
            f"the network takes pictures of {_times(network.input_shape)} (height x width x "
            f"channels), but the data are {_times(input_shape)}",
        )
    if classes < 2:
        raise errors.error(
            "DATA_ONE_CLASS",
            f"a classifier needs at least two classes, but the data have {classes}",
        )
    return _output_shapes(network, input_shape, classes)


def fill(network: Sequential, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a network: its own, or else the options given, or else their defaults.

    A layer that sets one for itself keeps it.

    Args:
        network: the network.
        given: options of the group "network" that were given explicitly; None counts as not given.

    Raises:
        ParameterError: PARAMETER_CONFLICT for a setting that both have; PARAMETER_UNKNOWN,
            PARAMETER_TYPE or PARAMETER_RANGE.
    """
    options.check_names(given, _SETTINGS)
    settings: dict[str, Any] = {}
    for name in _SETTINGS:
        own, option = getattr(network, name), given.get(name)
        if own is not None and option is not None:
            raise errors.error(
                "PARAMETER_CONFLICT",
                f"{name} is set both in the network and as an option: leave one out",
                parameter=name,
            )
        if own is not None:
            settings[name] = own
        elif option is not None:
            settings[name] = options.check("network", name, option)
        else:
            settings[name] = options.default("network", name)
    return settings


class _DoesNotFitError(Exception):
    """A layer's complaint, to which the network adds the layer's number."""


def _output_shapes(network: Sequential, input_shape: Shape, classes: int | None) -> list[Shape]:
    result: list[Shape] = []
    shape, parameters = _picture_shape(input_shape, "input_shape"), 0
    before: Shape = shape
    for number, layer in enumerate(network.layers, start=1):
        try:
            after = layer.output_shape(before, classes)
            parameters += layer.parameters(before, after)
            if parameters > _LARGEST or math.prod(after) > _LARGEST:
                raise _DoesNotFitError(
                    f"{layer.type} makes the network too large (more than {_LARGEST} parameters or activations)"
                )
        except _DoesNotFitError as problem:
            raise errors.error("NETWORK_DOES_NOT_FIT", f"{problem}: layer {number}", layer=number) from None
        result.append(after)
        before = after
    return result


def _layer(number: int, values: Any) -> Layer:
    if not isinstance(values, Mapping) or not isinstance(values.get("type"), str):
        raise _invalid(f'layer {number} must be an object with a "type", but is {values!r}', number)
    kind = values["type"]
    if kind not in _LAYERS:
        raise _invalid(
            f"layer {number}: there is no layer type {kind!r}; did you mean {_nearest(kind, _LAYERS)}?",
            number,
        )
    where = f"layer {number} ({kind})"
    fields = dataclasses.fields(_LAYERS[kind])
    _check_keys(values, ["type", *(field.name for field in fields)], where, number)
    # null means what absence means.
    given = {name: value for name, value in values.items() if name != "type" and value is not None}
    for field in fields:
        if field.default is dataclasses.MISSING and field.name not in given:
            raise _invalid(f"{where}: {field.name} is missing", number)
    try:
        return _LAYERS[kind](**given)
    except errors.ParameterError as problem:
        text = str(problem).removeprefix(f"{kind}: ")
        raise _invalid(f"{where}: {text}", number) from None


def _check_keys(values: Mapping[str, Any], known: list[str], where: str, number: int | None = None) -> None:
    for name in values:
        if name not in known:
            raise _invalid(
                f"{where}: there is no setting {name!r}; did you mean {_nearest(str(name), known)}?",
                number,
            )


def _nearest(name: str, known: Iterable[str]) -> str:
    by_lower = {candidate.lower(): candidate for candidate in known}
    return by_lower[difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.0)[0]]


def _invalid(message: str, layer: int | None = None) -> errors.SparkDl4jError:
    details = {} if layer is None else {"layer": layer}
    return errors.error("NETWORK_INVALID", message, **details)


def _integer(value: Any, wrong: errors.SparkDl4jError) -> int:
    if isinstance(value, bool):
        raise wrong
    try:
        integer = operator.index(value)
    except TypeError:
        raise wrong from None
    if not 1 <= integer <= _LARGEST:
        raise wrong
    return integer


def _picture_shape(value: Any, name: str) -> tuple[int, int, int]:
    wrong = errors.error(
        "PARAMETER_RANGE",
        f"{name} must be (height, width, channels), each at least 1, but is {value!r}",
        parameter=name,
    )
    if not isinstance(value, (tuple, list)) or len(value) != 3:
        raise wrong
    return _integer(value[0], wrong), _integer(value[1], wrong), _integer(value[2], wrong)


def _pair(value: Pair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def _times(shape: Iterable[int]) -> str:
    return "x".join(map(str, shape))


def _window(size: Pair, stride: Pair, usual_stride: Pair, padding: str) -> str:
    text = _times(_pair(size))
    if _pair(stride) != _pair(usual_stride):
        rows, columns = _pair(stride)
        text += f"/{rows}" if rows == columns else f"/{rows}x{columns}"
    return text + (" same" if padding == "same" else "")
