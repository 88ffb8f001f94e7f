"""How picture files become pixels."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from sparkdl4j import errors, options, preprocessing
from sparkdl4j.preprocessing import PictureKind, Preprocessing, Step

Window: TypeAlias = Literal["full", "minmax"] | tuple[int, int]


@dataclass(frozen=True)
class ImageOptions:
    """How a file becomes pixels; stored in the model, so that prediction reads pictures as training did.

    Args:
        size: (height, width) in pixels, or one number for both.
        channels: 1 (grey) or 3 (RGB).
        window: how 16-bit pictures become 8-bit: "full" (0..65535), "minmax" (of each picture), or (low, high).
        max_pixels: width x height above which a picture counts as damaged and is not decoded.
        preprocessing: picture steps, as objects or dicts; they see the decoded picture, and what they leave is scaled
            to `size`.

    Raises:
        ParameterError: PARAMETER_TYPE, PARAMETER_RANGE; PARAMETER_CONFLICT for steps that are for series, do not take
            what they would get, or leave three channels where `channels` is 1.
    """

    size: tuple[int, int] | int
    channels: int = options.default("image", "channels")
    window: Window = "full"
    max_pixels: int = options.default("image", "max_pixels")
    preprocessing: Preprocessing = ()

    def __post_init__(self) -> None:
        size = tuple(self.size) if isinstance(self.size, (tuple, list)) else (self.size, self.size)
        if len(size) != 2:
            raise errors.error(
                "PARAMETER_RANGE", f"size must be (height, width) or one number, but is {self.size!r}", parameter="size"
            )
        sides = tuple(options.check("image", name, side) for name, side in zip(("height", "width"), size, strict=True))
        object.__setattr__(self, "size", sides)
        for name in ("channels", "max_pixels"):
            object.__setattr__(self, name, options.check("image", name, getattr(self, name)))
        object.__setattr__(self, "window", _checked_window(self.window))
        object.__setattr__(self, "preprocessing", preprocessing.picture_steps(self.preprocessing))
        kind = self._kind
        if kind.channels > self.channels:
            raise errors.error(
                "PARAMETER_CONFLICT",
                f"preprocessing ends with 3 channels ({kind.color}), but channels is 1: end with Grayscale, or set "
                "channels to 3",
                parameter="preprocessing",
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        assert isinstance(self.size, tuple)
        return (*self.size, self.channels)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The picture steps."""
        return preprocessing.steps(self.preprocessing)

    @property
    def dtype(self) -> np.dtype[Any]:
        """What pixels are: uint8, or float32 where a step gives such."""
        return np.dtype(self._kind.number)

    @property
    def _kind(self) -> PictureKind:
        """The kind of picture that the steps leave."""
        starts_in_color = self.channels == 3 or any(map(preprocessing.needs_color, self.steps))
        return PictureKind("rgb" if starts_in_color else "grey").after(self.steps)

    def to_dict(self) -> dict[str, Any]:
        height, width, channels = self.shape
        window = list(self.window) if isinstance(self.window, tuple) else self.window
        return {
            "height": height,
            "width": width,
            "channels": channels,
            "window": window,
            "max_pixels": self.max_pixels,
            "preprocessing": [step.to_dict() for step in self.steps],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ImageOptions:
        window = values["window"]
        return cls(
            size=(values["height"], values["width"]),
            channels=values["channels"],
            window=tuple(window) if isinstance(window, list) else window,
            max_pixels=values["max_pixels"],
            # Models that have none do not say so.
            preprocessing=values.get("preprocessing", ()),
        )


def _checked_window(window: Any) -> Window:
    if isinstance(window, str) and window in ("full", "minmax"):
        return window  # type: ignore[return-value]
    with contextlib.suppress(TypeError, ValueError):
        low, high = window
        if _is_integer(low) and _is_integer(high) and 0 <= low < high <= 65535:
            return int(low), int(high)
    raise errors.error(
        "PARAMETER_RANGE",
        f"window must be 'full', 'minmax' or (low, high) with 0 <= low < high <= 65535, but is {window!r}",
        parameter="window",
    )


def _is_integer(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
