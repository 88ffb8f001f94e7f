"""MLflow's runs, read back with MLflow's own client."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from sparkdl4j import FileError, History, JvmError, MlflowLogger, ParameterError
from sparkdl4j.callbacks import Trained


def test_missing_mlflow_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(JvmError, match=r"mlflow.*sparkdl4j\[mlflow\]"):
        MlflowLogger()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where MLflow keeps runs; without it the test is skipped."""
    pytest.importorskip("mlflow")
    # Artifacts of a database's experiments come into the working directory.
    monkeypatch.chdir(tmp_path)
    return f"sqlite:///{tmp_path}/mlflow.db"


def _epoch(number: int) -> dict[str, Any]:
    return {
        "type": "epoch",
        "epoch": number,
        "loss": 1 / number,
        "accuracy": 0.5,
        "validation_loss": None,
        "validation_accuracy": None,
        "images_per_second": 1000.0,
        "learning_rate": 0.01,
    }


def _minibatch(epoch: int, step: int) -> dict[str, Any]:
    return {"type": "minibatch", "epoch": epoch, "step": step, "loss": 0.5, "accuracy": 0.5, "images_per_second": 9.0}


def _run(logger: MlflowLogger, *events: dict[str, Any], reason: str = "completed", **options: Any) -> Any:
    import mlflow

    options = {"epochs": 2, "updater": "adam", **options}
    logger.open(resumed="resumed" in options and bool(options.pop("resumed")))
    logger.on_event({"type": "start", "steps_per_epoch": 100, "network": {"layers": []}, "options": options})
    for event in events:
        logger.on_event(event)
    logger.on_event({"type": "end", "reason": reason, "kept_epoch": 2})
    logger.on_trained(Trained(History([_epoch(1), _epoch(2)]), lambda path: path.write_bytes(b"model") and None))
    logger.close()
    return mlflow.MlflowClient(logger.tracking_uri).get_run(logger.run_id)


def test_parameters_metrics_and_artifacts(store: str) -> None:
    import mlflow

    logger = MlflowLogger("pictures", run="first", tracking_uri=store, every=50)
    found = _run(logger, _minibatch(1, 1), _minibatch(1, 40), _epoch(1), _minibatch(2, 10), _epoch(2))
    client = mlflow.MlflowClient(store)
    assert client.get_experiment(found.info.experiment_id).name == "pictures"
    assert (found.info.run_name, found.info.status) == ("first", "FINISHED")
    assert found.data.params == {"epochs": "2", "updater": "adam"}

    def points(name: str) -> list[tuple[int, float]]:
        return sorted((entry.step, entry.value) for entry in client.get_metric_history(logger.run_id, name))

    assert points("loss") == [(1, 1.0), (2, 0.5)]
    assert points("learning_rate") == [(1, 0.01), (2, 0.01)]
    assert points("minibatch/loss") == [(1, 0.5), (110, 0.5)]
    assert "validation_loss" not in found.data.metrics
    assert found.data.metrics["kept_epoch"] == 2
    artifacts = {entry.path for entry in client.list_artifacts(logger.run_id)}
    assert artifacts == {"model.zip", "network.json", "report"}
    report = {entry.path for entry in client.list_artifacts(logger.run_id, "report")}
    assert "report/history.json" in report
    assert Path(client.download_artifacts(logger.run_id, "model.zip")).read_bytes() == b"model"


def test_a_resumed_training_goes_on_with_the_run_of_its_name(store: str) -> None:
    cancelled = _run(MlflowLogger(run="mine", tracking_uri=store, log_model=False), _epoch(1), reason="cancelled")
    assert cancelled.info.status == "KILLED"
    resumed = _run(MlflowLogger(run="mine", tracking_uri=store), _epoch(2), resumed=True, epochs=9)
    assert resumed.info.run_id == cancelled.info.run_id
    assert resumed.info.status == "FINISHED"
    assert resumed.data.params["epochs"] == "2"
    again = _run(MlflowLogger(run="mine", tracking_uri=store), _epoch(1))
    assert again.info.run_id != cancelled.info.run_id


def test_what_never_ended_has_failed(store: str) -> None:
    import mlflow

    logger = MlflowLogger(tracking_uri=store)
    logger.open(resumed=False)
    logger.close()
    assert mlflow.MlflowClient(store).get_run(logger.run_id).info.status == "FAILED"


def test_a_store_that_cannot_be_used_is_said_at_the_start(store: str) -> None:
    with pytest.raises(FileError, match="MLflow cannot keep a run in nosuch://host"):
        MlflowLogger(tracking_uri="nosuch://host").open(resumed=False)
    with pytest.raises(ParameterError, match="every must be at least 0"):
        MlflowLogger(every=-1)
