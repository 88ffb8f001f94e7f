"""By how much the loss of each class's pictures counts in training."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import Any

from sparkdl4j import errors

BALANCED = "balanced"
ClassWeight = str | Mapping[Any, Any] | None
_LARGEST = 3.4e38


def checked(name: str, value: Any) -> str | dict[str, float]:
    """Weights of classes as JSON has them: "balanced", or weights by the classes' names as text.

    Args:
        name: of the option, for errors.
        value: "balanced", or a mapping of weights by class.

    Raises:
        ParameterError: PARAMETER_TYPE or PARAMETER_RANGE.
    """
    if isinstance(value, Mapping):
        return {str(key): _weight(name, key, weight) for key, weight in value.items()}
    if isinstance(value, str) and value == BALANCED:
        return BALANCED
    raise errors.error(
        "PARAMETER_RANGE" if isinstance(value, str) else "PARAMETER_TYPE",
        f'{name} must be "{BALANCED}", a dict of weights by class or None, but is {value!r}',
        parameter=name,
    )


def of_classes(value: Any, classes: Sequence[Any]) -> Any:
    """Checked weights, by the names that the data give the classes; `checked` has made the value.

    Args:
        value: "balanced", weights by class, or None.
        classes: numbers and their names as text count as equal.

    Raises:
        DataError: DATA_LABELS for a weight of a class that there is not.
    """
    if not isinstance(value, Mapping):
        return value
    named = {}
    for name, weight in value.items():
        known = next((each for each in classes if _is_same(name, each)), None)
        if known is None:
            raise errors.error(
                "DATA_LABELS",
                f"class_weight has the class {name}, which the training data do not have",
                parameter="class_weight",
            )
        named[str(known)] = weight
    return named


def parse(text: str) -> str | dict[str, float]:
    """The value of a command line: "balanced", or weights as in `cat=2,dog=0.5`.

    Raises:
        ParameterError: PARAMETER_TYPE or PARAMETER_RANGE.
    """
    if "=" not in text:
        return checked("class_weight", text)
    weights: dict[str, Any] = {}
    for part in text.split(","):
        name, _, weight = part.rpartition("=")
        try:
            weights[name] = float(weight)
        except ValueError:
            weights[name] = weight
    return checked("class_weight", weights)


def _weight(name: str, key: Any, weight: Any) -> float:
    # Python counts True as a number, which nobody means.
    if isinstance(weight, bool) or not isinstance(weight, numbers.Real):
        raise errors.error(
            "PARAMETER_TYPE", f"{name} must hold numbers, but that of {key!r} is {weight!r}", parameter=name
        )
    number = float(weight)
    if not 0 <= number <= _LARGEST:
        raise errors.error(
            "PARAMETER_RANGE",
            f"{name} must be finite and at least 0, but that of {key!r} is {weight}",
            parameter=name,
        )
    return number


def _is_same(name: str, known: Any) -> bool:
    if str(known) == name:
        return True
    try:
        return float(known) == float(name)
    except (TypeError, ValueError):
        return False
