"""Windows that slide over height and width."""

from __future__ import annotations

from sparkdl4j.network.layers.layer import DoesNotFitError, Pair, Shape, times


def pair(value: Pair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def slide(
    kind: str, input_shape: Shape, window: Pair, stride: Pair, padding: str, dilation: Pair = 1
) -> tuple[int, int]:
    """Height and width of what a sliding window makes.

    Args:
        kind: the layer's type, for the error.
        input_shape: (height, width, channels).
        dilation: distance of the window's neighbouring values in the input.

    Raises:
        DoesNotFitError: when the window is larger than the input.
    """
    sides = []
    for axis in (0, 1):
        size, step = input_shape[axis], pair(stride)[axis]
        if padding == "same":
            sides.append((size - 1) // step + 1)
            continue
        span = (pair(window)[axis] - 1) * pair(dilation)[axis] + 1
        if span > size:
            what = f"{kind} {text(window, dilation=dilation)}"
            raise DoesNotFitError(f"{what} does not fit its {times(input_shape[:2])} input")
        sides.append((size - span) // step + 1)
    return sides[0], sides[1]


def text(window: Pair, stride: Pair | None = None, padding: str = "valid", dilation: Pair = 1) -> str:
    """A window for people: 3x3/2 same dilated 2x2. A stride of None goes without saying."""
    result = times(pair(window))
    if stride is not None:
        rows, columns = pair(stride)
        result += f"/{rows}" if rows == columns else f"/{rows}x{columns}"
    if padding == "same":
        result += " same"
    if pair(dilation) != (1, 1):
        result += f" dilated {times(pair(dilation))}"
    return result
