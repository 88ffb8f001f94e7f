"""What the names of picture files tell: class, group and further columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors, options

LABEL = "label"
GROUP = "group"
_OWN_GROUP = "own-group"
# Columns that tables of pictures have anyway.
_TAKEN = ("path", "class", "image")


@dataclass(frozen=True)
class Named:
    """What the names of pictures tell, one entry a picture.

    Attributes:
        labels: the classes.
        groups: None where the pattern has no group.
        columns: of every further named part the texts; None where it is empty or took no part in the match.
    """

    labels: list[str]
    groups: list[str] | None
    columns: dict[str, NDArray[np.object_]]


class NamePattern:
    """A regular expression that is searched in each file's path below the folder of all pictures.

    Args:
        expression: with at least one named part: `label`, the class (without it the subfolder names the class),
            `group` (a patient, say), and further columns.
        unmatched: "error", or "own-group": a file that does not match is a group of its own, of the class that its
            subfolder names.

    Raises:
        ParameterError: PARAMETER_RANGE, PARAMETER_CONFLICT.
    """

    def __init__(self, expression: str, unmatched: str = options.default("names", "unmatched")) -> None:
        self.takes_unmatched = options.check("names", "unmatched", unmatched) == _OWN_GROUP
        try:
            self._pattern = re.compile(expression)
        except re.error as problem:
            raise _wrong(f"is not a regular expression: {problem}") from None
        names = self._pattern.groupindex
        if not names:
            raise _wrong(f"must name a part, as in '(?P<label>[^_]+)_', but is {expression!r}")
        for name in _TAKEN:
            if name in names:
                raise _wrong(f"must name no part {name!r}: pictures have it")
        if self.takes_unmatched and GROUP not in names:
            raise errors.error(
                "PARAMETER_CONFLICT",
                "unmatched='own-group' needs a part (?P<group>…) in name_pattern",
                parameter="unmatched",
            )
        self._required = [name for name in (LABEL, GROUP) if name in names]
        self._further = [name for name in names if name not in (LABEL, GROUP)]

    def read(self, root: Path, paths: Sequence[str]) -> Named:
        """What the names of files below a folder tell.

        Raises:
            DataError: DATA_NAME for a file that does not match, and is not taken as it is.
        """
        labels: list[str] = []
        groups: list[str] = []
        columns: dict[str, list[str | None]] = {name: [] for name in self._further}
        for path in paths:
            relative = Path(path).relative_to(root)
            match = self._pattern.search(relative.as_posix())
            if match is not None and not all(match[name] for name in self._required):
                match = None
            label = match[LABEL] if match is not None and LABEL in self._required else _subfolder(relative)
            if label is None or (match is None and not self.takes_unmatched):
                raise self._no_match(path)
            labels.append(label)
            if GROUP in self._required:
                groups.append(relative.as_posix() if match is None else match[GROUP])
            for name, values in columns.items():
                values.append(None if match is None else match[name] or None)
        return Named(
            labels,
            groups if GROUP in self._required else None,
            {name: np.asarray(values, dtype=object) for name, values in columns.items()},
        )

    def _no_match(self, path: str) -> errors.SparkDl4jError:
        folder = "" if LABEL in self._required and not self.takes_unmatched else ", or no subfolder names its class"
        return errors.error(
            "DATA_NAME",
            f"{path} does not match name_pattern {self._pattern.pattern!r}{folder}: "
            "rename or remove it, or mend the pattern",
            path=path,
        )


def of(name_pattern: str | None, unmatched: str) -> NamePattern | None:
    """The pattern that is given, or None.

    Raises:
        ParameterError: as `NamePattern`; PARAMETER_CONFLICT for `unmatched` without a pattern.
    """
    if name_pattern is not None:
        return NamePattern(name_pattern, unmatched)
    if options.check("names", "unmatched", unmatched) != options.default("names", "unmatched"):
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"unmatched={unmatched!r} is about files that name_pattern does not fit: give it too",
            parameter="unmatched",
        )
    return None


def _subfolder(relative: Path) -> str | None:
    return relative.parts[0] if len(relative.parts) > 1 else None


def _wrong(problem: str) -> errors.SparkDl4jError:
    return errors.error("PARAMETER_RANGE", f"name_pattern {problem}", parameter="name_pattern")
