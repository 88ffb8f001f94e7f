"""Augmentation: training pictures changed at random."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sparkdl4j import errors, options

_GROUP = "augmentation"


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How training pictures are changed, each epoch in another way; all is off by default.

    What happens to a picture follows from `seed`, the epoch and the picture alone. Flips, rotation, zoom, shift and
    crop are one affine map, so pixels are interpolated once (bilinearly), and not at all where there is neither
    rotation nor zoom. Validation pictures, and those that are predicted, stay as they are.

    Args:
        horizontal_flip: mirror every other picture left to right.
        vertical_flip: mirror every other picture top to bottom.
        shift: largest shift in each direction, as a share of height and of width; by whole pixels.
        crop: pixels added on every side before a window of the picture's own size is cut out at random.
        rotation: largest rotation about the middle in each direction, in degrees.
        zoom: pictures are scaled about their middle by a factor from 1 - zoom to 1 + zoom.
        fill: what is shown beyond the edges: "nearest" (the nearest pixel), "reflect" (the picture mirrored at its
            edge) or "black" (zeros).
        brightness: pictures are multiplied by a factor from 1 - brightness to 1 + brightness.
        contrast: distances from a picture's mean are multiplied by a factor from 1 - contrast to 1 + contrast.
        erasing: share of the pictures in which a rectangle of 2 to 40 % of the area is painted over with the
            picture's mean colour (Zhong et al., Random Erasing Data Augmentation, 2020, section 3.2).
        mixup: pictures and labels are mixed with those of another picture of the minibatch, by shares drawn from
            Beta(mixup, mixup) (Zhang et al., mixup: Beyond Empirical Risk Minimization, 2018); .2 is usual.

    Raises:
        ParameterError: PARAMETER_TYPE, PARAMETER_RANGE.
    """

    horizontal_flip: bool = options.default(_GROUP, "horizontal_flip")
    vertical_flip: bool = options.default(_GROUP, "vertical_flip")
    shift: float = options.default(_GROUP, "shift")
    crop: int = options.default(_GROUP, "crop")
    rotation: float = options.default(_GROUP, "rotation")
    zoom: float = options.default(_GROUP, "zoom")
    fill: str = options.default(_GROUP, "fill")
    brightness: float = options.default(_GROUP, "brightness")
    contrast: float = options.default(_GROUP, "contrast")
    erasing: float = options.default(_GROUP, "erasing")
    mixup: float = options.default(_GROUP, "mixup")

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            object.__setattr__(self, field.name, options.check(_GROUP, field.name, getattr(self, field.name)))

    def __repr__(self) -> str:
        return f"Augmentation({', '.join(f'{name}={value!r}' for name, value in self.to_dict().items())})"

    def to_dict(self) -> dict[str, Any]:
        """The options that are not at their defaults."""
        values = dataclasses.asdict(self)
        return {name: value for name, value in values.items() if value != options.default(_GROUP, name)}


def augmentation(value: Augmentation | Mapping[str, Any] | None) -> Augmentation:
    """The augmentation that is meant: itself, a dict of its options, or None for one that changes nothing.

    Raises:
        ParameterError: PARAMETER_TYPE for a value of another kind; PARAMETER_UNKNOWN, PARAMETER_RANGE.
    """
    if isinstance(value, Augmentation):
        return value
    if value is None:
        return Augmentation()
    if isinstance(value, Mapping):
        options.check_names(map(str, value), options.names(_GROUP))
        return Augmentation(**value)
    raise errors.error(
        "PARAMETER_TYPE",
        f"augmentation must be an Augmentation, a dict of its options or None, but is {value!r}",
        parameter="augmentation",
    )
