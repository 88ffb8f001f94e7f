"""Connections that do not wait for ever: slow senders, half-closed ones, and too many of them."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from sparkdl4j import errors
from sparkdl4j.serving import error_answer
from sparkdl4j.serving.limits import ServingLimits

# Bytes of a head, of a chunk's head, or of a trailer.
_LONGEST_HEAD = 65536
_HEAD_TOO_LARGE = f"the head of the request has more than {_LONGEST_HEAD} bytes"
# How long what a refused client still sends is read and dropped: closing at once would take the answer from it.
_LINGER_SECONDS = 1.0


class Connection(HttpToolsProtocol):
    """uvicorn's connection with a limit of time for a request's head and for its body, which it has not got itself.

    A client that has sent its request and closed its own side still gets its answer.

    Args:
        limits: whose receive_timeout and max_connections count.
        given: what uvicorn gives.
    """

    def __init__(self, limits: ServingLimits, **given: Any) -> None:
        super().__init__(**given)
        self._limits = limits
        self._timer: asyncio.TimerHandle | None = None
        self._is_within_request = False
        self._has_head = False
        self._is_refused = False
        # Bytes that have come since the last part of a request was whole.
        self._unfinished = 0
        # Bytes of the head's parts that are whole.
        self._head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for a request."""
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > self._limits.max_connections:
            self._refuse(
                "SERVER_BUSY",
                f"more than max_connections={self._limits.max_connections} connections are open",
                retry_after_seconds=1,
            )

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops to wait."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on."""
        if self._is_refused or self.transport.is_closing():
            return
        self._unfinished += len(data)
        super().data_received(data)
        if self._unfinished > _LONGEST_HEAD + len(data):
            self._refuse("REQUEST_TOO_LARGE", _HEAD_TOO_LARGE)

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client will send no more: answers what is whole, and refuses what is not.

        Returns:
            whether the connection stays open for the answer.
        """
        if self._is_refused:
            return False
        if self._is_within_request:
            self._refuse("REQUEST_INVALID", "the connection was closed before the request was whole")
            return False
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            return False
        cycle.keep_alive = False
        return True

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._is_within_request = True
        self._has_head = False
        self._head = 0
        if self._timer is None:
            self._wait()

    def on_url(self, url: bytes) -> None:
        """The request's path has come."""
        self._count_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A line of a request's head has come."""
        self._count_head(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """A request's head has come."""
        self._unfinished = 0
        self._stop_waiting()
        self._wait()
        super().on_headers_complete()
        self._has_head = True

    def on_body(self, body: bytes) -> None:
        """A part of a body has come."""
        self._unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request has come."""
        self._unfinished = 0
        self._is_within_request = False
        self._stop_waiting()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuses what is not HTTP."""
        self._refuse("REQUEST_INVALID", "this is not a valid HTTP request")

    def _count_head(self, more: int) -> None:
        self._head += more
        if self._head > _LONGEST_HEAD:
            self._refuse("REQUEST_TOO_LARGE", _HEAD_TOO_LARGE)
            # The parser ends with it, so that nothing becomes of the request.
            raise errors.error("REQUEST_TOO_LARGE", _HEAD_TOO_LARGE)

    def _wait(self) -> None:
        self._timer = self.loop.call_later(self._limits.receive_timeout, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if self._is_within_request:
            self._refuse("REQUEST_TIMEOUT", f"the request has not come within {self._limits.receive_timeout:g} s")
        else:
            # Nothing has come on it.
            self.transport.close()

    def _refuse(self, code: str, message: str, **details: Any) -> None:
        """Answers in place of the application, unless that has begun to, and closes."""
        if self._is_refused or self.transport.is_closing():
            return
        self._is_refused = True
        cycle: RequestResponseCycle | None = self.cycle
        # Of the request that comes in, or of the one before it, whose answer must not be torn apart.
        may_answer = cycle is None or (not cycle.response_started if self._has_head else cycle.response_complete)
        if may_answer:
            body = error_answer.content(code, message, **details)
            parts = [STATUS_LINE[errors.http_status(code)]]
            for name, value in (*error_answer.headers(body, code, **details), (b"connection", b"close")):
                parts += [name, b": ", value, b"\r\n"]
            self.transport.write(b"".join([*parts, b"\r\n", body]))
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
        self._stop_waiting()
        if may_answer and self.transport.can_write_eof():
            self.transport.write_eof()
            self._timer = self.loop.call_later(_LINGER_SECONDS, self.transport.close)
        else:
            self.transport.close()
