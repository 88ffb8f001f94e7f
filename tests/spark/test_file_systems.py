"""Hadoop's file systems: a small HDFS, and a stand-in for S3, on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

pyspark = pytest.importorskip("pyspark")

pytestmark = pytest.mark.long

Hadoop = Callable[[str, Path], AbstractContextManager[str]]

BUILD = Path(__file__).parents[2] / "build"
SCRIPT = Path(__file__).parent / "file_system_script.py"
S3_SCRIPT = Path(__file__).parent / "s3_script.py"
SPARK_JARS = Path(pyspark.__file__).parent / "jars"
STARTING_SECONDS = 120


@pytest.fixture(scope="module")
def hdfs(hadoop: Hadoop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URI of an HDFS."""
    with hadoop("SmallHdfs.java", tmp_path_factory.mktemp("hdfs")) as uri:
        yield uri


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[list[str]]:
    """The settings with which Spark finds a server that speaks S3's protocol, with a bucket named "bucket"."""
    jars = sorted((BUILD / "hadoop" / "s3").glob("*.jar"))
    if not jars or not (BUILD / "moto").is_dir():
        pytest.skip("S3's client and its stand-in are not there: make test-long installs them")
    own = next(jar for jar in jars if jar.name.startswith("hadoop-aws-")).stem.removeprefix("hadoop-aws-")
    if not (SPARK_JARS / f"hadoop-client-api-{own}.jar").exists():
        pytest.skip(f"S3's client is of Hadoop {own}, this Spark's Hadoop of another version")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    url = f"http://localhost:{port}"
    with (tmp_path / "s3.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(S3_SCRIPT), "-H", "localhost", "-p", str(port)],
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONPATH": str(BUILD / "moto")},
        )
    try:
        deadline = time.monotonic() + STARTING_SECONDS
        while True:
            with suppress(OSError):
                urllib.request.urlopen(urllib.request.Request(f"{url}/bucket", method="PUT")).close()
                break
            assert process.poll() is None, (tmp_path / "s3.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.2)
        settings = {
            "spark.driver.extraClassPath": os.pathsep.join(map(str, jars)),
            "spark.hadoop.fs.s3a.endpoint": url,
            "spark.hadoop.fs.s3a.endpoint.region": "us-east-1",
            "spark.hadoop.fs.s3a.path.style.access": "true",
            "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
            "spark.hadoop.fs.s3a.access.key": "anybody",
            "spark.hadoop.fs.s3a.secret.key": "anything",
        }
        yield [f"--conf={name}={value}" for name, value in settings.items()]
    finally:
        process.terminate()
        process.wait()


def use(uri: str, pictures: Path, folder: Path, *options: str) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(pictures), uri, *options],
        capture_output=True,
        text=True,
        timeout=400,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_pictures_and_models_on_hdfs(hdfs: str, picture_folder: Path, tmp_path: Path) -> None:
    use(f"{hdfs}/files", picture_folder, tmp_path)


def test_pictures_and_models_on_s3(s3: list[str], picture_folder: Path, tmp_path: Path) -> None:
    use("s3a://bucket/files", picture_folder, tmp_path, *s3)
