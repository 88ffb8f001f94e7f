from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

_READY_SECONDS = 60


class ServerProcess:
    """`sparkdl4j serve` in a process of its own.

    Args:
        models: as the command takes them.
        options: further options of the command.
        environment: variables to set.
    """

    def __init__(self, models: list[str], *options: str, **environment: str) -> None:
        command = [sys.executable, "-m", "sparkdl4j", "serve", *models, "--port", "0", *options]
        self.log: list[dict[str, Any]] = []
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment})
        self._listens = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._listens.wait(_READY_SECONDS):
            self.kill()
            raise AssertionError(f"the server does not listen: {self.log}")
        self.pid = self._process.pid
        self.port: int = next(event["port"] for event in self.log if event["event"] == "listening")

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            # Whatever is no line of JSON is a trace, or another library's words: neither belongs into this log.
            self.log.append(json.loads(line) if line.startswith("{") else {"event": "noise", "line": line})
            if self.log[-1]["event"] == "listening":
                self._listens.set()
        self._listens.set()

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
        """Status, body (JSON where it says that it is) and headers of the answer on a new connection."""
        connection = self.connection()
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            return answer(connection)
        finally:
            connection.close()

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self, seconds: float) -> int:
        code = self._process.wait(seconds)
        self._reader.join()
        return code

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def resident(self) -> int:
        """Bytes of memory that it takes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


def answer(connection: http.client.HTTPConnection) -> tuple[int, Any, dict[str, str]]:
    response = connection.getresponse()
    content = response.read()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return response.status, json.loads(content) if "json" in headers.get("content-type", "") else content, headers


@pytest.fixture(scope="session")
def server_process() -> Iterator[Callable[..., ServerProcess]]:
    """Starts servers, which end with the tests."""
    pytest.importorskip("fastapi")
    started: list[ServerProcess] = []

    def start(*arguments: Any, **environment: str) -> ServerProcess:
        started.append(ServerProcess(*arguments, **environment))
        return started[-1]

    yield start
    for server in started:
        server.kill()


@pytest.fixture(scope="session")
def colour_models(
    tmp_path_factory: pytest.TempPathFactory,
    colour_pictures: Callable[..., tuple[NDArray[np.uint8], NDArray[np.str_]]],
) -> Path:
    """A folder with colours.zip, which tells three colours apart, and shades.zip, the same with other words."""
    from sparkdl4j import Conv2D, ConvNetClassifier, Dense, MaxPool2D, Output, Sequential

    folder = tmp_path_factory.mktemp("served")
    pictures, names = colour_pictures(40)
    network = Sequential([Conv2D(8, (3, 3)), MaxPool2D(), Dense(16), Output()])
    for file, labels in (("colours.zip", names), ("shades.zip", np.char.add("dark ", names))):
        classifier = ConvNetClassifier(network, epochs=8, learning_rate=0.01, verbose=False)
        classifier.fit(pictures, labels).save(folder / file)
    return folder
