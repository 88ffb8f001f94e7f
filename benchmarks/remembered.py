"""Runs that take long, remembered one by one: a benchmark that was ended goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

RUNS = Path(__file__).parents[1] / "build" / "benchmarks" / "runs"


def remembered(what: dict[str, Any], run: Callable[[], Any]) -> Any:
    """What a run gave, as JSON has it; it is run where it was not before.

    Args:
        what: all that the result depends on, but the code: who has changed that clears `RUNS`.
        run: gives what JSON can hold.
    """
    text = json.dumps(what, sort_keys=True, default=repr)
    file = RUNS / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    if file.exists():
        return json.loads(file.read_text())["result"]
    result = run()
    RUNS.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({"what": json.loads(text), "result": result}))
    unfinished.replace(file)
    print(f"{text}: {result}", flush=True)
    return result
