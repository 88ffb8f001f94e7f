"""Commands on a Spark cluster."""

from __future__ import annotations

import json
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from sparkdl4j import errors, transfer
from sparkdl4j import network as networks
from sparkdl4j import options as contract
from sparkdl4j.cli import cluster_session
from sparkdl4j.cli.cluster_errors import sentences
from sparkdl4j.cli.place import (
    Evaluated,
    Model,
    Place,
    Training,
    no_size,
    print_damaged,
    require_one_source_of_labels,
)
from sparkdl4j.damaged_image import DamagedImage
from sparkdl4j.dataset import ImageDataset, described
from sparkdl4j.history import History
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.inspection import Inspection
from sparkdl4j.network import Network
from sparkdl4j.picture_table import PARQUET, is_table
from sparkdl4j.report.predictions import MOST_MISTAKES, PredictedPicture
from sparkdl4j.spark import (
    ConvNetClassificationModel,
    ConvNetClassifier,
    collect_images,
    inspect_images,
    random_split_by_group,
    read_images,
    read_labelled_images,
    read_unlabelled_images,
    stratified_split,
)
from sparkdl4j.spark import session as sessions
from sparkdl4j.spark.java_errors import translated
from sparkdl4j.spark.splits import GROUP, Split, with_validation
from sparkdl4j.urls import is_url

# Commands whose networks are trained on this machine, or with the threads that are given.
_WITH_THREADS = ("train", "search", "find-learning-rate")


@dataclass(frozen=True)
class ClusterPictures:
    """Labelled pictures of a DataFrame; damaged ones are among them until they are decoded."""

    rows: DataFrame
    image_options: ImageOptions
    counts: Mapping[str, int]

    def inspection(self) -> Inspection:
        """How many there are of each class: their files stay where they are."""
        labels = np.repeat(np.arange(len(self.counts), dtype=np.int32), list(self.counts.values()))
        return Inspection(labels, list(self.counts), shape=self.image_options.shape)

    def __str__(self) -> str:
        return described(sum(self.counts.values()), self.image_options.shape, self.counts, 0)


