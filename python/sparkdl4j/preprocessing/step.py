"""What all steps of preprocessing have in common."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

from sparkdl4j import contract, errors, options

# Which pictures a step takes and gives.
CONTRACT: dict[str, Any] = contract.read("preprocessing.json")


@dataclass(frozen=True)
class Step:
    """Something that is done to each picture, or to series of pictures.

    Raises:
        ParameterError: PARAMETER_TYPE, PARAMETER_RANGE, PARAMETER_CONFLICT.
    """

    name: ClassVar[str]

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not None or field.default is not None:
                object.__setattr__(self, field.name, options.check(self.name, field.name, value))

    @property
    def is_for_series(self) -> bool:
        """Whether it is for series of pictures, rather than for each picture."""
        series = CONTRACT[self.name].get("series", {})
        return any(getattr(self, parameter) == value for parameter, value in series.items())

    def to_dict(self) -> dict[str, Any]:
        """`step` (the name) and all parameters."""
        values = dataclasses.asdict(self)
        return {"step": self.name, **{name: value for name, value in values.items() if value is not None}}

    def size_after(self, height: int | None, width: int | None) -> tuple[int | None, int | None] | None:
        """The (height, width) of the result, each None where it is unknown; None where the picture is too small."""
        return height, width

    @property
    def extent(self) -> int:
        """The rows and columns of its window; 0 where it has none."""
        return 0

    def _require_odd(self, name: str) -> None:
        value = getattr(self, name)
        if value % 2 == 0:
            raise errors.error("PARAMETER_RANGE", f"{name} must be odd, but is {value}", parameter=name)
