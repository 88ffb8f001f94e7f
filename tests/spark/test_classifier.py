from __future__ import annotations

import base64
import gc
import hashlib
import math
import shutil
import signal
import threading
import time
import weakref
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pyspark")

from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import StringIndexer
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sql

from sparkdl4j import Callback, Checkpoint, EarlyStopping, ReduceLearningRateOnPlateau, errors, splits
from sparkdl4j import ConvNetClassifier as OneMachineClassifier
from sparkdl4j.history import History
from sparkdl4j.network import Network
from sparkdl4j.spark import ConvNetClassificationModel, ConvNetClassifier, read_images

OPTIONS: dict[str, Any] = {"image_size": 16, "epochs": 4, "batch_size": 8, "num_workers": 2, "verbose": False}


def fitted(network: dict[str, Any], rows: DataFrame, **options: Any) -> ConvNetClassificationModel:
    model: ConvNetClassificationModel = ConvNetClassifier(network, **{**OPTIONS, **options}).fit(rows)
    return model


def parameters(model: ConvNetClassificationModel, folder: Path) -> tuple[bytes, bytes]:
    """Parameters and updater state, as the model file has them."""
    path = folder / "model.zip"
    model.save_model_file(path)
    with zipfile.ZipFile(path) as file:
        return file.read("coefficients.bin"), file.read("updaterState.bin")


def test_trains_and_predicts(pictures: DataFrame, network: dict[str, Any]) -> None:
    model = fitted(network, pictures, epochs=8)
    assert model.classes == ["blue", "green", "red"]
    history = model.summary.history
    assert [epoch["epoch"] for epoch in history.epochs] == list(range(1, 9))
    assert history.epochs[-1]["loss"] < history.epochs[0]["loss"]
    assert model.summary.damaged == ()

    rows = model.transform(pictures).collect()
    assert len(rows) == 60
    right = [row["predictedClass"] == row["class"] for row in rows]
    assert np.mean(right) > 0.95
    for row in rows:
        assert row["prediction"] == np.argmax(row["probability"].toArray())
        assert row["predictedClass"] == model.classes[int(row["prediction"])]
        assert row["probability"].toArray().sum() == pytest.approx(1, abs=1e-5)
        assert row["damaged"] is None
        np.testing.assert_allclose(np.exp(row["rawPrediction"].toArray()), row["probability"].toArray(), rtol=1e-6)


def test_the_driver_keeps_nothing_of_models_that_are_gone(pictures: DataFrame, network: dict[str, Any]) -> None:
    """Even where Python does not collect its cycles."""
    gc.disable()
    try:
        model = fitted(network, pictures, epochs=1)
        model.transform(pictures).count()
        of_java = weakref.ref(model._java)
        del model
        kept = fitted(network, pictures, epochs=1)
        assert of_java() is None
        assert kept._java is not None
    finally:
        gc.enable()


def test_predicts_as_on_one_machine(
    spark: SparkSession, pictures: DataFrame, network: dict[str, Any], picture_folder: Path, tmp_path: Path
) -> None:
    model = fitted(network, pictures)
    path = tmp_path / "model.zip"
    model.save_model_file(path)
    one_machine = OneMachineClassifier.load(path)
    rows = model.transform(pictures).orderBy("path").collect()
    files = [row["path"].removeprefix("file:") for row in rows]
    expected = one_machine.predict_proba(one_machine.read_images(files))
    found = np.array([row["probability"].toArray() for row in rows])
    # Another size of minibatch and another number of threads round differently.
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert one_machine.history_.epochs == model.summary.history.epochs

    back = ConvNetClassificationModel(path).transform(pictures).orderBy("path").collect()
    assert [row["probability"] for row in back] == [row["probability"] for row in rows]
    assert model.to_classifier().classes_.tolist() == model.classes


def test_the_result_does_not_depend_on_the_partitions_of_the_rows(
    pictures: DataFrame, network: dict[str, Any], tmp_path: Path
) -> None:
    first = parameters(fitted(network, pictures), tmp_path)
    assert parameters(fitted(network, pictures.repartition(7)), tmp_path) == first
    assert parameters(fitted(network, pictures.orderBy(sql.desc("path")).coalesce(1)), tmp_path) == first
    assert parameters(fitted(network, pictures, seed=5), tmp_path) != first
    assert parameters(fitted(network, pictures, num_workers=3), tmp_path) != first


def test_averaging_in_the_executors_gives_the_same(
    spark: SparkSession, pictures: DataFrame, network: dict[str, Any], tmp_path: Path
) -> None:
    expected = parameters(fitted(network, pictures, num_workers=3), tmp_path)
    settings = spark.sparkContext._jsc.sc().conf()
    settings.set("spark.sparkdl4j.largestCollected", "1")
    try:
        assert parameters(fitted(network, pictures, num_workers=3), tmp_path) == expected
    finally:
        settings.remove("spark.sparkdl4j.largestCollected")


