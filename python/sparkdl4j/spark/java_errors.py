"""The one place where exceptions that Py4J brings become errors of this library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from py4j.protocol import Py4JJavaError

from sparkdl4j import errors


@contextmanager
def translated(gateway: Any) -> Iterator[None]:
    """Turns exceptions of Java into `SparkDl4jError`.

    Args:
        gateway: the Java class of `session.gateway`.

    Raises:
        SparkDl4jError: the one of the code that Java named; SparkError SPARK_JOB for whatever else Spark throws, with
            the Java stack trace in `details["java_trace"]`.
    """
    try:
        yield
    except Py4JJavaError as problem:
        own = gateway.error(problem.java_exception)
        if own is not None:
            found = json.loads(own)
            raise errors.error(found["code"], found["message"], **found["details"]) from None
        sentence = str(problem.java_exception.toString()).split("\n", 1)[0]
        raise errors.error("SPARK_JOB", f"Spark reports: {sentence}", java_trace=str(problem)) from None
