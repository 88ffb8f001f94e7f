"""What every request passes: the count of those under way, the token, the log, and errors as JSON."""

from __future__ import annotations

import hmac
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sparkdl4j import errors
from sparkdl4j.serving import error_answer
from sparkdl4j.serving.json_log import JsonLog
from sparkdl4j.serving.limits import ServingLimits
from sparkdl4j.serving.metrics import Metrics
from sparkdl4j.serving.predictor import busy

# Whoever asks whether the server lives, or wants to read how to use it, needs no token.
_OPEN = ("/", "/page.css", "/page.js", "/ping", "/healthz", "/readyz", "/docs", "/openapi.json")
_OPEN_FOLDERS = ("/docs/",)
_ROUTES = (*_OPEN, "/predict", "/invocations", "/saliency", "/metrics", "/models")
_REQUEST_ID = re.compile(rb"[\w.:-]{1,100}", re.ASCII)
_HEALTH = ("/ping", "/healthz", "/readyz")


class Gate:
    """An ASGI application in front of another.

    Args:
        app: the other.
        require_room: refuses a request that there is no room for.
        limits: whose max_requests counts.
        token: that requests must bear; None for none.
        metrics, log: are told of every request.
    """

    def __init__(
        self,
        app: ASGIApp,
        require_room: Callable[[Scope], None],
        limits: ServingLimits,
        token: str | None,
        metrics: Metrics,
        log: JsonLog,
    ) -> None:
        self._app = app
        self._require_room = require_room
        self._limits = limits
        self._token = None if token is None else token.encode("utf-8")
        self._metrics = metrics
        self._log = log
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or refuses it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex.encode("ascii")
        scope["state"]["log"] = fields = {}
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        path = scope["path"]
        self._under_way += 1
        self._metrics.under_way.set(self._under_way)
        try:
            if self._under_way > self._limits.max_requests and path not in _HEALTH:
                raise busy(f"more than max_requests={self._limits.max_requests} requests are under way", 1)
            if self._token is not None and not self._may_enter(path, headers):
                raise errors.error("REQUEST_UNAUTHORIZED", "this needs the header Authorization: Bearer TOKEN")
            self._require_room(scope)
            await self._app(scope, receive, send_on)
        except errors.SparkDl4jError as problem:
            fields["code"] = problem.code
            await _answer(problem, send_on)
        except Exception as problem:
            self._log.failure(problem, request_id=request_id.decode("ascii"))
            fields["code"] = "INTERNAL"
            if not status:
                await _answer(error_answer.unexpected(), send_on)
        finally:
            self._under_way -= 1
            self._metrics.under_way.set(self._under_way)
            seconds = time.perf_counter() - start
            self._metrics.count(_route(path), status, seconds)
            if self._log.requests and path not in _HEALTH:
                self._write(scope, request_id, status, seconds, fields)

    def _may_enter(self, path: str, headers: dict[bytes, bytes]) -> bool:
        if path in _OPEN or path.startswith(_OPEN_FOLDERS):
            return True
        kind, _, given = headers.get(b"authorization", b"").partition(b" ")
        assert self._token is not None
        # Takes the same time however much of it is right.
        return kind.lower() == b"bearer" and hmac.compare_digest(given.strip(), self._token)

    def _write(self, scope: Scope, request_id: bytes, status: int, seconds: float, fields: dict[str, Any]) -> None:
        self._log.event(
            "info",
            "request",
            request_id=request_id.decode("ascii"),
            client=scope["client"][0] if scope.get("client") else None,
            method=scope["method"],
            path=scope["path"],
            status=status,
            milliseconds=round(seconds * 1000, 3),
            **fields,
        )


def _route(path: str) -> str:
    # Paths of others' choice must not become metrics without end.
    if path in _ROUTES:
        return path
    return "/models/…" if path.startswith("/models/") else "other"


async def _answer(problem: errors.SparkDl4jError, send: Send) -> None:
    status, body, headers = error_answer.of(problem)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
