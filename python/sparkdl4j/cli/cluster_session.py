"""The Spark session of a command."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark import SparkContext
from pyspark.sql import SparkSession

from sparkdl4j import errors
from sparkdl4j.cli.cluster_errors import sentences
from sparkdl4j.jvm import java_home
from sparkdl4j.spark import configure

_MASTER = "spark.master"
_NAME = "spark.app.name"
_HEAP = "spark.driver.memory"
_CONSOLE_PROGRESS = "spark.ui.showConsoleProgress"
_LOG_LEVEL = "spark.log.level"


def settings(arguments: Namespace) -> dict[str, str]:
    """Spark's settings as the options say.

    Raises:
        ParameterError: PARAMETER_CONFLICT for one that has an option of its own.
    """
    given = dict(arguments.conf)
    if _MASTER in given:
        raise _twice(f"--conf {_MASTER}", "--master")
    if arguments.heap is not None:
        if _HEAP in given:
            raise _twice(f"--conf {_HEAP}", "--heap")
        given[_HEAP] = arguments.heap
    return given


@contextmanager
def running(arguments: Namespace) -> Iterator[SparkSession]:
    """The session of this process where there is one, else one that is started, and stopped at the end.

    Raises:
        ParameterError: PARAMETER_CONFLICT, as of `settings`.
        SparkError: SPARK_SESSION when it cannot be started, or is not as the options say.
        JvmError: JAVA_NOT_FOUND, JAR_NOT_FOUND.
    """
    wanted = settings(arguments)
    context = SparkContext._active_spark_context
    if context is not None:
        _require({_MASTER: arguments.master, **wanted}, context)
        yield SparkSession.builder.getOrCreate()
        return
    if arguments.java_home is not None or "JAVA_HOME" not in os.environ:
        # PySpark starts the Java of this variable.
        os.environ["JAVA_HOME"] = str(java_home.find(arguments.java_home).path)
    builder = SparkSession.builder.master(arguments.master)
    # Spark would write its progress and its warnings, traces among them, over ours.
    quiet = {_NAME: f"sparkdl4j {arguments.command}", _CONSOLE_PROGRESS: "false", _LOG_LEVEL: "ERROR"}
    for name, value in {**quiet, **wanted}.items():
        builder = builder.config(name, value)
    with sentences("SPARK_SESSION", f"no Spark session can be started with --master {arguments.master}"):
        session = configure(builder).getOrCreate()
    try:
        if _LOG_LEVEL not in wanted:
            _keep_own_warnings(session)
        yield session
    finally:
        session.stop()


def _keep_own_warnings(session: SparkSession) -> None:
    logging = session._jvm.org.apache.logging.log4j
    logging.core.config.Configurator.setLevel("org.sparkdl4j", logging.Level.toLevel("WARN"))


def _require(wanted: dict[str, str], context: SparkContext) -> None:
    for name, value in wanted.items():
        found = context.getConf().get(name)
        if found != value:
            raise errors.error(
                "SPARK_SESSION",
                f"a Spark session runs in this process already, with {name}={found} and not {value}: stop it, or "
                "leave the option as it is there",
                setting=name,
            )


def _twice(setting: str, option: str) -> errors.SparkDl4jError:
    return errors.error(
        "PARAMETER_CONFLICT", f"{setting} and {option} are the same: give {option} alone", parameter="conf"
    )
