"""What is known of a picture before it is there, so that steps in a wrong order are refused before anything is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sparkdl4j import errors
from sparkdl4j.preprocessing.smoothing import MedianFilter
from sparkdl4j.preprocessing.step import CONTRACT, Step

# OpenCV's median of float32 has no larger window.
_LARGEST_FLOAT_WINDOW = 5


@dataclass(frozen=True)
class PictureKind:
    """A kind of picture; `spec/preprocessing.json` says what steps take and give.

    Args:
        color: "rgb", "grey", "hsv", "lab" or "ycrcb".
        number: "uint8" or "float32".
        domain: "space" or "frequency".
        height: rows, or None where unknown.
        width: columns, or None where unknown.
    """

    color: str
    number: str = "uint8"
    domain: str = "space"
    height: int | None = None
    width: int | None = None

    @property
    def channels(self) -> int:
        return 1 if self.color == "grey" else 3

    def after(self, steps: Sequence[Step]) -> PictureKind:
        """What steps make of it.

        Raises:
            ParameterError: PARAMETER_CONFLICT when a step does not take what it would get.
        """
        kind = self
        for place, step in enumerate(steps, 1):
            kind = kind._after(step, place)
        return kind

    def _after(self, step: Step, place: int) -> PictureKind:
        contract = CONTRACT[step.name]
        for name, taken in contract.get("takes", {}).items():
            found = getattr(self, name)
            if found not in taken:
                raise _conflict(
                    step,
                    place,
                    f"takes pictures whose {name} is {' or '.join(taken)}, but there it is {found}: move the step, or "
                    "leave one out",
                )
        if isinstance(step, MedianFilter) and self.number == "float32" and step.extent > _LARGEST_FLOAT_WINDOW:
            raise _conflict(
                step,
                place,
                f"has a window of {step.extent}, but of float32 pictures it can have at most {_LARGEST_FLOAT_WINDOW}",
            )
        size = step.size_after(self.height, self.width)
        if size is None:
            raise _conflict(step, place, f"cuts out more than the {self.height}x{self.width} pixels that there are")
        values = step.to_dict()
        given = {name: text.format(**values) for name, text in contract.get("gives", {}).items()}
        known = {"color": self.color, "number": self.number, "domain": self.domain}
        return PictureKind(**(known | given), height=size[0], width=size[1])


def needs_color(step: Step) -> bool:
    """Whether a step takes nothing but RGB."""
    taken: list[str] = CONTRACT[step.name].get("takes", {}).get("color", [])
    return taken == ["rgb"]


def _conflict(step: Step, place: int, problem: str) -> errors.SparkDl4jError:
    return errors.error(
        "PARAMETER_CONFLICT", f"step {place} of preprocessing ({step.name}) {problem}", parameter="preprocessing"
    )
