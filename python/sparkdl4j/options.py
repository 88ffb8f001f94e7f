"""Names, types, bounds and defaults of the options, from `spec/options.json`, their one home.

The sentences are those of Java's `org.sparkdl4j.spec.Options`.
"""

from __future__ import annotations

import difflib
import json
import numbers
from collections.abc import Callable, Iterable
from typing import Any

from sparkdl4j import class_weight, contract, errors

_GROUPS: dict[str, dict[str, dict[str, Any]]] = contract.read("options.json")
_BOUNDS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "minimum": ("at least", lambda value, bound: value >= bound),
    "exclusive_minimum": ("above", lambda value, bound: value > bound),
    "maximum": ("at most", lambda value, bound: value <= bound),
    "exclusive_maximum": ("below", lambda value, bound: value < bound),
}
_LONGEST_VALUE = 200

# What a value of each type is in Python.
PYTHON_TYPES: dict[str, type[int] | type[float] | type[bool] | type[str]] = {
    "integer": int,
    "number": float,
    "boolean": bool,
    "string": str,
}


def groups() -> list[str]:
    """The names of the groups, in the order of the contract."""
    return list(_GROUPS)


def names(group: str) -> list[str]:
    """The names of a group's options ("training", "network", "augmentation", …), in the order of the contract."""
    return list(_GROUPS[group])


def option(group: str, name: str) -> dict[str, Any]:
    """The contract of one option: type, bounds, choices, default, doc.

    Raises:
        ParameterError: PARAMETER_UNKNOWN.
    """
    check_names([name], _GROUPS[group])
    return _GROUPS[group][name]


def default(group: str, name: str) -> Any:
    """The default of an option that has one."""
    return option(group, name)["default"]


def check(group: str, name: str, value: Any) -> Any:
    """The value as plain Python, if the option allows it: int, float, bool, str, or weights by class.

    numpy's scalars are welcome.

    Raises:
        ParameterError: PARAMETER_UNKNOWN, PARAMETER_TYPE or PARAMETER_RANGE.
    """
    contract_of_option = option(group, name)
    kind = contract_of_option["type"]
    if kind == "weights":
        return None if value is None else class_weight.checked(name, value)
    if not _fits(kind, value):
        raise errors.error("PARAMETER_TYPE", f"{name} must be of type {kind}, but is {_shown(value)}", parameter=name)
    if "choices" in contract_of_option:
        choices = contract_of_option["choices"]
        if value not in choices:
            raise _range(name, value, "one of " + json.dumps(choices, separators=(",", ":")))
    for bound, (words, holds) in _BOUNDS.items():
        # NaN fails every bound.
        if bound in contract_of_option and not holds(value, contract_of_option[bound]):
            raise _range(name, value, f"{words} {contract_of_option[bound]}")
    return PYTHON_TYPES[kind](value)


def check_names(given: Iterable[str], allowed: Iterable[str]) -> None:
    """Refuses names that are not allowed, suggesting the nearest allowed one.

    Raises:
        ParameterError: PARAMETER_UNKNOWN.
    """
    allowed = list(allowed)
    for name in given:
        if name in allowed:
            continue
        near = difflib.get_close_matches(name, allowed, n=1)
        if near:
            raise errors.error(
                "PARAMETER_UNKNOWN",
                f"there is no option {name}; did you mean {near[0]}?",
                parameter=name,
                suggestion=near[0],
            )
        raise errors.error(
            "PARAMETER_UNKNOWN",
            f"there is no option {name}; the options are {', '.join(allowed)}",
            parameter=name,
        )


def _fits(kind: str, value: Any) -> bool:
    if kind == "string":
        return isinstance(value, str)
    if kind == "boolean":
        # numpy's own is neither Python's nor a number.
        return isinstance(value, bool) or (str(getattr(value, "dtype", "")) == "bool" and value.shape == ())
    # numpy registers its scalars as numbers; Python counts True as one, which nobody means.
    wanted = numbers.Integral if kind == "integer" else numbers.Real
    return isinstance(value, wanted) and not isinstance(value, bool)


def _range(name: str, value: Any, bound: str) -> errors.SparkDl4jError:
    return errors.error("PARAMETER_RANGE", f"{name} must be {bound}, but is {_shown(value)}", parameter=name)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        text = json.dumps(str(value), ensure_ascii=False)
    elif isinstance(value, numbers.Real):
        text = str(value)
    else:
        text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"
