"""A network as a sequence of layers: its JSON, its shapes, its settings, its summary."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sparkdl4j import errors, options
from sparkdl4j.network.layers import (
    LARGEST,
    LAYERS,
    SETTINGS,
    Dense,
    DoesNotFitError,
    Layer,
    Output,
    Shape,
    Window2D,
    check_keys,
    checked_integer,
    invalid,
    parse_layer,
    times,
)


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
            raise invalid(f"layers must be a list of layers, but is {self.layers!r}")
        object.__setattr__(self, "layers", tuple(self.layers))
        for name in ("input_shape", "default_input_shape"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _picture_shape(getattr(self, name), name))
        for name in SETTINGS:
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
            raise invalid("a network needs layers; the last one must be Output()")
        flat = False
        names: set[str] = set()
        for number, layer in enumerate(self.layers, start=1):
            if type(layer) not in LAYERS.values():
                given = f"the class {layer.__name__}" if isinstance(layer, type) else repr(layer)
                raise invalid(
                    f"layer {number} is {given}, but must be one of {', '.join(f'{name}(…)' for name in LAYERS)}",
                    number,
                )
            if isinstance(layer, Output) != (number == len(self.layers)):
                raise invalid(
                    f"layer {number} ({layer.type}): "
                    + (
                        "Output must be the last layer"
                        if isinstance(layer, Output)
                        else "the last layer must be Output"
                    ),
                    number,
                )
            if flat and isinstance(layer, Window2D):
                raise invalid(f"{layer.type} must stand before the first Dense layer: layer {number}", number)
            flat = flat or isinstance(layer, Dense)
            name = getattr(layer, "name", None) or f"layer{number - 1}"
            if name in names:
                raise invalid(f"layer {number} ({layer.type}): two layers have the name {name}", number)
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
        names = ("name", "source", "input_shape", "default_input_shape", *SETTINGS)
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
            raise invalid(f"the description of a network must be an object, but is {values!r}")
        known = [field.name for field in dataclasses.fields(cls)]
        check_keys(values, known, "network")
        layers = values.get("layers")
        if not isinstance(layers, (list, tuple)) or not layers:
            raise invalid("network: layers must be a list of at least one layer")
        parsed = [parse_layer(number, layer) for number, layer in enumerate(layers, start=1)]
        try:
            return cls(tuple(parsed), **{k: v for k, v in values.items() if k != "layers"})
        except errors.ParameterError as problem:
            raise invalid(f"network: {problem}") from None

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
            raise invalid(f"the description of the network is not JSON: {problem}") from None
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
                shape_text, parameters_text = times(after), f"{count:,}"
                if layer is last and classes is None:
                    open_parameters = layer.parameters(before, (1,))
                    shape_text, parameters_text = "classes", f"{open_parameters:,} x classes"
            rows.append([str(number), str(layer), shape_text, parameters_text])
        of_classes = f" + {open_parameters:,} x classes" if open_parameters else ""
        heading = (self.name or "network") + (f": pictures {times(shape)}" if shape is not None else "")
        heading += f", {classes} classes" if classes is not None else ""
        table = tables.aligned([["layer", "type", "output", "parameters"], *rows], right=(0, 2, 3), ruled=True)
        total_text = "?" if shape is None else f"{total:,}{of_classes}"
        return f"{heading}\n{table}\n{total_text} parameters"


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
            f"the network takes pictures of {times(network.input_shape)} (height x width x "
            f"channels), but the data are {times(input_shape)}",
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
    options.check_names(given, SETTINGS)
    settings: dict[str, Any] = {}
    for name in SETTINGS:
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


def _output_shapes(network: Sequential, input_shape: Shape, classes: int | None) -> list[Shape]:
    result: list[Shape] = []
    shape, parameters = _picture_shape(input_shape, "input_shape"), 0
    before: Shape = shape
    for number, layer in enumerate(network.layers, start=1):
        try:
            after = layer.output_shape(before, classes)
            parameters += layer.parameters(before, after)
            if parameters > LARGEST or math.prod(after) > LARGEST:
                raise DoesNotFitError(
                    f"{layer.type} makes the network too large (more than {LARGEST} parameters or activations)"
                )
        except DoesNotFitError as problem:
            raise errors.error("NETWORK_DOES_NOT_FIT", f"{problem}: layer {number}", layer=number) from None
        result.append(after)
        before = after
    return result


def _picture_shape(value: Any, name: str) -> tuple[int, int, int]:
    wrong = errors.error(
        "PARAMETER_RANGE",
        f"{name} must be (height, width, channels), each at least 1, but is {value!r}",
        parameter=name,
    )
    if not isinstance(value, (tuple, list)) or len(value) != 3:
        raise wrong
    return checked_integer(value[0], wrong), checked_integer(value[1], wrong), checked_integer(value[2], wrong)
