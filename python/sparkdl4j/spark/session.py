"""Spark sessions: what they need to be told before they start, and whether one can be used."""

from __future__ import annotations

import gc
import os
from typing import Any, cast

from pyspark.sql import DataFrame, SparkSession

from sparkdl4j import errors
from sparkdl4j.jvm import jar

_JARS = "spark.jars"
_GATEWAY = "org.sparkdl4j.spark.bridge.Gateway"
_OLDEST = (3, 5)
_CONNECT = (
    "this is a Spark Connect session, which reaches no JVM: use a classic session, such as "
    "sparkdl4j.spark.configure(SparkSession.builder.master(…)).getOrCreate(), without spark.remote and SPARK_REMOTE"
)


def configure(builder: SparkSession.Builder) -> SparkSession.Builder:
    """Adds to the builder of a session what training needs; other settings stay as they are.

    These are the jar on driver and executors, and one OpenMP thread for each of an executor's tasks. Settings given to
    the builder afterwards win.

    Args:
        builder: such as `SparkSession.builder.master("spark://…")`.

    Raises:
        SparkError: SPARK_SESSION for the builder of a Spark Connect session.
        JvmError: JAR_NOT_FOUND.
    """
    if "spark.remote" in builder._options or "SPARK_REMOTE" in os.environ:
        raise errors.error("SPARK_SESSION", _CONNECT)
    own = str(jar.find_jars()[0])
    given = [path for path in builder._options.get(_JARS, "").split(",") if path]
    builder = builder.config(_JARS, ",".join([*given, *([] if own in given else [own])]))
    if "spark.executorEnv.OMP_NUM_THREADS" not in builder._options:
        builder = builder.config("spark.executorEnv.OMP_NUM_THREADS", "1")
    return builder


def of(dataset: DataFrame) -> SparkSession:
    """The session of a DataFrame.

    Raises:
        ParameterError: PARAMETER_TYPE for what is no DataFrame of Spark.
        SparkError: SPARK_SESSION for a session that cannot be used.
    """
    session = getattr(dataset, "sparkSession", None)
    if session is None:
        raise errors.error(
            "PARAMETER_TYPE",
            f"dataset must be a DataFrame of Spark, but is of type {type(dataset).__name__}",
            parameter="dataset",
        )
    require_classic(session)
    return cast(SparkSession, session)


def active() -> SparkSession:
    """The session that is active in this thread.

    Raises:
        SparkError: SPARK_SESSION without one.
    """
    session = SparkSession.getActiveSession()
    if session is None:
        raise errors.error(
            "SPARK_SESSION", "there is no active Spark session: create one before, or give it as session="
        )
    return session


def require_classic(session: SparkSession) -> None:
    """Checks, before anything else is done, that a session is of a kind and version that can be used.

    Raises:
        SparkError: SPARK_SESSION for Spark Connect, or a Spark before 3.5.
    """
    # Sessions of Spark Connect raise an AttributeError.
    if getattr(session, "_jvm", None) is None:
        raise errors.error("SPARK_SESSION", _CONNECT)
    version = tuple(int(part) for part in session.version.split(".")[:2])
    if version < _OLDEST:
        raise errors.error(
            "SPARK_SESSION",
            f"Spark {session.version} is too old: sparkdl4j needs 3.5 or newer, so install pyspark>=3.5, and run the "
            "same version on the cluster",
            version=session.version,
        )


def gateway(session: SparkSession) -> Any:
    """The Java class that this package calls in a session's JVM.

    A session that was started without the jar gets it now: the driver's class loader, and the executors through Spark.

    Raises:
        SparkError: SPARK_SESSION for Spark Connect, a Spark before 3.5, or a driver that cannot take the jar.
        JvmError: JAR_NOT_FOUND.
    """
    require_classic(session)
    jvm = session._jvm
    if not _has_jar(jvm):
        _join(session, jvm)
    found = jvm
    for part in _GATEWAY.split("."):
        found = getattr(found, part)
    return found


def release_unused() -> None:
    """Has Java forget what Python has no more, earlier models and the networks of earlier trainings among it.

    Py4J's objects are parts of reference cycles, so Python would keep each until it collects such cycles, which may be
    never: it counts its own small objects, not the memory that these hold in the driver.
    """
    gc.collect()


def _has_jar(jvm: Any) -> bool:
    from py4j.protocol import Py4JJavaError

    try:
        jvm.java.lang.Class.forName(_GATEWAY, True, jvm.java.lang.Thread.currentThread().getContextClassLoader())
    except Py4JJavaError:
        return False
    return True


def _join(session: SparkSession, jvm: Any) -> None:
    from py4j.protocol import Py4JError

    own = jar.find_jars()[0]
    try:
        loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
        loader.addURL(jvm.java.io.File(str(own)).toURI().toURL())
        session._jsc.addJar(str(own))
    except Py4JError:
        pass
    if not _has_jar(jvm):
        raise errors.error(
            "SPARK_SESSION",
            f"the session's driver has no sparkdl4j jar, and cannot take one while it runs: start it with "
            f"sparkdl4j.spark.configure(…), with spark.jars={own}, or with spark-submit --jars {own}",
            jar=str(own),
        )
