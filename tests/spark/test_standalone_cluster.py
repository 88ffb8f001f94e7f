"""Training on a standalone cluster of three hosts, which are processes of this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

pyspark = pytest.importorskip("pyspark")

pytestmark = pytest.mark.long

Train = Callable[..., Any]

HOME = Path(pyspark.__file__).parent
HOSTS = 3
STARTING_SECONDS = 120
# Mounts a small file system that nobody else sees, and that goes with the last process that does.
WITH_SMALL_DISK = [
    "unshare",
    "--map-root-user",
    "--mount",
    "sh",
    "-c",
    'mount -t tmpfs -o size=4m tmpfs "$0"; exec "$@"',
]


class StandaloneCluster:
    """A master and workers of one core, with all that they write below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hosts: list[subprocess.Popen[bytes]] = []
        with socket.socket() as free:
            free.bind(("localhost", 0))
            self.port = free.getsockname()[1]
        self.url = f"spark://localhost:{self.port}"
        self.start("master", "master.Master", "--port", str(self.port))

    def add_host(self, *, has_small_disk: bool = False) -> None:
        name = f"host-{len(self.hosts)}"
        local = self.folder / name / "local"
        local.mkdir(parents=True)
        log = self.start(
            name,
            "worker.Worker",
            *("--cores", "1", "--memory", "1g", "--work-dir", str(self.folder / name / "work"), self.url),
            within=[*WITH_SMALL_DISK, str(local)] if has_small_disk else [],
            environment={"SPARK_LOCAL_DIRS": str(local)},
        )
        deadline = time.monotonic() + STARTING_SECONDS
        while "Successfully registered" not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()
            assert self.hosts[-1].poll() is None, log.read_text()
            time.sleep(0.1)

    def start(
        self,
        name: str,
        kind: str,
        *options: str,
        within: Sequence[str] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> Path:
        """Starts a daemon; the executors of a worker will be in its process group.

        Args:
            name: of the file that it logs to, which is returned.
            kind: its class in Spark's package for such clusters.
            options: its own.
            within: a command that runs it.
            environment: what is added to the environment.
        """
        log = self.folder / f"{name}.log"
        command = [str(HOME / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}"]
        with log.open("wb") as output:
            self.hosts.append(
                subprocess.Popen(
                    [*within, *command, "--host", "localhost", "--webui-port", "0", *options],
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=self.folder,
                    env={
                        **os.environ,
                        "SPARK_HOME": str(HOME),
                        "SPARK_DAEMON_MEMORY": "256m",
                        "SPARK_NO_DAEMONIZE": "1",
                        **environment,
                    },
                    start_new_session=True,
                )
            )
        return log

    def stop(self) -> None:
        for host in reversed(self.hosts):
            with suppress(ProcessLookupError):
                os.killpg(host.pid, signal.SIGKILL)
            host.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[StandaloneCluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    cluster = StandaloneCluster(folder)
    try:
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def expected(train: Train, picture_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What three workers give in one process."""
    trained = train("local[3]", picture_folder, tmp_path_factory.mktemp("expected") / "model.zip", "--workers=3")
    parts: dict[str, bytes] = trained.parts
    return parts


@pytest.mark.parametrize(
    ("kills", "number"),
    [([], 0), (["3/1=host"], 1), (["2/1=host", "5/3=host"], 2)],
    ids=["undisturbed", "a host gone", "only one of three left"],
)
def test_gives_what_threads_of_one_process_give(
    cluster: StandaloneCluster,
    train: Train,
    picture_folder: Path,
    tmp_path: Path,
    expected: dict[str, bytes],
    kills: list[str],
    number: int,
) -> None:
    for _ in range(HOSTS):
        cluster.add_host()
    trained = train(
        cluster.url, picture_folder, tmp_path / "model.zip", "--workers=3", *(f"--kill={kill}" for kill in kills)
    )
    assert trained.killed == number
    assert trained.parts == expected


@pytest.fixture
def small_disks(tmp_path: Path) -> None:
    """Skips where no small file system can be mounted."""
    folder = tmp_path / "mounted"
    folder.mkdir()
    if subprocess.run([*WITH_SMALL_DISK, str(folder), "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a file system of its own")


# Decoded, the pictures take 9 MB, more than a small disk holds. The jar does not go there.
LARGE_PICTURES = ("--image-size=224", "--epochs=1", "--workers=3", "--conf=spark.files.useFetchCache=false")


@pytest.mark.usefixtures("small_disks")
def test_full_disks_are_named(
    cluster: StandaloneCluster,
    run_training: Callable[..., subprocess.CompletedProcess[str]],
    picture_folder: Path,
    tmp_path: Path,
) -> None:
    cluster.add_host(has_small_disk=True)
    one_host = "--conf=spark.cores.max=1"
    done = run_training(cluster.url, picture_folder, tmp_path / "model.zip", *LARGE_PICTURES, one_host)
    assert done.returncode != 0
    assert "No space left on device" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "model.zip").exists()


@pytest.mark.usefixtures("small_disks")
def test_a_host_with_a_full_disk_is_done_without(
    cluster: StandaloneCluster, train: Train, picture_folder: Path, tmp_path: Path
) -> None:
    expected = train("local[3]", picture_folder, tmp_path / "expected.zip", *LARGE_PICTURES)
    cluster.add_host(has_small_disk=True)
    cluster.add_host()
    cluster.add_host()
    elsewhere = "--conf=spark.excludeOnFailure.enabled=true"
    trained = train(cluster.url, picture_folder, tmp_path / "model.zip", *LARGE_PICTURES, elsewhere)
    assert trained.parts == expected.parts
