"""Where a command's words go: `--quiet` and `--json`."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import Any


class Console:
    """Standard output and standard error of one command.

    A command prints for people, and returns its result for programs. With `--json` the latter alone goes to standard
    output; with `--quiet` nothing is printed but errors, that JSON, and rows that were asked for.

    Attributes:
        rows: receives rows that were asked for on standard output.
        is_json: whether a program reads along.
    """

    def __init__(self, arguments: Namespace) -> None:
        self.rows = sys.stdout
        self.is_json: bool = arguments.json
        self._is_quiet: bool = arguments.quiet

    @contextmanager
    def for_people(self) -> Iterator[None]:
        """Lets pass what is printed meanwhile, or not, as the options say."""
        with ExitStack() as stack:
            if self.is_json or self._is_quiet:
                nowhere = stack.enter_context(open(os.devnull, "w"))
                stack.enter_context(redirect_stdout(nowhere))
                if self._is_quiet:
                    stack.enter_context(redirect_stderr(nowhere))
            yield

    def for_programs(self, result: Any) -> None:
        """Prints a command's result as one JSON document, with `--json`, where it has any."""
        if self.is_json and result is not None:
            print(json.dumps(result, default=str), file=self.rows)
