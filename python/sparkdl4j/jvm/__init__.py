"""The bridge to the JVM; the only package that imports JPype.

`jimport` gives any class of Deeplearning4j's, `to_nd4j` and `to_numpy` share arrays with it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sparkdl4j.jvm.arrays import to_nd4j, to_numpy
    from sparkdl4j.jvm.java_import import jimport

_HOME_OF = {"jimport": "java_import", "to_nd4j": "arrays", "to_numpy": "arrays"}

__all__ = ["jimport", "to_nd4j", "to_numpy"]


def __getattr__(name: str) -> Any:
    # The modules of this package that need no numpy stay free of it.
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
