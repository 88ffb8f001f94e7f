"""Steps that smooth a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sparkdl4j import options
from sparkdl4j.preprocessing.step import Step


@dataclass(frozen=True)
class MedianFilter(Step):
    """Every pixel becomes the median of its window, channel by channel; at the edges the nearest pixel goes on.

    Args:
        size: rows and columns of the window, odd; at most 5 for float32.
    """

    name: ClassVar[str] = "median_filter"
    size: int = options.default("median_filter", "size")

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_odd("size")

    @property
    def extent(self) -> int:
        return self.size


@dataclass(frozen=True)
class GaussianBlur(Step):
    """Averages around every pixel with the weights of a bell, cut off at four standard deviations.

    Beyond the edges the picture is mirrored, as by SciPy's `gaussian_filter`.

    Args:
        sigma: standard deviation of the bell, in pixels.
    """

    name: ClassVar[str] = "gaussian_blur"
    sigma: float = options.default("gaussian_blur", "sigma")
