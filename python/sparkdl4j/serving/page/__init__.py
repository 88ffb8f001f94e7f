"""The page for people: drop pictures, see classes."""

from __future__ import annotations

from importlib import resources

_KINDS = {"index.html": "text/html; charset=utf-8", "page.css": "text/css", "page.js": "text/javascript"}

# By path: content and type.
FILES = {
    "/" if name == "index.html" else f"/{name}": (resources.files(__name__).joinpath(name).read_bytes(), kind)
    for name, kind in _KINDS.items()
}
# Nothing of other servers, and no page of theirs around this one.
SECURITY = {
    "content-security-policy": "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; "
    "form-action 'self'; base-uri 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}
