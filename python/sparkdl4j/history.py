"""History: what training reached in every epoch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sparkdl4j import atomic_file, errors
from sparkdl4j.report import notebook

COLUMNS = (
    "epoch",
    "loss",
    "accuracy",
    "validation_loss",
    "validation_accuracy",
    "learning_rate",
    "images_per_second",
    "seconds",
    "input_waits",
    "input_wait_seconds",
)


class History:
    """The finished epochs of a training run.

    Args:
        epochs: one mapping an epoch, with the keys below; what is absent becomes None.
        kept_epoch: the epoch whose parameters were kept; 0 when none had finished.

    Attributes:
        epochs: one dict an epoch: `epoch` (from 1), `loss`, `accuracy`, `validation_loss`,
            `validation_accuracy` (both None without validation data), `learning_rate` (of the
            epoch's last minibatch), `images_per_second`,
            `seconds`, `input_waits` (minibatches that were not ready when training asked for
            them) and `input_wait_seconds` (how long it then waited).
        kept_epoch: as above; None when it is not known.
    """

    def __init__(self, epochs: Iterable[Mapping[str, Any]] = (), *, kept_epoch: int | None = None) -> None:
        self.epochs: list[dict[str, Any]] = [_row(epoch) for epoch in epochs]
        self.kept_epoch = kept_epoch

    def on_event(self, event: Mapping[str, Any]) -> None:
        """Takes what it needs from an event of the training run."""
        if event["type"] == "start":
            self.epochs = [_row(epoch) for epoch in event.get("finished", ())]
        elif event["type"] == "epoch":
            self.epochs.append(_row(event))
        elif event["type"] == "end":
            self.kept_epoch = event["kept_epoch"]

    def __len__(self) -> int:
        return len(self.epochs)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, History):
            return NotImplemented
        return self.epochs == other.epochs and self.kept_epoch == other.kept_epoch

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __repr__(self) -> str:
        if not self.epochs:
            return "History: no finished epoch"
        last = self.epochs[-1]
        shown = (f"{name} {last[name]:.4f}" for name in COLUMNS[1:5] if isinstance(last[name], (int, float)))
        return f"History: {len(self.epochs)} epochs, the last with {', '.join(shown)}"

    def _repr_html_(self) -> str:
        return notebook.history(self)

    def to_json(self) -> str:
        """Everything as JSON; `from_json` gives it back exactly."""
        return json.dumps({"kept_epoch": self.kept_epoch, "epochs": self.epochs}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> History:
        """The history that `to_json` wrote.

        Raises:
            DataError: DATA_FORMAT.
        """
        try:
            values = json.loads(text)
            return cls(values["epochs"], kept_epoch=values["kept_epoch"])
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise errors.error("DATA_FORMAT", f"this is not the JSON of a history: {problem}") from None

    def save(self, path: str | Path) -> None:
        """Writes the JSON into a file, atomically.

        Raises:
            FileError: FILE_UNWRITABLE; an older file of that name stays intact.
        """
        atomic_file.write(path, self.to_json())

    @classmethod
    def load(cls, path: str | Path) -> History:
        """Reads what `save` wrote.

        Raises:
            FileError: FILE_NOT_FOUND or FILE_UNREADABLE.
            DataError: DATA_FORMAT.
        """
        return cls.from_json(json.dumps(atomic_file.read_json(path)))

    def to_pandas(self) -> Any:
        """A pandas DataFrame, one row an epoch, indexed by `epoch`.

        Raises:
            JvmError: EXTRA_MISSING when pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise errors.missing_extra("pandas", "report") from None
        return pandas.DataFrame(self.epochs, columns=list(COLUMNS)).set_index("epoch")


def _row(epoch: Mapping[str, Any]) -> dict[str, Any]:
    return {name: epoch.get(name) for name in COLUMNS}
