"""Whether this process was forked from one in which the JVM ran: a JVM does not survive that."""

from __future__ import annotations

from sparkdl4j import errors

_forked = False


def mark() -> None:
    """Called in the child, after the fork."""
    global _forked
    _forked = True


def forked() -> bool:
    """Whether the JVM was started before this process was forked, so that Java is out of its reach."""
    return _forked


def error() -> errors.SparkDl4jError:
    """The error for the use of Java in such a process."""
    return errors.error(
        "JVM_FORKED",
        "this process was forked after sparkdl4j had started Java, and a JVM does not survive a fork: use the start "
        'method spawn, as in multiprocessing.get_context("spawn"), or fork before the first use of sparkdl4j',
    )
