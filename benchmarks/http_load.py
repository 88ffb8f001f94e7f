"""Load on a server: wrk for what is to be fast, and a client of asyncio that remembers every answer."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

# Percentiles in seconds; errors are answers other than 200, and connections that failed.
_SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "%s"
local file = io.open("%s", "rb")
wrk.body = file:read("*a")
file:close()
done = function(summary, latency, requests)
  local e = summary.errors
  io.stderr:write(string.format(
    '{"requests": %%d, "seconds": %%f, "errors": %%d, "p50": %%f, "p95": %%f, "p99": %%f}',
    summary.requests, summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1e6, latency:percentile(95) / 1e6, latency:percentile(99) / 1e6))
end
"""


@dataclass(frozen=True)
class Body:
    """What is sent, again and again."""

    path: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Load:
    """What wrk has seen: how many requests in how many seconds, how many of them failed, and percentiles of seconds."""

    requests: int
    seconds: float
    errors: int
    p50: float
    p95: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def wrk(port: int, body: Body, *, clients: int, seconds: float) -> Load:
    """Sends a body from some connections at once for some seconds."""
    with tempfile.TemporaryDirectory() as folder:
        content, script = Path(folder) / "body", Path(folder) / "post.lua"
        content.write_bytes(body.content)
        script.write_text(_SCRIPT % (body.content_type, content))
        command = ["wrk", "--threads", "1", "--connections", str(clients), "--duration", f"{seconds:.0f}s"]
        command += ["--timeout", "60s", "--script", str(script), f"http://127.0.0.1:{port}{body.path}"]
        shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 120).stderr
    return Load(**json.loads(shown[shown.index("{") :]))


@dataclass(frozen=True)
class Seen:
    """One answer: its status, when it came, and how long it took, in seconds."""

    status: int
    at: float
    seconds: float


async def _client(port: int, request: bytes, end: float, seen: list[Seen], pause: float, seed: int) -> None:
    chance = random.Random(seed)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < end:
        start = time.monotonic()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        await reader.readexactly(length)
        now = time.monotonic()
        seen.append(Seen(int(head.split()[1]), now, now - start))
        if seen[-1].status != 200:
            await asyncio.sleep(pause * (1 + chance.random()))
    writer.close()


def asking(port: int, body: Body, *, clients: int, seconds: float, pause: float = 1.0) -> list[Seen]:
    """Answers to clients that each ask again as soon as they are answered, or when refused one to two times the pause
    later, which is what Retry-After says at least: the refused do not all come back at once."""
    head = (
        f"POST {body.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {body.content_type}\r\n"
        f"Content-Length: {len(body.content)}\r\n\r\n"
    )
    request = head.encode() + body.content
    seen: list[Seen] = []

    async def all_clients() -> None:
        end = time.monotonic() + seconds
        await asyncio.gather(*(_client(port, request, end, seen, pause, seed) for seed in range(clients)))

    asyncio.run(all_clients())
    return seen


def settle(port: int, body: Body) -> None:
    """Waits until a request is answered, and with it what earlier clients have left behind."""
    while not any(answer.status == 200 for answer in asking(port, body, clients=1, seconds=0.1)):
        pass
