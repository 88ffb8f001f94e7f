"""ImageFeaturizer: what a layer of a trained network makes of pictures, as a Transformer of pyspark.ml."""

from __future__ import annotations

from typing import Any

import numpy as np
from pyspark.ml import Transformer
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.param.shared import HasInputCol, HasOutputCol
from pyspark.ml.util import MLReadable, MLWritable
from pyspark.sql import DataFrame, SparkSession

from sparkdl4j import errors, feature_check, options, transfer, urls
from sparkdl4j.spark import session as sessions
from sparkdl4j.spark.java_errors import translated
from sparkdl4j.spark.params import HasDamagedCol
from sparkdl4j.spark.persistence import ModelReader, ModelWriter

_INVALID = ("error", "skip", "keep")
_NAMES = ("inputCol", "outputCol", "damagedCol", "handleInvalid", "layer", "pooling", "checkRows")


class ImageFeaturizer(Transformer, HasInputCol, HasOutputCol, HasDamagedCol, MLReadable, MLWritable):
    """Adds a vector column with the outputs of one layer; nothing behind the layer is computed.

    The executors compute in Java, without Python workers; the model is broadcast to them once.

    ```python
    Pipeline(stages=[
        ImageFeaturizer("model.zip"),
        StandardScaler(inputCol="features", outputCol="scaled", withMean=True),
        LogisticRegression(featuresCol="scaled", weightCol="weight"),
    ])
    ```

    The first time that a DataFrame is transformed, the features of its first pictures are computed and checked, as
    `sparkdl4j.feature_check.check` says (not of streaming ones).

    Args:
        model: a model file's path or URL, or a fitted classifier, of Spark or of one machine.
        session: by default the active one.
        params: any of inputCol ("image": encoded pictures, binary, or Spark's image struct), outputCol ("features"),
            layer (a name as `summary` shows it; by default what the output layer reads), pooling ("none", "average" or
            "max" of a layer's maps), handleInvalid (what happens to pictures that cannot be used: "error" fails the
            job, "skip" leaves the row out, "keep" gives null), damagedCol (a column with what is wrong, string; by
            default none), checkRows (how many pictures are checked, 0 for none; 32).

    Raises:
        ParameterError: PARAMETER_UNKNOWN, PARAMETER_TYPE; PARAMETER_RANGE, for a layer that does not exist with those
            that do.
        DataError: DATA_COLUMN, DATA_DAMAGED, DATA_NOT_FINITE, DATA_CONSTANT, by `transform`.
        NetworkError: NETWORK_INVALID for a network that the compute plan cannot compute.
        FileError, ModelFileError, NotFittedError.
        SparkError: SPARK_SESSION without an active session.
    """

    layer: Param[str] = Param(
        Params._dummy(), "layer", "the layer whose outputs are the features", typeConverter=TypeConverters.toString
    )
    pooling: Param[str] = Param(
        Params._dummy(),
        "pooling",
        options.option("featurizer", "pooling")["doc"],
        typeConverter=TypeConverters.toString,
    )
    handleInvalid: Param[str] = Param(
        Params._dummy(),
        "handleInvalid",
        "what happens to pictures that cannot be used: error, skip or keep",
        typeConverter=TypeConverters.toString,
    )
    checkRows: Param[int] = Param(
        Params._dummy(),
        "checkRows",
        "how many pictures' features are checked when the first DataFrame is transformed; 0: none",
        typeConverter=TypeConverters.toInt,
    )

    def __init__(self, model: transfer.Pretrained, *, session: SparkSession | None = None, **params: Any) -> None:
        super().__init__()
        options.check_names(params, _NAMES)
        self._setDefault(
            inputCol="image",
            outputCol="features",
            damagedCol="",
            handleInvalid="error",
            pooling=options.default("featurizer", "pooling"),
            checkRows=32,
        )
        self._set(**{name: value for name, value in params.items() if value is not None})
        if self.getOrDefault("handleInvalid") not in _INVALID:
            raise errors.error(
                "PARAMETER_RANGE",
                f"handleInvalid must be one of {', '.join(_INVALID)}, but is {self.getOrDefault('handleInvalid')!r}",
                parameter="handleInvalid",
            )
        self._session = session or sessions.active()
        self._gateway = sessions.gateway(self._session)
        self._has_checked = False
        self._made: tuple[str | None, str, Any] | None = None
        sessions.release_unused()
        with transfer.model_file(model) as path, translated(self._gateway):
            self._classifier = self._gateway.load(self._session._jsparkSession, urls.absolute(path))
        self._java()

    def _java(self) -> Any:
        """Java's featurizer for the parameters as they are now."""
        layer = self.getOrDefault("layer") if self.isSet("layer") else None
        pooling = options.check("featurizer", "pooling", self.getOrDefault("pooling"))
        if self._made is None or self._made[:2] != (layer, pooling):
            with translated(self._gateway):
                self._made = (layer, pooling, self._gateway.featurizer(self._classifier, layer, pooling))
        return self._made[2]

    def save_model_file(self, path: str) -> None:
        """Writes the model file.

        Args:
            path: on the driver's machine, or a URL of any of Hadoop's file systems.

        Raises:
            FileError: FILE_UNWRITABLE.
        """
        with translated(self._gateway):
            self._gateway.save(self._classifier, self._session._jsparkSession, urls.absolute(path))

    def write(self) -> ModelWriter:
        """Writes to any of Hadoop's file systems: `featurizer.write().overwrite().save(path)`."""
        return ModelWriter(self)

    @classmethod
    def read(cls) -> ModelReader:
        """Reads what `write` wrote: `ImageFeaturizer.load(path)`."""
        return ModelReader(cls)

    def check(self, dataset: DataFrame) -> None:
        """Checks the features of the first `checkRows` pictures of a DataFrame.

        Raises:
            DataError: DATA_NOT_FINITE, DATA_CONSTANT.
        """
        column = self.getOrDefault("outputCol")
        some = self._featurized(dataset.limit(self.getOrDefault("checkRows"))).select(column)
        with translated(self._gateway):
            rows = [row[0].toArray() for row in some.collect() if row[0] is not None]
        if rows:
            feature_check.check(np.asarray(rows), str(self._java().layer()))

    def _transform(self, dataset: DataFrame) -> DataFrame:
        if self.getOrDefault("checkRows") and not self._has_checked and not dataset.isStreaming:
            self._has_checked = True
            self.check(dataset)
        return self._featurized(dataset)

    def _featurized(self, dataset: DataFrame) -> DataFrame:
        session = sessions.of(dataset)
        names = ("inputCol", "outputCol", "damagedCol", "handleInvalid")
        with translated(self._gateway):
            rows = self._gateway.featurize(self._java(), dataset._jdf, *(self.getOrDefault(name) for name in names))
        return DataFrame(rows, session)
