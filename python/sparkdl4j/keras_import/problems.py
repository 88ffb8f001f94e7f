"""What is wrong with a Keras file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sparkdl4j import errors


def damaged(path: Path, what: str) -> errors.SparkDl4jError:
    """The file is not whole, or no Keras model."""
    return errors.error("MODEL_FILE_DAMAGED", f"the file {path} is damaged or no Keras model: {what}", path=str(path))


def unsafe(path: Path, what: str) -> errors.SparkDl4jError:
    """The file asks for what is never done."""
    return errors.error("MODEL_FILE_UNSAFE", f"the file {path} is not safe to load: {what}", path=str(path))


def unknown_version(path: Path, version: str) -> errors.SparkDl4jError:
    """The file is of a Keras that is not known."""
    return errors.error(
        "MODEL_FILE_NEWER",
        f"the file {path} was written by Keras {version}, but known are 2 and 3: save it again with one of these",
        path=str(path),
        version=version,
    )


def unsupported(path: Path, layers: Sequence[str], *, has_code: bool = False) -> errors.SparkDl4jError:
    """The network has what does not exist here.

    Args:
        layers: of each layer its name, and what of it.
        has_code: whether one of them is code, which is never run.
    """
    return errors.error(
        "MODEL_FILE_UNSAFE" if has_code else "NETWORK_UNSUPPORTED",
        f"the network of {path} cannot be imported, because of: {'; '.join(layers)}",
        path=str(path),
        layers=list(layers),
    )
