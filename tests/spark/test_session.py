"""Sessions that cannot be used are refused before anything else, with what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("pyspark")

import pyspark
from pyspark.sql import SparkSession

from sparkdl4j import errors
from sparkdl4j.spark import ConvNetClassificationModel, ConvNetClassifier, configure, read_images, session

CONNECT_SCRIPT = Path(__file__).parent / "connect_script.py"


class ConnectSession:
    """As far as anybody may touch it, a session of Spark Connect."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{name} is not supported in Spark Connect")


OLD = SimpleNamespace(_jvm=object(), version="3.4.1")


@pytest.mark.parametrize(
    ("unusable", "sentence"),
    [
        (ConnectSession(), "this is a Spark Connect session, which reaches no JVM: use a classic session"),
        (OLD, r"Spark 3.4.1 is too old: sparkdl4j needs 3.5 or newer, so install pyspark>=3.5"),
    ],
    ids=["connect", "old"],
)
def test_sessions_that_cannot_be_used(unusable: Any, sentence: str) -> None:
    rows: Any = SimpleNamespace(sparkSession=unusable)
    uses = [
        # The network is wrong, too.
        lambda: ConvNetClassifier("landscape", image_size=1).fit(rows),
        lambda: read_images(unusable, "pictures"),
        lambda: ConvNetClassificationModel("none.zip", session=unusable),
    ]
    for use in uses:
        with pytest.raises(errors.SparkError, match=sentence) as caught:
            use()
        assert caught.value.code == "SPARK_SESSION"


def test_builders_of_spark_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.SparkError, match="without spark.remote and SPARK_REMOTE"):
        configure(SparkSession.Builder().remote("sc://host"))
    monkeypatch.setenv("SPARK_REMOTE", "sc://host")
    with pytest.raises(errors.SparkError, match="without spark.remote and SPARK_REMOTE"):
        configure(SparkSession.Builder())


def test_a_driver_that_cannot_take_the_jar(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_has_jar", lambda jvm: False)
    with pytest.raises(
        errors.SparkError, match=r"has no sparkdl4j jar.*: start it with sparkdl4j.spark.configure"
    ) as e:
        read_images(spark, "pictures")
    assert e.value.code == "SPARK_SESSION"


def test_no_active_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SparkSession, "getActiveSession", lambda: None)
    with pytest.raises(errors.SparkError, match="there is no active Spark session"):
        ConvNetClassificationModel("none.zip")


@pytest.mark.skipif(pyspark.__version__.startswith("3."), reason="its package does not bring the server")
def test_a_real_session_of_spark_connect(tmp_path: Path) -> None:
    pytest.importorskip("grpc_status")
    pytest.importorskip("pyarrow")
    done = subprocess.run(
        [sys.executable, str(CONNECT_SCRIPT)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("this is a Spark Connect session, which reaches no JVM") == 2
