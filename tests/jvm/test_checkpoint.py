"""Checkpoints on one machine: a training goes on from one as if nothing had happened."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sparkdl4j import (
    Checkpoint,
    ConvNetClassifier,
    EarlyStopping,
    FileError,
    ModelFileError,
    ParameterError,
    ReduceLearningRateOnPlateau,
)

NETWORK = {"layers": [{"type": "Conv2D", "filters": 4, "kernel_size": [3, 3]}, {"type": "Dropout"}, {"type": "Output"}]}
TRAIN = """
import os, signal, sys
import numpy as np
from sparkdl4j import Callback, Checkpoint, ConvNetClassifier, EarlyStopping, ReduceLearningRateOnPlateau
class Death(Callback):
    def on_event(self, event):
        if event["type"] == "epoch" and event["epoch"] == 2:
            os.kill(os.getpid(), signal.SIGKILL)
rng = np.random.default_rng(0)
X, y = rng.integers(0, 256, (50, 12, 12, 1), dtype="u1"), np.arange(50) %% 2
decisions = [
    Checkpoint(sys.argv[1], unit="step"),
    ReduceLearningRateOnPlateau(patience=1, metric="loss", min_delta=10),
    EarlyStopping(2, metric="loss", min_delta=10, restore_best=False),
]
ConvNetClassifier(
    %r, epochs=9, batch_size=8, learning_rate_schedule="one_cycle", verbose=False, callbacks=[*decisions, Death()]
).fit(X, y)
"""


@pytest.fixture(scope="module")
def data() -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (50, 12, 12, 1), dtype="u1"), np.arange(50) % 2


def _classifier(**options: Any) -> ConvNetClassifier:
    return ConvNetClassifier(NETWORK, **({"epochs": 4, "batch_size": 8, "verbose": False} | options))


def test_a_killed_process_changes_nothing(data: tuple[Any, Any], tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint.zip"
    command = [sys.executable, "-c", TRAIN % NETWORK, str(checkpoint)]
    assert subprocess.run(command, capture_output=True, timeout=120, check=False).returncode == -signal.SIGKILL

    def fitted(resume: Path | None) -> ConvNetClassifier:
        decisions = [
            ReduceLearningRateOnPlateau(patience=1, metric="loss", min_delta=10),
            EarlyStopping(2, metric="loss", min_delta=10, restore_best=False),
        ]
        options = {"epochs": 9, "learning_rate_schedule": "one_cycle", "callbacks": decisions}
        return _classifier(**options).fit(*data, resume=resume)

    resumed, whole = fitted(checkpoint), fitted(None)
    np.testing.assert_array_equal(resumed.predict_proba(data[0]), whole.predict_proba(data[0]))
    for name in ("loss", "learning_rate"):
        assert [epoch[name] for epoch in resumed.history_.epochs] == [epoch[name] for epoch in whole.history_.epochs]
    assert len(whole.history_.epochs) == 3


def test_a_checkpoint_is_a_model_file(data: tuple[Any, Any], tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint.zip"
    trained = _classifier(callbacks=[Checkpoint(checkpoint, every=2)]).fit(*data)
    loaded = ConvNetClassifier.load(checkpoint)
    np.testing.assert_array_equal(loaded.predict_proba(data[0]), trained.predict_proba(data[0]))
    assert loaded.kept_epoch_ == 4


def test_what_does_not_fit_is_refused(data: tuple[Any, Any], tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint.zip"
    trained = _classifier(epochs=1, callbacks=[Checkpoint(checkpoint)]).fit(*data)
    with pytest.raises(ModelFileError, match="written with seed 123, but seed is 1 now"):
        _classifier(seed=1).fit(*data, resume=checkpoint)
    trained.save(tmp_path / "model.zip")
    with pytest.raises(ModelFileError, match="is no checkpoint"):
        _classifier().fit(*data, resume=tmp_path / "model.zip")
    with pytest.raises(FileError, match="there is no model file"):
        _classifier().fit(*data, resume=tmp_path / "missing.zip")
    with pytest.raises(FileError, match="the folder .*missing does not exist"):
        _classifier(callbacks=[Checkpoint(tmp_path / "missing" / "checkpoint.zip")]).fit(*data)
    with pytest.raises(ParameterError, match="every must be at least 1"):
        Checkpoint(checkpoint, every=0)
    with pytest.raises(ParameterError, match='one of \\["epoch","round","step"\\]'):
        Checkpoint(checkpoint, unit="minute")
    with pytest.raises(ParameterError, match="a file of its own"):
        _classifier(callbacks=[Checkpoint(checkpoint), Checkpoint(checkpoint)]).fit(*data)
    with pytest.raises(ParameterError, match="written after epochs"):
        Checkpoint(checkpoint, keep="best", unit="step")
