"""Steps that change what the channels of a picture are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sparkdl4j.preprocessing.step import Step


@dataclass(frozen=True)
class Grayscale(Step):
    """Red, green and blue become one channel: .299 R + .587 G + .114 B (ITU-R BT.601).

    With `channels=3`, files give the same grey in each channel.
    """

    name: ClassVar[str] = "grayscale"


@dataclass(frozen=True)
class ColorSpace(Step):
    """RGB in another colour space, as uint8 with OpenCV's scales (hue from 0 to 179).

    Args:
        space: "hsv", "lab" (CIE L*a*b*) or "ycrcb".
    """

    name: ClassVar[str] = "color_space"
    space: str
