"""Errors as JSON: `{"error": {"code", "message", …}}`, and never a trace."""

from __future__ import annotations

import json
from typing import Any

from sparkdl4j import errors

_SECRETS = ("java_trace",)


def content(code: str, message: str, **details: Any) -> bytes:
    """The body that tells of an error."""
    return json.dumps({"error": {"code": code, "message": message, **details}}, default=str).encode("utf-8")


def headers(body: bytes, code: str, **details: Any) -> list[tuple[bytes, bytes]]:
    """The headers that go with such a body."""
    found = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode("ascii"))]
    if errors.http_status(code) == 503:
        found.append((b"retry-after", str(details.get("retry_after_seconds", 1)).encode("ascii")))
    if code == "REQUEST_UNAUTHORIZED":
        found.append((b"www-authenticate", b"Bearer"))
    return found


def of(problem: errors.SparkDl4jError) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
    """Status, body and headers that tell of an error of this library."""
    details = {name: value for name, value in problem.details.items() if name not in _SECRETS}
    body = content(problem.code, str(problem), **details)
    return errors.http_status(problem.code), body, headers(body, problem.code, **details)


def unexpected() -> errors.SparkDl4jError:
    """The error for what should not have happened: the log says more than the client is told."""
    return errors.error("INTERNAL", "unexpected failure: the log of the server says more")
