"""Serving until a signal ends it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import resource
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from sparkdl4j import errors
from sparkdl4j.serving.app import Server
from sparkdl4j.serving.connection import Connection
from sparkdl4j.serving.json_log import JsonLog
from sparkdl4j.serving.limits import ServingLimits

# Seconds after which a thread of Python lets another run: so long the one with the answers waits for the event loop.
_SWITCH_SECONDS = 0.0005


class _Uvicorn(uvicorn.Server):
    """Stops on SIGTERM and SIGINT, after what is under way, and reads models again on SIGHUP."""

    def __init__(self, config: uvicorn.Config, server: Server) -> None:
        super().__init__(config)
        self._server = server
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Takes the signals while it serves."""
        self._loop = asyncio.get_running_loop()
        handlers = {signal.SIGTERM: self._stop, signal.SIGINT: self._stop, signal.SIGHUP: self._reload}
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: Any = None) -> None:
        """Begins to listen, and says where."""
        await super().startup(sockets)
        for listener in self.servers:
            for socket in listener.sockets:
                host, port = socket.getsockname()[:2]
                self._server.log.event("info", "listening", host=host, port=port)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._server.is_stopping = True
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._say_stopping, signal.Signals(number).name)
        self.handle_exit(number, frame)

    def _say_stopping(self, name: str) -> None:
        self._server.log.event("info", "stopping", signal=name)

    def _reload(self, number: int, frame: FrameType | None) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._begin_reload)

    def _begin_reload(self) -> None:
        task = asyncio.get_running_loop().create_task(self._server.reload_all())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def serve(
    files: Mapping[str, Path],
    *,
    host: str,
    port: int,
    limits: ServingLimits,
    batching: Mapping[str, Any],
    token: str | None = None,
    log_requests: bool = True,
) -> None:
    """Serves models until SIGTERM or SIGINT; then it takes no more requests, and finishes those that it has.

    Args:
        files: model files by name; the first answers where no name is given.
        host, port: where to listen; port 0: a free one.
        limits: what is refused.
        batching: options of the group "batching".
        token: that requests must bear; None for none.
        log_requests: write a line for every request.

    Raises:
        SparkDl4jError: as loading a model does; ParameterError PARAMETER_CONFLICT where the port is taken.
    """
    log = JsonLog(requests=log_requests)
    server = Server(files, limits=limits, batching=batching, token=token, log=log)
    _allow_connections(limits.max_connections)
    config = uvicorn.Config(
        server.app,
        host=host,
        port=port,
        # What uvicorn is given as a class it only calls.
        http=functools.partial(Connection, limits),  # type: ignore[arg-type]
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=limits.idle_timeout,  # type: ignore[arg-type]
        timeout_graceful_shutdown=limits.stop_timeout,  # type: ignore[arg-type]
        backlog=max(2048, limits.max_connections),
    )
    logger = logging.getLogger("uvicorn")
    logger.addHandler(log)
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    switch = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        _Uvicorn(config, server).run()
    except SystemExit:
        # uvicorn has logged why.
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"the port {port} of {host} is in use, or not for this user: choose another one",
            parameter="port",
        ) from None
    finally:
        sys.setswitchinterval(switch)
        logger.removeHandler(log)
        server.close()
    log.event("info", "stopped")


def _allow_connections(count: int) -> None:
    """Lets the process open so many connections, where it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 512
    if soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard) if hard > 0 else wanted, hard))
