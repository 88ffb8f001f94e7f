"""TensorBoard's event files, read back with TensorBoard's own reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sparkdl4j import FileError, TensorBoard

pytest.importorskip("tensorboard")


def _epoch(number: int, validated: bool = True) -> dict[str, Any]:
    return {
        "type": "epoch",
        "epoch": number,
        "loss": 1 / number,
        "accuracy": 0.5 + number / 10,
        "validation_loss": 2 / number if validated else None,
        "validation_accuracy": 0.25 if validated else None,
        "images_per_second": 1000.0,
        "seconds": 1.0,
    }


def _minibatch(epoch: int, step: int) -> dict[str, Any]:
    return {"type": "minibatch", "epoch": epoch, "step": step, "loss": step / 8, "images_per_second": 900.0}


def _run(callback: TensorBoard, *events: dict[str, Any]) -> None:
    callback.on_event({"type": "start", "epochs": 2, "steps_per_epoch": 4, "examples": 64})
    for event in events:
        callback.on_event(event)
    callback.on_event({"type": "end", "reason": "completed", "kept_epoch": 2})


def _scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    reader = EventAccumulator(str(folder))
    reader.Reload()
    return {
        tag: [(event.step, float(make_ndarray(event.tensor_proto))) for event in reader.Tensors(tag)]
        for tag in reader.Tags()["tensors"]
    }


def test_curves_of_training_and_validation(tmp_path: Path) -> None:
    _run(TensorBoard(tmp_path), _minibatch(1, 2), _epoch(1), _minibatch(2, 4), _epoch(2))
    assert _scalars(tmp_path / "train") == {
        "loss": [(1, 1.0), (2, 0.5)],
        "accuracy": [(1, pytest.approx(0.6)), (2, pytest.approx(0.7))],
        "images_per_second": [(1, 1000.0), (2, 1000.0)],
        "minibatch/loss": [(2, 0.25), (8, 0.5)],
        "minibatch/images_per_second": [(2, 900.0), (8, 900.0)],
    }
    assert _scalars(tmp_path / "validation") == {"loss": [(1, 2.0), (2, 1.0)], "accuracy": [(1, 0.25), (2, 0.25)]}


def test_without_validation_there_is_no_such_run(tmp_path: Path) -> None:
    _run(TensorBoard(tmp_path), _epoch(1, validated=False))
    assert [path.name for path in tmp_path.iterdir()] == ["train"]


def test_one_callback_serves_several_trainings(tmp_path: Path) -> None:
    callback = TensorBoard(tmp_path)
    _run(callback, _epoch(1))
    _run(callback, _epoch(2))
    assert _scalars(tmp_path / "train")["loss"] == [(1, 1.0), (2, 0.5)]


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be written"):
        _run(TensorBoard(tmp_path / "file"), _epoch(1))
