"""Splits and folds that keep groups together, on Spark."""

from __future__ import annotations

import pytest
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from sparkdl4j import DataError
from sparkdl4j.spark import random_split_by_group, with_group_folds


@pytest.fixture(scope="module")
def grouped(pictures: DataFrame) -> DataFrame:
    """Four pictures of a colour are of one patient."""
    number = sql.regexp_extract("path", r"-(\d+)\.png", 1).cast("int")
    return pictures.withColumn("group", sql.concat(sql.lit("p"), sql.floor(number / 4).cast("string")))


def groups_of(rows: DataFrame) -> set[str]:
    return {row["group"] for row in rows.select("group").distinct().collect()}


def test_no_group_is_in_two_parts(grouped: DataFrame) -> None:
    split = random_split_by_group(grouped, 0.4, seed=1)
    assert split.held_out.columns == grouped.columns
    assert not groups_of(split.rest) & groups_of(split.held_out)
    assert split.held_out_counts == {"blue": 8, "green": 8, "red": 8}
    assert (split.rest.count(), split.held_out.count()) == (36, 24)
    again = random_split_by_group(grouped.repartition(7), 0.4, seed=1)
    assert (
        groups_of(again.held_out)
        == groups_of(split.held_out)
        != groups_of(random_split_by_group(grouped, 0.4, seed=2).held_out)
    )


def test_pictures_without_a_group_are_groups_of_their_own(grouped: DataFrame) -> None:
    some = grouped.withColumn("group", sql.when(sql.col("class") != "red", sql.col("group")))
    split = random_split_by_group(some, 0.25, seed=1)
    assert split.held_out_counts["red"] == 5
    assert split.held_out.where("group is null").count() == 5


def test_folds_are_those_of_a_cross_validator(grouped: DataFrame) -> None:
    folded = with_group_folds(grouped, 5, seed=3).withColumn("number", sql.length("path").cast("double"))
    rows = folded.select("fold", "group").distinct().collect()
    assert sorted({row["fold"] for row in rows}) == [0, 1, 2, 3, 4]
    assert len(rows) == len({row["group"] for row in rows})
    validator = CrossValidator(
        estimator=LogisticRegression(maxIter=1),
        estimatorParamMaps=ParamGridBuilder().build(),
        evaluator=MulticlassClassificationEvaluator(),
        numFolds=5,
        foldCol="fold",
    )
    assert len(validator.fit(VectorAssembler(inputCols=["number"], outputCol="features").transform(folded)).avgMetrics)


def test_what_cannot_be_split_is_said(grouped: DataFrame) -> None:
    with pytest.raises(DataError, match="fewer than the 20 folds"):
        with_group_folds(grouped, 20, seed=1)
    with pytest.raises(DataError, match="there is no column patient"):
        random_split_by_group(grouped, 0.4, seed=1, groupCol="patient")
    with pytest.raises(DataError, match="there are 1 groups"):
        random_split_by_group(grouped.withColumn("group", sql.lit("p")), 0.4, seed=1, mixed_groups="allow")
    number = sql.regexp_extract("path", r"-(\d+)\.png", 1).cast("int")
    mixed = grouped.withColumn("group", sql.concat((sql.col("label") > 0).cast("string"), sql.pmod(number, sql.lit(4))))
    with pytest.warns(UserWarning, match="has examples of green and red"):
        random_split_by_group(mixed, 0.4, seed=1)
