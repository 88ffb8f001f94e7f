"""`--config FILE`: a TOML file whose keys are options of the command."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sparkdl4j import errors, options

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Checks = dict[str, Callable[[Any], Any]]


def apply(path: str, command: argparse.ArgumentParser, checks: Checks) -> None:
    """Makes the values of a configuration file the command's defaults, so that the command line wins over them.

    Args:
        path: the file. A key is an option's name without its dashes at the front; `-` and `_` count as equal.
        command: whose options they are.
        checks: of options whose values have types of their own in TOML, by destination; others are texts.

    Raises:
        FileError: FILE_NOT_FOUND or FILE_UNREADABLE.
        DataError: DATA_FORMAT for a file that is not TOML.
        ParameterError: PARAMETER_UNKNOWN, PARAMETER_TYPE or PARAMETER_RANGE, with file and key.
    """
    actions = {
        action.dest: action
        for action in command._actions
        if action.option_strings and action.dest not in ("help", "config")
    }
    defaults = {}
    for key, value in _read(path).items():
        name = key.replace("-", "_")
        try:
            options.check_names([name], actions)
            defaults[name] = _value(actions[name], value, checks.get(name))
        except errors.ParameterError as problem:
            raise errors.error(problem.code, f"{path}: {problem}", path=path, **problem.details) from None
    command.set_defaults(**defaults)


def _read(path: str) -> dict[str, Any]:
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise errors.error("FILE_NOT_FOUND", f"the configuration file {path} does not exist", path=path) from None
    except OSError as problem:
        raise errors.error("FILE_UNREADABLE", f"{path} cannot be read: {problem.strerror}", path=path) from None
    try:
        values: dict[str, Any] = tomllib.loads(content.decode("utf-8"))
        return values
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise errors.error("DATA_FORMAT", f"{path} is not a TOML file: {problem}", path=path) from None


def _value(action: argparse.Action, value: Any, check: Callable[[Any], Any] | None) -> Any:
    if check is not None:
        return check(value)
    if action.nargs == 0:
        if isinstance(value, bool):
            return value
        raise _wrong(action, value, "true or false")
    if isinstance(action, argparse._AppendAction):
        # A table stands for texts with an equals sign: [conf] for --conf KEY=VALUE.
        texts = [f"{name}={one}" for name, one in value.items()] if isinstance(value, dict) else value
        if not isinstance(texts, list):
            raise _wrong(action, value, "a list of texts")
        return [_of_text(action, text) for text in texts]
    return _of_text(action, value)


def _of_text(action: argparse.Action, value: Any) -> Any:
    # Numbers may stand where the command line has their text, as in size = 75.
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _wrong(action, value, "a text")
    convert = action.type if callable(action.type) else str
    try:
        return convert(str(value))
    except argparse.ArgumentTypeError as problem:
        raise errors.error("PARAMETER_RANGE", str(problem), parameter=action.dest) from None


def _wrong(action: argparse.Action, value: Any, wanted: str) -> errors.SparkDl4jError:
    shown = json.dumps(value, default=str)
    return errors.error("PARAMETER_TYPE", f"{action.dest} must be {wanted}, but is {shown}", parameter=action.dest)
