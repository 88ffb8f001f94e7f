"""ConvNetClassifier and its model: pyspark.ml's contract over the training of the cluster."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.ml import Estimator, Model
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable, MLReadable, MLWritable
from pyspark.sql import DataFrame, SparkSession

from sparkdl4j import augmentation as augmentations
from sparkdl4j import errors, learning_rate_schedule, options, run_decisions, training_run, transfer, urls
from sparkdl4j import network as networks
from sparkdl4j.callbacks import Callback, EventFunction, Observers, Trained
from sparkdl4j.evaluation import Evaluation
from sparkdl4j.history import History
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.network import Network
from sparkdl4j.preprocessing import picture_steps
from sparkdl4j.spark import session as sessions
from sparkdl4j.spark.evaluation import ClusterEvaluation
from sparkdl4j.spark.interrupts import Interrupts
from sparkdl4j.spark.java_errors import translated
from sparkdl4j.spark.params import (
    NETWORK_OPTIONS,
    OPTIONAL_COLUMNS,
    TRAINING_OPTIONS,
    OutputColumns,
    TrainingParams,
)
from sparkdl4j.spark.persistence import ModelReader, ModelWriter
from sparkdl4j.spark.prediction_parts import PredictionParts
from sparkdl4j.spark.prediction_table import PredictionTable

if TYPE_CHECKING:
    from sparkdl4j.classifier import ConvNetClassifier as OneMachineClassifier

_COLUMNS = (
    "featuresCol",
    "labelCol",
    "weightCol",
    "validationIndicatorCol",
    "predictionCol",
    "predictedClassCol",
    "probabilityCol",
    "rawPredictionCol",
    "damagedCol",
)
_POLL_MILLIS = 100
_OWN = (
    "network",
    "augmentation",
    "image_size",
    "channels",
    "window",
    "max_pixels",
    "preprocessing",
    "max_damaged",
)
_NAMES = (*_OWN, *_COLUMNS, *TRAINING_OPTIONS, *NETWORK_OPTIONS)


@dataclass(frozen=True)
class TrainingSummary:
    """How a training went.

    Args:
        history: one dict an epoch, as `history_` of the one-machine classifier.
        damaged: of every picture that was left out `path` (None without a column of that name), `reason`, `detail`.
    """

    history: History
    damaged: tuple[dict[str, Any], ...]


class ConvNetClassifier(
    Estimator["ConvNetClassificationModel"], TrainingParams, DefaultParamsReadable, DefaultParamsWritable
):
    """Image classifier: a convolutional network, trained by the executors of a Spark session.

    Every worker trains `averaging_frequency` minibatches of its own pictures, then parameters and updater state of all
    are averaged. The result depends on the pictures, the options, the seed and the number of workers, and not on where
    or how often Spark runs a task.

    Options have the names, meanings and defaults of `sparkdl4j.ConvNetClassifier`; columns those of pyspark.ml.

    Args:
        network: a reference network's name, a network of your own, its dict, or a path to its JSON; or what
            `from_keras` or `from_dl4j` gave, whose network is trained anew.
        pretrained: a model to begin with: a model file's path or URL, or a fitted classifier, of Spark or of one
            machine; not written by `save`. Size and channels of the pictures and the scaler are the model's.
        warm_start: `fit` goes on from `last_model` for `epochs` more epochs, where there is one, in place of starting
            anew; what goes on and what must stay is as on one machine. `last_model` may be set, to a model of a file
            for instance. Not written by `save`.
        callbacks: `Callback` objects, and functions that take an event (a dict): they see every training event, in
            the driver; not written by `save`.
        verbose: show a progress bar on standard error.
        params: any of augmentation (an `Augmentation`, or a dict of its options), image_size, channels, window,
            max_pixels, preprocessing (a list of picture steps), max_damaged, featuresCol ("image"), labelCol
            ("label"), weightCol, validationIndicatorCol, predictionCol ("prediction"), predictedClassCol
            ("predictedClass"), probabilityCol ("probability"), rawPredictionCol ("rawPrediction"), damagedCol
            ("damaged"), and of the options of training and network. `num_workers` is by default as many as the session
            runs tasks side by side.

    Attributes:
        last_model: what the last `fit` gave, also when Ctrl-C, a callback or a loss of NaN ended it: the parameters of
            the best or last epoch, or those averaged last when none had finished.

    Raises:
        ParameterError: PARAMETER_UNKNOWN, PARAMETER_TYPE, PARAMETER_RANGE.
    """

    def __init__(
        self,
        network: str | Network | type[Network] | dict[str, Any] | Path | OneMachineClassifier = networks.AUTO,
        *,
        pretrained: transfer.Pretrained | None = None,
        warm_start: bool = False,
        callbacks: Sequence[Callback | EventFunction] = (),
        verbose: bool = True,
        **params: Any,
    ) -> None:
        super().__init__()
        self.pretrained = pretrained
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.verbose = verbose
        self.last_model: ConvNetClassificationModel | None = None
        self.setParams(network=network, **params)

    def setParams(self, **params: Any) -> ConvNetClassifier:
        """Sets parameters by name; None leaves one as it is.

        Raises:
            ParameterError: PARAMETER_UNKNOWN, PARAMETER_TYPE, PARAMETER_RANGE.
        """
        options.check_names(params, _NAMES)
        for name, value in params.items():
            if value is not None:
                self._set(**{name: _checked(name, value)})
        return self

    def fit(self, dataset: DataFrame, params: Any = None, *, resume: str | None = None) -> Any:
        """Trains.

        Args:
            dataset: with the columns that the parameters name.
            params: as pyspark.ml takes them: a dict of parameters, or a list of such dicts for a list of models.
            resume: a file that `Checkpoint` wrote, such as "hdfs://…/checkpoint.zip": training goes on from there, and
                the result is that of a training that was never interrupted, bit by bit; with other pictures, options
                or another number of workers it is refused.

        Returns:
            a `ConvNetClassificationModel`, or a list of them.

        Raises:
            ParameterError, DataError, NetworkError, SparkError.
            ModelFileError: CHECKPOINT_MISMATCH, MODEL_FILE_DAMAGED.
            TrainingError: TRAINING_DIVERGED, CALLBACK_FAILED; `last_model` then has the last good parameters.
        """
        if resume is None:
            return super().fit(dataset, params)
        if isinstance(params, (list, tuple)):
            raise errors.error(
                "PARAMETER_CONFLICT", "resume goes on with one training: give one dict of params", parameter="resume"
            )
        return (self.copy(params) if params else self)._train(dataset, resume)

    def _fit(self, dataset: DataFrame) -> ConvNetClassificationModel:
        return self._train(dataset, None)

    def _train(self, dataset: DataFrame, resume: str | None) -> ConvNetClassificationModel:
        goes_on = self.warm_start and self.last_model is not None
        if goes_on and resume is not None:
            raise errors.error(
                "PARAMETER_CONFLICT",
                "resume goes on from a checkpoint, and warm_start from last_model: leave one out",
                parameter="resume",
            )
        origin = self.last_model if goes_on else self.pretrained
        if origin is None:
            return self._train_from(None, dataset, resume, goes_on=False)
        with transfer.model_file(origin) as path:
            return self._train_from(urls.absolute(path), dataset, resume, goes_on=goes_on)

    def _train_from(
        self, model_file: str | None, dataset: DataFrame, resume: str | None, *, goes_on: bool
    ) -> ConvNetClassificationModel:
        """Trains from a checkpoint, on from a model file, beginning with what one has learned, or anew."""
        session = sessions.of(dataset)
        training_options = {name: self._option("training", name) for name in TRAINING_OPTIONS}
        learning_rate_schedule.check(training_options)
        network_options = {name: self._option("network", name) for name in NETWORK_OPTIONS if self.isSet(name)}
        transfer.check(training_options, has_origin=model_file is not None)
        if training_options["validation_fraction"] and self.isSet("validationIndicatorCol"):
            raise errors.error(
                "PARAMETER_CONFLICT",
                "validation_fraction and validationIndicatorCol are both given: leave one out",
                parameter="validation_fraction",
            )
        decisions = run_decisions.request(self.callbacks, resume)
        run_decisions.require_metrics(
            self.callbacks,
            has_validation=training_options["validation_fraction"] > 0 or self.isSet("validationIndicatorCol"),
        )
        gateway = sessions.gateway(session)
        if model_file is None:
            image = self._image_options()
            network = networks.network(self.getOrDefault("network"), image.shape)
        else:
            with translated(gateway):
                metadata = json.loads(gateway.metadata(session._jsparkSession, model_file))
            if goes_on:
                image, network = self._going_on(metadata)
            else:
                image, network = self._beginning_with(metadata, network_options)
            training_options["standardize"] = metadata["scaler"]["kind"]
        settings = networks.fill(network, network_options)
        workers = training_options["num_workers"]
        if not self.isSet("num_workers"):
            workers = session.sparkContext.defaultParallelism
        deal = {
            "features_col": self.getFeaturesCol(),
            "label_col": self.getLabelCol(),
            **{
                column: self.getOrDefault(name) if self.isSet(name) else None
                for column, name in zip(("weight_col", "validation_indicator_col"), OPTIONAL_COLUMNS, strict=True)
            },
            "image": image.to_dict(),
            "num_workers": workers,
            "seed": training_options["seed"],
            "validation_fraction": training_options["validation_fraction"],
            "max_damaged": self.getOrDefault("max_damaged"),
        }
        request = {
            "network": network.to_dict(),
            "network_options": network_options,
            "training_options": {
                **training_options,
                "num_workers": workers,
                "augmentation": self.getOrDefault("augmentation") if self.isSet("augmentation") else None,
            },
            "pretrained": None if goes_on else model_file,
            "trained": model_file if goes_on else None,
            "further_epochs": training_options["epochs"],
            **decisions,
        }
        resumed = goes_on or resume is not None
        observers = Observers(self.callbacks, resumed=resumed, verbose=self.verbose)
        request["observations"] = observers.observations
        sessions.release_unused()
        with observers, Interrupts() as interrupts, translated(gateway):
            dealing = gateway.deal(dataset._jdf, json.dumps(deal))
            try:
                # In small steps: Ctrl-C between them ends the jobs in `close`.
                while not dealing.isDone(_POLL_MILLIS):
                    interrupts.check()
                pictures = dealing.pictures()
                damaged = tuple(json.loads(gateway.damaged(pictures)))
                observers.describe(
                    classes=json.loads(gateway.classes(pictures)),
                    network=request["network"],
                    options={**request["training_options"], **settings},
                )
                run = gateway.train(session._jsparkSession, pictures, json.dumps(request))
                history = History()
                ends: list[dict[str, Any]] = []

                def on_event(event: dict[str, Any]) -> bool:
                    history.on_event(event)
                    if event["type"] == "end":
                        ends.append(event)
                    return observers.on_event(event)

                classifier, stopped_by = training_run.follow(
                    run, on_event, awaits=decisions["await_answers"], check=interrupts.check
                )
                try:
                    model = ConvNetClassificationModel._of(session, classifier)
                finally:
                    classifier.close()
            finally:
                dealing.close()
            model.summary = TrainingSummary(history, damaged)
            self.last_model = model
            failure = observers.on_trained(Trained(history, model.save_model_file))
        if stopped_by is not None:
            raise stopped_by
        if ends and ends[0]["reason"] == "diverged":
            raise training_run.diverged(ends[0], settings["learning_rate"])
        if failure is not None:
            raise failure
        self._copyValues(model)
        return model

    def _beginning_with(
        self, metadata: dict[str, Any], network_options: dict[str, Any]
    ) -> tuple[ImageOptions, Network]:
        """What the pretrained model gives: how pictures are read, and its network."""
        network = self.getOrDefault("network")
        origin = transfer.Origin.of(metadata, network, network_options, self._given("standardize"))
        transfer.require_reading(origin.image_options, self._given_reading())
        return origin.image_options, origin.network

    def _going_on(self, metadata: dict[str, Any]) -> tuple[ImageOptions, Network]:
        """The same of the model that training goes on from; Java compares its network, classes and updater."""
        image = ImageOptions.from_dict(metadata["image"])
        transfer.require_reading(image, self._given_reading(), of="last_model")
        transfer.require_standardize(metadata["scaler"]["kind"], self._given("standardize"), of="last_model")
        network = self.getOrDefault("network")
        if self.pretrained is not None or network == networks.AUTO:
            return image, Network.from_dict(metadata["network"])
        return image, networks.network(network, image.shape)

    def _given_reading(self) -> dict[str, Any]:
        names = ("image_size", "channels", "window", "max_pixels", "preprocessing")
        return {name: self.getOrDefault(name) for name in names if self.isSet(name)}

    def _given(self, name: str) -> Any:
        return self.getOrDefault(name) if self.isSet(name) else None

    def _option(self, group: str, name: str) -> Any:
        return self.getOrDefault(name) if self.isSet(name) else options.default(group, name)

    def _image_options(self) -> ImageOptions:
        network = self.getOrDefault("network")
        shape = None if network == networks.AUTO else networks.network(network).picture_shape
        size = self.getOrDefault("image_size") if self.isSet("image_size") else shape and shape[:2]
        if size is None:
            raise errors.error(
                "PARAMETER_CONFLICT",
                "the network is made for no size of its own: set image_size, such as image_size=(75, 75)",
                parameter="image_size",
            )
        default = shape[2] if shape else options.default("image", "channels")
        names = ("channels", "window", "max_pixels", "preprocessing")
        given = {name: self.getOrDefault(name) for name in names if self.isSet(name)}
        return ImageOptions(size, **{"channels": default, **given})


class ConvNetClassificationModel(Model, OutputColumns, MLReadable, MLWritable):
    """A trained classifier that predicts in the executors, for streaming DataFrames too.

    Attributes:
        classes: the names of the classes, in the order of their indices.
        image_options: how it decodes pictures.
        summary: how it was trained; None of a model from a file.
    """

    def __init__(self, path: str | Path, *, session: SparkSession | None = None) -> None:
        """Loads a model file, wherever it was trained.

        Args:
            path: a file on the driver's machine, or a URL of any of Hadoop's file systems.
            session: by default the active one.

        Raises:
            FileError: FILE_NOT_FOUND, FILE_UNREADABLE.
            ModelFileError: MODEL_FILE_DAMAGED, MODEL_FILE_UNSAFE, MODEL_FILE_NEWER.
            SparkError: SPARK_SESSION without an active session.
        """
        super().__init__()
        session = session or sessions.active()
        self.summary: TrainingSummary | None = None
        self._gateway = sessions.gateway(session)
        sessions.release_unused()
        with translated(self._gateway):
            self._java = self._gateway.load(session._jsparkSession, urls.absolute(path))
            self.image_options = ImageOptions.from_dict(json.loads(self._gateway.image(self._java)))
        self._session = session
        self.classes: list[Any] = json.loads(self._java.labels())

    @classmethod
    def _of(cls, session: SparkSession, classifier: Any) -> ConvNetClassificationModel:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.zip"
            sessions.gateway(session).save(classifier, str(path))
            return cls(path, session=session)

    def evaluate(self, dataset: DataFrame, *, labelCol: str = "class", max_damaged: float = 1.0) -> ClusterEvaluation:
        """Confusion matrix and metrics on labelled pictures; the executors count.

        Args:
            dataset: with encoded pictures in `featuresCol`.
            labelCol: the names of the classes, string.
            max_damaged: largest share of damaged pictures.

        Raises:
            DataError: DATA_COLUMN, DATA_EMPTY, DATA_DAMAGED; DATA_LABELS for a class that is not one of `classes`.
            SparkError: SPARK_JOB.
        """
        limit = options.check("data", "max_damaged", max_damaged)
        with translated(self._gateway):
            counts = self._gateway.evaluate(self._java, dataset._jdf, self.getFeaturesCol(), labelCol, limit)
        return ClusterEvaluation.from_json(counts, self.classes)

    def evaluation(self, dataset: DataFrame, *, labelCol: str = "class", groupCol: str | None = None) -> Evaluation:
        """As `evaluate`, but of every picture: with curves, thresholds, comparisons, and intervals by group.

        Label, probabilities and group of every picture come to the driver, not the pictures. Damaged ones are left out.

        Args:
            dataset: with encoded pictures in `featuresCol`.
            labelCol: the names of the classes, string.
            groupCol: the groups (patients, say), which confidence intervals then draw whole; null: a group of its own.

        Raises:
            DataError: DATA_COLUMN, DATA_EMPTY; DATA_LABELS for a class that is not one of `classes`.
        """
        wanted = [labelCol] if groupCol is None else [labelCol, groupCol]
        for name in wanted:
            if name not in dataset.columns:
                raise errors.error(
                    "DATA_COLUMN", f"there is no column {name}; the columns are {dataset.columns}", column=name
                )
        probability = "sparkdl4j_probability"
        with translated(self._gateway):
            rows = self._gateway.transform(self._java, dataset._jdf, self.getFeaturesCol(), "", "", probability, "", "")
            found = (
                DataFrame(rows, sessions.of(dataset)).select(probability, *(f"`{name}`" for name in wanted)).collect()
            )
        found = [row for row in found if row[0] is not None]
        if not found:
            raise errors.error(
                "DATA_EMPTY", "there are no pictures to evaluate with: all are damaged, or there are none"
            )
        index = {str(name): number for number, name in enumerate(self.classes)}
        unknown = next((row[1] for row in found if str(row[1]) not in index), None)
        if unknown is not None:
            raise errors.error(
                "DATA_LABELS", f"the class {unknown} is none of {', '.join(index)}, which the model knows"
            )
        return Evaluation(
            [index[str(row[1])] for row in found],
            [row[0].toArray().tolist() for row in found],
            classes=self.classes,
            groups=None if groupCol is None else [row[2] for row in found],
        )

    def prediction_table(self, dataset: DataFrame) -> PredictionTable:
        """Predictions as the command writes them.

        Args:
            dataset: path (string) and image (binary), as `read_unlabelled_images` gives them.
        """
        with translated(self._gateway):
            table = self._gateway.predictions(self._java, dataset._jdf)
        return PredictionTable(table, self._gateway, dataset.sparkSession)

    def prediction_parts(self, paths: Sequence[str], folder: str, shard_size: int) -> PredictionParts:
        """Predictions as a folder of parts, to be written one by one; those of an earlier run stay.

        Args:
            paths: folders of pictures and pictures; or one Parquet table named .parquet, whose files are a part each.
            folder: on any of Hadoop's file systems; Parquet where its name ends with .parquet, else CSV.
            shard_size: pictures in a part.

        Raises:
            FileError: FILE_NOT_FOUND, FILE_UNREADABLE; FILE_UNWRITABLE, also for a folder that holds something else, or
                predictions of another model, of other pictures or in other parts.
            DataError: DATA_EMPTY, DATA_COLUMN.
        """
        with translated(self._gateway):
            parts = self._gateway.predictionParts(
                self._session._jsparkSession, self._java, list(paths), folder, shard_size
            )
        return PredictionParts(parts, self._gateway)

    def save_model_file(self, path: str | Path) -> None:
        """Writes the model file that `sparkdl4j.ConvNetClassifier.load` and plain Deeplearning4j read; atomically.

        Args:
            path: on the driver's machine, or a URL of any of Hadoop's file systems, such as "hdfs://host/model.zip".

        Raises:
            FileError: FILE_UNWRITABLE.
        """
        with translated(self._gateway):
            self._gateway.save(self._java, self._session._jsparkSession, urls.absolute(path))

    def to_classifier(self) -> OneMachineClassifier:
        """The same classifier on this machine, in the JVM of this process."""
        from sparkdl4j.classifier import ConvNetClassifier as OneMachineClassifier

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.zip"
            self.save_model_file(path)
            return OneMachineClassifier.load(path)

    def register_sql_function(self, name: str = "classify", *, session: SparkSession | None = None) -> None:
        """Makes two functions of the model for SQL, in a session until it ends.

        `name(image)` gives the most probable class (string) and `name_probabilities(image)` the probabilities of all
        (map from class to double); both are null for a picture that cannot be used. Spark calls them in the JVM with
        one row at a time: `transform`, which predicts many at once, is faster.

        Args:
            name: of the first function: letters, digits and underscores.
            session: by default the active one.

        Raises:
            ParameterError: PARAMETER_RANGE for another name.
            SparkError: SPARK_SESSION without an active session.
        """
        if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
            raise errors.error(
                "PARAMETER_RANGE",
                f"name must be made of letters, digits and underscores, but is {name!r}",
                parameter="name",
            )
        session = session or sessions.active()
        with translated(sessions.gateway(session)):
            java_session = session._jsparkSession
            types = session._jvm.org.apache.spark.sql.types.DataTypes
            functions = java_session.udf()
            functions.register(name, self._java.predictedClass(java_session), types.StringType)
            functions.register(
                f"{name}_probabilities",
                self._java.probabilities(java_session),
                types.createMapType(types.StringType, types.DoubleType),
            )

    def write(self) -> ModelWriter:
        """Writes to any of Hadoop's file systems, as pyspark.ml does: `model.write().overwrite().save(path)`."""
        return ModelWriter(self)

    @classmethod
    def read(cls) -> ModelReader:
        """Reads what `write` wrote: `ConvNetClassificationModel.load(path)`."""
        return ModelReader(cls)

    def _transform(self, dataset: DataFrame) -> DataFrame:
        names = ("predictionCol", "predictedClassCol", "probabilityCol", "rawPredictionCol", "damagedCol")
        columns = [self.getOrDefault(name) for name in names]
        session = sessions.of(dataset)
        with translated(self._gateway):
            rows = self._gateway.transform(self._java, dataset._jdf, self.getFeaturesCol(), *columns)
        return DataFrame(rows, session)


def _checked(name: str, value: Any) -> Any:
    for group, names in (("training", TRAINING_OPTIONS), ("network", NETWORK_OPTIONS), ("data", ("max_damaged",))):
        if name in names:
            return options.check(group, name, value)
    # As text and numbers, they can be written with the other parameters.
    if name == "augmentation":
        return augmentations.augmentation(value).to_dict()
    if name == "preprocessing":
        return [step.to_dict() for step in picture_steps(value)]
    return networks.network(value).to_dict() if name == "network" and not isinstance(value, (str, dict)) else value
