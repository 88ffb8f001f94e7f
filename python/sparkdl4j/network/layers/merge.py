"""Layers of a graph that take the outputs of several others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sparkdl4j.network.layers import checks
from sparkdl4j.network.layers.layer import DoesNotFitError, Layer, Shape, times, values


@dataclass(frozen=True)
class _Merge(Layer):
    inputs: Sequence[str] = field(kw_only=False, metadata=checks.LAYER_NAMES)

    def _check_inputs(self) -> None:
        if len(self.inputs) < 2:
            raise self._wrong_inputs("at least two layers")

    def _do_not_fit(self, inputs: Sequence[Shape]) -> DoesNotFitError:
        return DoesNotFitError(f"{self.type} cannot take {' and '.join(map(times, inputs))}")


@dataclass(frozen=True)
class Add(_Merge):
    """The sum of its inputs, which have the same shape.

    Args:
        inputs: names of two or more layers.
        name: as that of every `Layer`.
    """

    def output_shape(self, inputs: Sequence[Shape], classes: int | None) -> Shape:
        if len(set(inputs)) > 1:
            raise self._do_not_fit(inputs)
        return inputs[0]


@dataclass(frozen=True)
class Concat(_Merge):
    """Its inputs' channels, or units, one after the other; height and width are the same.

    Args:
        inputs: names of two or more layers.
        name: as that of every `Layer`.
    """

    def output_shape(self, inputs: Sequence[Shape], classes: int | None) -> Shape:
        if len({shape[:-1] for shape in inputs}) > 1:
            raise self._do_not_fit(inputs)
        return *inputs[0][:-1], sum(shape[-1] for shape in inputs)


@dataclass(frozen=True)
class Multiply(_Merge):
    """Its first input times the second, which has the same shape, or one value a channel: 1x1xchannels.

    Args:
        inputs: names of two layers.
        name: as that of every `Layer`.
    """

    def _check_inputs(self) -> None:
        if len(self.inputs) != 2:
            raise self._wrong_inputs("two layers")

    def output_shape(self, inputs: Sequence[Shape], classes: int | None) -> Shape:
        first, scale = inputs
        broadcasts = len(first) == 3 and scale == (1, 1, first[2])
        if scale != first and not broadcasts:
            raise self._do_not_fit(inputs)
        return first

    def multiply_adds(self, inputs: Sequence[Shape], output: Shape) -> int:
        return values(output)
