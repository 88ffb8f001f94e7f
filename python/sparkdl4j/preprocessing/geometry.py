"""Steps that change the size of a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sparkdl4j import errors, options
from sparkdl4j.preprocessing.step import Step


@dataclass(frozen=True)
class Scale(Step):
    """Scales, by averaging where a picture shrinks and bilinearly where it grows; the aspect ratio is not kept.

    Pictures are scaled to their final size at the end in any case. As the first step it makes the others cheaper, and
    large JPEG files are decoded at a part of their size.

    Args:
        height: rows of the result.
        width: columns of the result; None for as many as rows.
    """

    name: ClassVar[str] = "scale"
    height: int
    width: int | None = None

    def __post_init__(self) -> None:
        if self.width is None:
            object.__setattr__(self, "width", self.height)
        super().__post_init__()

    def size_after(self, height: int | None, width: int | None) -> tuple[int | None, int | None] | None:
        return self.height, self.width


@dataclass(frozen=True)
class Crop(Step):
    """Cuts a rectangle out. A picture that is too small for it counts as damaged (`too_small`).

    Args:
        height: rows of the result.
        width: columns of the result.
        top: rows left out above.
        left: columns left out on the left.
    """

    name: ClassVar[str] = "crop"
    height: int
    width: int
    top: int = options.default("crop", "top")
    left: int = options.default("crop", "left")

    def size_after(self, height: int | None, width: int | None) -> tuple[int | None, int | None] | None:
        if _exceeds(self.top + self.height, height) or _exceeds(self.left + self.width, width):
            return None
        return self.height, self.width


@dataclass(frozen=True)
class CenterCrop(Step):
    """Cuts the middle out. A picture that is too small for it counts as damaged (`too_small`).

    Args:
        height: rows of the result; None with width: the largest square.
        width: columns of the result.
    """

    name: ClassVar[str] = "center_crop"
    height: int | None = None
    width: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.height is None) != (self.width is None):
            raise errors.error(
                "PARAMETER_CONFLICT", "height and width must be given both, or neither", parameter="height"
            )

    def size_after(self, height: int | None, width: int | None) -> tuple[int | None, int | None] | None:
        if self.height is None or self.width is None:
            side = None if height is None or width is None else min(height, width)
            return side, side
        if _exceeds(self.height, height) or _exceeds(self.width, width):
            return None
        return self.height, self.width


@dataclass(frozen=True)
class Pad(Step):
    """Adds rows and columns around.

    Args:
        top, bottom, left, right: how many on each side.
        fill: what is added: "black" (zeros), "nearest" (the nearest pixel) or "reflect" (the picture mirrored at its
            edge).
    """

    name: ClassVar[str] = "pad"
    top: int = options.default("pad", "top")
    bottom: int = options.default("pad", "bottom")
    left: int = options.default("pad", "left")
    right: int = options.default("pad", "right")
    fill: str = options.default("pad", "fill")

    def size_after(self, height: int | None, width: int | None) -> tuple[int | None, int | None] | None:
        return (
            None if height is None else height + self.top + self.bottom,
            None if width is None else width + self.left + self.right,
        )


def _exceeds(wanted: int, there: int | None) -> bool:
    return there is not None and wanted > there
