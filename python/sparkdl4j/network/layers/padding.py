"""Zero padding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from sparkdl4j.network.layers import checks
from sparkdl4j.network.layers.layer import Layer, Shape

Margins: TypeAlias = int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]] | tuple[int, int, int, int]


@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """Rows and columns of zeros around the input.

    Args:
        padding: one number for all four sides, (height, width), ((top, bottom), (left, right)) or (top, bottom, left,
            right); it is kept in the last form.
        name, inputs: as those of every `Layer`.
    """

    padding: Margins = field(metadata=checks.MARGINS)

    takes_images: ClassVar[bool] = True

    def output_shape(self, inputs: Sequence[Shape], classes: int | None) -> Shape:
        top, bottom, left, right = self._sides()
        height, width, channels = inputs[0]
        return top + height + bottom, left + width + right, channels

    def _sides(self) -> tuple[int, int, int, int]:
        checked: tuple[int, int, int, int] = self.padding  # type: ignore[assignment]
        return checked

    def __str__(self) -> str:
        return f"ZeroPadding2D {','.join(map(str, self._sides()))}"
