"""Measurements in Python processes of their own, so that none finds the JVM that another has left."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


def in_fresh_process(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """What a function of a module gives in a new process, which finds the modules of the folder peers."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=_find_peers) as process:
        return process.submit(_call, function, *args, **kwargs).result()


def _call(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    try:
        return function(*args, **kwargs)
    except Exception as problem:
        # What Py4J raises cannot go from one process to another.
        raise RuntimeError(f"{type(problem).__name__}: {problem}") from None


def _find_peers() -> None:
    sys.path.insert(0, str(Path(__file__).parent / "peers"))
