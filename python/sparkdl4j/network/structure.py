"""How the layers of a network hang together: which kinds stand where, and which takes whose output."""

from __future__ import annotations

from collections.abc import Sequence

from sparkdl4j import errors
from sparkdl4j.network.description import invalid, nearest
from sparkdl4j.network.layers import LAYERS, Layer, Output, wiring
from sparkdl4j.network.layers.checks import INPUT


def check(layers: Sequence[Layer]) -> None:
    """Refuses layers that make no network.

    Raises:
        NetworkError: NETWORK_INVALID, with the number of the layer.
    """
    if not layers:
        raise invalid("a network needs layers; the last one must be Output()")
    _check_list(layers, "", "")
    for number, layer in enumerate(layers, start=1):
        if isinstance(layer, Output) != (number == len(layers)):
            wrong = "Output must be the last layer" if isinstance(layer, Output) else "the last layer must be Output"
            raise _wrong(str(number), layer, wrong)


def _check_list(layers: Sequence[Layer], around: str, infix: str) -> None:
    numbers = [wiring.number(around, infix, position) for position in range(1, len(layers) + 1)]
    for number, layer in zip(numbers, layers, strict=True):
        if type(layer) not in LAYERS.values():
            given = f"the class {layer.__name__}" if isinstance(layer, type) else repr(layer)
            choices = ", ".join(f"{name}(…)" for name in LAYERS)
            raise invalid(f"layer {number} is {given}, but must be one of {choices}", number)
        if around and isinstance(layer, Output):
            raise _wrong(number, layer, "Output must be the last layer")
        for name, its_infix in layer.layer_lists.items():
            _check_list(getattr(layer, name) or (), number, its_infix)
    _check_names(layers, numbers)
    _check_inputs(layers, numbers)


def _check_names(layers: Sequence[Layer], numbers: Sequence[str]) -> None:
    seen: set[str] = set()
    for number, layer, name in zip(numbers, layers, wiring.names(layers), strict=True):
        if name in seen:
            raise _wrong(number, layer, f"two layers have the name {name}")
        seen.add(name)


def _check_inputs(layers: Sequence[Layer], numbers: Sequence[str]) -> None:
    names, earlier = wiring.names(layers), [INPUT]
    taken: set[str] = set()
    for number, layer, name, inputs in zip(numbers, layers, names, wiring.inputs(layers), strict=True):
        for source in inputs:
            if source not in earlier:
                raise _wrong(number, layer, _unknown_input(source, earlier, dict(zip(names, numbers, strict=True))))
        taken.update(inputs)
        earlier.append(name)
    for number, layer, name in list(zip(numbers, layers, names, strict=True))[:-1]:
        if name not in taken:
            raise _wrong(number, layer, "no layer takes its output")


def _unknown_input(name: str, earlier: Sequence[str], number_of: dict[str, str]) -> str:
    if name in number_of:
        return f"inputs must come earlier in the list, but {name} is layer {number_of[name]}"
    return f"there is no layer {name!r} to take as input; did you mean {nearest(name, earlier)}?"


def _wrong(number: str, layer: Layer, message: str) -> errors.SparkDl4jError:
    return invalid(f"layer {number} ({layer.type}): {message}", number)
