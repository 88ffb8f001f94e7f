"""The one place where exceptions of Java become errors of this library."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import ContextDecorator
from types import TracebackType
from typing import Any

from sparkdl4j import errors
from sparkdl4j.jvm import fork

_OURS = "org.sparkdl4j.error.SparkDl4jException"
_ALLOCATION = re.compile(
    r"(failed|cannot|unable) to allocate|cannot allocate|allocation failed|bad_alloc|memory usage is too high",
    re.IGNORECASE,
)
_NATIVES = re.compile(
    r"java\.lang\.UnsatisfiedLinkError|\S*NoAvailableBackendException"
    r"|java\.lang\.NoClassDefFoundError: .*org[./](nd4j|bytedeco)[./]"
)


class _Translated(ContextDecorator):
    # A generator would do, but every prediction of a single picture passes here, and it takes ten times as long.
    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        translation = None if problem is None else _translate(problem)
        if translation is not None:
            raise translation from None


def translated() -> _Translated:
    """Turns exceptions of Java into `SparkDl4jError`; as `with translated():` or as the decorator `@translated()`.

    Raises:
        SparkDl4jError: the one of the code that Java named; JvmError OUT_OF_MEMORY, NATIVES_MISSING or JVM_FORKED;
            InternalError for anything else, with the Java stack trace in `details["java_trace"]`.
    """
    return _Translated()


def _translate(problem: BaseException) -> errors.SparkDl4jError | None:
    # Where JPype was never imported, nothing can come from Java.
    jpype = sys.modules.get("jpype")
    if jpype is None:
        return None
    if isinstance(problem, jpype.JVMNotRunning):
        if fork.forked():
            return fork.error()
        return errors.error("INTERNAL", "the JVM of this process was shut down and cannot start again: restart Python")
    return _from_java(problem) if isinstance(problem, jpype.JException) else None


def _from_java(exception: Any) -> errors.SparkDl4jError:
    chain = list(_chain(exception))
    names = [_class_name(link) for link in chain]
    if _OURS in names:
        ours = chain[names.index(_OURS)]
        return errors.error(str(ours.code().name()), str(ours.getMessage()), **_plain(ours.details()))
    sentences = [str(link.toString()) for link in chain]
    trace = str(exception.stacktrace())
    if "java.lang.OutOfMemoryError" in names or any(map(_ALLOCATION.search, sentences)):
        return errors.error(
            "OUT_OF_MEMORY",
            f"memory ran out ({sentences[-1]}): lower batch_size or the size of the pictures, or, if it is the Java "
            'heap, call sparkdl4j.configure(heap="4g") first',
            java_trace=trace,
        )
    if any(_NATIVES.match(sentence) for sentence in sentences):
        return errors.error(
            "NATIVES_MISSING",
            f"the native code does not load ({sentences[-1]}): sparkdl4j needs Linux x86-64 with glibc, or a jar built "
            "for this platform, and 0.5 GB of room in ~/.javacpp/cache",
            java_trace=trace,
        )
    return errors.error(
        "INTERNAL",
        f"unexpected failure in Java, please report it ({' caused by '.join(sentences)})",
        java_trace=trace,
    )


def _chain(exception: Any) -> Iterator[Any]:
    """An exception and its causes; Java forbids only the shortest of circles."""
    seen: list[Any] = []
    while exception is not None and not any(exception.equals(link) for link in seen):
        seen.append(exception)
        yield exception
        exception = exception.getCause()


def _class_name(exception: Any) -> str:
    return str(exception.getClass().getName())


def _plain(value: Any) -> Any:
    """A detail as plain Python."""
    import jpype

    java = jpype.java.lang
    if value is None:
        return None
    if isinstance(value, java.Boolean):
        return bool(value)
    if isinstance(value, (java.Double, java.Float)):
        return float(value)
    if isinstance(value, java.Number):
        return int(value.longValue())
    if isinstance(value, jpype.java.util.Map):
        return {str(entry.getKey()): _plain(entry.getValue()) for entry in value.entrySet()}
    if isinstance(value, jpype.java.util.Collection):
        return [_plain(element) for element in value]
    return str(value)
