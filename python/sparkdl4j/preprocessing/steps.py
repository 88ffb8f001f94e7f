"""Lists of steps, as objects, as dicts, and as files."""

from __future__ import annotations

import dataclasses
import difflib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from sparkdl4j import errors, options
from sparkdl4j.preprocessing.color import ColorSpace, Grayscale
from sparkdl4j.preprocessing.contrast import CLAHE, HistogramEqualization
from sparkdl4j.preprocessing.geometry import CenterCrop, Crop, Pad, Scale
from sparkdl4j.preprocessing.hair_removal import HairRemoval
from sparkdl4j.preprocessing.number import ToFloat
from sparkdl4j.preprocessing.signal import Detrend, FourierTransform
from sparkdl4j.preprocessing.smoothing import GaussianBlur, MedianFilter
from sparkdl4j.preprocessing.step import Step

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# What is taken where steps are: objects, or dicts with `step` (the name) and the step's parameters.
Preprocessing: TypeAlias = Sequence[Step | Mapping[str, Any]]

_PARAMETER = "preprocessing"
_TYPES: tuple[type[Step], ...] = (
    Scale,
    Crop,
    CenterCrop,
    Pad,
    ToFloat,
    Grayscale,
    ColorSpace,
    MedianFilter,
    GaussianBlur,
    HistogramEqualization,
    CLAHE,
    HairRemoval,
    Detrend,
    FourierTransform,
)
_BY_NAME = {kind.name: kind for kind in _TYPES}


def steps(given: Preprocessing | None) -> tuple[Step, ...]:
    """The steps that are meant.

    Raises:
        ParameterError: PARAMETER_TYPE, PARAMETER_UNKNOWN, PARAMETER_RANGE or PARAMETER_CONFLICT, with the place of the
            step.
    """
    if given is None:
        return ()
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Sequence):
        raise errors.error(
            "PARAMETER_TYPE", f"preprocessing must be a list of steps, but is {given!r}", parameter=_PARAMETER
        )
    return tuple(_step(each, place) for place, each in enumerate(given, 1))


def picture_steps(given: Preprocessing | None) -> tuple[Step, ...]:
    """The steps that are meant, which must be for single pictures.

    Raises:
        ParameterError: as of `steps`; PARAMETER_CONFLICT for a step that is for series.
    """
    found = steps(given)
    for place, step in enumerate(found, 1):
        if step.is_for_series:
            raise errors.error(
                "PARAMETER_CONFLICT",
                f"step {place} of preprocessing ({step.name}) is for series of pictures: transform the data set with "
                "it before training (ImageDataset.preprocessed); a model sees one picture at a time",
                parameter=_PARAMETER,
            )
    return found


def read_steps(path: str | Path) -> tuple[Step, ...]:
    """The steps of a file: JSON (a list, or an object with `preprocessing`) or TOML (`[[preprocessing]]` tables).

    Raises:
        FileError: FILE_NOT_FOUND, FILE_UNREADABLE.
        DataError: DATA_FORMAT.
        ParameterError: as of `steps`.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise errors.error("FILE_NOT_FOUND", f"the file of steps {path} does not exist", path=str(path)) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise errors.error("FILE_UNREADABLE", f"{path} cannot be read: {problem}", path=str(path)) from None
    is_toml = str(path).endswith(".toml")
    try:
        content: Any = tomllib.loads(text) if is_toml else json.loads(text)
    except ValueError as problem:
        kind = "TOML" if is_toml else "JSON"
        raise errors.error("DATA_FORMAT", f"{path} is not a {kind} file: {problem}", path=str(path)) from None
    if isinstance(content, dict) and list(content) == [_PARAMETER]:
        content = content[_PARAMETER]
    return steps(content)


def _step(given: Step | Mapping[str, Any], place: int) -> Step:
    of = f"step {place} of preprocessing"
    if isinstance(given, Step):
        return given
    if not isinstance(given, Mapping) or not isinstance(given.get("step"), str):
        raise errors.error(
            "PARAMETER_TYPE",
            f'{of} must be a step, such as MedianFilter(3), or a dict, such as {{"step": "median_filter", "size": 3}}, '
            f"but is {given!r}",
            parameter=_PARAMETER,
        )
    name = given["step"]
    if name not in _BY_NAME:
        near = difflib.get_close_matches(name, _BY_NAME, n=1)
        known = f"did you mean {near[0]}?" if near else f"there are {', '.join(_BY_NAME)}"
        raise errors.error("PARAMETER_UNKNOWN", f"{of}: there is no step {name}; {known}", parameter=_PARAMETER)
    kind = _BY_NAME[name]
    values = {str(key): value for key, value in given.items() if key != "step"}
    try:
        options.check_names(values, options.names(name))
        for field in dataclasses.fields(kind):
            if field.default is dataclasses.MISSING and field.name not in values:
                raise errors.error("PARAMETER_TYPE", f"{field.name} must be given", parameter=field.name)
        return kind(**values)
    except errors.ParameterError as problem:
        raise errors.error(problem.code, f"{of} ({name}): {problem}", **problem.details) from None
