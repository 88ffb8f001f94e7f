"""Networks: layers and settings, and their JSON."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sparkdl4j import errors, options
from sparkdl4j.network import structure
from sparkdl4j.network.description import check_keys, invalid, parse_layers
from sparkdl4j.network.layers import Layer, checks
from sparkdl4j.network.summary import summary_table

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:  # of Python 3.11 and newer, and for type checkers only

    def dataclass_transform(**_: Any) -> Any:
        return lambda decorated: decorated


SETTINGS = tuple(options.names("network"))


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Network:
    """A network: layers and settings. It cannot be changed once made.

    A network of your own is a subclass with a method `build`. Its annotated attributes become parameters of the
    constructor, given by name, so that a search can vary them; settings are among them.

    ```python
    class Plain(Network):
        width: int = 32
        depth: int = 3
        l2: float = 1e-4

        def build(self):
            for stage in range(self.depth):
                yield Conv2D(self.width << stage, 3, padding="same")
                yield MaxPool2D(2)
            yield GlobalPool()
            yield Output()

    ConvNetClassifier(Plain(width=48))   # or Plain, for the defaults
    ```

    Networks are equal when their JSON is. For a network without parameters, `Sequential` and `Graph` take a list.

    Args:
        input_shape: (height, width, channels) that pictures must have; None takes any that fit.
        default_input_shape: the (height, width, channels) that the network was made for: a hint.
        learning_rate, updater, momentum, l1, l2, weight_decay, gradient_normalization, gradient_threshold, loss,
            label_smoothing, focal_gamma, dropout, weight_init, activation: what the network itself sets. None leaves it
            to the classifier; what both set is an error.
        name: of the network.
        source: where it comes from.

    Attributes:
        layers: the layers.

    Raises:
        NetworkError: NETWORK_INVALID.
        ParameterError: PARAMETER_TYPE or PARAMETER_RANGE.
    """

    layers: Sequence[Layer] = field(init=False)
    input_shape: tuple[int, int, int] | None = None
    default_input_shape: tuple[int, int, int] | None = None
    learning_rate: float | None = None
    updater: str | None = None
    momentum: float | None = None
    l1: float | None = None
    l2: float | None = None
    weight_decay: float | None = None
    gradient_normalization: str | None = None
    gradient_threshold: float | None = None
    loss: str | None = None
    label_smoothing: float | None = None
    focal_gamma: float | None = None
    dropout: float | None = None
    weight_init: str | None = None
    activation: str | None = None
    name: str | None = None
    source: str | None = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # `l2 = 1e-4` in a subclass means the setting, as `l2: float = 1e-4` does.
        own = inspect.get_annotations(cls)
        inherited = {parameter.name: parameter.type for parameter in dataclasses.fields(cls)}
        cls.__annotations__ = {
            **{name: inherited[name] for name in vars(cls) if name in inherited and name not in own},
            **own,
        }
        dataclass(frozen=True, eq=False, repr=False, kw_only=True)(cls)

    def build(self) -> Iterable[Layer]:
        """The layers, in an order in which each stands behind those whose outputs it takes; `Output` is the last."""
        raise NotImplementedError(f"{type(self).__name__} needs a method build that returns its layers")

    def __post_init__(self) -> None:
        layers = self.build()
        if not isinstance(layers, Iterable) or isinstance(layers, (str, bytes, Mapping)):
            raise invalid(f"layers must be a list of layers, but is {layers!r}")
        object.__setattr__(self, "layers", tuple(layers))
        for name in ("input_shape", "default_input_shape"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, picture_shape(getattr(self, name), name))
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
        structure.check(self.layers)

    @classmethod
    def parameter_names(cls) -> list[str]:
        """The names of the constructor's parameters that are given by name: settings, and a subclass's own."""
        return [one.name for one in dataclasses.fields(cls) if one.init and one.name != "layers"]

    @property
    def picture_shape(self) -> tuple[int, int, int] | None:
        """(height, width, channels) that the network demands, or else was made for; or None."""
        return self.input_shape or self.default_input_shape

    @property
    def image_size(self) -> tuple[int, int] | None:
        """(height, width) of `picture_shape`, or None."""
        return None if self.picture_shape is None else self.picture_shape[:2]

    def to_dict(self) -> dict[str, Any]:
        """The network as JSON holds it; what is unset is left out, and of a subclass its own parameters."""
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

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Network:
        """The network that `to_dict` described: a `Graph` where layers name their inputs, else a `Sequential`.

        Raises:
            NetworkError: NETWORK_INVALID, with the number of the layer and the nearest known name.
        """
        if not isinstance(values, Mapping):
            raise invalid(f"the description of a network must be an object, but is {values!r}")
        if isinstance(values.get("dl4j"), Mapping):
            from sparkdl4j.network.dl4j_network import Dl4jNetwork

            return Dl4jNetwork(**values)
        check_keys(values, [parameter.name for parameter in dataclasses.fields(Network)], "network")
        given = values.get("layers")
        if not isinstance(given, (list, tuple)) or not given:
            raise invalid("network: layers must be a list of at least one layer")
        layers = parse_layers(given)
        kind = Sequential if all(layer.inputs is None for layer in layers) else Graph
        try:
            return kind(layers, **{name: value for name, value in values.items() if name != "layers"})
        except errors.ParameterError as problem:
            raise invalid(f"network: {problem}") from None

    def to_json(self) -> str:
        """The network as JSON; `from_json` gives it back."""
        return json.dumps(self.to_dict(), indent=2) + "\n"

    @staticmethod
    def from_json(text: str) -> Network:
        """The network that `to_json` wrote.

        Raises:
            NetworkError: NETWORK_INVALID.
        """
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as problem:
            raise invalid(f"the description of the network is not JSON: {problem}") from None
        return Network.from_dict(values)

    def summary(
        self,
        input_shape: tuple[int, int, int] | None = None,
        classes: int | None = None,
        executions: Iterable[Mapping[str, str] | tuple[str, str, str]] | None = None,
    ) -> str:
        """A table of the layers: output shape, parameters, multiply-adds and activation memory for one picture.

        The parts of a block stand indented below it. Multiply-adds are those of convolutions and dense layers, and one
        a value for batch normalisation, rescaling, normalisation and products; the memory is that of the layer's output
        in float32.

        Args:
            input_shape: (height, width, channels) of the pictures; by default what the network demands or was made for.
            classes: number of classes; by default left open.
            executions: who computes the steps of the layers, as `Model.executions` says, or as tuples (step, core,
                implementation). They add the columns `core` and `implementation`: oneDNN's, of the forward step; behind
                "slow:" stand all steps for which oneDNN has but its reference implementation (ref:…).

        Raises:
            NetworkError: NETWORK_DOES_NOT_FIT.
        """
        shape = self.picture_shape if input_shape is None else picture_shape(input_shape, "input_shape")
        return summary_table(self.name or type(self).__name__, self.layers, shape, classes, executions)

    def __eq__(self, other: object) -> bool:
        return self.to_dict() == other.to_dict() if isinstance(other, Network) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.to_json())

    def _repr_html_(self) -> str:
        from sparkdl4j.report import cards

        return cards.network(self)

    def __repr__(self) -> str:
        changed = [
            f"{parameter.name}={getattr(self, parameter.name)!r}"
            for parameter in dataclasses.fields(self)
            if parameter.name in self.parameter_names() and getattr(self, parameter.name) != parameter.default
        ]
        return f"{type(self).__name__}({', '.join([f'<{len(self.layers)} layers>', *changed])})"


class Sequential(Network):
    """A network of one layer after the other; among them may be layers that consist of several, such as `Block`.

    Args:
        layers: the layers; `Output` is the last one and no other.
        others: as those of `Network`.
    """

    layers: Sequence[Layer] = field(kw_only=False)

    def build(self) -> Iterable[Layer]:
        return self.layers

    def __post_init__(self) -> None:
        super().__post_init__()
        for number, layer in enumerate(self.layers, start=1):
            if layer.inputs is not None:
                raise invalid(
                    f"layer {number} ({layer.type}): inputs are for a Graph; a Sequential goes from layer to layer",
                    str(number),
                )


class Graph(Network):
    """A network whose layers name the layers that they take their inputs from.

    ```python
    Graph([
        Conv2D(32, 3, padding="same", name="a"),
        Conv2D(32, 5, padding="same", inputs=["input"], name="b"),   # "input" are the pictures
        Add(inputs=["a", "b"]),
        GlobalPool(),                                                # without inputs: the layer before
        Output(),
    ])
    ```

    Args:
        layers: the layers, each behind those whose outputs it takes; `Output` is the last one and no other.
        others: as those of `Network`.
    """

    layers: Sequence[Layer] = field(kw_only=False)

    def build(self) -> Iterable[Layer]:
        return self.layers


def fill(network: Network, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a network: its own, or else the options given, or else their defaults.

    A layer that sets one for itself keeps it.

    Args:
        network: the network.
        given: options of the group "network" that were given explicitly; None counts as not given.

    Raises:
        ParameterError: PARAMETER_CONFLICT for a setting that both have, or label smoothing with a loss that has none;
            PARAMETER_UNKNOWN, PARAMETER_TYPE or PARAMETER_RANGE.
    """
    options.check_names(given, SETTINGS)
    settings: dict[str, Any] = {}
    for name in SETTINGS:
        own, option = getattr(network, name), given.get(name)
        if option is not None and not network.layers:
            raise errors.error(
                "PARAMETER_CONFLICT",
                f"{name} is what Deeplearning4j's configuration says: leave it out, or build it into that",
                parameter=name,
            )
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
    if network.layers:
        _check_loss(network.layers[-1], settings)
    return settings


def _check_loss(output: Layer, settings: Mapping[str, Any]) -> None:
    own = {name: getattr(output, name) for name in ("loss", "label_smoothing")}
    loss, smoothing = (settings[name] if value is None else value for name, value in own.items())
    if smoothing > 0 and loss not in ("cross_entropy", "binary_cross_entropy"):
        raise errors.error(
            "PARAMETER_CONFLICT",
            "label_smoothing works with the losses cross_entropy and binary_cross_entropy, but the loss is " + loss,
            parameter="label_smoothing",
        )


def picture_shape(value: Any, name: str) -> tuple[int, int, int]:
    """A picture's (height, width, channels), checked.

    Raises:
        ParameterError: PARAMETER_RANGE.
    """
    wrong = checks.wrong(name, value, "(height, width, channels), each at least 1")
    if not isinstance(value, (tuple, list)) or len(value) != 3:
        raise wrong
    return checks.integer(value[0], 1, wrong), checks.integer(value[1], 1, wrong), checks.integer(value[2], 1, wrong)
