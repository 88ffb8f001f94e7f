"""What a search space says of one parameter: categories, or a range."""

from __future__ import annotations

import json
import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from sparkdl4j import options
from sparkdl4j.augmentation import Augmentation
from sparkdl4j.network import Network

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Value: TypeAlias = bool | int | float | str | None
_OF_RANGE = ("low", "high", "step", "log")
_LOG = "log"
_GRAMMAR = (
    "a list of categories, a dict such as {low = 0.001, high = 0.1, log = true}, or in Python a tuple such as "
    '(16, 128) or (1e-4, 1e-1, "log")'
)


class NotAParameterError(ValueError):
    """What is wrong with the description of a parameter, in words that follow its name."""


@dataclass(frozen=True)
class Categories:
    """Values without an order.

    Args:
        values: what is tried.
        labels: what the study calls them: numbers and texts themselves, anything else as text.
    """

    values: tuple[Any, ...]
    labels: tuple[Value, ...]

    def probes(self) -> list[Any]:
        """Values that show whether all are allowed."""
        return list(self.values)

    def grid(self) -> list[Value]:
        """The labels of all values."""
        return list(self.labels)

    def value(self, label: Value) -> Any:
        """What a label stands for."""
        # True equals 1, but is not the same.
        return next(v for v, k in zip(self.values, self.labels, strict=True) if k == label and type(k) is type(label))

    def distribution(self) -> BaseDistribution:
        """The same for Optuna."""
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution(self.labels)

    def to_json(self) -> Any:
        """As a study keeps it."""
        return list(self.labels)


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included; integers where both ends are.

    Args:
        low, high: the ends.
        step: between two values; None for any.
        log: whether they are sampled evenly on a logarithmic scale.
    """

    low: float
    high: float
    step: float | None = None
    log: bool = False

    @property
    def is_integer(self) -> bool:
        """Whether only whole numbers are meant."""
        return isinstance(self.low, int) and isinstance(self.high, int) and not isinstance(self.step, float)

    def probes(self) -> list[Any]:
        """Values that show whether all are allowed."""
        return [self.low, self.high]

    def grid(self) -> list[Value]:
        """All values of a range that has steps, or of whole numbers."""
        if self.step is None and not self.is_integer:
            raise NotAParameterError("is a range without a step, of which a grid needs one: give step, or a list")
        step = 1 if self.step is None else self.step
        count = math.floor((self.high - self.low) / step + 1e-9) + 1
        return [self.low + number * step for number in range(count)]

    def value(self, label: Value) -> Any:
        """The number itself."""
        return label

    def distribution(self) -> BaseDistribution:
        """The same for Optuna."""
        from optuna.distributions import FloatDistribution, IntDistribution

        if self.is_integer:
            return IntDistribution(int(self.low), int(self.high), log=self.log, step=int(self.step or 1))
        return FloatDistribution(float(self.low), float(self.high), log=self.log, step=self.step)

    def to_json(self) -> Any:
        """As a study keeps it."""
        return {"low": self.low, "high": self.high, "step": self.step, "log": self.log}


Parameter: TypeAlias = Categories | Range


def parameter(given: Any) -> Parameter:
    """What a space says of a parameter.

    Args:
        given: a list of categories; a dict with `low`, `high` and, where meant, `step` or `log`; or a tuple (low, high)
            or (low, high, "log").

    Raises:
        NotAParameterError: for anything else.
    """
    if isinstance(given, tuple) and len(given) in (2, 3) and (len(given) == 2 or given[2] == _LOG):
        given = {"low": given[0], "high": given[1], "log": len(given) == 3}
    elif isinstance(given, tuple):
        raise NotAParameterError(f"must be {_GRAMMAR}, but is {given!r}")
    if isinstance(given, Mapping):
        return _range(given)
    if isinstance(given, Sequence) and not isinstance(given, (str, bytes)):
        return _categories(list(given))
    raise NotAParameterError(f"must be {_GRAMMAR}, but is {given!r}")


def _range(given: Mapping[str, Any]) -> Range:
    unknown = [name for name in given if name not in _OF_RANGE]
    if unknown:
        raise NotAParameterError(f"is a range with {unknown[0]}, but a range has {', '.join(_OF_RANGE)}")
    for name in ("low", "high"):
        if name not in given:
            raise NotAParameterError(f"is a range without {name}")
    low, high, step = (_number(name, given.get(name)) for name in ("low", "high", "step"))
    log = given.get(_LOG, False)
    if not isinstance(log, bool):
        raise NotAParameterError(f"is a range whose log is {log!r}: it must be true or false")
    assert low is not None
    assert high is not None
    if not low < high:
        raise NotAParameterError(f"is a range from {low} to {high}: low must be below high")
    if step is not None and not 0 < step <= high - low:
        raise NotAParameterError(f"is a range with the step {step}, which does not fit between {low} and {high}")
    if log and step is not None:
        raise NotAParameterError("is a range with log and step: leave one out")
    if log and low <= 0:
        raise NotAParameterError(f"is a logarithmic range from {low}: low must be above 0")
    return Range(low, high, step, log)


def _number(name: str, value: Any) -> float | None:
    if value is None and name == "step":
        return None
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not math.isfinite(value):
        raise NotAParameterError(f"is a range whose {name} is {value!r}: it must be a number")
    return int(value) if isinstance(value, numbers.Integral) else float(value)


def _categories(values: list[Any]) -> Categories:
    if not values:
        raise NotAParameterError("is an empty list: name the values to try")
    values = [
        value.item() if hasattr(value, "item") and getattr(value, "shape", None) == () else value for value in values
    ]
    labels = [_label(value) for value in values]
    if len({(type(label), label) for label in labels}) < len(labels):
        raise NotAParameterError("is a list that names a value twice")
    return Categories(tuple(values), tuple(labels))


def _label(value: Any) -> Value:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, type) and issubclass(value, Network):
        return value.__name__
    if isinstance(value, Network):
        return value.name or repr(value) + " " + json.dumps(value.to_dict(), sort_keys=True)
    if isinstance(value, Augmentation):
        changed = {k: v for k, v in value.to_dict().items() if v != options.default("augmentation", k)}
        return json.dumps(changed, sort_keys=True)
    return json.dumps(value, sort_keys=True, default=str)
