"""Pictures that could not be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DamagedImage:
    """A picture that could not be read: where it is, the kind of damage, and what exactly was wrong."""

    path: str
    reason: str
    detail: str
