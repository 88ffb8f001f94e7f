"""TensorBoard's event files, read back with TensorBoard's own reader."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sparkdl4j import FileError, ParameterError, TensorBoard

pytest.importorskip("tensorboard")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata as hparams
from tensorboard.util.tensor_util import make_ndarray


def _epoch(number: int, validated: bool = True) -> dict[str, Any]:
    return {
        "type": "epoch",
        "epoch": number,
        "loss": 1 / number,
        "accuracy": 0.5 + number / 10,
        "validation_loss": 2 / number if validated else None,
        "validation_accuracy": 0.25 if validated else None,
        "images_per_second": 1000.0,
        "learning_rate": 0.01 / number,
        "seconds": 1.0,
    }


def _minibatch(epoch: int, step: int) -> dict[str, Any]:
    return {
        "type": "minibatch",
        "epoch": epoch,
        "step": step,
        "loss": step / 8,
        "accuracy": step / 4,
        "images_per_second": 900.0,
    }


def _run(callback: TensorBoard, *events: dict[str, Any], resumed: bool = False) -> None:
    callback.open(resumed=resumed)
    callback.on_event(
        {
            "type": "start",
            "epochs": 2,
            "steps_per_epoch": 4,
            "examples": 64,
            "classes": ["cat", "dog"],
            "network": {"layers": [{"type": "Output"}]},
            "options": {"epochs": 2, "learning_rate": 0.01, "updater": "adam", "tune": False, "momentum": None},
        }
    )
    for event in events:
        callback.on_event(event)
    callback.on_event({"type": "end", "reason": "completed", "kept_epoch": 2})
    callback.close()


def _read(folder: Path) -> EventAccumulator:
    reader = EventAccumulator(str(folder), size_guidance={"images": 0, "tensors": 0})
    reader.Reload()
    return reader


def _curves(folder: Path) -> dict[str, list[tuple[int, float]]]:
    reader = _read(folder)
    return {
        tag: [(event.step, float(make_ndarray(event.tensor_proto))) for event in reader.Tensors(tag)]
        for tag in reader.Tags()["tensors"]
    }


def _picture(reader: EventAccumulator, tag: str) -> tuple[int, np.ndarray]:
    from PIL import Image

    (event,) = reader.Images(tag)
    picture = Image.open(io.BytesIO(event.encoded_image_string)).convert("RGB")
    assert picture.size == (event.width, event.height)
    return event.step, np.asarray(picture)


def test_curves_of_training_and_validation(tmp_path: Path) -> None:
    _run(TensorBoard(tmp_path), _minibatch(1, 2), _epoch(1), _minibatch(2, 4), _epoch(2))
    near = pytest.approx
    assert _curves(tmp_path / "train") == {
        "loss": [(1, 1.0), (2, 0.5)],
        "accuracy": [(1, near(0.6)), (2, near(0.7))],
        "images_per_second": [(1, 1000.0), (2, 1000.0)],
        "learning_rate": [(1, near(0.01)), (2, near(0.005))],
        "minibatch/loss": [(2, 0.25), (8, 0.5)],
        "minibatch/accuracy": [(2, 0.5), (8, 1.0)],
        "minibatch/images_per_second": [(2, 900.0), (8, 900.0)],
    }
    assert _curves(tmp_path / "validation") == {"loss": [(1, 2.0), (2, 1.0)], "accuracy": [(1, 0.25), (2, 0.25)]}


def test_without_validation_there_is_no_such_run(tmp_path: Path) -> None:
    _run(TensorBoard(tmp_path), _epoch(1, validated=False))
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["train"]


def test_one_callback_serves_several_trainings(tmp_path: Path) -> None:
    callback = TensorBoard(tmp_path)
    _run(callback, _epoch(1))
    _run(callback, _epoch(2), resumed=True)
    assert _curves(tmp_path / "train")["loss"] == [(1, 1.0), (2, 0.5)]


def test_histograms(tmp_path: Path) -> None:
    weights = {"layer": "layer0", "parameter": "W", "min": -1.0, "max": 2.0, "counts": [3, 0, 5]}
    bias = {"layer": "layer0", "parameter": "b", "min": 0.25, "max": 0.25, "counts": [7, 0, 0]}
    event = {"type": "histograms", "epoch": 3, "parameters": [weights, bias], "updates": [weights]}
    _run(TensorBoard(tmp_path), event)
    reader = _read(tmp_path / "train")
    found = {tag: make_ndarray(reader.Tensors(tag)[0].tensor_proto) for tag in reader.Tags()["tensors"]}
    assert set(found) == {"parameters/layer0/W", "parameters/layer0/b", "updates/layer0/W"}
    np.testing.assert_allclose(found["parameters/layer0/W"], [[-1, 0, 3], [0, 1, 0], [1, 2, 5]])
    np.testing.assert_allclose(found["parameters/layer0/b"], [[-0.25, 0.75, 7]])
    assert reader.SummaryMetadata("updates/layer0/W").plugin_data.plugin_name == "histograms"
    assert reader.Tensors("updates/layer0/W")[0].step == 3


def test_pictures_of_samples_and_confusions(tmp_path: Path) -> None:
    red, green = np.zeros((2, 4, 5, 3), np.uint8)
    red[..., 0], green[..., 1] = 255, 255
    pictures = [
        {"label": label, "pixels": base64.b64encode(pixels.tobytes()).decode()}
        for label, pixels in enumerate((red, green))
    ]
    _run(
        TensorBoard(tmp_path),
        {"type": "samples", "shape": [4, 5, 3], "pictures": pictures},
        {"type": "validation_confusion", "epoch": 1, "counts": [[5, 0], [2, 3]]},
    )
    step, samples = _picture(_read(tmp_path / "train"), "samples")
    assert step == 0
    for colour in ([255, 0, 0], [0, 255, 0]):
        assert (samples == colour).all(axis=2).mean() > 0.1
    step, matrix = _picture(_read(tmp_path / "validation"), "confusion_matrix")
    assert step == 1
    assert len(np.unique(matrix.reshape(-1, 3), axis=0)) > 20


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_samples_that_are_no_colours(tmp_path: Path, channels: int) -> None:
    pixels = base64.b64encode(np.arange(9 * channels, dtype=np.uint8).tobytes()).decode()
    event = {"type": "samples", "shape": [3, 3, channels], "pictures": [{"label": 1, "pixels": pixels}]}
    _run(TensorBoard(tmp_path), event)
    assert _read(tmp_path / "train").Tags()["images"] == ["samples"]


def test_options_as_text_and_for_the_page_of_hyper_parameters(tmp_path: Path) -> None:
    _run(TensorBoard(tmp_path))
    reader = _read(tmp_path)
    (text,) = make_ndarray(reader.Tensors("options")[0].tensor_proto).ravel()
    assert "| learning_rate | 0.01 |" in text.decode()
    assert "momentum" not in text.decode()
    start = hparams.parse_session_start_info_plugin_data(
        reader.SummaryMetadata(hparams.SESSION_START_INFO_TAG).plugin_data.content
    )
    assert start.hparams["learning_rate"].number_value == 0.01
    assert start.hparams["updater"].string_value == "adam"
    assert start.hparams["tune"].WhichOneof("kind") == "bool_value"
    end = hparams.parse_session_end_info_plugin_data(
        reader.SummaryMetadata(hparams.SESSION_END_INFO_TAG).plugin_data.content
    )
    assert end.status == 1


def test_what_it_asks_for() -> None:
    assert TensorBoard("x").observations == {"samples": 12, "histograms": 1, "validation_confusion": 1}
    plain = TensorBoard("x", histograms=False, confusion_matrix=False, samples=0)
    assert not any(plain.observations.values())
    for samples in (-1, 101):
        with pytest.raises(ParameterError, match="samples must be from 0 to 100"):
            TensorBoard("x", samples=samples)


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be written"):
        TensorBoard(tmp_path / "file").open(resumed=False)


def test_missing_matplotlib_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from sparkdl4j import JvmError

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(JvmError, match=r"matplotlib.*sparkdl4j\[tensorboard\]"):
        TensorBoard("x")
    assert TensorBoard("x", confusion_matrix=False, samples=0)
