"""Files as users name them: paths of this machine, and URLs of Hadoop's file systems."""

from __future__ import annotations

import os
import re

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://?.*")


def is_url(path: str | os.PathLike[str]) -> bool:
    """Whether a path names a file system, such as "hdfs://host/model.zip"."""
    return _URL.fullmatch(os.fspath(path)) is not None


def absolute(path: str | os.PathLike[str]) -> str:
    """A path as another process understands it, whatever folder that works in; URLs are absolute."""
    return os.fspath(path) if is_url(path) else os.path.abspath(path)
