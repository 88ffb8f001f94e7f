"""The JSON documents in `spec/`, which Python and Java share."""

from __future__ import annotations

import json
import os
from typing import Any

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "spec")


def read(name: str) -> Any:
    """A document of the contract, such as `options.json`."""
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        return json.load(file)
