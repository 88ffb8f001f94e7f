"""LearningRateSearch: the loss by learning rate, which shows what rate to train with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import atomic_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class LearningRateSearch:
    """What `ConvNetClassifier.find_learning_rate` found; a picture in Jupyter.

    Attributes:
        rates: (n,) the learning rate of each minibatch.
        losses: (n,) its loss.
        smoothed: (n,) the same without the noise of single minibatches.
        suggestion: where the smoothed loss falls fastest before it is smallest; None where it does not fall.
    """

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.rates: NDArray[np.float64] = np.asarray(found["rates"], dtype=np.float64)
        self.losses: NDArray[np.float64] = np.asarray(found["losses"], dtype=np.float64)
        self.smoothed: NDArray[np.float64] = np.asarray(found["smoothed"], dtype=np.float64)
        self.suggestion: float | None = found["suggestion"]

    def plot(self) -> Figure:
        """The loss by learning rate, as a figure of matplotlib.

        Raises:
            JvmError: EXTRA_MISSING when matplotlib is not installed.
        """
        from sparkdl4j.report import plots

        return plots.learning_rate_search(self)

    def save_plot(self, path: str | Path) -> None:
        """Writes the picture as PNG, atomically.

        Raises:
            JvmError: EXTRA_MISSING when matplotlib is not installed.
            FileError: FILE_UNWRITABLE.
        """
        atomic_file.write(path, self._repr_png_())

    def _repr_png_(self) -> bytes:
        from sparkdl4j.report import plots

        return plots.png(self.plot())

    def __str__(self) -> str:
        if not len(self.rates):
            return "the very first minibatch gave a loss that is no number: look at the network and the pictures"
        tried = f"learning rates from {self.rates[0]:.2g} to {self.rates[-1]:.2g} in {len(self.rates)} minibatches"
        if self.suggestion is None:
            return f"{tried}: the loss did not fall; try others, or more steps"
        return f"{tried}: the loss falls fastest at {self.suggestion:.2g}"

    def __repr__(self) -> str:
        return f"LearningRateSearch({self})"
