"""The parameters of the estimator and its model: Spark's own columns, and the options of the one-machine classifier."""

from __future__ import annotations

from typing import Any

from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.param.shared import (
    HasFeaturesCol,
    HasLabelCol,
    HasPredictionCol,
    HasProbabilityCol,
    HasRawPredictionCol,
    HasValidationIndicatorCol,
    HasWeightCol,
)

from sparkdl4j import network as networks
from sparkdl4j import options

TRAINING_OPTIONS = tuple(options.names("training"))
NETWORK_OPTIONS = tuple(options.names("network"))

# Columns that are not there unless they are named.
OPTIONAL_COLUMNS = ("weightCol", "validationIndicatorCol")

_CONVERTERS: dict[str, Any] = {
    "integer": TypeConverters.toInt,
    "number": TypeConverters.toFloat,
    "boolean": TypeConverters.toBoolean,
    "string": TypeConverters.toString,
    "weights": TypeConverters.identity,
}


class HasDamagedCol(Params):
    """Where it is said of pictures that they cannot be used; an empty name leaves the column out."""

    damagedCol: Param[str] = Param(
        Params._dummy(),
        "damagedCol",
        "what is wrong with a picture that cannot be used, string; null where it can",
        typeConverter=TypeConverters.toString,
    )


class OutputColumns(HasFeaturesCol, HasPredictionCol, HasProbabilityCol, HasRawPredictionCol, HasDamagedCol):
    """The column that predictions read, and those that they add; an empty name leaves one out."""

    predictedClassCol: Param[str] = Param(
        Params._dummy(),
        "predictedClassCol",
        "name of the most probable class, string",
        typeConverter=TypeConverters.toString,
    )

    def __init__(self) -> None:
        super().__init__()
        self._setDefault(
            featuresCol="image",
            predictionCol="prediction",
            predictedClassCol="predictedClass",
            probabilityCol="probability",
            rawPredictionCol="rawPrediction",
            damagedCol="damaged",
        )


class TrainingParams(OutputColumns, HasLabelCol, HasWeightCol, HasValidationIndicatorCol):
    """What training takes. Options that are not set have the default of `options.json`, as on one machine."""

    network: Param[Any] = Param(
        Params._dummy(), "network", "a reference network's name, a network of your own, its dict, or a path to its JSON"
    )
    augmentation: Param[Any] = Param(
        Params._dummy(), "augmentation", "how training pictures are changed: an Augmentation, or a dict of its options"
    )
    image_size: Param[Any] = Param(
        Params._dummy(),
        "image_size",
        "(height, width) that pictures are scaled to, or one number for both; by default what the network was made for",
    )
    channels: Param[int] = Param(
        Params._dummy(),
        "channels",
        "1 (grey) or 3 (RGB); by default what the network was made for",
        typeConverter=TypeConverters.toInt,
    )
    window: Param[Any] = Param(
        Params._dummy(), "window", "how 16-bit pictures become 8-bit: full, minmax (of each picture), or (low, high)"
    )
    max_pixels: Param[int] = Param(
        Params._dummy(),
        "max_pixels",
        options.option("image", "max_pixels")["doc"],
        typeConverter=TypeConverters.toInt,
    )
    preprocessing: Param[Any] = Param(
        Params._dummy(),
        "preprocessing",
        "picture steps between decoding and scaling: objects, or dicts",
    )
    max_damaged: Param[float] = Param(
        Params._dummy(),
        "max_damaged",
        "largest share of damaged pictures",
        typeConverter=TypeConverters.toFloat,
    )

    def __init__(self) -> None:
        super().__init__()
        self._setDefault(labelCol="label", network=networks.AUTO, max_damaged=options.default("data", "max_damaged"))


for _group, _names in (("training", TRAINING_OPTIONS), ("network", NETWORK_OPTIONS)):
    for _name in _names:
        _contract = options.option(_group, _name)
        # Params copies what it finds in the class.
        setattr(
            TrainingParams,
            _name,
            Param(Params._dummy(), _name, _contract["doc"], typeConverter=_CONVERTERS[_contract["type"]]),
        )
