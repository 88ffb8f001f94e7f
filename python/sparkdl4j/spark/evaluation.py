"""What the executors count about predictions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sparkdl4j.damaged_image import DamagedImage
from sparkdl4j.evaluation import Metrics


@dataclass(frozen=True)
class ClusterEvaluation:
    """How a model predicts the labelled pictures of a DataFrame.

    Args:
        metrics: of the pictures that could be predicted.
        damaged: those that could not.
    """

    metrics: Metrics
    damaged: tuple[DamagedImage, ...]

    @classmethod
    def from_json(cls, counts: str, classes: Sequence[Any]) -> ClusterEvaluation:
        """From Java's counts: `confusion_matrix`, `log_loss`, `damaged`."""
        found = json.loads(counts)
        matrix = np.array(found["confusion_matrix"], dtype=np.int64)
        return cls(
            Metrics(matrix, found["log_loss"], classes=classes),
            tuple(DamagedImage(**entry) for entry in found["damaged"]),
        )