class Cluster(Place):
    """Pictures on Hadoop's file systems, and the executors of a Spark session, which starts when it is needed."""

    def __init__(self, arguments: Namespace) -> None:
        self._arguments = arguments
        cluster_session.settings(arguments)
        if arguments.threads and arguments.command not in _WITH_THREADS:
            raise errors.error(
                "PARAMETER_CONFLICT",
                "on a cluster a task predicts with as many threads as it has processors: give "
                f"--conf spark.task.cpus={arguments.threads} in place of --threads",
                parameter="threads",
            )
        _require_for_cluster(arguments)
        self._stack = ExitStack()
        self._session: SparkSession | None = None

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def session(self) -> SparkSession:
        if self._session is None:
            self._session = self._stack.enter_context(cluster_session.running(self._arguments))
        return self._session

    def read(self, path: str, image_options: ImageOptions | None) -> ClusterPictures:
        if image_options is None:
            raise no_size()
        rows = self._labelled(path)
        with _jobs():
            counts = rows.groupBy("class").count().orderBy("class").collect()
        return ClusterPictures(rows, image_options, {row["class"]: row["count"] for row in counts})

    def _labelled(self, path: str) -> DataFrame:
        given = self._arguments
        table = given.labels if given.labels is not None and path == given.data else path if is_table(path) else None
        if table is None:
            return read_images(self.session, path, name_pattern=given.name_pattern, unmatched=given.unmatched)
        require_one_source_of_labels(given, table)
        rows = read_labelled_images(
            self.session,
            table,
            root=path if table != path else None,
            path_column=given.path_column,
            label_column=given.label_column,
            group_column=given.group_column,
        )
        return rows if given.group_column is None else rows.withColumnRenamed(given.group_column, GROUP)

    def inspect(self, path: str, max_pixels: int) -> Inspection:
        given = self._arguments
        rows = read_images(self.session, path, name_pattern=given.name_pattern, unmatched=given.unmatched)
        with _jobs():
            return inspect_images(rows, max_pixels=max_pixels)

    def gather(self, path: str, image_options: ImageOptions | None) -> ImageDataset:
        pictures = self.read(path, image_options)
        with _jobs():
            data = collect_images(
                pictures.rows, max_damaged=self._arguments.max_damaged, **vars(pictures.image_options)
            )
        print_damaged(data.damaged)
        return data

    def spark(self) -> SparkSession:
        return self.session

    def split(self, pictures: ClusterPictures, fraction: float, seed: int) -> tuple[ClusterPictures, ClusterPictures]:
        with _jobs():
            split = _split(pictures.rows, fraction, seed)
        return (
            ClusterPictures(split.rest, pictures.image_options, split.rest_counts),
            ClusterPictures(split.held_out, pictures.image_options, split.held_out_counts),
        )

    def training(
        self, network: str | Network, image_options: ImageOptions | None, options: dict[str, Any]
    ) -> ClusterTraining:
        if image_options is None:
            raise no_size()
        # What does not fit together is said before Spark starts.
        of_network = {name: options[name] for name in contract.names("network") if name in options}
        networks.fill(networks.network(network, image_options.shape), of_network)
        height, width, channels = image_options.shape
        estimator = ConvNetClassifier(
            network,
            image_size=(height, width),
            channels=channels,
            window=image_options.window,
            max_pixels=image_options.max_pixels,
            preprocessing=image_options.preprocessing,
            max_damaged=self._arguments.max_damaged,
            **options,
        )
        return ClusterTraining(estimator, options.get("seed", contract.default("training", "seed")))

    def metadata(self, pretrained: str) -> dict[str, Any]:
        if not is_url(pretrained):
            return transfer.metadata(pretrained)
        gateway = sessions.gateway(self.session)
        with translated(gateway):
            found: dict[str, Any] = json.loads(gateway.metadata(self.session._jsparkSession, pretrained))
            return found

    def writes(self, path: str) -> bool:
        return is_url(path) or path.endswith(PARQUET)

    def require_writable(self, url: str) -> None:
        gateway = sessions.gateway(self.session)
        with translated(gateway):
            gateway.requireWritable(self.session._jsparkSession, url)

    def load(self, path: str) -> ClusterModel:
        if not is_url(path) and not Path(path).exists():
            raise errors.error("FILE_NOT_FOUND", f"the model file {path} does not exist", path=path)
        model = ConvNetClassificationModel(path, session=self.session)
        return ClusterModel(model, self.session, self._arguments)


class ClusterTraining(Training):
    """A `sparkdl4j.spark.ConvNetClassifier` to fit."""

    def __init__(self, estimator: ConvNetClassifier, seed: int) -> None:
        self._estimator = estimator
        self._seed = seed

    def fit(self, train: ClusterPictures, validation: ClusterPictures | float | None, resume: str | None) -> None:
        rows = train.rows
        if isinstance(validation, float):
            if GROUP in rows.columns:
                with _jobs():
                    split = _split(rows, validation, self._seed)
                rows, indicator = with_validation(split.rest, split.held_out)
                self._estimator.setParams(validationIndicatorCol=indicator)
            else:
                self._estimator.setParams(validation_fraction=validation)
        elif validation is not None:
            rows, indicator = with_validation(rows, validation.rows)
            self._estimator.setParams(validationIndicatorCol=indicator)
        with _jobs():
            model = self._estimator.fit(rows, resume=resume)
        print_damaged([DamagedImage(**entry) for entry in model.summary.damaged])

    @property
    def kept_epoch(self) -> int:
        model = self._estimator.last_model
        return (model.summary.history.kept_epoch or 0) if model is not None and model.summary is not None else 0

    def save(self, path: str) -> None:
        self._trained.save_model_file(path)

    def evaluate(self, pictures: ClusterPictures) -> Evaluated:
        return _evaluated(self._trained, pictures, self._estimator.getOrDefault("max_damaged"))

    def history(self) -> History:
        assert self._trained.summary is not None
        return self._trained.summary.history

    def to_report(self, train: ClusterPictures, test: ClusterPictures | None) -> dict[str, Any]:
        sets = {"training": train} | ({} if test is None else {"test": test})
        found: dict[str, Any] = {"data": {name: pictures.inspection() for name, pictures in sets.items()}}
        return found if test is not None else {**found, "classifier": self._trained.to_classifier()}

    @property
    def _trained(self) -> ConvNetClassificationModel:
        assert self._estimator.last_model is not None
        return self._estimator.last_model


