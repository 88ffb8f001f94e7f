"""What PySpark itself throws, as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.errors import PySparkException

from sparkdl4j import errors


@contextmanager
def sentences(code: str, what: str) -> Iterator[None]:
    """Turns exceptions of PySpark into `SparkDl4jError`.

    Args:
        code: of the errors.
        what: what does not work.

    Raises:
        SparkDl4jError: with the first line of what PySpark says.
    """
    try:
        yield
    except errors.SparkDl4jError:
        raise
    except (Py4JError, PySparkException, RuntimeError) as problem:
        text = problem.java_exception.toString() if isinstance(problem, Py4JJavaError) else str(problem)
        raise errors.error(code, f"{what}: {str(text).split(chr(10), 1)[0]}", java_trace=str(problem)) from None
