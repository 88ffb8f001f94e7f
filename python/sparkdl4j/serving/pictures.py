"""The pictures of a request's body: as they are, as parts of a form, or as base64 in JSON."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
from email.message import Message
from typing import Any

from sparkdl4j import errors

JSON = "application/json"
MULTIPART = "multipart/form-data"
# What curl says when nobody tells it otherwise.
_FORM = "application/x-www-form-urlencoded"
_RAW = ("application/octet-stream", "application/x-image", "binary/octet-stream")
_LONGEST_PART_HEAD = 16384


@dataclasses.dataclass(frozen=True)
class Pictures:
    """Encoded pictures within some bytes.

    Args:
        content: the bytes.
        bounds: where each begins and ends, one after the other.
    """

    content: bytes
    bounds: list[int]

    def __len__(self) -> int:
        return len(self.bounds) // 2

    def first(self) -> bytes:
        """The first picture."""
        return self.content[self.bounds[0] : self.bounds[1]]


def pictures(content_type: str, body: bytes, *, most: int) -> Pictures:
    """The pictures of a body.

    Args:
        content_type: the header's value; nothing means one picture.
        most: how many there may be.

    Raises:
        DataError: DATA_EMPTY when there is none.
        ServingError: REQUEST_TYPE, REQUEST_INVALID, REQUEST_TOO_LARGE.
    """
    header = Message()
    header["content-type"] = content_type or _RAW[0]
    kind = header.get_content_type() if content_type else _RAW[0]
    if kind == MULTIPART:
        found = _of_form(header.get_boundary(), body, most)
    elif kind == JSON:
        found = _of_json(body, most)
    elif kind in _RAW or kind.startswith("image/"):
        found = Pictures(body, [0, len(body)] if body else [])
    else:
        hint = ' (curl -H "Content-Type: image/jpeg")' if kind == _FORM else ""
        raise errors.error(
            "REQUEST_TYPE",
            f"the content type {kind[:100]} is not supported: send a picture as image/jpeg or application/octet-stream"
            f"{hint}, several as {MULTIPART}, or base64 as {JSON}",
        )
    if len(found) == 0:
        raise errors.error("DATA_EMPTY", "the request holds no picture")
    return found


def _of_form(boundary: str | None, body: bytes, most: int) -> Pictures:
    """The parts of a form that are files (RFC 7578); fields without a file name are skipped."""
    if not boundary:
        raise _invalid("its content type names no boundary")
    try:
        delimiter = b"--" + boundary.encode("ascii")
    except UnicodeEncodeError:
        raise _invalid("its boundary is not ASCII") from None
    bounds: list[int] = []
    if body.startswith(delimiter):
        place = len(delimiter)
    else:
        place = body.find(b"\r\n" + delimiter)
        if place < 0:
            raise _invalid("its boundary is nowhere in the body")
        place += 2 + len(delimiter)
    between = b"\r\n" + delimiter
    while not body.startswith(b"--", place):
        head_end = body.find(b"\r\n\r\n", place, place + _LONGEST_PART_HEAD)
        end = body.find(between, head_end + 2) if head_end >= 0 else -1
        if end < 0:
            raise _invalid("it ends within a part")
        if b"filename" in body[place:head_end].lower():
            bounds += (head_end + 4, max(end, head_end + 4))
            _require_few(len(bounds) // 2, most)
        place = end + len(between)
    return Pictures(body, bounds)


def _of_json(body: bytes, most: int) -> Pictures:
    """`{"pictures": [base64, …]}`, or `{"instances": [{"b64": base64}, …]}` as TensorFlow Serving takes it."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise errors.error("REQUEST_INVALID", "the body is not valid JSON") from None
    texts = _texts(given)
    if texts is None:
        raise errors.error(
            "REQUEST_INVALID", 'JSON must be {"pictures": [a picture as base64, …]} or {"instances": [{"b64": …}, …]}'
        )
    _require_few(len(texts), most)
    found: list[bytes] = []
    bounds: list[int] = []
    size = 0
    for number, text in enumerate(texts):
        if text.startswith("data:"):
            text = text.partition(",")[2]
        try:
            picture = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise errors.error("REQUEST_INVALID", f"picture {number} is not valid base64") from None
        found.append(picture)
        bounds += (size, size + len(picture))
        size += len(picture)
    return Pictures(b"".join(found), bounds)


def _texts(given: Any) -> list[str] | None:
    if not isinstance(given, dict):
        return None
    values = given.get("pictures")
    if "instances" in given:
        instances = given["instances"]
        if not isinstance(instances, list):
            return None
        values = [instance.get("b64") if isinstance(instance, dict) else None for instance in instances]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        return None
    return values


def _require_few(count: int, most: int) -> None:
    if count > most:
        raise errors.error(
            "REQUEST_TOO_LARGE", f"the request has more than max_pictures={most} pictures: send them in several"
        )


def _invalid(why: str) -> errors.SparkDl4jError:
    return errors.error("REQUEST_INVALID", f"the body is not valid {MULTIPART}: {why}")