class ClusterModel(Model):
    """A `sparkdl4j.spark.ConvNetClassificationModel` from a file."""

    def __init__(self, model: ConvNetClassificationModel, session: SparkSession, arguments: Namespace) -> None:
        self._model = model
        self._session = session
        self._arguments = arguments
        self.image_options = model.image_options

    def evaluate(self, pictures: ClusterPictures) -> Evaluated:
        return _evaluated(self._model, pictures, self._arguments.max_damaged)

    def history(self) -> History:
        return self._model.to_classifier().history_

    def predictions(self, paths: Sequence[str]) -> tuple[list[str], Iterator[list[str]]]:
        table = self._model.prediction_table(read_unlabelled_images(self._session, paths))
        return table.columns, table.sorted()

    def write_parts(self, paths: Sequence[str], folder: str, shard_size: int, model: str) -> tuple[int, int]:
        parts = self._model.prediction_parts(list(paths), folder, shard_size)
        for part in range(parts.count):
            is_new = parts.write(part)
            print(f"Part {part + 1} of {parts.count}: {'written' if is_new else 'is there already'}", file=sys.stderr)
        return parts.rows, parts.damaged

    def write_predictions(self, paths: Sequence[str], folder: str) -> None:
        self._model.prediction_table(read_unlabelled_images(self._session, paths)).write(folder)


def _evaluated(model: ConvNetClassificationModel, pictures: ClusterPictures, max_damaged: float) -> Evaluated:
    found = model.evaluate(pictures.rows, max_damaged=max_damaged)
    print_damaged(found.damaged)
    support = [entry.support for entry in found.metrics.per_class]
    counts = dict(zip(model.classes, support, strict=True))
    text = described(sum(support), model.image_options.shape, counts, len(found.damaged))

    def to_report() -> dict[str, Any]:
        return {"mistakes": _surest_mistakes(model, pictures.rows), "classifier": model.to_classifier()}

    return Evaluated(text, found.metrics, to_report)


def _surest_mistakes(model: ConvNetClassificationModel, rows: DataFrame) -> list[PredictedPicture]:
    """The pictures come to this machine encoded, and are decoded here."""
    from sparkdl4j.jvm import images

    with _jobs():
        found = (
            model.transform(rows)
            .where("predictedClass != class")
            .withColumn("surety", sql.array_max(vector_to_array("probability")))
            .orderBy(sql.desc("surety"), "path")
            .select("image", "class", "prediction", "surety")
            .limit(MOST_MISTAKES)
            .collect()
        )
    if not found:
        return []
    names = [str(name) for name in model.classes]
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, str(number)) for number in range(len(found))]
        for file, row in zip(files, found, strict=True):
            file.write_bytes(row["image"])
        pixels, _, _ = images.read([str(file) for file in files], model.image_options, max_damaged=0.0)
    return [
        PredictedPicture(picture, names.index(row["class"]), int(row["prediction"]), row["surety"])
        for picture, row in zip(pixels, found, strict=True)
    ]


def _require_for_cluster(arguments: Namespace) -> None:
    """Refuses what only one machine does."""
    for option, instead in (("cache", "leave it out: executors hold the decoded pictures"),):
        if getattr(arguments, option, None) is not None:
            raise errors.error(
                "PARAMETER_CONFLICT",
                f"--{option.replace('_', '-')} is for one machine only; on a cluster {instead}",
                parameter=option,
            )


def _split(rows: DataFrame, fraction: float, seed: int) -> Split:
    """Groups stay together where there are any."""
    return (random_split_by_group if GROUP in rows.columns else stratified_split)(rows, fraction, seed)


def _jobs() -> AbstractContextManager[None]:
    return sentences("SPARK_JOB", "a Spark job failed")
