"""Models on Hadoop's file systems: pyspark.ml's metadata, and beside it the model file."""

from __future__ import annotations

from typing import Any

from pyspark.ml.util import DefaultParamsReader, DefaultParamsWriter, MLReader, MLWriter

from sparkdl4j.spark import session as sessions
from sparkdl4j.spark.java_errors import translated

_MODEL_FILE = "model.zip"


class ModelWriter(MLWriter):
    """Writes a model.

    Args:
        model: with its parameters, and `save_model_file`.
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        self._model = model

    def saveImpl(self, path: str) -> None:
        DefaultParamsWriter.saveMetadata(self._model, path, self.sparkSession.sparkContext)
        self._model.save_model_file(_model_file(self.sparkSession, path))


class ModelReader(MLReader[Any]):
    """Reads a model.

    Args:
        kind: its class, which takes a model file and a session.
    """

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self._kind = kind

    def load(self, path: str) -> Any:
        metadata = DefaultParamsReader.loadMetadata(path, self.sparkSession.sparkContext)
        model = self._kind(_model_file(self.sparkSession, path), session=self.sparkSession)
        model._resetUid(metadata["uid"])
        DefaultParamsReader.getAndSetParams(model, metadata)
        return model


def _model_file(session: Any, path: str) -> str:
    """The URL of the model file: a path without a scheme is one of the cluster's own file system, as for pyspark.ml."""
    gateway = sessions.gateway(session)
    with translated(gateway):
        return str(gateway.qualified(session._jsparkSession, f"{path}/{_MODEL_FILE}"))
