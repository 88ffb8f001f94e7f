"""The errors of this library: a sentence for a person, a stable code for a program, and details by name.

The codes, their meanings and their classes stand in `spec/error_codes.json`. Every error is a `SparkDl4jError`, and
also of the built-in class that a caller might expect.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

from sparkdl4j import contract


class SparkDl4jError(Exception):
    """Base of all errors of this library.

    Attributes:
        code: the stable code, such as "DATA_SHAPE".
        details: what the sentence speaks of, by name, such as {"path": …} or {"parameter": …}.
    """

    def __init__(self, code: str, message: str, /, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.details = details

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        # args holds the sentence alone, so the default way would call the constructor without a code.
        return _rebuild, (self.code, str(self), self.details)


class ParameterError(SparkDl4jError, ValueError):
    """A parameter is unknown, of the wrong type, out of range, or contradicts another one."""


class DataError(SparkDl4jError, ValueError):
    """Pictures, labels or arrays are missing, damaged or of the wrong shape or type."""


class NetworkError(SparkDl4jError, ValueError):
    """The description of a network is wrong, or does not fit the pictures."""


class FileError(SparkDl4jError, OSError):
    """A file or folder is missing, or cannot be read or written."""


class ModelFileError(SparkDl4jError, OSError):
    """A model file is damaged, unsafe or from a newer version."""


class JvmError(SparkDl4jError, RuntimeError):
    """Java, the jar, native code, memory or an optional package is missing."""


class TrainingError(SparkDl4jError, RuntimeError):
    """Training cannot go on."""


class SparkError(SparkDl4jError, RuntimeError):
    """A Spark session cannot be used, or a Spark job has failed."""


class ServingError(SparkDl4jError, RuntimeError):
    """A server refuses a request: the request is wrong, or there is no room for it."""


class InternalError(SparkDl4jError, RuntimeError):
    """An unexpected failure; `details["java_trace"]` has the Java stack trace where there is one."""


class NotFittedError(SparkDl4jError, ValueError, AttributeError):
    """An object was used before `fit` or `load`; also scikit-learn's NotFittedError where scikit-learn is in use."""


_CLASSES = {
    kind.__name__: kind
    for kind in (
        ParameterError,
        DataError,
        NetworkError,
        FileError,
        ModelFileError,
        JvmError,
        TrainingError,
        SparkError,
        ServingError,
        InternalError,
        NotFittedError,
    )
}
_CODES = contract.read("error_codes.json")
_CLASS_OF = {code: _CLASSES[entry["error"]] for code, entry in _CODES.items()}
_SERVER_ERROR = 500
_HTTP_STATUS: dict[str, int] = {code: entry.get("http_status", _SERVER_ERROR) for code, entry in _CODES.items()}


def http_status(code: str) -> int:
    """The status with which a server tells of an error."""
    return _HTTP_STATUS[code]


def error(code: str, message: str, /, **details: Any) -> SparkDl4jError:
    """An instance of the class that belongs to a code, ready to be raised.

    Args:
        code: a code of `spec/error_codes.json`.
        message: one sentence: what was wrong, where, and what to do.
        details: what the sentence speaks of, by name.
    """
    kind = _CLASS_OF[code]
    if kind is NotFittedError:
        kind = _not_fitted_class()
    return kind(code, message, **details)


def missing_extra(package: str, extra: str) -> SparkDl4jError:
    """The error for an optional package that is not installed: EXTRA_MISSING with its pip line."""
    return error(
        "EXTRA_MISSING",
        f"this needs the Python package {package}, which is not installed: run pip install 'sparkdl4j[{extra}]'",
        package=package,
        extra=extra,
    )


def _rebuild(code: str, message: str, details: dict[str, Any]) -> SparkDl4jError:
    return error(code, message, **details)


def _not_fitted_class() -> type[NotFittedError]:
    # Code that catches scikit-learn's class has imported it; nobody else needs scikit-learn.
    return NotFittedError if "sklearn.exceptions" not in sys.modules else _scikit_learn_not_fitted_class()


@functools.cache
def _scikit_learn_not_fitted_class() -> type[NotFittedError]:
    theirs = sys.modules["sklearn.exceptions"].NotFittedError
    namespace = {"__module__": __name__, "__doc__": NotFittedError.__doc__}
    return type("NotFittedError", (NotFittedError, theirs), namespace)
