"""DataFrames of pictures in two parts: to train on, and to validate or test with."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pyspark.sql import DataFrame

from sparkdl4j.spark import session as sessions
from sparkdl4j.spark.java_errors import translated


@dataclass(frozen=True)
class Split:
    """The two parts of a DataFrame, with its columns, and how many pictures of each class they have."""

    rest: DataFrame
    held_out: DataFrame
    rest_counts: dict[str, int]
    held_out_counts: dict[str, int]


def stratified_split(
    rows: DataFrame, fraction: float, seed: int, *, featuresCol: str = "image", labelCol: str = "class"
) -> Split:
    """Splits so that every class keeps its share in both parts, as `sparkdl4j.splits.stratified_split` does.

    Which pictures of a class are held out follows from their content and the seed: not from the partitions of the
    DataFrame or the names of files. Copies of a picture stay together. The content of all pictures is read once to
    split, and again by whatever uses a part.

    Args:
        rows: pictures.
        fraction: share of the pictures in the second part, above 0 and below 1.
        seed: the same seed gives the same split.
        featuresCol: the encoded pictures, binary.
        labelCol: the classes.

    Raises:
        ParameterError: PARAMETER_RANGE for `fraction`.
        DataError: DATA_EMPTY when there are too few pictures to hold one out.
        SparkError: SPARK_JOB.
    """
    session = rows.sparkSession
    gateway = sessions.gateway(session)
    with translated(gateway):
        split = gateway.split(rows._jdf, featuresCol, labelCol, float(fraction), seed)
        counts = json.loads(split.counts())
        return Split(
            DataFrame(split.rest(), session), DataFrame(split.heldOut(), session), counts["rest"], counts["held_out"]
        )


def with_validation(train: DataFrame, validation: DataFrame) -> tuple[DataFrame, str]:
    """Both in one DataFrame, with the classes of the pictures to train on.

    Args:
        train, validation: as `read_images` gives them.

    Returns:
        path, label, image and a boolean column; and the name of that column, for `validationIndicatorCol`.

    Raises:
        DataError: DATA_LABELS for a class that only `validation` has.
    """
    session = train.sparkSession
    gateway = sessions.gateway(session)
    with translated(gateway):
        both = DataFrame(gateway.withValidation(train._jdf, validation._jdf), session)
        return both, str(gateway.validationIndicator())
