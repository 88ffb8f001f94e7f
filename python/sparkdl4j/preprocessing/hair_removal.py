"""Hair on pictures of skin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sparkdl4j import options
from sparkdl4j.preprocessing.step import Step


@dataclass(frozen=True)
class HairRemoval(Step):
    """Takes dark hair off pictures of skin (dermoscopy).

    Hair is what a morphological closing of the grey picture with a cross makes lighter by more than a threshold
    (black-hat; after Lee et al., DullRazor: A software approach to hair removal from images, Computers in Biology and
    Medicine 27, 1997, which closes with lines in three directions). It is painted over from what is around it (Telea,
    An image inpainting technique based on the fast marching method, Journal of Graphics Tools 9, 2004). Light hair
    stays.

    Args:
        size: length of the cross, odd, in pixels: more than the thickest hair.
        threshold: grey values by which a hair is darker than the skin around it.
        radius: pixels around a hair from which it is painted over.
    """

    name: ClassVar[str] = "hair_removal"
    size: int = options.default("hair_removal", "size")
    threshold: int = options.default("hair_removal", "threshold")
    radius: int = options.default("hair_removal", "radius")

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_odd("size")
