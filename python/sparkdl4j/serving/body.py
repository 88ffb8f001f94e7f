"""Reading a request's body, within limits."""

from __future__ import annotations

from starlette.requests import Request

from sparkdl4j import errors
from sparkdl4j.serving.limits import ServingLimits
from sparkdl4j.serving.predictor import busy


class ClientGoneError(Exception):
    """The client has closed the connection: nobody is there to be answered."""


class HeldBytes:
    """The bytes of the bodies that the server holds; a request keeps its share until it is answered.

    Args:
        limits: whose max_bytes and max_bytes_held count.
    """

    def __init__(self, limits: ServingLimits) -> None:
        self._limits = limits
        self.held = 0

    def share(self) -> Share:
        """A request's share, of nothing at first; a context manager, which gives it back."""
        return Share(self, self._limits)


class Share:
    """What one request holds."""

    def __init__(self, all_: HeldBytes, limits: ServingLimits) -> None:
        self._all = all_
        self._limits = limits
        self._size = 0

    def __enter__(self) -> Share:
        return self

    def __exit__(self, *_: object) -> None:
        self._all.held -= self._size

    async def read(self, request: Request) -> bytes:
        """The whole body. How long that may take is the connection's affair.

        Raises:
            ServingError: REQUEST_TOO_LARGE, before more is read than is allowed; SERVER_BUSY where all requests
                together hold too much.
            ClientGoneError: when the connection ends first.
        """
        declared = request.headers.get("content-length")
        if declared is not None and declared.isdecimal():
            self._grow(int(declared))
        parts: list[bytes] = []
        read = 0
        while True:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            part = message.get("body", b"")
            if part:
                parts.append(part)
                read += len(part)
                if read > self._size:
                    self._grow(read)
            if not message.get("more_body", False):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    def _grow(self, size: int) -> None:
        if size > self._limits.max_bytes:
            raise errors.error(
                "REQUEST_TOO_LARGE",
                f"the body has more than max_bytes={self._limits.max_bytes} bytes: send smaller or fewer pictures",
            )
        more = size - self._size
        if self._all.held + more > self._limits.max_bytes_held:
            raise busy("requests under way hold too many bytes", 1)
        self._all.held += more
        self._size = size
