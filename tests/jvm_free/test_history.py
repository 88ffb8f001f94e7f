from __future__ import annotations

import builtins
import math

import pytest

from sparkdl4j import errors
from sparkdl4j.history import COLUMNS, History


def epoch(number, **values):
    return {
        "epoch": number,
        "loss": 1 / 3 / number,
        "accuracy": 0.1 + 0.2,
        "validation_loss": None,
        "validation_accuracy": None,
        "learning_rate": 0.001,
        "images_per_second": 1e23,
        "seconds": 5e-324,
        "input_waits": 1,
        "input_wait_seconds": 1e-9,
        **values,
    }


def test_takes_epochs_and_the_kept_one_from_events():
    history = History()
    history.on_event({"type": "start", "epochs": 2, "steps_per_epoch": 3, "examples": 9})
    history.on_event({"type": "minibatch", "epoch": 1, "step": 1, "loss": 2.0})
    history.on_event({"type": "epoch", **epoch(1)})
    history.on_event({"type": "epoch", **epoch(2, validation_loss=0.5)})
    history.on_event({"type": "end", "reason": "completed", "kept_epoch": 2, "epoch": 2, "step": 3})
    assert history.epochs == [epoch(1), epoch(2, validation_loss=0.5)]
    assert history.kept_epoch == 2
    assert [tuple(row) for row in history.epochs] == [COLUMNS, COLUMNS]
    assert repr(history).startswith("History: 2 epochs, the last with loss 0.1667")


def test_json_and_file_round_trips_are_exact(tmp_path):
    history = History([epoch(1), epoch(2, validation_loss=math.pi)], kept_epoch=1)
    assert History.from_json(history.to_json()) == history
    history.save(tmp_path / "history.json")
    assert History.load(tmp_path / "history.json") == history
    assert History.from_json(History().to_json()) == History() != history


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"epochs": [1], "kept_epoch": 1}', "null"])
def test_json_of_something_else(text):
    with pytest.raises(errors.DataError) as caught:
        History.from_json(text)
    assert caught.value.code == "DATA_FORMAT"


def test_to_pandas():
    pytest.importorskip("pandas")
    frame = History([epoch(1), epoch(2)]).to_pandas()
    assert frame.index.tolist() == [1, 2]
    assert frame["loss"].tolist() == [1 / 3, 1 / 6]
    assert frame["validation_loss"].isna().all()
    assert History().to_pandas().columns.tolist() == list(COLUMNS[1:])


def test_missing_pandas_is_named(monkeypatch):
    real = builtins.__import__

    def without_pandas(name, *args, **kwargs):
        if name == "pandas":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_pandas)
    with pytest.raises(errors.JvmError, match="pandas") as caught:
        History([epoch(1)]).to_pandas()
    assert caught.value.code == "EXTRA_MISSING"
