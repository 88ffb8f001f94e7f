"""Spark sessions: what they need to be told before they start, and whether one can be used."""

from __future__ import annotations

from typing import Any

from pyspark.sql import SparkSession

from sparkdl4j import errors
from sparkdl4j.jvm import jar

_JARS = "spark.jars"
_GATEWAY = "org.sparkdl4j.spark.bridge.Gateway"
_OLDEST = (3, 5)


def configure(builder: SparkSession.Builder) -> SparkSession.Builder:
    """Adds to the builder of a session what training needs; other settings stay as they are.

    These are the jar on driver and executors, and one OpenMP thread for each of an executor's tasks. Settings given to
    the builder afterwards win.

    Args:
        builder: such as `SparkSession.builder.master("spark://…")`.

    Raises:
        JvmError: JAR_NOT_FOUND.
    """
    own = str(jar.find_jars()[0])
    given = [path for path in builder._options.get(_JARS, "").split(",") if path]
    builder = builder.config(_JARS, ",".join([*given, *([] if own in given else [own])]))
    if "spark.executorEnv.OMP_NUM_THREADS" not in builder._options:
        builder = builder.config("spark.executorEnv.OMP_NUM_THREADS", "1")
    return builder


def gateway(session: SparkSession) -> Any:
    """The Java class that this package calls in a session's JVM.

    A session that was started without the jar gets it now: the driver's class loader, and the executors through Spark.

    Raises:
        SparkError: SPARK_SESSION for Spark Connect, a Spark before 3.5, or a driver that cannot take the jar.
        JvmError: JAR_NOT_FOUND.
    """
    jvm = getattr(session, "_jvm", None)
    if jvm is None:
        raise errors.error(
            "SPARK_SESSION",
            "this is a Spark Connect session, which reaches no JVM: use a classic session, such as "
            "sparkdl4j.spark.configure(SparkSession.builder.master(…)).getOrCreate()",
        )
    version = tuple(int(part) for part in session.version.split(".")[:2])
    if version < _OLDEST:
        raise errors.error(
            "SPARK_SESSION",
            f"Spark {session.version} is too old: sparkdl4j needs 3.5 or newer",
            version=session.version,
        )
    if not _has_jar(jvm):
        _join(session, jvm)
    found = jvm
    for part in _GATEWAY.split("."):
        found = getattr(found, part)
    return found


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
