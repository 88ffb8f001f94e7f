"""Steps that treat pixels as a signal: along rows, over pictures, along series of pictures. They give float32."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sparkdl4j import options
from sparkdl4j.preprocessing.step import Step


@dataclass(frozen=True)
class Detrend(Step):
    """Takes the line away that fits values best (least squares), as SciPy's `signal.detrend` does.

    Args:
        along: "rows": each row of a picture, channel by channel; "series": each pixel along a series of pictures.
    """

    name: ClassVar[str] = "detrend"
    along: str = options.default("detrend", "along")


@dataclass(frozen=True)
class FourierTransform(Step):
    """The discrete Fourier transform, channel by channel.

    Args:
        along: "picture": in two dimensions; "series": each pixel along a series of pictures, which gives as many
            pictures as there were: picture k is the frequency k of numpy's `fft`, of which those above half mirror the
            others.
        output: "log_magnitude" (log(1 + magnitude)), "magnitude" or "phase" (from -pi to pi).
        centered: of a picture, whether the frequency 0 is in the middle, rather than top left.
    """

    name: ClassVar[str] = "fourier_transform"
    along: str = options.default("fourier_transform", "along")
    output: str = options.default("fourier_transform", "output")
    centered: bool = options.default("fourier_transform", "centered")
