"""Predictions as a folder of parts, which a run that was stopped goes on with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sparkdl4j import atomic_file, errors

# What the folder holds, and which parts are whole.
MANIFEST = "_predictions.json"


class PredictionParts:
    """A folder of files of equally many rows, each of which appears when it is whole.

    Args:
        folder: made where it is missing.
        job: what the rows follow from; a folder of another job is refused.

    Raises:
        FileError: FILE_UNWRITABLE, also for a folder that holds something else, or predictions of another job.
    """

    def __init__(self, folder: str | Path, job: dict[str, Any]) -> None:
        self._folder = Path(folder)
        self._job = json.loads(json.dumps(job))
        self._done: dict[str, dict[str, int]] = {}
        if self._manifest.exists():
            found = atomic_file.read_json(self._manifest)
            different = [name for name, value in self._job.items() if found.get("job", {}).get(name) != value]
            if different:
                raise self._refused(f"holds predictions of another {different[0].replace('_', ' ')}")
            self._done = found["parts"]
        elif self._folder.exists() and (not self._folder.is_dir() or any(self._folder.iterdir())):
            raise self._refused("exists, but holds no predictions")
        atomic_file.make_folder(self._folder)

    def write(
        self, count: int, name: Callable[[int], str], write_part: Callable[[int, Path], tuple[int, int]]
    ) -> Iterator[tuple[int, bool]]:
        """Writes the parts that are not there yet.

        Args:
            count: parts in all.
            name: of the file of a part.
            write_part: writes the file of a part, whose path is temporary; gives its rows, and those of them that are
                of damaged pictures.

        Yields:
            the number of a part, and whether an earlier run has written it.
        """
        self._save()
        for part in range(count):
            if str(part) in self._done and (self._folder / name(part)).exists():
                yield part, True
                continue
            partial = self._folder / f"{name(part)}.partial"
            try:
                rows, damaged = write_part(part, partial)
                partial.replace(self._folder / name(part))
            finally:
                partial.unlink(missing_ok=True)
            self._done[str(part)] = {"rows": rows, "damaged": damaged}
            self._save()
            yield part, False

    def counts(self) -> tuple[int, int]:
        """Rows, and those of them that are of damaged pictures, of all parts that are whole."""
        parts = self._done.values()
        return sum(part["rows"] for part in parts), sum(part["damaged"] for part in parts)

    @property
    def _manifest(self) -> Path:
        return self._folder / MANIFEST

    def _save(self) -> None:
        atomic_file.write(self._manifest, json.dumps({"job": self._job, "parts": self._done}, indent=1) + "\n")

    def _refused(self, what: str) -> errors.SparkDl4jError:
        return errors.error(
            "FILE_UNWRITABLE", f"{self._folder} {what}: name another folder, or remove it", path=str(self._folder)
        )
