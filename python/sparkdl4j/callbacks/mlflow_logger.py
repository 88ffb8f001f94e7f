"""MlflowLogger: a training run as a run of MLflow."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sparkdl4j import errors
from sparkdl4j.callbacks.callback import Callback, Trained

_CURVES = ("loss", "accuracy", "validation_loss", "validation_accuracy", "images_per_second", "learning_rate")
# MLflow's limits for one request and one value.
_MOST_PARAMETERS = 100
_LONGEST_VALUE = 500
_STATUS = {"completed": "FINISHED", "cancelled": "KILLED"}


class MlflowLogger(Callback):
    """Makes a run of MLflow of each training.

    The run has the options as parameters, and loss, accuracy (`validation_loss`, …), throughput and learning rate as
    metrics: of every epoch, and as `minibatch/loss` and so on of some minibatches, with epochs and minibatches counted
    through the whole run as steps. Artifacts: `network.json`, at the end the model file `model.zip` and the folder
    `report`, with the history and its curves. On Spark the driver writes.

    Args:
        experiment: made where it is missing; None for that of `MLFLOW_EXPERIMENT_NAME`, or else MLflow's own default.
        run: the run's name; None lets MLflow make one. A training that is resumed goes on with the experiment's newest
            run of that name.
        tracking_uri: where MLflow keeps its runs, such as "sqlite:///mlflow.db"; None for what `MLFLOW_TRACKING_URI` or
            `mlflow.set_tracking_uri` say.
        log_model: whether to keep the model file.
        every: minibatches between two whose metrics are kept; 0 for none.

    Raises:
        ParameterError: PARAMETER_RANGE.
        JvmError: EXTRA_MISSING when mlflow is not installed.
        FileError: FILE_UNWRITABLE where MLflow cannot be reached; before training.
    """

    def __init__(
        self,
        experiment: str | None = None,
        *,
        run: str | None = None,
        tracking_uri: str | None = None,
        log_model: bool = True,
        every: int = 100,
    ) -> None:
        try:
            import mlflow  # noqa: F401 - now rather than after pictures were read
        except ImportError:
            raise errors.missing_extra("mlflow", "mlflow") from None
        if every < 0:
            raise errors.error("PARAMETER_RANGE", f"every must be at least 0, but is {every}", parameter="every")
        self.experiment = experiment
        self.run = run
        self.tracking_uri = tracking_uri
        self.log_model = log_model
        self.every = every
        self.run_id: str | None = None
        self._client: Any = None
        self._status = "FAILED"
        self._steps_per_epoch = 0
        self._next_step = 1

    def __repr__(self) -> str:
        return f"MlflowLogger({self.experiment!r}, run={self.run!r})"

    def open(self, *, resumed: bool) -> None:
        import mlflow

        self._status = "FAILED"
        self._next_step = 1
        try:
            self._client = mlflow.MlflowClient(self.tracking_uri)
            experiment = self._experiment_id()
            self.run_id = self._earlier_run(experiment) if resumed else None
            if self.run_id is None:
                self.run_id = self._client.create_run(experiment, run_name=self.run).info.run_id
            else:
                self._client.update_run(self.run_id, status="RUNNING")
        except Exception as problem:
            # Each of MLflow's stores raises errors of its own.
            self._client = None
            where = self.tracking_uri or mlflow.get_tracking_uri()
            raise errors.error(
                "FILE_UNWRITABLE", f"MLflow cannot keep a run in {where}: {problem}", path=where
            ) from problem

    def on_event(self, event: dict[str, Any]) -> None:
        if self._client is None:
            return
        kind = event["type"]
        if kind == "start":
            self._steps_per_epoch = event["steps_per_epoch"]
            self._log_options(event["options"])
            self._client.log_dict(self.run_id, event["network"], "network.json")
        elif kind == "minibatch" and self.every:
            step = (event["epoch"] - 1) * self._steps_per_epoch + event["step"]
            if step >= self._next_step:
                self._next_step = step + self.every
                self._log_curves(event, step, prefix="minibatch/")
        elif kind == "epoch":
            self._log_curves(event, event["epoch"])
        elif kind == "end":
            self._status = _STATUS.get(event["reason"], "FAILED")
            self._client.log_metric(self.run_id, "kept_epoch", event["kept_epoch"])

    def on_trained(self, trained: Trained) -> None:
        from sparkdl4j.report import folder as reports

        if self._client is None:
            return
        with tempfile.TemporaryDirectory() as folder:
            if self.log_model:
                trained.save(Path(folder, "model.zip"))
                self._client.log_artifact(self.run_id, os.path.join(folder, "model.zip"))
            reports.write_report(Path(folder, "report"), history=trained.history)
            self._client.log_artifacts(self.run_id, os.path.join(folder, "report"), "report")

    def close(self) -> None:
        if self._client is not None:
            self._client.set_terminated(self.run_id, self._status)
        self._client = None

    def _experiment_id(self) -> str:
        name = self.experiment or os.environ.get("MLFLOW_EXPERIMENT_NAME") or "Default"
        found = self._client.get_experiment_by_name(name)
        experiment: str = self._client.create_experiment(name) if found is None else found.experiment_id
        return experiment

    def _earlier_run(self, experiment: str) -> str | None:
        if self.run is None:
            return None
        # Quoted as MLflow's filters ask for it; names with both kinds of quotes are not found.
        quote = '"' if "'" in self.run else "'"
        found = self._client.search_runs(
            [experiment],
            f"attributes.run_name = {quote}{self.run}{quote}",
            order_by=["attributes.start_time DESC"],
            max_results=1,
        )
        return found[0].info.run_id if found else None

    def _log_options(self, options: Mapping[str, Any]) -> None:
        from mlflow.entities import Param

        # MLflow never changes a parameter: of a run that is resumed, those of its beginning stay.
        known = self._client.get_run(self.run_id).data.params
        new = [Param(name, str(value)[:_LONGEST_VALUE]) for name, value in options.items() if name not in known]
        for start in range(0, len(new), _MOST_PARAMETERS):
            self._client.log_batch(self.run_id, params=new[start : start + _MOST_PARAMETERS])

    def _log_curves(self, event: Mapping[str, Any], step: int, prefix: str = "") -> None:
        from mlflow.entities import Metric

        now = int(1000 * time.time())
        values = {name: event[name] for name in _CURVES if event.get(name) is not None}
        metrics = [Metric(prefix + name, float(value), now, step) for name, value in values.items()]
        self._client.log_batch(self.run_id, metrics=metrics)
