"""Whether a network fits pictures of one shape, and what it makes of them."""

from __future__ import annotations

from collections.abc import Sequence

from sparkdl4j import errors
from sparkdl4j.network.layers.layer import Shape, TracedLayer, times
from sparkdl4j.network.layers.trace import trace_layers
from sparkdl4j.network.network import Network, picture_shape


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


def shapes(network: Network, input_shape: tuple[int, int, int], classes: int) -> list[Shape]:
    """The output shape of every layer: (height, width, channels) or (units,); none of a `Dl4jNetwork`.

    Args:
        network: the network.
        input_shape: (height, width, channels) of the pictures.
        classes: number of classes, at least 2.

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
    if classes < 2:
        raise errors.error(
            "DATA_ONE_CLASS",
            f"a classifier needs at least two classes, but the data have {classes}",
        )
    if not network.layers:
        return []
    return [layer.output for layer in trace(network, input_shape, classes)]
