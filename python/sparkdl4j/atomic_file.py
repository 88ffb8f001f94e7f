"""Writing a file whole or not at all, the folder to write it into, and reading JSON files."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from sparkdl4j import errors


def write(path: str | Path, content: str | bytes) -> None:
    """Writes a file under a temporary name beside its own and renames it.

    Args:
        path: the file; an older one is replaced, and stays intact when writing fails.
        content: bytes, or text to write as UTF-8.

    Raises:
        FileError: FILE_UNWRITABLE.
    """
    path = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
    except OSError as problem:
        raise errors.error(
            "FILE_UNWRITABLE",
            f"{path} cannot be written: {problem.strerror or problem}; "
            "check the folder, its permissions and the free space",
            path=str(path),
        ) from None
    finally:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)


def make_folder(folder: str | Path) -> None:
    """Makes a folder where it is missing.

    Raises:
        FileError: FILE_UNWRITABLE, also when there is no permission to write into it.
    """
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise errors.error(
            "FILE_UNWRITABLE", f"the folder {folder} cannot be made: {problem.strerror or problem}", path=str(folder)
        ) from None
    check_folder(folder)


def check_folder(folder: str | Path) -> None:
    """Checks that files can be written into a folder, before the work that makes them.

    Raises:
        FileError: FILE_NOT_FOUND or FILE_UNWRITABLE.
    """
    if not Path(folder).is_dir():
        raise errors.error("FILE_NOT_FOUND", f"the folder {folder} does not exist", path=str(folder))
    if not os.access(folder, os.W_OK):
        raise errors.error("FILE_UNWRITABLE", f"there is no permission to write into {folder}", path=str(folder))


def read_json(path: str | Path, *, code: str = "DATA_FORMAT") -> Any:
    """What a JSON file holds.

    Args:
        path: the file.
        code: of the error that a file which is not JSON gives.

    Raises:
        FileError: FILE_NOT_FOUND or FILE_UNREADABLE.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise errors.error("FILE_NOT_FOUND", f"{path} does not exist", path=str(path)) from None
    except OSError as problem:
        raise errors.error(
            "FILE_UNREADABLE",
            f"{path} cannot be read: {problem.strerror or problem}",
            path=str(path),
        ) from None
    except UnicodeDecodeError:
        raise errors.error(code, f"{path} is not text", path=str(path)) from None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise errors.error(code, f"{path} is not a JSON file: {problem}", path=str(path)) from None


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, or those that open() would give a new one."""
    with suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
