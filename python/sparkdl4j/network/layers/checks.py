"""What a layer's parameter may be: checks that a field names in its metadata.

A check takes the parameter's name and value, and returns the value as plain Python.
"""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeAlias

from sparkdl4j import errors, options

Check: TypeAlias = Callable[[str, Any], Any]
# What `inputs` calls the pictures, or within a layer that consists of others, that layer's input.
INPUT = "input"
# DL4J addresses parameters and one picture's activations by a 32-bit integer.
LARGEST = 2**31 - 1


def wrong(name: str, value: Any, wanted: str) -> errors.SparkDl4jError:
    return errors.error("PARAMETER_RANGE", f"{name} must be {wanted}, but is {value!r}", parameter=name)


def integer(value: Any, least: int, problem: errors.SparkDl4jError) -> int:
    """The value as an int from `least` to LARGEST; numpy's integers are welcome.

    Raises:
        the problem given.
    """
    if isinstance(value, bool):
        raise problem
    try:
        plain = operator.index(value)
    except TypeError:
        raise problem from None
    if not least <= plain <= LARGEST:
        raise problem
    return plain


def _positive(name: str, value: Any) -> int:
    return integer(value, 1, wrong(name, value, "an integer of at least 1"))


def _pair(name: str, value: Any) -> tuple[int, int]:
    problem = wrong(name, value, "an integer of at least 1, or a pair of such")
    sides = value if isinstance(value, (tuple, list)) else (value, value)
    if len(sides) != 2:
        raise problem
    return integer(sides[0], 1, problem), integer(sides[1], 1, problem)


def _margins(name: str, value: Any) -> tuple[int, int, int, int]:
    problem = wrong(
        name, value, "an integer of at least 0, (height, width), ((top, bottom), (left, right)) or four such integers"
    )
    sides = value if isinstance(value, (tuple, list)) else (value, value)
    if len(sides) == 2:
        ends = [side if isinstance(side, (tuple, list)) else (side, side) for side in sides]
        if any(len(end) != 2 for end in ends):
            raise problem
        sides = (*ends[0], *ends[1])
    if len(sides) != 4:
        raise problem
    top, bottom, left, right = (integer(side, 0, problem) for side in sides)
    return top, bottom, left, right


def _number(name: str, value: Any) -> float:
    if not _is_finite(value):
        raise wrong(name, value, "a finite number")
    return float(value)


def _above_zero(name: str, value: Any) -> float:
    if not _is_finite(value) or value <= 0:
        raise wrong(name, value, "a number above 0")
    return float(value)


def _each(check: Check, wanted: str, name: str, value: Any) -> tuple[Any, ...]:
    problem = wrong(name, value, wanted)
    if not isinstance(value, Iterable) or isinstance(value, (str, bytes, Mapping)):
        raise problem
    values = tuple(value)
    if not values:
        raise problem
    try:
        return tuple(check(name, one) for one in values)
    except errors.ParameterError:
        raise problem from None


def _boolean(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong(name, value, "True or False")
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise wrong(name, value, "a string that is not empty")
    return value


def _layer_name(name: str, value: Any) -> str:
    text = _text(name, value)
    if text == INPUT:
        raise errors.error("PARAMETER_RANGE", f"the {name} {INPUT} is that of the pictures", parameter=name)
    if "/" in text:
        message = f"{name} must not hold a slash, which names parts of layers, but is {value!r}"
        raise errors.error("PARAMETER_RANGE", message, parameter=name)
    return text


def _choice(choices: tuple[str, ...], name: str, value: Any) -> str:
    if value not in choices:
        raise wrong(name, value, " or ".join(map(repr, choices)))
    return str(value)


def _option(option: str, name: str, value: Any) -> Any:
    try:
        return options.check("network", option, value)
    except errors.ParameterError as problem:
        text = name + str(problem).removeprefix(option)
        raise errors.error(problem.code, text, **{**problem.details, "parameter": name}) from None


def _is_finite(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, numbers.Real) and math.isfinite(value)


def _metadata(check: Check) -> dict[str, Check]:
    return {"check": check}


POSITIVE = _metadata(_positive)
PAIR = _metadata(_pair)
MARGINS = _metadata(_margins)
NUMBER = _metadata(_number)
ABOVE_ZERO = _metadata(_above_zero)
NUMBERS = _metadata(partial(_each, _number, "a list of finite numbers"))
NUMBERS_ABOVE_ZERO = _metadata(partial(_each, _above_zero, "a list of numbers above 0"))
BOOLEAN = _metadata(_boolean)
LAYER_NAME = _metadata(_layer_name)
LAYER_NAMES = _metadata(partial(_each, _text, "a list of layers' names"))
PADDING = _metadata(partial(_choice, ("valid", "same")))
POOLING = _metadata(partial(_choice, ("avg", "max")))


def option(name: str) -> dict[str, Check]:
    """The check of an option of the group "network", which a layer sets for itself alone."""
    return _metadata(partial(_option, name))
