"""LineFile: a text file that grows by whole lines."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sparkdl4j import atomic_file, errors


class LineFile:
    """A text file that grows by whole lines; each is handed to the system at once, in one piece.

    What a run that was killed has written is whole lines, therefore, and a half line that a machine which stopped has
    left is cut off.

    Args:
        path: the file.
        append: go on at its end, rather than begin anew.

    Raises:
        FileError: FILE_NOT_FOUND for a missing folder, FILE_UNWRITABLE.
    """

    def __init__(self, path: str | os.PathLike[str], *, append: bool) -> None:
        self._path = Path(path)
        atomic_file.check_folder(self._path.parent)
        try:
            # Not buffered: what a killed process has in memory is lost.
            self._file = open(self._path, "ab" if append else "wb", buffering=0)  # noqa: SIM115
            if append:
                self._cut(lambda line: not line.endswith(b"\n"))
        except OSError as problem:
            raise self._unwritable(problem) from None

    def first_line(self) -> str | None:
        """The first line without its end; None of an empty file."""
        with open(self._path, encoding="utf-8") as file:
            line = file.readline()
        return line.rstrip("\r\n") if line else None

    def write(self, line: str) -> None:
        """Adds a line.

        Args:
            line: with or without an end.
        """
        try:
            self._file.write((line.rstrip("\r\n") + "\n").encode())
        except OSError as problem:
            raise self._unwritable(problem) from None

    def cut_while(self, is_obsolete: Callable[[str], bool]) -> None:
        """Removes lines from the end, as long as they are obsolete."""
        self._cut(lambda line: is_obsolete(line.decode(errors="replace")))

    def close(self) -> None:
        """Closes the file. Idempotent."""
        self._file.close()

    def _cut(self, is_obsolete: Callable[[bytes], bool]) -> None:
        lines = self._path.read_bytes().splitlines(keepends=True)
        while lines and is_obsolete(lines[-1]):
            lines.pop()
        self._file.truncate(sum(map(len, lines)))

    def _unwritable(self, problem: OSError) -> errors.SparkDl4jError:
        return errors.error(
            "FILE_UNWRITABLE",
            f"{self._path} cannot be written: {problem.strerror or problem}; "
            "check the folder, its permissions and the free space",
            path=str(self._path),
        )
