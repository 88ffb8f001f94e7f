"""What becomes of layers for pictures of one shape: the shapes between them."""

from __future__ import annotations

from collections.abc import Sequence

from sparkdl4j import errors
from sparkdl4j.network.layers import checks, wiring
from sparkdl4j.network.layers.layer import DoesNotFitError, Layer, Shape, TracedLayer, values


def trace_layers(
    layers: Sequence[Layer],
    input_shape: Shape,
    classes: int | None,
    *,
    number: str = "",
    name: str = "",
    infix: str = "",
) -> list[TracedLayer]:
    """Traces a list of layers.

    Args:
        layers: the layers, each behind those whose outputs it takes.
        input_shape: of the list's input.
        classes: number of classes; None leaves it open: an output without units then has the shape (0,).
        number, name: of the layer that holds the list, if one does.
        infix: what its layers' numbers and names get between that layer's and theirs.

    Raises:
        NetworkError: NETWORK_DOES_NOT_FIT, or NETWORK_INVALID for a layer that takes images and gets none.
    """
    shapes: dict[str, Shape] = {checks.INPUT: input_shape}
    traced: list[TracedLayer] = []
    parameters = 0
    steps = zip(layers, wiring.names(layers), wiring.inputs(layers), strict=True)
    for position, (layer, own_name, inputs) in enumerate(steps, start=1):
        its_number = wiring.number(number, infix, position)
        its_name = wiring.prefix(name, infix) + own_name
        one = _trace(layer, its_number, its_name, tuple(shapes[source] for source in inputs), classes)
        parameters += one.parameters
        if parameters > checks.LARGEST:
            raise _too_large(layer, its_number)
        shapes[own_name] = one.output
        traced.append(one)
    return traced


def _trace(layer: Layer, number: str, name: str, inputs: tuple[Shape, ...], classes: int | None) -> TracedLayer:
    if layer.takes_images and len(inputs[0]) != 3:
        message = f"{layer.type} takes images, but gets {inputs[0][0]} units: layer {number}"
        raise errors.error("NETWORK_INVALID", message, layer=top(number))
    try:
        parts = layer.parts(number, name, inputs[0])
        output = parts[-1].output if parts else layer.output_shape(inputs, classes)
    except DoesNotFitError as problem:
        raise _does_not_fit(str(problem), number) from None
    if values(output) > checks.LARGEST:
        raise _too_large(layer, number)
    return TracedLayer(name, layer, inputs, output, parts)


def top(number: str) -> int:
    """The number of the network's layer that a layer is, or is part of."""
    return int(number.split(".")[0])


def _too_large(layer: Layer, number: str) -> errors.SparkDl4jError:
    return _does_not_fit(
        f"{layer.type} makes the network too large (more than {checks.LARGEST} parameters or activations)", number
    )


def _does_not_fit(message: str, number: str) -> errors.SparkDl4jError:
    return errors.error("NETWORK_DOES_NOT_FIT", f"{message}: layer {number}", layer=top(number))
