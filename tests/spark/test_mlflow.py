"""MLflow's autologging of pyspark.ml, where MLflow is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark")
pytest.importorskip("mlflow")

import mlflow
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.sql import DataFrame

from sparkdl4j.spark import ConvNetClassifier


@pytest.fixture
def experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.chdir(tmp_path)
    # Newer versions keep such stores, but ask for it.
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_AUTOLOGGING_TESTING", "true")
    mlflow.set_tracking_uri((tmp_path / "runs").as_uri())
    mlflow.pyspark.ml.autolog(log_models=False)
    yield mlflow.set_experiment("test").experiment_id
    mlflow.pyspark.ml.autolog(disable=True)


def test_autologging(experiment: str, pictures: DataFrame, network: dict[str, Any]) -> None:
    model = ConvNetClassifier(network, image_size=16, epochs=8, num_workers=2, verbose=False).fit(pictures)
    accuracy = MulticlassClassificationEvaluator(metricName="accuracy").evaluate(model.transform(pictures))
    (run,) = mlflow.MlflowClient().search_runs([experiment])
    assert run.info.status == "FINISHED"
    found = run.data.params
    assert {name: found[name] for name in ("epochs", "num_workers", "labelCol")} == {
        "epochs": "8",
        "num_workers": "2",
        "labelCol": "label",
    }
    assert run.data.tags["estimator_name"] == "ConvNetClassifier"
    assert list(run.data.metrics.values()) == [accuracy]
