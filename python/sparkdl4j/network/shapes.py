"""Whether a network fits pictures of one shape, and what it makes of them."""

from __future__ import annotations

from collections.abc import Sequence

from sparkdl4j import errors
from sparkdl4j.network.layers.layer import Shape, TracedLayer, times
from sparkdl4j.network.layers.trace import trace_layers
from sparkdl4j.network.network import Network, picture_shape

# Beyond these, pictures are not too small.
_SIDES = [1 << power for power in range(13)]


def trace(network: Network, input_shape: Sequence[int], classes: int | None) -> list[TracedLayer]:
    """The layers of a network, with the shapes between them, for pictures of one shape.

    Args:
        network: the network.
        input_shape: (height, width, channels) of the pictures.
        classes: number of classes; None leaves it open: an output without units then has the shape (0,).

    Raises:
        NetworkError: NETWORK_DOES_NOT_FIT, with the number of the layer, or NETWORK_INVALID for a layer that takes
            images behind one that makes none.
    """
    return trace_layers(network.layers, picture_shape(input_shape, "input_shape"), classes)


def shapes(network: Network, input_shape: tuple[int, int, int], classes: int | None) -> list[Shape]:
    """The output shape of every layer: (height, width, channels) or (units,); none of a `Dl4jNetwork`.

    Args:
        network: the network.
        input_shape: (height, width, channels) of the pictures.
        classes: number of classes, at least 2; None where it is not known yet.

    Raises:
        NetworkError: NETWORK_DOES_NOT_FIT, with the number of the layer, or NETWORK_INVALID for a layer that takes
            images behind one that makes none.
        DataError: DATA_ONE_CLASS.
    """
    if network.input_shape is not None and network.input_shape != tuple(input_shape):
        raise errors.error(
            "NETWORK_DOES_NOT_FIT",
            f"the network takes pictures of {times(network.input_shape)} (height x width x "
            f"channels), but the data are {times(input_shape)}",
        )
    if classes is not None and classes < 2:
        raise errors.error(
            "DATA_ONE_CLASS",
            f"a classifier needs at least two classes, but the data have {classes}",
        )
    if not network.layers:
        return []
    try:
        return [layer.output for layer in trace(network, input_shape, classes)]
    except errors.NetworkError as problem:
        side = _least_side(network, input_shape, classes)
        if side is None:
            raise
        size = f"{input_shape[0]}x{input_shape[1]}"
        raise errors.error(
            problem.code,
            f"{problem}; pictures of {size} are too small for the network: read them at {side}x{side} or larger",
            **problem.details,
        ) from None


def _least_side(network: Network, input_shape: Sequence[int], classes: int | None) -> int | None:
    """Height and width of the smallest square pictures that fit, where only larger ones do."""

    def fits(side: int) -> bool:
        try:
            trace(network, (side, side, input_shape[2]), classes)
        except errors.NetworkError:
            return False
        return True

    small = min(input_shape[:2])
    large = next((side for side in _SIDES if side > small and fits(side)), None)
    if large is None or fits(small):
        return None
    while large - small > 1:
        middle = (small + large) // 2
        small, large = (small, middle) if fits(middle) else (middle, large)
    return large
