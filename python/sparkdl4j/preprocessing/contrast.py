"""Steps that spread how light a picture is; of colours, L of CIE L*a*b* is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sparkdl4j import options
from sparkdl4j.preprocessing.step import Step


@dataclass(frozen=True)
class HistogramEqualization(Step):
    """Spreads lightness so that all its values are about as frequent."""

    name: ClassVar[str] = "histogram_equalization"


@dataclass(frozen=True)
class CLAHE(Step):
    """Contrast-limited adaptive histogram equalisation: tile by tile, as far as a limit allows.

    (Zuiderveld, Contrast Limited Adaptive Histogram Equalization, Graphics Gems IV, 1994.)

    Args:
        clip_limit: how steep the contrast may become, as a multiple of an even histogram.
        tiles: tiles across and down, each with a histogram of its own.
    """

    name: ClassVar[str] = "clahe"
    clip_limit: float = options.default("clahe", "clip_limit")
    tiles: int = options.default("clahe", "tiles")
