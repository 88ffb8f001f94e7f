"""Parameters of a network's layers by name, such as `dense1__units`."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sparkdl4j import errors, options
from sparkdl4j.network.layers import Layer
from sparkdl4j.network.network import Network

_BETWEEN = "__"
# What makes layers a network, and is not theirs to vary.
_FIXED = ("name", "inputs")


def with_parameters(network: Network, params: Mapping[str, Any]) -> Network:
    """The network with other parameters: its own, such as `width`, and those of its layers, such as `dense1__units`.

    A layer is named by its `name`, or else by its kind and number: `dense1` is the first `Dense`, `conv2` the second
    `Conv2D`, `dropout1` the first `Dropout`; those within blocks count, too.

    Raises:
        ParameterError: PARAMETER_UNKNOWN, PARAMETER_TYPE, PARAMETER_RANGE.
        NetworkError: NETWORK_INVALID.
    """
    own = {name: value for name, value in params.items() if _BETWEEN not in name}
    if own:
        options.check_names(own, network.parameter_names())
        network = dataclasses.replace(network, **own)
    of_layers: dict[str, dict[str, Any]] = {}
    for name, value in params.items():
        if name not in own:
            layer, _, parameter = name.partition(_BETWEEN)
            of_layers.setdefault(layer, {})[parameter] = value
    if not of_layers:
        return network
    changes = _Changes(of_layers)
    layers = [changes.applied(layer) for layer in network.layers]
    changes.require_all_used()
    return Network.from_dict({**network.to_dict(), "layers": [layer.to_dict() for layer in layers]})


class _Changes:
    """Parameters by layer, on their way through a network."""

    def __init__(self, of_layers: Mapping[str, Mapping[str, Any]]) -> None:
        self._of_layers = of_layers
        self._counts: Counter[str] = Counter()
        self._seen: list[str] = []

    def applied(self, layer: Layer) -> Layer:
        """The layer, and those within it, with their parameters."""
        kind = _kind(layer)
        self._counts[kind] += 1
        names = [f"{kind}{self._counts[kind]}", *([layer.name] if layer.name else [])]
        self._seen += names
        changed: dict[str, Any] = {}
        for name in names:
            changed |= self._of_layers.get(name, {})
        lists = [one for one in layer.layer_lists if getattr(layer, one)]
        allowed = [one.name for one in dataclasses.fields(layer) if one.name not in (*_FIXED, *layer.layer_lists)]
        try:
            options.check_names(changed, allowed)
            changed |= {one: tuple(self.applied(part) for part in getattr(layer, one)) for one in lists}
            return dataclasses.replace(layer, **changed)
        except errors.ParameterError as problem:
            if not changed:
                raise
            raise errors.error(problem.code, f"{names[-1]}: {problem}", **problem.details) from None

    def require_all_used(self) -> None:
        """Refuses names of layers that there are not."""
        options.check_names(self._of_layers, self._seen)


def _kind(layer: Layer) -> str:
    return layer.type.removesuffix("2D").lower()
