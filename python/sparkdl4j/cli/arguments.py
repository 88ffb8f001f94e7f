"""The parser of the command line, and the types of its options."""

from __future__ import annotations

import argparse
import difflib
import functools
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from sparkdl4j import class_weight, errors, options
from sparkdl4j.preprocessing import Step, picture_steps, read_steps

EXIT_USAGE = 2

# Groups whose defaults are the command's to give.
_OWN_DEFAULTS = ("data", "names", "table", "serving", "batching", "keras")


class Parser(argparse.ArgumentParser):
    """Suggests the nearest option for one that does not exist, and leaves with EXIT_USAGE.

    Attributes:
        checks: what takes the values of the contract's options, by destination.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.checks: dict[str, Callable[[Any], Any]] = {}

    def error(self, message: str) -> NoReturn:
        if message.startswith("unrecognized arguments: --"):
            given = message.split()[2].split("=")[0]
            near = difflib.get_close_matches(given, self._option_names(), n=1)
            message = f"there is no option {given}" + (f"; did you mean {near[0]}?" if near else "")
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: error: {message}\n")

    def _option_names(self) -> list[str]:
        names = list(self._option_string_actions)
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                for parser in action.choices.values():
                    names += parser._option_string_actions
        return names


def add_reading(command: Parser) -> None:
    """Adds the options of commands that read labelled pictures."""
    command.add_argument(
        "--report", metavar="DIR", help="folder for report.html, the same as JSON for programs, and pictures"
    )
    add_reading_of_pictures(command)


def add_reading_of_pictures(command: Parser) -> None:
    """Adds how labelled pictures are read."""
    add_names(command)
    command.add_argument(
        "--labels",
        metavar="FILE",
        help="CSV or Parquet file with the paths below DATA and the labels of its pictures",
    )
    for name in options.names("table"):
        add_option(command, "table", name)
    command.add_argument("--group-column", metavar="COLUMN", help="column of a table with the groups (default: none)")
    command.add_argument(
        "--cache",
        metavar="FOLDER",
        help="folder for files of decoded pictures: what is larger than memory can be read then, and the next time "
        "nothing is decoded",
    )
    add_option(command, "data", "max_damaged")


def add_names(command: Parser) -> None:
    """Adds the options on what files' names tell."""
    command.add_argument(
        "--name-pattern",
        metavar="REGEX",
        help="regular expression that takes the class (?P<label>…), the group (?P<group>…), such as a patient, whose "
        "pictures all go to the same part of a split, and further columns from file names; without a label the folder "
        "names the class",
    )
    add_option(command, "names", "unmatched")


def add_option(command: Parser, group: str, name: str, *, prefix: str = "", target: str | None = None) -> None:
    """Adds an option of the contract, with its type, bounds, default and help.

    Args:
        prefix: what its name stands after.
        target: its name here, where that is another one.
    """
    option = options.option(group, name)
    kind = class_weight.parse if option["type"] == "weights" else options.PYTHON_TYPES[option["type"]]
    target = target or prefix + name
    flag = f"--{target.replace('_', '-')}"
    # What is not given is left to the classifier, the network or a callback, which may set it themselves.
    default = option["default"] if group in _OWN_DEFAULTS else None
    shown = f" [{option['default']}]" if "default" in option else ""
    choices = f" ({', '.join(map(str, option['choices']))})" if "choices" in option else ""
    text = f"{option['doc']}{choices}{shown}".replace("%", "%%")
    command.checks[target] = functools.partial(options.check, group, name)
    if kind is bool:
        command.add_argument(flag, dest=target, action=argparse.BooleanOptionalAction, default=default, help=text)
        return

    def checked(text: str) -> Any:
        try:
            return command.checks[target](kind(text))
        except errors.ParameterError as problem:
            raise argparse.ArgumentTypeError(str(problem)) from None

    checked.__name__ = option["type"]
    metavar = name.split("_")[-1].upper()
    action = command.add_argument(flag, dest=target, type=checked, default=default, metavar=metavar, help=text)
    # For completion in shells: what is none of them has been refused before.
    action.choices = option.get("choices")


def add_preprocessing(command: Parser) -> None:
    """Adds the steps that change pictures before they are scaled."""

    def read(given: Any) -> tuple[Step, ...]:
        return read_steps(given) if isinstance(given, str) else picture_steps(given)

    def checked(path: str) -> tuple[Step, ...]:
        try:
            return picture_steps(read(path))
        except errors.SparkDl4jError as problem:
            raise argparse.ArgumentTypeError(str(problem)) from None

    command.checks["preprocessing"] = read
    command.add_argument(
        "--preprocessing",
        type=checked,
        metavar="FILE",
        help="JSON or TOML file with the steps that change pictures before they are scaled (default: none)",
    )


def size(text: str) -> tuple[int, int]:
    """The type of `--size`: (height, width)."""
    parts = text.lower().split("x")
    try:
        height, width = (int(parts[0]), int(parts[-1]))
    except ValueError:
        height = width = 0
    if len(parts) > 2 or height < 1 or width < 1:
        raise argparse.ArgumentTypeError(f"size must be a number such as 75, or height x width as 60x80, not {text!r}")
    return height, width


def window(text: str) -> Any:
    """The type of `--window`, as `ImageOptions` takes it."""
    if text in ("full", "minmax"):
        return text
    try:
        low, high = map(int, text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"window must be full, minmax, or LOW,HIGH, not {text!r}") from None
    return low, high


def data_or_fraction(text: str) -> str | float:
    """The type of `--test` and `--validation`: a folder, or a share of the data."""
    try:
        fraction = float(text)
    except ValueError:
        return text
    if not 0 < fraction < 1:
        raise argparse.ArgumentTypeError(f"a fraction must be above 0 and below 1, not {text}")
    return fraction


def threshold(text: str) -> dict[str, Any]:
    """The type of `--threshold`: what `Evaluation.threshold` takes."""
    from sparkdl4j.evaluation.threshold import METRICS

    name, equals, value = text.partition("=")
    if not equals and name in METRICS:
        return {"metric": name}
    try:
        share = float(value)
    except ValueError:
        share = -1
    if name not in ("sensitivity", "specificity") or not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(
            f"a threshold is chosen by {', '.join(METRICS)}, sensitivity=SHARE or specificity=SHARE, not {text!r}"
        )
    return {name: share}


def setting(text: str) -> tuple[str, str]:
    """The type of `--conf`: Spark's name and value."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"a setting of Spark is written as key=value, not {text!r}")
    return name, value


class Version(argparse.Action):
    """Shows the version and leaves."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from sparkdl4j.jvm.jar import package_version

        print(f"sparkdl4j {package_version()}")
        parser.exit()
