"""Models on Hadoop's file systems: pyspark.ml's metadata, and beside it the model file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyspark.ml.util import DefaultParamsReader, DefaultParamsWriter, MLReader, MLWriter

_MODEL_FILE = "model.zip"


class ModelWriter(MLWriter):
    """Writes a model.

    Args:
        model: with its parameters.
        save_model_file: writes its model file on the driver's machine.
    """

    def __init__(self, model: Any, save_model_file: Callable[[Path], None]) -> None:
        super().__init__()
        self._model = model
        self._save_model_file = save_model_file

    def saveImpl(self, path: str) -> None:
        DefaultParamsWriter.saveMetadata(self._model, path, self.sparkSession.sparkContext)
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder) / _MODEL_FILE
            self._save_model_file(local)
            files, hadoop_path = _file_system(self.sparkSession, path)
            files.copyFromLocalFile(hadoop_path(str(local)), hadoop_path(f"{path}/{_MODEL_FILE}"))


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
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder) / _MODEL_FILE
            files, hadoop_path = _file_system(self.sparkSession, path)
            files.copyToLocalFile(hadoop_path(f"{path}/{_MODEL_FILE}"), hadoop_path(str(local)))
            model = self._kind(local, session=self.sparkSession)
        model._resetUid(metadata["uid"])
        DefaultParamsReader.getAndSetParams(model, metadata)
        return model


def _file_system(session: Any, path: str) -> tuple[Any, Any]:
    """The file system of a path, and the class of its paths."""
    hadoop_path = session._jvm.org.apache.hadoop.fs.Path
    return hadoop_path(path).getFileSystem(session._jsc.hadoopConfiguration()), hadoop_path
