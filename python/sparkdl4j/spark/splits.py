"""DataFrames of pictures in two parts: to train on, and to validate or test with."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql
from pyspark.sql.types import StructType

from sparkdl4j import errors, group_splits
from sparkdl4j.spark import session as sessions
from sparkdl4j.spark.java_errors import translated

# Where pictures have their groups unless another column is named.
GROUP = "group"
# Columns that are there while a DataFrame is split.
_GROUP = "sparkdl4j_group"
_LABEL = "sparkdl4j_label"
_PART = "sparkdl4j_part"


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


def random_split_by_group(
    rows: DataFrame,
    fraction: float,
    seed: int,
    *,
    groupCol: str = GROUP,
    labelCol: str = "class",
    featuresCol: str = "image",
    mixed_groups: str = group_splits.WARN,
) -> Split:
    """Splits so that no group (a patient, say) is in both parts; every class keeps its share as well as groups allow.

    As `sparkdl4j.ImageDataset.split` does with groups. Which groups are held out follows from the names of groups, how
    many pictures of each class they have, and the seed. Only these counts come to the driver.

    Args:
        rows: pictures.
        fraction: share of the pictures in the second part, above 0 and below 1.
        seed: the same seed gives the same split.
        groupCol: the groups; a picture whose group is null is a group of its own, with its copies.
        labelCol: the classes.
        featuresCol: the encoded pictures, which are read where a group is null.
        mixed_groups: what is said of a group with pictures of several classes, as of `ImageDataset.split`.

    Raises:
        ParameterError: PARAMETER_RANGE for `fraction`.
        DataError: DATA_COLUMN; DATA_LABELS; DATA_SPLIT when groups make the split impossible.
    """
    groups = _Groups(rows, groupCol, labelCol, featuresCol)
    group_splits.tell_of_mixed_groups(groups.labels, groups.groups, groups.classes, mixed_groups)
    _, held_out = group_splits.stratified_group_split(groups.labels, groups.groups, fraction, seed)
    is_held_out = np.zeros(len(groups.labels), dtype=np.int64)
    is_held_out[held_out] = 1
    marked = groups.marked(is_held_out, _PART)
    rest, held = (marked.where(sql.col(_PART) == part).drop(_PART) for part in (0, 1))
    counts = [
        dict(
            zip(
                map(str, groups.classes),
                np.bincount(groups.labels[is_held_out == part], minlength=len(groups.classes)).tolist(),
                strict=True,
            )
        )
        for part in (0, 1)
    ]
    return Split(rest, held, *counts)


def with_group_folds(
    rows: DataFrame,
    n: int,
    seed: int,
    *,
    foldCol: str = "fold",
    groupCol: str = GROUP,
    labelCol: str = "class",
    featuresCol: str = "image",
    mixed_groups: str = group_splits.WARN,
) -> DataFrame:
    """Adds the fold of each picture, 0 to n - 1, for pyspark.ml's `CrossValidator(numFolds=n, foldCol=foldCol)`.

    No group is in two folds, and every class has its share in every fold as well as groups allow.

    Args:
        n: how many folds, at least 2.
        rows, seed, groupCol, labelCol, featuresCol, mixed_groups: as of `random_split_by_group`.
        foldCol: the column to add, integer.

    Raises:
        ParameterError: PARAMETER_TYPE or PARAMETER_RANGE for `n`.
        DataError: DATA_COLUMN; DATA_LABELS; DATA_SPLIT when groups make the folds impossible.
    """
    if foldCol in rows.columns:
        raise errors.error("DATA_COLUMN", f"the DataFrame has a column {foldCol} already: name another", column=foldCol)
    groups = _Groups(rows, groupCol, labelCol, featuresCol)
    group_splits.tell_of_mixed_groups(groups.labels, groups.groups, groups.classes, mixed_groups)
    folds = group_splits.stratified_group_folds(groups.labels, groups.groups, n, seed, classes=groups.classes)
    return groups.marked(folds, foldCol)


class _Groups:
    """The groups of a DataFrame, and of every picture class and group as they would be on one machine.

    Attributes:
        labels: (n,) class indices, in an order that depends on nothing but classes and groups.
        groups: (n,) names.
        classes: the classes, sorted.
    """

    def __init__(self, rows: DataFrame, group: str, label: str, features: str) -> None:
        for name in (group, label, features):
            if name not in rows.columns:
                raise errors.error(
                    "DATA_COLUMN",
                    f"there is no column {name}; the columns are {', '.join(rows.columns)}",
                    column=name,
                )
        is_struct = isinstance(rows.schema[features].dataType, StructType)
        content = sql.col(f"`{features}`.data" if is_struct else f"`{features}`")
        own = sql.concat(sql.lit("content "), sql.sha2(content.cast("binary"), 256))
        self._rows = rows.withColumn(_GROUP, sql.coalesce(sql.col(f"`{group}`").cast("string"), own))
        counts = self._rows.groupBy(sql.col(_GROUP), sql.col(f"`{label}`").alias(_LABEL)).count().collect()
        if any(row[_LABEL] is None for row in counts):
            raise errors.error("DATA_LABELS", f"the column {label} is null for some pictures", column=label)
        counts.sort(key=lambda row: (row[_GROUP], row[_LABEL]))
        self.classes = sorted({row[_LABEL] for row in counts})
        index = {name: number for number, name in enumerate(self.classes)}
        times = [row["count"] for row in counts]
        self.labels: NDArray[np.int64] = np.repeat([index[row[_LABEL]] for row in counts], times).astype(np.int64)
        self.groups: NDArray[np.object_] = np.repeat(np.array([row[_GROUP] for row in counts], dtype=object), times)

    def marked(self, parts: NDArray[np.int64], column: str) -> DataFrame:
        """The DataFrame with the part of each picture's group."""
        of_group = dict(zip(self.groups.tolist(), parts.tolist(), strict=True))
        schema = f"{_GROUP} string, `{column}` int"
        table = self._rows.sparkSession.createDataFrame(sorted(of_group.items()), schema)
        columns = [name for name in self._rows.columns if name != _GROUP]
        return self._rows.join(sql.broadcast(table), _GROUP).select(*(f"`{name}`" for name in columns), f"`{column}`")


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