def test_every_picture_is_trained_once_an_epoch(pictures: DataFrame, network: dict[str, Any]) -> None:
    class Minibatches:
        def __init__(self) -> None:
            self.events: list[dict[str, Any]] = []

        def on_event(self, event: dict[str, Any]) -> None:
            self.events.append(event)

    for workers in (1, 4, 7):
        seen = Minibatches()
        fitted(network, pictures, num_workers=workers, epochs=1, averaging_frequency=2, callbacks=[seen])
        start, end = seen.events[0], seen.events[-1]
        assert start["type"] == "start"
        assert start["examples"] == 60
        counts = [60 * (worker + 1) // workers - 60 * worker // workers for worker in range(workers)]
        assert start["steps_per_epoch"] == pytest.approx(sum(-(-count // 8) for count in counts), abs=workers)
        assert end["type"] == "end"
        assert end["step"] == start["steps_per_epoch"]


def test_observations_are_those_of_one_machine(pictures: DataFrame, network: dict[str, Any], tmp_path: Path) -> None:
    class Observer(Callback):
        def __init__(self) -> None:
            self.observations = {"samples": 4, "histograms": 1, "validation_confusion": 1}
            self.events: list[dict[str, Any]] = []

        def on_event(self, event: dict[str, Any]) -> None:
            self.events.append(event)

        def of(self, kind: str) -> list[dict[str, Any]]:
            return [event for event in self.events if event["type"] == kind]

    plain: list[dict[str, Any]] = []
    seen = Observer()
    marked = pictures.withColumn("v", sql.expr("path like '%3.png'"))
    model = fitted(
        network, marked, num_workers=2, keep="last", validationIndicatorCol="v", callbacks=[plain.append, seen]
    )
    assert {event["type"] for event in plain} == {"start", "minibatch", "epoch", "end"}
    assert plain[0]["classes"] == ["blue", "green", "red"]
    assert plain[0]["options"]["num_workers"] == 2

    # What the model of the last epoch itself says of those pictures.
    validated = model.evaluate(marked.where("v"))
    assert seen.of("validation_confusion")[-1]["counts"] == validated.metrics.confusion_matrix.tolist()

    samples = seen.of("samples")[0]
    assert samples["shape"] == [16, 16, 3]
    assert len(samples["pictures"]) == 4
    for picture in samples["pictures"]:
        colour = np.frombuffer(base64.b64decode(picture["pixels"]), np.uint8).reshape(-1, 3).mean(axis=0)
        assert ["red", "green", "blue"][colour.argmax()] == plain[0]["classes"][picture["label"]]

    last = seen.of("histograms")[-1]
    assert len(seen.of("histograms")) == 4
    assert {len(last["parameters"]), len(last["updates"])} == {6}
    count = sum(sum(entry["counts"]) for entry in last["parameters"])
    # The file of DL4J ends with the numbers.
    stored = np.frombuffer(parameters(model, tmp_path)[0][-4 * count :], ">f4")
    assert min(entry["min"] for entry in last["parameters"]) == pytest.approx(stored.min(), rel=1e-6)
    assert max(entry["max"] for entry in last["parameters"]) == pytest.approx(stored.max(), rel=1e-6)


def test_string_labels_and_a_pipeline(pictures: DataFrame, network: dict[str, Any], tmp_path: Path) -> None:
    strings = fitted(network, pictures, labelCol="class")
    assert strings.classes == ["blue", "green", "red"]
    assert parameters(strings, tmp_path) == parameters(fitted(network, pictures), tmp_path)

    indexer = StringIndexer(inputCol="class", outputCol="index", stringOrderType="alphabetDesc")
    stages = [indexer, ConvNetClassifier(network, labelCol="index", **OPTIONS)]
    piped = Pipeline(stages=stages).fit(pictures.drop("label"))
    assert piped.stages[1].classes == ["red", "green", "blue"]
    assert piped.transform(pictures.drop("label")).where("predictedClass is not null").count() == 60


def test_is_written_and_read_as_pyspark_does(pictures: DataFrame, network: dict[str, Any], tmp_path: Path) -> None:
    estimator = ConvNetClassifier(Network.from_dict(network), labelCol="class", predictionCol="found", **OPTIONS)
    estimator.write().save(str(tmp_path / "estimator"))
    again = ConvNetClassifier.load(str(tmp_path / "estimator"))
    assert again.extractParamMap() == estimator.extractParamMap()

    pipeline = Pipeline(stages=[again]).fit(pictures)
    pipeline.write().save(str(tmp_path / "pipeline"))
    pipeline.write().overwrite().save(str(tmp_path / "pipeline"))
    back = PipelineModel.load(str(tmp_path / "pipeline"))
    assert back.stages[0].classes == ["blue", "green", "red"]
    assert back.stages[0].uid == pipeline.stages[0].uid
    expected = pipeline.transform(pictures).orderBy("path").select("found", "probability").collect()
    assert back.transform(pictures).orderBy("path").select("found", "probability").collect() == expected


def test_cross_validation_and_a_grid(pictures: DataFrame, network: dict[str, Any]) -> None:
    estimator = ConvNetClassifier(network, **OPTIONS)
    grid = ParamGridBuilder().addGrid(estimator.epochs, [1, 8]).build()
    folds = pictures.withColumn("fold", sql.pmod(sql.hash("path"), sql.lit(2)))
    found = CrossValidator(
        estimator=estimator,
        estimatorParamMaps=grid,
        evaluator=MulticlassClassificationEvaluator(metricName="accuracy"),
        numFolds=2,
        foldCol="fold",
    ).fit(folds)
    assert found.avgMetrics[1] > 0.8
    assert found.avgMetrics[1] > found.avgMetrics[0]
    assert len(found.bestModel.summary.history) == 8


def test_numbers_as_labels(pictures: DataFrame, network: dict[str, Any]) -> None:
    numbered = pictures.withColumn("label", sql.col("label").cast("int") * 10 + 5)
    assert fitted(network, numbered, epochs=1).classes == [5, 15, 25]


def test_validation_pictures_choose_the_epoch(pictures: DataFrame, network: dict[str, Any]) -> None:
    marked = pictures.withColumn("held_out", sql.col("path").rlike("[05]\\.png$"))
    model = fitted(network, marked, epochs=5, validationIndicatorCol="held_out")
    accuracies = [epoch["validation_accuracy"] for epoch in model.summary.history.epochs]
    assert all(accuracy is not None for accuracy in accuracies)
    assert accuracies[model.summary.history.kept_epoch - 1] == max(accuracies)


def test_the_share_to_validate_with_follows_from_content_and_seed(
    pictures: DataFrame, network: dict[str, Any], tmp_path: Path
) -> None:
    seed, fraction = 5, 0.25
    # All of the red ones but three, so that classes have different numbers.
    rows = pictures.where("class != 'red' or path rlike 'red-04[0-2]'")
    fractioned = fitted(network, rows, validation_fraction=fraction, seed=seed)
    assert all(epoch["validation_accuracy"] is not None for epoch in fractioned.summary.history.epochs)
    expected = parameters(fractioned, tmp_path)
    for other in (rows.repartition(5), rows.orderBy(sql.desc("path")).coalesce(1)):
        assert parameters(fitted(network, other, validation_fraction=fraction, seed=seed), tmp_path) == expected

    # The same by hand.
    held_out: list[str] = []
    for name, count in (("blue", 5), ("green", 5), ("red", 1)):
        found = rows.where(sql.col("class") == name).select("path", "image").collect()
        ranked = sorted((_rank(bytes(row["image"]), seed), row["path"]) for row in found)
        held_out += [path for _, path in ranked[:count]]
    marked = rows.withColumn("held_out", sql.col("path").isin(held_out))
    by_hand = fitted(network, marked, validationIndicatorCol="held_out", seed=seed)
    assert parameters(by_hand, tmp_path) == expected
    assert _without_times(by_hand.summary.history) == _without_times(fractioned.summary.history)
    for workers in (1, 3):
        one = fitted(network, rows, validation_fraction=fraction, seed=seed, num_workers=workers)
        other = fitted(network, marked, validationIndicatorCol="held_out", seed=seed, num_workers=workers)
        assert parameters(one, tmp_path) == parameters(other, tmp_path)
        assert _without_times(one.summary.history) == _without_times(other.summary.history)


def test_there_must_be_something_to_hold_out(pictures: DataFrame, network: dict[str, Any]) -> None:
    few = pictures.where("path rlike '(blue-000|green-020|red-040)'")
    with pytest.raises(errors.DataError, match="nothing can be held out of 3 examples: no class has two") as caught:
        fitted(network, few, validation_fraction=0.5)
    assert caught.value.code == "DATA_EMPTY"
    # Copies of one picture stay together: held out, they would be known.
    copies = few.crossJoin(pictures.sparkSession.range(4)).drop("id")
    with pytest.raises(errors.DataError, match="no class has two different pictures"):
        fitted(network, copies, validation_fraction=0.5)


def _hash(content: bytes, seed: int) -> int:
    """What pictures are dealt out by, as Java has it."""
    return int.from_bytes(hashlib.sha256(seed.to_bytes(8, "big") + content).digest()[:8], "big")


def _rank(content: bytes, seed: int) -> int:
    """What the pictures to hold out are chosen by, as Java has it."""
    key = _key(seed, splits.SPLIT_STREAM, _hash(content, seed))
    return key - 2**64 if key >= 2**63 else key


def _key(seed: int, stream: int, i: int) -> int:
    """Java's SeededOrder.key."""
    z = (seed * 0x9E3779B97F4A7C15 + stream * 0xD1B54A32D192ED03 + i * 0x8CB92BA72F3D8DD7) % 2**64
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
    return z ^ z >> 31


def _without_times(history: History) -> list[dict[str, Any]]:
    names = ("epoch", "loss", "accuracy", "validation_loss", "validation_accuracy")
    return [{name: epoch[name] for name in names} for epoch in history.epochs]


def test_weights_count(pictures: DataFrame, network: dict[str, Any], tmp_path: Path) -> None:
    plain = parameters(fitted(network, pictures), tmp_path)
    ones = pictures.withColumn("weight", sql.lit(1))
    assert parameters(fitted(network, ones, weightCol="weight"), tmp_path) == plain
    red = pictures.withColumn("weight", sql.when(sql.col("class") == "red", 3.0).otherwise(0.5))
    assert parameters(fitted(network, red, weightCol="weight"), tmp_path) != plain


def test_damaged_pictures_are_reported(
    spark: SparkSession, picture_folder: Path, network: dict[str, Any], tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    shutil.copytree(picture_folder, folder)
    (folder / "red" / "text.png").write_text("no picture")
    whole = next((folder / "blue").glob("*.png")).read_bytes()
    (folder / "blue" / "half.png").write_bytes(whole[: len(whole) // 2])
    rows = read_images(spark, folder)
    model = fitted(network, rows, epochs=1, max_damaged=0.1)
    found = {Path(damage["path"]).name: damage["reason"] for damage in model.summary.damaged}
    assert found == {"text.png": "not_a_picture", "half.png": "truncated"}

    predicted = {Path(row["path"]).name: row for row in model.transform(rows).collect()}
    assert predicted["text.png"]["damaged"].startswith("not_a_picture: ")
    assert predicted["text.png"]["prediction"] is None
    assert predicted["half.png"]["probability"] is None

    with pytest.raises(errors.DataError, match=r"2 of 62 pictures are damaged, more than max_damaged=0.01") as caught:
        fitted(network, rows, epochs=1)
    assert caught.value.code == "DATA_DAMAGED"


def test_predicts_streams(
    spark: SparkSession, pictures: DataFrame, network: dict[str, Any], picture_folder: Path, tmp_path: Path
) -> None:
    model = fitted(network, pictures, epochs=1)
    source = tmp_path / "stream"
    pictures.select("path", "image").write.parquet(str(source))
    stream = spark.readStream.schema("path string, image binary").parquet(str(source))
    query = (
        model.transform(stream)
        .select("path", "prediction")
        .writeStream.format("memory")
        .queryName("predicted")
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination()
    expected = {row["path"]: row["prediction"] for row in model.transform(pictures).collect()}
    assert {row["path"]: row["prediction"] for row in spark.table("predicted").collect()} == expected


def test_more_workers_than_pictures(pictures: DataFrame, network: dict[str, Any]) -> None:
    few = pictures.where(sql.col("path").rlike("00[0-9]\\.png$") | sql.col("path").rlike("red-04[0-3]\\.png$"))
    assert few.count() == 14
    model = fitted(network, few, num_workers=40, epochs=1)
    assert model.summary.history.epochs[0]["loss"] > 0


def test_workers_without_pictures(pictures: DataFrame, network: dict[str, Any]) -> None:
    # The same two pictures again and again belong to the same workers.
    few = pictures.where("class != 'green'").orderBy("path").limit(1)
    few = few.union(pictures.where("class = 'red'").orderBy("path").limit(1))
    copies = few.crossJoin(pictures.sparkSession.range(10)).drop("id")
    model = fitted(network, copies, num_workers=4, epochs=2)
    assert len(model.summary.history) == 2
    # Almost all are for validation.
    marked = pictures.withColumn("held_out", ~sql.col("path").rlike("0[024]0\\.png$"))
    model = fitted(network, marked, num_workers=3, epochs=1, validationIndicatorCol="held_out")
    assert model.summary.history.epochs[0]["validation_accuracy"] is not None


def test_leaves_nothing_behind(spark: SparkSession, pictures: DataFrame, network: dict[str, Any]) -> None:
    fitted(network, pictures, epochs=1)
    assert spark.sparkContext._jsc.getPersistentRDDs().size() == 0


def _if_red(value: Column, other: Column) -> Column:
    return sql.when(sql.col("class") == "red", value).otherwise(other)


def _with_label(pictures: DataFrame, label: Column) -> DataFrame:
    """Another label for the red ones; the metadata stay."""
    metadata = pictures.schema["label"].metadata
    return pictures.withColumn("label", _if_red(label, sql.col("label")).alias("label", metadata=metadata))


@pytest.mark.parametrize(
    ("options", "change", "code", "sentence"),
    [
        ({"featuresCol": "picture"}, None, "DATA_COLUMN", "there is no column picture, which featuresCol names"),
        (
            {"featuresCol": "path"},
            None,
            "DATA_COLUMN",
            "must be binary .encoded pictures. or Spark's image struct, but",
        ),
        ({"labelCol": "image"}, None, "DATA_COLUMN", "must be string or numeric, but is binary"),
        ({"weightCol": "class"}, None, "DATA_COLUMN", "which weightCol names, must be numeric"),
        ({"labelCol": "class"}, "class is null", "DATA_LABELS", "the label column class holds null"),
        ({"labelCol": "class"}, "one class", "DATA_ONE_CLASS", "all labels of the column class are red"),
        ({}, "empty", "DATA_EMPTY", "the DataFrame is empty"),
        (
            {"validation_fraction": 0.2, "validationIndicatorCol": "held_out"},
            None,
            "PARAMETER_CONFLICT",
            "validation_fraction and validationIndicatorCol are both given",
        ),
        ({}, "no label", "DATA_LABELS", r"the label of file:.* in the column label is null: remove such rows"),
        ({}, "unknown label", "DATA_LABELS", r"in the column label is 7.0, which is none of the 3 classes"),
        ({}, "one known class", "DATA_ONE_CLASS", "all labels of the column label are red"),
        ({"labelCol": "number"}, "NaN label", "DATA_LABELS", "the label column number holds null or NaN"),
        (
            {"validationIndicatorCol": "held_out"},
            "validation only",
            "DATA_LABELS",
            "the label red of the column label is only that of pictures to validate with.* in the column held_out",
        ),
        ({"validationIndicatorCol": "held_out"}, "all held out", "DATA_EMPTY", "all are for validation"),
        (
            {"validationIndicatorCol": "held_out"},
            "null indicator",
            "DATA_COLUMN",
            r"the column held_out, which validationIndicatorCol names, is null for file:.*: it must be either",
        ),
        (
            {"validationIndicatorCol": "class"},
            None,
            "DATA_COLUMN",
            "which validationIndicatorCol names, must be boolean",
        ),
        ({"validationIndicatorCol": "none"}, None, "DATA_COLUMN", "there is no column none, which validationIndicator"),
        ({"weightCol": "none"}, None, "DATA_COLUMN", "there is no column none, which weightCol names"),
        (
            {"weightCol": "weight"},
            "null weight",
            "DATA_COLUMN",
            r"the column weight, which weightCol names, is null for file:.*: it must be a number for every picture",
        ),
        ({"weightCol": "weight"}, "negative weight", "DATA_NOT_FINITE", "must be finite and not negative, but is -1.0"),
        ({"weightCol": "weight"}, "NaN weight", "DATA_NOT_FINITE", "must be finite and not negative, but is NaN"),
        ({"weightCol": "weight"}, "large weight", "DATA_NOT_FINITE", "must be finite and not negative, but is Inf"),
        ({"weightCol": "weight"}, "no weight counts", "DATA_NOT_FINITE", "is 0 for all pictures that are trained"),
    ],
)
def test_bad_data_get_a_sentence(
    pictures: DataFrame,
    network: dict[str, Any],
    options: dict[str, Any],
    change: str | None,
    code: str,
    sentence: str,
) -> None:
    changes = {
        None: pictures,
        "class is null": pictures.withColumn("class", sql.when(sql.col("class") != "red", sql.col("class"))),
        "one class": pictures.where("class = 'red'"),
        "empty": pictures.where("1 = 0"),
        "no label": _with_label(pictures, sql.lit(None)),
        "unknown label": _with_label(pictures, sql.lit(7.0)),
        "one known class": pictures.where("class = 'red'"),
        "NaN label": pictures.withColumn("number", _if_red(sql.lit(float("nan")), sql.lit(1.0))),
        "validation only": pictures.withColumn("held_out", sql.col("class") == "red"),
        "all held out": pictures.withColumn("held_out", sql.lit(True)),
        "null indicator": pictures.withColumn("held_out", _if_red(sql.lit(None), sql.lit(False))),
        "null weight": pictures.withColumn("weight", _if_red(sql.lit(None), sql.lit(1.0))),
        "negative weight": pictures.withColumn("weight", _if_red(sql.lit(-1), sql.lit(1))),
        "NaN weight": pictures.withColumn("weight", _if_red(sql.lit(float("nan")), sql.lit(1.0))),
        "large weight": pictures.withColumn("weight", _if_red(sql.lit(1e300), sql.lit(1.0))),
        "no weight counts": pictures.withColumn("weight", sql.lit(0)),
    }
    with pytest.raises(errors.SparkDl4jError, match=sentence) as caught:
        fitted(network, changes[change], **options)
    assert caught.value.code == code


def test_bad_parameters_get_a_sentence(pictures: DataFrame, network: dict[str, Any]) -> None:
    with pytest.raises(errors.ParameterError, match="there is no option epoch; did you mean epochs?"):
        ConvNetClassifier(network, epoch=3)
    with pytest.raises(errors.ParameterError, match="batch_size must be at least 1, but is 0"):
        ConvNetClassifier(network, batch_size=0)
    with pytest.raises(errors.ParameterError, match="set image_size"):
        ConvNetClassifier(network).fit(pictures)
    with pytest.raises(errors.ParameterError, match="dataset must be a DataFrame of Spark, but is of type dict"):
        ConvNetClassifier(network).fit({})


def test_a_model_that_is_none(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(errors.FileError) as caught:
        ConvNetClassificationModel(tmp_path / "none.zip")
    assert caught.value.code == "FILE_NOT_FOUND"
    (tmp_path / "bad.zip").write_bytes(b"PK no zip")
    with pytest.raises(errors.ModelFileError):
        ConvNetClassificationModel(tmp_path / "bad.zip")


@pytest.mark.parametrize("epoch", [0, 2])
def test_ctrl_c_keeps_what_was_averaged(
    spark: SparkSession, pictures: DataFrame, network: dict[str, Any], epoch: int
) -> None:
    class Stop:
        def __init__(self) -> None:
            self.epochs = 0

        def on_event(self, event: dict[str, Any]) -> None:
            self.epochs += event["type"] == "epoch"
            # Epochs may pass without such an event: minibatches tell of themselves ten times a second at most.
            if event["type"] == "minibatch" and self.epochs >= epoch:
                # What PySpark does when Ctrl-C is pressed.
                spark.sparkContext.cancelAllJobs()
                raise KeyboardInterrupt

    estimator = ConvNetClassifier(network, **{**OPTIONS, "epochs": 50}, callbacks=[Stop()])
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(pictures)
    assert estimator.last_model is not None
    assert estimator.last_model.summary is not None
    assert epoch <= len(estimator.last_model.summary.history) < 50
    assert estimator.last_model.transform(pictures).where("prediction is not null").count() == 60
    assert spark.sparkContext._jsc.getPersistentRDDs().size() == 0


def test_what_decides_about_the_run(pictures: DataFrame, network: dict[str, Any], tmp_path: Path) -> None:
    """The same names and results as on one machine; a function is awaited through the gateway."""

    class Third(Callback):
        def on_epoch_end(self, epoch: dict[str, Any]) -> bool:
            return epoch["epoch"] < 3

    schedule = {"learning_rate_schedule": "cosine", "epochs": 8, "learning_rate": 0.01, "num_workers": 2}
    # The pictures choose 200 epochs, in the driver and in the executors.
    stopped = fitted(network, pictures, callbacks=[Third()], **{**schedule, "epochs": 0}).summary.history
    assert len(stopped) == stopped.kept_epoch == 3
    # 60 pictures of two workers in minibatches of 8 are 4 minibatches of each.
    expected = [0.005 * (1 + math.cos(math.pi * (4 * epoch - 1) / 800)) for epoch in (1, 2, 3)]
    np.testing.assert_allclose([epoch["learning_rate"] for epoch in stopped.epochs], expected)

    decisions = [
        EarlyStopping(3, metric="validation_loss", min_delta=100),
        ReduceLearningRateOnPlateau(0.5, patience=1, metric="loss", min_delta=100),
        Checkpoint((tmp_path / "best.zip").as_uri(), keep="best"),
    ]
    models = [fitted(network, pictures, callbacks=decisions, validation_fraction=0.2, **schedule) for _ in range(2)]
    history = models[0].summary.history
    assert (len(history), history.kept_epoch) == (4, 1)
    assert parameters(models[0], tmp_path) == parameters(models[1], tmp_path)
    assert (tmp_path / "best.zip").exists()
    with pytest.raises(errors.ParameterError, match="no validation data"):
        fitted(network, pictures, callbacks=decisions)


class Cancelling(threading.Thread):
    """Cancels, while it is entered, every job whose description ends with some words."""

    def __init__(self, spark: SparkSession, words: str) -> None:
        super().__init__()
        self.context = spark.sparkContext
        self.words = words
        self.cancelled = 0
        self.over = threading.Event()

    def run(self) -> None:
        jobs = self.context._jsc.sc().statusStore()
        while not self.over.is_set():
            for job in self.context.statusTracker().getActiveJobsIds():
                found = jobs.job(job).description()
                if found.isDefined() and found.get().endswith(self.words):
                    self.context._jsc.sc().cancelJob(job)
                    self.cancelled += 1

    def __enter__(self) -> Cancelling:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.join()


def test_whoever_cancels_a_validation_ends_the_training(
    spark: SparkSession, pictures: DataFrame, network: dict[str, Any]
) -> None:
    with Cancelling(spark, "validation"):
        history = fitted(network, pictures, epochs=3000, validation_fraction=0.3).summary.history
    assert len(history) < 3000


def test_whoever_cancels_the_last_job_of_a_training_changes_nothing(
    spark: SparkSession, pictures: DataFrame, network: dict[str, Any]
) -> None:
    for _ in range(20):
        with Cancelling(spark, "end") as cancelling:
            model = fitted(network, pictures, epochs=1)
        assert len(model.summary.history) == 1
        if cancelling.cancelled:
            return
    pytest.fail("the job was never caught")


def test_what_is_cancelled_while_pictures_are_dealt_out_leaves_nothing_behind(
    spark: SparkSession, pictures: DataFrame, network: dict[str, Any]
) -> None:
    context = spark.sparkContext
    over = threading.Event()

    def cancel() -> None:
        while not over.is_set():
            # Decoded and dealt out: the last job of reading.
            if context._jsc.getPersistentRDDs().size() == 2:
                context.cancelAllJobs()

    cancelling = threading.Thread(target=cancel)
    cancelling.start()
    try:
        with pytest.raises(errors.SparkError, match="the Spark job that reads the pictures was cancelled"):
            fitted(network, pictures)
    finally:
        over.set()
        cancelling.join()
    assert context._jsc.getPersistentRDDs().size() == 0


def test_ctrl_c_while_the_executors_train(spark: SparkSession, pictures: DataFrame, network: dict[str, Any]) -> None:
    handler = signal.getsignal(signal.SIGINT)
    started = threading.Event()
    rounds: list[dict[str, Any]] = []

    def press() -> None:
        started.wait()
        time.sleep(1)
        signal.raise_signal(signal.SIGINT)

    def on_event(event: dict[str, Any]) -> None:
        rounds.append(event)
        if event["type"] == "epoch":
            started.set()

    threading.Thread(target=press, daemon=True).start()
    estimator = ConvNetClassifier(network, **{**OPTIONS, "epochs": 100_000}, callbacks=[on_event])
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(pictures)
    assert rounds[-1]["type"] == "end"
    assert rounds[-1]["reason"] == "cancelled"
    assert estimator.last_model is not None
    assert estimator.last_model.transform(pictures).where("prediction is not null").count() == 60
    assert signal.getsignal(signal.SIGINT) is handler
    assert spark.range(3).count() == 3


def test_ctrl_c_while_pictures_are_read(spark: SparkSession, pictures: DataFrame, network: dict[str, Any]) -> None:
    # Each picture takes two seconds, so all of them half a minute on two processors.
    slow = pictures.where("java_method('java.lang.Thread', 'sleep', 2000L) != path")
    press = threading.Timer(3, signal.raise_signal, [signal.SIGINT])
    press.start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        fitted(network, slow)
    assert time.monotonic() - start < 25
    assert spark.sparkContext._jsc.getPersistentRDDs().size() == 0
    # What has ended is told to the tracker a moment later.
    spark.sparkContext._jsc.sc().listenerBus().waitUntilEmpty()
    assert spark.sparkContext.statusTracker().getActiveJobsIds() == []
    assert spark.range(3).count() == 3


def test_what_spark_s_own_pages_count(spark: SparkSession, pictures: DataFrame, network: dict[str, Any]) -> None:
    damaged = pictures.where("class = 'red'").limit(2).withColumn("image", sql.lit(b"no picture"))
    fitted(network, pictures.unionByName(damaged), epochs=3, max_damaged=0.1)
    # What the pages are made from, on whatever port they are, if any.
    quantiles = spark.sparkContext._gateway.new_array(spark._jvm.double, 0)
    stages = spark.sparkContext._jsc.sc().statusStore().stageList(None, False, False, quantiles, None)
    newest: dict[str, tuple[int, int]] = {}
    for stage in range(stages.size()):
        updates = stages.apply(stage).accumulatorUpdates()
        for update in range(updates.size()):
            found = updates.apply(update)
            if found.name().startswith("sparkdl4j "):
                counted = (int(found.id()), int(found.value()))
                newest[found.name()] = max(newest.get(found.name(), counted), counted)
    assert {name: number for name, (_, number) in newest.items()} == {
        "sparkdl4j images damaged": 2,
        "sparkdl4j images trained": 180,
    }


def test_a_learning_rate_that_diverges(pictures: DataFrame, network: dict[str, Any]) -> None:
    with pytest.raises(errors.TrainingError, match=r"Try a learning_rate below 100") as caught:
        # Each step makes the weights ten thousand times larger.
        fitted(network, pictures, learning_rate=100.0, l2=100.0, updater="sgd", epochs=20)
    assert caught.value.code == "TRAINING_DIVERGED"


@pytest.mark.parametrize("worker", [0, 1])
def test_a_loss_that_is_not_a_number_in_one_worker(
    pictures: DataFrame, network: dict[str, Any], tmp_path: Path, worker: int
) -> None:
    seed = 1
    # Pictures are dealt out in the order of their hashes, and every worker shuffles its own. The gradient of this one,
    # which comes in the middle of the third round, is too large.
    ranked = sorted(pictures.select("path", "image").collect(), key=lambda row: _hash(bytes(row["image"]), seed))
    own = ranked[30 * worker : 30 * worker + 30]
    bad = own[splits.permutation(30, _key(seed, -1, worker), 1)[12]]["path"]
    weighted = pictures.withColumn("weight", sql.when(sql.col("path") == bad, 3e38).otherwise(1.0))
    options = {**OPTIONS, "weightCol": "weight", "batch_size": 1, "averaging_frequency": 5, "seed": seed}
    # Adam would make a small step of any gradient, and ReLU could hide what comes of a large one.
    options |= {"updater": "sgd", "activation": "identity"}
    estimator = ConvNetClassifier(network, **options)
    with pytest.raises(
        errors.TrainingError, match=rf"in epoch 1, minibatch \d+, in worker {worker} .*; no ep"
    ) as caught:
        estimator.fit(weighted)
    details = caught.value.details
    assert details["worker"] == worker
    assert details["epoch"] == 1

    # Each trains five minibatches a round; in the order of the workers they are counted.
    rounds, place = divmod(details["step"] - 1, 10)
    assert rounds == 2
    assert place // 5 == worker
    # What was averaged before that round is kept.
    kept = estimator.last_model
    assert kept is not None
    assert kept.transform(pictures).where("prediction is not null").count() == 60
    everywhere = ConvNetClassifier(network, **options)
    with pytest.raises(errors.TrainingError, match="in worker 0"):
        everywhere.fit(pictures.withColumn("weight", sql.lit(3e38)))
    assert everywhere.last_model is not None
    of_models = []
    for model in (kept, everywhere.last_model):
        model.save_model_file(tmp_path / "model.zip")
        with zipfile.ZipFile(tmp_path / "model.zip") as file:
            of_models.append(file.read("coefficients.bin"))
    assert of_models[0] != of_models[1]


def test_sql_functions(spark: SparkSession, pictures: DataFrame, network: dict[str, Any]) -> None:
    model = fitted(network, pictures, epochs=1)
    model.register_sql_function()
    model.register_sql_function("colour", session=spark)
    damaged = pictures.limit(1).select(sql.lit("bad").alias("path"), sql.lit(b"no picture").alias("image"))
    missing = damaged.select(sql.lit("none").alias("path"), sql.lit(None).cast("binary").alias("image"))
    pictures.select("path", "image").union(damaged).union(missing).createOrReplaceTempView("sql_pictures")
    found = spark.sql(
        "SELECT path, classify(image) AS class, classify_probabilities(image) AS probabilities, "
        "colour(image) AS colour FROM sql_pictures"
    )
    assert found.dtypes[1:3] == [("class", "string"), ("probabilities", "map<string,double>")]
    rows = {row["path"]: row for row in found.collect()}
    expected = {row["path"]: row for row in model.transform(pictures).collect()}
    assert len(rows) == 62
    for path, row in expected.items():
        assert rows[path]["class"] == rows[path]["colour"] == row["predictedClass"]
        of_classes = [rows[path]["probabilities"][name] for name in model.classes]
        # Another size of minibatch rounds differently.
        np.testing.assert_allclose(of_classes, row["probability"].toArray(), atol=1e-6)
    for path in ("bad", "none"):
        assert rows[path]["class"] is None
        assert rows[path]["probabilities"] is None
    # What is constant, Spark computes while it plans, in the driver.
    assert spark.sql("SELECT classify(X'00')").collect()[0][0] is None
    with pytest.raises(errors.ParameterError, match="letters, digits and underscores, but is 'a b'"):
        model.register_sql_function("a b")


def test_spark_s_own_image_format(
    spark: SparkSession, pictures: DataFrame, network: dict[str, Any], picture_folder: Path
) -> None:
    decoded = read_images(spark, picture_folder, format="image")
    assert decoded.schema["image"].dataType.fieldNames() == ["origin", "height", "width", "nChannels", "mode", "data"]
    model = fitted(network, decoded, image_size=12)
    assert model.classes == ["blue", "green", "red"]
    assert model.summary.damaged == ()
    # Files are decoded by one decoder here and by another there, and scaled by the same.
    of_structs = model.transform(decoded).collect()
    of_files = {row["path"].removeprefix("file:"): row for row in model.transform(pictures).collect()}
    assert len(of_structs) == len(of_files) == 60
    for row in of_structs:
        assert row["probability"] == of_files[row["path"].removeprefix("file://")]["probability"]


def test_damaged_pictures_in_spark_s_own_image_format(
    spark: SparkSession, network: dict[str, Any], picture_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    shutil.copytree(picture_folder, folder)
    (folder / "red" / "text.png").write_text("no picture")
    rows = read_images(spark, folder, format="image")
    struct = "named_struct('origin', image.origin, 'height', {}, 'width', 16, 'nChannels', 3, 'mode', {}, 'data', {})"
    changed = (
        sql.when(sql.col("path").endswith("red-040.png"), sql.expr(struct.format(16, 21, "image.data")))
        .when(sql.col("path").endswith("red-041.png"), sql.expr(struct.format(15, 16, "image.data")))
        .when(sql.col("path").endswith("red-042.png"), sql.expr(struct.format(17, 16, "image.data")))
        .when(sql.col("path").endswith("red-043.png"), sql.lit(None))
        .otherwise(sql.col("image"))
    )
    rows = rows.withColumn("image", changed)
    model = fitted(network, rows, epochs=1, max_damaged=0.1)
    found = {Path(damage["path"]).name: damage["reason"] for damage in model.summary.damaged}
    assert found == {
        "text.png": "not_a_picture",
        "red-040.png": "unsupported",
        "red-041.png": "corrupt",
        "red-042.png": "truncated",
        "red-043.png": "empty",
    }
    assert model.transform(rows).where("damaged is not null").count() == 5
