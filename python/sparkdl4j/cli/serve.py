"""`sparkdl4j serve`."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from pathlib import Path

from sparkdl4j import errors, options
from sparkdl4j.cli.one_machine import configure_jvm

# The environment variable with the token: a command line can be read by everybody on the machine.
TOKEN = "SPARKDL4J_TOKEN"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def run(arguments: Namespace) -> None:
    """Serves until it is told to stop."""
    files = model_files(arguments.models)
    token = _token(arguments.token_file)
    configure_jvm(arguments)
    try:
        from sparkdl4j.serving.limits import ServingLimits
        from sparkdl4j.serving.run import serve
    except ImportError as problem:
        raise errors.missing_extra(str(problem.name), "serving") from None
    given = {name: getattr(arguments, name) for name in options.names("serving") if name != "port"}
    serve(
        files,
        host=arguments.host,
        port=arguments.port,
        limits=ServingLimits(**given),
        batching={name: getattr(arguments, name) for name in options.names("batching")},
        token=token,
        log_requests=arguments.request_log,
    )


def model_files(given: list[str]) -> dict[str, Path]:
    """Model files by name: of NAME=FILE, or of FILE, whose name is that without its ending.

    Raises:
        ParameterError: PARAMETER_RANGE or PARAMETER_CONFLICT.
        FileError: FILE_NOT_FOUND.
    """
    files: dict[str, Path] = {}
    for text in given:
        name, equals, path = text.partition("=")
        if not equals or "/" in name:
            name, path = Path(text).stem, text
        if not _NAME.fullmatch(name):
            raise errors.error(
                "PARAMETER_RANGE",
                f"a model's name has letters, digits, dots, dashes and underscores, not {name!r}: give NAME=FILE",
                parameter="models",
            )
        if name in files:
            raise errors.error(
                "PARAMETER_CONFLICT", f"there are two models with the name {name}: give NAME=FILE", parameter="models"
            )
        if not Path(path).is_file():
            raise errors.error("FILE_NOT_FOUND", f"the model file {path} does not exist", path=path)
        files[name] = Path(path)
    return files


def _token(file: str | None) -> str | None:
    if file is None:
        token = os.environ.get(TOKEN)
    else:
        try:
            token = Path(file).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise errors.error(
                "FILE_NOT_FOUND", f"the file with the token, {file}, does not exist", path=file
            ) from None
        except (OSError, UnicodeDecodeError):
            raise errors.error(
                "FILE_UNREADABLE", f"the file with the token, {file}, cannot be read", path=file
            ) from None
    if token is not None and not token:
        raise errors.error("PARAMETER_RANGE", "the token is empty: give another one, or none", parameter="token_file")
    return token
