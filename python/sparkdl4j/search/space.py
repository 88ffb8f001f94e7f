"""The space of a search: which parameters are tried, and whether the classifier takes them."""

from __future__ import annotations

import difflib
import math
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sparkdl4j import errors
from sparkdl4j.search import candidates
from sparkdl4j.search.parameter import NotAParameterError, Parameter, Value, parameter

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

    from sparkdl4j.classifier import ConvNetClassifier
    from sparkdl4j.dataset import ImageDataset

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# What says nothing about the classifier that comes out, or is the search's own to decide.
_NOT_SEARCHED = (
    "averaging_frequency",
    "callbacks",
    "memory_limit",
    "num_workers",
    "preprocessing",
    "pretrained",
    "threads",
    "tune",
    "validation_fraction",
    "verbose",
    "warm_start",
)


@dataclass(frozen=True)
class Space:
    """The parameters of a search, by their names."""

    parameters: Mapping[str, Parameter]

    @classmethod
    def of(cls, given: Any, *, is_grid: bool = False) -> Space:
        """The space that is described.

        Args:
            given: parameters by name, each as `parameter` takes it.
            is_grid: whether every combination is to be tried.

        Raises:
            ParameterError: SEARCH_SPACE, with all that is wrong; PARAMETER_TYPE for what is no mapping.
        """
        if not isinstance(given, Mapping):
            raise errors.error(
                "PARAMETER_TYPE", f"space must be a dict of parameters, but is {given!r}", parameter="space"
            )
        if not given:
            raise _wrong(["it is empty: name the parameters to try"])
        found: dict[str, Parameter] = {}
        problems = []
        for name, description in given.items():
            try:
                found[str(name)] = parameter(description)
                if is_grid:
                    found[str(name)].grid()
            except NotAParameterError as problem:
                problems.append(f"{name} {problem}")
        # Unknown names are said in one go with them.
        problems += [f"{name}: {_not_searched(name)}" for name in map(str, given) if name in _NOT_SEARCHED]
        if problems:
            raise _wrong(problems)
        return cls(found)

    def check(self, estimator: ConvNetClassifier, data: ImageDataset) -> None:
        """Makes sure that the classifier takes every value, one parameter at a time.

        Raises:
            ParameterError: SEARCH_SPACE, with all that is wrong.
        """
        problems = []
        known = candidates.parameter_names(estimator)
        for name, one in self.parameters.items():
            if "__" not in name and name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                problems.append(f"there is no parameter {name}" + (f"; did you mean {near[0]}?" if near else ""))
                continue
            for value in one.probes():
                try:
                    candidates.of(estimator, {name: value}).trial_request(data)
                except errors.SparkDl4jError as problem:
                    sentence = str(problem)
                    problems.append(sentence if sentence.startswith(name) else f"{name}: {sentence}")
                    # One sentence a parameter is enough where the name itself is wrong.
                    if problem.code == "PARAMETER_UNKNOWN":
                        break
        if problems:
            raise _wrong(problems)

    def grid(self) -> dict[str, list[Value]]:
        """All labels of every parameter."""
        return {name: one.grid() for name, one in self.parameters.items()}

    def combinations(self) -> int:
        """How many a grid has."""
        return math.prod(len(values) for values in self.grid().values())

    def values(self, labels: Mapping[str, Value]) -> dict[str, Any]:
        """The parameters that labels of a study stand for."""
        return {name: one.value(labels[name]) for name, one in self.parameters.items()}

    def distributions(self) -> dict[str, BaseDistribution]:
        """The same for Optuna."""
        return {name: one.distribution() for name, one in self.parameters.items()}

    def to_json(self) -> dict[str, Any]:
        """As a study keeps it."""
        return {name: one.to_json() for name, one in self.parameters.items()}


def read_space(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The space in a TOML file, as `Search` takes it: a list for categories, an inline table for a range.

    ```toml
    learning_rate = {low = 1e-4, high = 1e-1, log = true}
    network__dense1__units = {low = 50, high = 400, step = 50}
    updater = ["adam", "nesterov"]
    ```

    Raises:
        FileError: FILE_NOT_FOUND or FILE_UNREADABLE.
        DataError: DATA_FORMAT for a file that is not TOML.
    """
    try:
        found: dict[str, Any] = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        return found
    except FileNotFoundError:
        raise errors.error("FILE_NOT_FOUND", f"the search space {path} does not exist", path=str(path)) from None
    except OSError as problem:
        raise errors.error("FILE_UNREADABLE", f"{path} cannot be read: {problem.strerror}", path=str(path)) from None
    except ValueError as problem:
        raise errors.error("DATA_FORMAT", f"{path} is not TOML: {problem}", path=str(path)) from None


def _not_searched(name: str) -> str:
    if name == "validation_fraction":
        return "trials are compared by the search's own validation or cv"
    return "it is no parameter to search for: set it in the classifier"


def _wrong(problems: list[str]) -> errors.SparkDl4jError:
    count = "a mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    return errors.error(
        "SEARCH_SPACE", f"the search space has {count}: {'; '.join(problems)}", parameter="space", problems=problems
    )
