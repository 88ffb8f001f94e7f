"""Steps that change the type of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sparkdl4j.preprocessing.step import Step


@dataclass(frozen=True)
class ToFloat(Step):
    """The same numbers, 0 to 255, as float32.

    As the first step it also takes pictures that are float32 already, such as `sparkdl4j.spark.preprocessed` gives.
    """

    name: ClassVar[str] = "to_float"
