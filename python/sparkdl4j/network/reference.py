"""Reference networks, and finding the network that a user names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sparkdl4j import atomic_file, errors
from sparkdl4j.network.layers import invalid, nearest
from sparkdl4j.network.sequential import Sequential

_REFERENCES = Path(__file__).parent.parent / "spec" / "networks"


def reference_names() -> list[str]:
    """The names of the reference networks."""
    return sorted(path.stem for path in _REFERENCES.glob("*.json"))


def reference(name: str) -> Sequential:
    """A reference network.

    Raises:
        NetworkError: NETWORK_INVALID when there is none of this name.
    """
    names = reference_names()
    if name not in names:
        raise invalid(
            f"there is no reference network {name!r}; did you mean {nearest(name, names)}? "
            f"They are {', '.join(names)}; or give the path of a JSON file"
        )
    return Sequential.from_dict(atomic_file.read_json(_REFERENCES / f"{name}.json", code="NETWORK_INVALID"))


def landscape() -> Sequential:
    """The thesis's network for landscapes, table 4.2.1, for pictures of 75x75x3."""
    return reference("landscape")


def fashion() -> Sequential:
    """The paper's network for Fashion-MNIST (LeNet), for pictures of 28x28x1."""
    return reference("fashion")


def network(value: str | Path | Mapping[str, Any] | Sequential) -> Sequential:
    """The network that is meant: by itself, by a reference's name, its dict, or a JSON file's path.

    Raises:
        NetworkError: NETWORK_INVALID.
        FileError: FILE_NOT_FOUND or FILE_UNREADABLE.
        ParameterError: PARAMETER_TYPE for a value of another kind.
    """
    if isinstance(value, Sequential):
        return value
    if isinstance(value, Mapping):
        return Sequential.from_dict(value)
    if isinstance(value, str) and value in reference_names():
        return reference(value)
    if isinstance(value, Path) or (isinstance(value, str) and (value.endswith(".json") or Path(value).is_file())):
        description = atomic_file.read_json(value, code="NETWORK_INVALID")
        try:
            return Sequential.from_dict(description)
        except errors.NetworkError as problem:
            raise errors.error(problem.code, f"{value}: {problem}", **{**problem.details, "path": str(value)}) from None
    if isinstance(value, str):
        return reference(value)
    raise errors.error(
        "PARAMETER_TYPE",
        "network must be a reference network's name, a Sequential, its dict or the path of its "
        f"JSON file, but is {value!r}",
        parameter="network",
    )
