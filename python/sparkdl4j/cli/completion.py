"""`sparkdl4j completion`: scripts that complete commands, options, their choices and files in a shell."""

from __future__ import annotations

import argparse

from sparkdl4j import errors

SHELLS = ("bash", "zsh", "fish")

# What options with these names of their values complete.
_FILES = ("FILE", "MODEL", "PATH", "DATA", "DATA|FRACTION")
_FOLDERS = ("DIR", "FOLDER")


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """The script that a shell evaluates.

    Raises:
        JvmError: EXTRA_MISSING when shtab is not installed.
    """
    try:
        import shtab
    except ImportError:
        raise errors.missing_extra("shtab", "completion") from None
    _mark_files(parser, shtab.FILE, shtab.DIRECTORY)
    return str(shtab.complete(parser, shell=shell))


def _mark_files(parser: argparse.ArgumentParser, file: object, folder: object) -> None:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                _mark_files(command, file, folder)
        elif action.metavar in _FILES:
            action.complete = file  # type: ignore[attr-defined]  # what shtab looks for
        elif action.metavar in _FOLDERS:
            action.complete = folder  # type: ignore[attr-defined]
