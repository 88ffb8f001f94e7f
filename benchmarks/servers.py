"""The servers that are compared, each in a process of its own with the same network behind it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from contenders import DoesNotWorkError

_ROOT = Path(__file__).parent.parent
_PEERS = Path(__file__).parent / "peers"
_TORCH = _ROOT / "build" / "peers" / "torch" / "bin"
_READY_SECONDS = 120
MAX_BATCH = 32


@dataclass(frozen=True)
class Served:
    """A network and the model file with it.

    Args:
        network: a reference network's name.
        size: height and width of its pictures.
        channels: of them.
        file: our model file; peers make the network with random weights of their own.
    """

    network: str
    size: int
    channels: int
    file: Path


class RunningServer:
    """A server that answers. A context manager, which ends it."""

    def __init__(
        self,
        command: list[str],
        port: int,
        ready: str,
        environment: dict[str, str],
        log: str,
        folder: str | None = None,
    ) -> None:
        self.port = port
        path = _ROOT / "build" / "benchmarks" / f"{log}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        with path.open("w") as out:
            self._process = subprocess.Popen(
                command,
                stdout=out,
                stderr=out,
                env={**os.environ, **environment},
                cwd=folder or _ROOT,
                start_new_session=True,
            )
        end = time.monotonic() + _READY_SECONDS
        while not self._answers(ready):
            if self._process.poll() is not None or time.monotonic() > end:
                self.close()
                raise DoesNotWorkError(f"the server does not answer: see {path}")
            time.sleep(0.2)

    def _answers(self, path: str) -> bool:
        try:
            self.get(path)
        except OSError:
            return False
        return True

    def get(self, path: str) -> bytes:
        """What it answers to GET."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
            content: bytes = response.read()
        return content

    def post(self, path: str) -> Any:
        """What it answers to POST, as JSON."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=b"", method="POST")
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def resident(self) -> int:
        """Bytes of memory that its process takes."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        """Ends the process, and those that it has started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
                self._process.wait(20)
                break
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> RunningServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def sparkdl4j(served: Served, *options: str) -> RunningServer:
    """Our endpoint."""
    port = _free_port()
    command = [sys.executable, "-m", "sparkdl4j", "serve", str(served.file), "--port", str(port), "--no-request-log"]
    command += ["--max-batch", str(MAX_BATCH), *options]
    return RunningServer(command, port, "/readyz", {}, f"serving_sparkdl4j_{served.network}")


def torch_fastapi(served: Served) -> RunningServer:
    """PyTorch behind FastAPI with micro-batching."""
    _require("python")
    port = _free_port()
    given = [served.network, str(served.size), str(served.channels), str(port), str(MAX_BATCH)]
    command = [str(_TORCH / "python"), str(_PEERS / "torch_server.py"), *given]
    return RunningServer(command, port, "/ping", {}, f"serving_torch_fastapi_{served.network}")


def torchserve(served: Served) -> RunningServer:
    """PyTorch behind TorchServe."""
    _require("torchserve")
    port, folder = _free_port(), tempfile.mkdtemp()
    extra = ",".join(str(_PEERS / name) for name in ("torch_pictures.py", "torch_networks.py", "protocol.py"))
    archive = [str(_TORCH / "torch-model-archiver"), "--model-name", "network", "--version", "1.0", "--handler"]
    archive += [str(_PEERS / "torchserve_handler.py"), "--extra-files", extra, "--export-path", folder]
    # The command must be found by its own name.
    path = f"{_TORCH}:{os.environ['PATH']}"
    subprocess.run(archive, check=True, capture_output=True, env={**os.environ, "PATH": path})
    settings = Path(folder) / "config.properties"
    model = {
        "1.0": {"marName": "network.mar", "minWorkers": 1, "maxWorkers": 1, "batchSize": MAX_BATCH, "maxBatchDelay": 2}
    }
    settings.write_text(
        f"inference_address=http://127.0.0.1:{port}\nmanagement_address=http://127.0.0.1:{_free_port()}\n"
        f"metrics_address=http://127.0.0.1:{_free_port()}\nmodel_store={folder}\nload_models=network.mar\n"
        "disable_token_authorization=true\nmax_request_size=100000000\ndefault_response_timeout=120\n"
        "enable_envvars_config=false\ninstall_py_dep_per_model=false\n"
        f"models={json.dumps({'network': model})}\n"
    )
    command = [str(_TORCH / "torchserve"), "--foreground", "--ts-config", str(settings), "--ncs"]
    environment = {
        "PATH": path,
        "BENCHMARK_NETWORK": f"{served.network},{served.size},{served.channels}",
        "LOG_LOCATION": folder,
        "METRICS_LOCATION": folder,
    }
    server = RunningServer(command, port, "/ping", environment, f"serving_torchserve_{served.network}", folder)
    end = time.monotonic() + _READY_SECONDS
    while b"Healthy" not in server.get("/ping"):
        if time.monotonic() > end:
            server.close()
            raise DoesNotWorkError("TorchServe's worker does not become healthy")
        time.sleep(0.5)
    return server


SERVERS = {"sparkdl4j": sparkdl4j, "torch_fastapi": torch_fastapi, "torchserve": torchserve}
# One picture, and many as the parts of a form.
PATHS = {
    "sparkdl4j": ("/invocations", "/invocations"),
    "torch_fastapi": ("/invocations", "/many"),
    "torchserve": ("/predictions/network", "/predictions/network"),
}


def _require(program: str) -> None:
    if not (_TORCH / program).exists() or not (_TORCH.parent / "installed_serving").exists():
        raise DoesNotWorkError("not installed: benchmarks/peers/install serving")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
