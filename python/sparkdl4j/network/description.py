"""Reading the JSON description of a network: what is wrong, where, and what was probably meant."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from sparkdl4j import errors
from sparkdl4j.network.layers import LAYERS, Layer, wiring
from sparkdl4j.network.layers.trace import top


def parse_layers(values: Iterable[Any]) -> list[Layer]:
    """The layers that a list describes.

    Raises:
        NetworkError: NETWORK_INVALID, with the number of the layer and the nearest known name.
    """
    return [_parse_layer(str(number), layer) for number, layer in enumerate(values, start=1)]


def _parse_layer(number: str, values: Any) -> Layer:
    where = f"layer {number}"
    if not isinstance(values, Mapping) or not isinstance(values.get("type"), str):
        raise invalid(f'{where} must be an object with a "type", but is {values!r}', number)
    kind = values["type"]
    if kind not in LAYERS:
        raise invalid(f"{where}: there is no layer type {kind!r}; did you mean {nearest(kind, LAYERS)}?", number)
    layer_class = LAYERS[kind]
    where = f"{where} ({kind})"
    fields = dataclasses.fields(layer_class)
    check_keys(values, ["type", *(field.name for field in fields)], where, number)
    # null means what absence means.
    given = {name: value for name, value in values.items() if name != "type" and value is not None}
    for field in fields:
        if field.default is dataclasses.MISSING and field.name not in given:
            raise invalid(f"{where}: {field.name} is missing", number)
    for name, infix in layer_class.layer_lists.items():
        if isinstance(given.get(name), (list, tuple)):
            given[name] = [
                _parse_layer(wiring.number(number, infix, position), held)
                for position, held in enumerate(given[name], start=1)
            ]
    try:
        return layer_class(**given)
    except errors.ParameterError as problem:
        text = str(problem).removeprefix(f"{kind}: ")
        raise invalid(f"{where}: {text}", number) from None


def check_keys(values: Mapping[str, Any], known: list[str], where: str, number: str | None = None) -> None:
    """Refuses keys that are not known, naming the nearest known one.

    Raises:
        NetworkError: NETWORK_INVALID.
    """
    for name in values:
        if name not in known:
            raise invalid(
                f"{where}: there is no setting {name!r}; did you mean {nearest(str(name), known)}?",
                number,
            )


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like another."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    return by_lower[difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.0)[0]]


def invalid(message: str, number: str | None = None) -> errors.SparkDl4jError:
    """The error of a network, or of its layer of this number."""
    details = {} if number is None else {"layer": top(number)}
    return errors.error("NETWORK_INVALID", message, **details)
