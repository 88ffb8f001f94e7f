"""TensorBoard: curves, histograms and pictures of a training run as event files."""

from __future__ import annotations

import base64
import json
import math
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors
from sparkdl4j.callbacks.callback import Callback
from sparkdl4j.callbacks.event_file import EventFile
from sparkdl4j.evaluation import Metrics
from sparkdl4j.report import plots, tables

_CURVES = ("loss", "accuracy")
_TRAINING_CURVES = (*_CURVES, "images_per_second", "learning_rate")
# They come as one event, on Spark through Py4J.
_MOST_SAMPLES = 100
_OPTIONS = ""
_TRAINING = "train"
_VALIDATION = "validation"


class TensorBoard(Callback):
    """Writes event files that `tensorboard --logdir FOLDER` shows, while training runs.

    Two runs, as Keras writes them. `FOLDER/train` has, of every epoch, `loss`, `accuracy`, `images_per_second`,
    `learning_rate` and the histograms `parameters/LAYER/NAME` and `updates/LAYER/NAME` (by how much an epoch changed
    them); by minibatch (at most about ten a second) `minibatch/loss` and so on; and `samples`, training pictures as
    they are before they are standardised. `FOLDER/validation` has `loss`, `accuracy` and the picture
    `confusion_matrix` of every epoch. `FOLDER` itself has the options, as a text and for TensorBoard's page HParams.
    Steps are epochs, or minibatches counted through the whole run. A resumed training goes on at its place. On Spark
    the driver writes.

    Args:
        folder: made where it is missing.
        histograms: of parameters and updates: one pass over both, and a copy of the parameters.
        confusion_matrix: of the validation data.
        samples: how many training pictures to show, 100 at most; 0 for none.

    Raises:
        ParameterError: PARAMETER_RANGE.
        JvmError: EXTRA_MISSING when tensorboard is not installed, or matplotlib, which draws the pictures.
        FileError: FILE_UNWRITABLE; before training.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        histograms: bool = True,
        confusion_matrix: bool = True,
        samples: int = 12,
    ) -> None:
        # Now rather than after pictures were read.
        _require("tensorboard")
        if confusion_matrix or samples:
            _require("matplotlib")
        if not 0 <= samples <= _MOST_SAMPLES:
            raise errors.error(
                "PARAMETER_RANGE", f"samples must be from 0 to {_MOST_SAMPLES}, but is {samples}", parameter="samples"
            )
        self.folder = os.fspath(folder)
        self.observations = {
            "samples": samples,
            "histograms": int(histograms),
            "validation_confusion": int(confusion_matrix),
        }
        self._files: dict[str, EventFile] = {}
        self._steps_per_epoch = 0
        self._classes: list[Any] = []

    def __repr__(self) -> str:
        return f"TensorBoard({self.folder!r})"

    def open(self, *, resumed: bool) -> None:
        self._file(_TRAINING)

    def on_event(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "start":
            self._steps_per_epoch = event["steps_per_epoch"]
            self._classes = event["classes"]
            self._write_options(event)
        elif kind == "minibatch":
            step = (event["epoch"] - 1) * self._steps_per_epoch + event["step"]
            self._write_curves(_TRAINING, _TRAINING_CURVES, event, step, tag="minibatch/{}")
        elif kind == "samples":
            self._file(_TRAINING).picture("samples", _samples(event, self._classes), 0)
        elif kind == "histograms":
            self._write_histograms(event)
        elif kind == "validation_confusion":
            self._write_confusion(event)
        elif kind == "epoch":
            self._write_curves(_TRAINING, _TRAINING_CURVES, event, event["epoch"])
            self._write_curves(_VALIDATION, _CURVES, event, event["epoch"], name="validation_{}")
            for file in self._files.values():
                file.flush()
        elif kind in ("end", "error"):
            self._write_end(completed=event.get("reason") == "completed")

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files = {}

    def _write_curves(
        self, run: str, curves: tuple[str, ...], event: Mapping[str, Any], step: int, name: str = "{}", tag: str = "{}"
    ) -> None:
        for curve in curves:
            value = event.get(name.format(curve))
            if value is not None:
                self._file(run).scalar(tag.format(curve), value, step)

    def _write_histograms(self, event: Mapping[str, Any]) -> None:
        for group in ("parameters", "updates"):
            for entry in event.get(group, ()):
                tag = f"{group}/{entry['layer']}/{entry['parameter']}"
                self._file(_TRAINING).histogram(tag, entry, event["epoch"])

    def _write_confusion(self, event: Mapping[str, Any]) -> None:
        counts = np.array(event["counts"], dtype=np.int64)
        # The picture shows the counts only: the loss has a curve.
        picture = plots.confusion_matrix(Metrics(counts, math.nan, classes=self._classes))
        self._file(_VALIDATION).picture("confusion_matrix", picture, event["epoch"])

    def _write_options(self, event: Mapping[str, Any]) -> None:
        from tensorboard.plugins.hparams import summary_v2 as hparams

        options = {name: value for name, value in event["options"].items() if value is not None}
        plain = {name: value if isinstance(value, (int, float)) else str(value) for name, value in options.items()}
        rows = "\n".join(f"| {name} | {value} |" for name, value in options.items())
        file = self._file(_OPTIONS)
        file.text("options", f"| option | value |\n|---|---|\n{rows}", 0)
        file.text("network", f"```json\n{json.dumps(event['network'], indent=2)}\n```", 0)
        metrics = [hparams.Metric(curve, group=run) for run in (_TRAINING, _VALIDATION) for curve in _CURVES]
        file.summary(hparams.hparams_config_pb([hparams.HParam(name) for name in plain], metrics))
        file.summary(hparams.hparams_pb(plain))
        file.flush()

    def _write_end(self, *, completed: bool) -> None:
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

        status = api_pb2.STATUS_SUCCESS if completed else api_pb2.STATUS_FAILURE
        end = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=time.time())
        about = metadata.create_summary_metadata(plugin_data_pb2.HParamsPluginData(session_end_info=end))
        summary = Summary()
        summary.value.add(tag=metadata.SESSION_END_INFO_TAG, metadata=about, tensor=metadata.NULL_TENSOR)
        self._file(_OPTIONS).summary(summary)

    def _file(self, run: str) -> EventFile:
        if run not in self._files:
            self._files[run] = EventFile(Path(self.folder, run))
        return self._files[run]


def _samples(event: Mapping[str, Any], classes: list[Any]) -> bytes:
    height, width, channels = event["shape"]
    pictures: list[NDArray[np.uint8]] = []
    for picture in event["pictures"]:
        pixels = np.frombuffer(base64.b64decode(picture["pixels"]), np.uint8).reshape(height, width, channels)
        # Other numbers of channels are no colours.
        pictures.append(pixels if channels == 3 else pixels[:, :, :1])
    captions = [tables.name(classes[picture["label"]], 18) for picture in event["pictures"]]
    return plots.picture_grid(pictures, captions, "Training pictures, before they are standardised")


def _require(package: str) -> None:
    try:
        __import__(package)
    except ImportError:
        raise errors.missing_extra(package, "tensorboard") from None
