"""ConvNetClassifier: scikit-learn's contract over a Deeplearning4j network."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import augmentation as augmentations
from sparkdl4j import class_weight as class_weights
from sparkdl4j import errors, learning_rate_schedule, options, run_decisions, sample_weights, training_run, transfer
from sparkdl4j import network as networks
from sparkdl4j.augmentation import Augmentation
from sparkdl4j.callbacks import Callback, EventFunction, Observers, Trained
from sparkdl4j.class_weight import ClassWeight
from sparkdl4j.dataset import ImageDataset
from sparkdl4j.fitted_classifier import PREDICTION_BATCH, FittedClassifier, size_in_words
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.labelled_pictures import labelled, listed, weighted, with_classes
from sparkdl4j.learning_rate_search import LearningRateSearch
from sparkdl4j.network import Network
from sparkdl4j.preprocessing import Preprocessing, picture_steps
from sparkdl4j.scaler import StandardScaler

if TYPE_CHECKING:
    from sparkdl4j.jvm.models import Model

# Parameters that are options of the shared contract, by group; the rest of the constructor's are Python's own.
_TRAINING_OPTIONS = tuple(options.names("training"))
_NETWORK_OPTIONS = tuple(options.names("network"))
_PYTHON_PARAMETERS = ("network", "pretrained", "augmentation", "preprocessing", "warm_start", "callbacks", "verbose")
# scikit-learn's prefixes for the parameters of the network and of the augmentation.
_OF_NETWORK = "network__"
_OF_AUGMENTATION = "augmentation__"


class ConvNetClassifier(FittedClassifier):
    """Image classifier: a convolutional network, trained and run on the JVM.

    It follows scikit-learn's contract (`fit`, `partial_fit`, `predict`, `predict_proba`, `score`, `get_params`,
    `clone`, pickling). Pictures are numpy arrays (n, height, width[, channels]) or an `ImageDataset` such as
    `ImageFolder`.

    The network options (`learning_rate` to `activation`) default to None, which means: what the network itself says, or
    else the default given here in brackets. An option that is set both here and in the network is an error. Parameters
    of the network can be searched over as those of the classifier, as `network__width`.

    Args:
        network: a reference network's name ("landscape", "fashion", "pneumonia_vgg", "vgg_conv13", "resnet18",
            "resnet50", "small_resnet"); a network of your own: a `Sequential`, a `Graph` or a subclass of `Network`;
            its dict, or a path to its JSON; what `from_dl4j` or `from_keras` gave, whose network is trained anew; or
            "auto": "small_resnet" for pictures up to 128 in height and width, "resnet18" above.
        pretrained: a model to begin with: a model file's path, or a fitted classifier. Its layers, scaler and size of
            pictures are kept, and get a new output layer for the classes of the training data.
        epochs: passes over the training data; 0: as many as show 100,000 pictures, but 20 at least and 200 at most.
        batch_size: examples per minibatch; a last, smaller minibatch is trained as it is.
        validation_fraction: stratified share of the training data held out to choose the parameters that are kept.
        sampling: what an epoch shows: "all" pictures once, or "oversample": pictures of smaller classes again, until
            every class comes as often as the largest.
        class_weight: by how much the loss of a class's pictures counts: a dict of weights by class (1 for those left
            out), or "balanced" for weights that give every class the same sum among the pictures of an epoch;
            multiplied with `sample_weight`.
        keep: "best" (the epoch with the best validation accuracy; ties: lower validation loss) or "last". Without
            validation data always the last.
        learning_rate_schedule: how the learning rate changes from minibatch to minibatch: "constant"; "step" or
            "exponential": times `schedule_factor` every `schedule_epochs`, at once or evenly; "cosine": down half a
            wave to `schedule_final`; "one_cycle": up such a wave from `schedule_initial`, and down to `schedule_final`.
        warmup_epochs: epochs, or a part of one, in which the rate first rises evenly to where its schedule begins.
        schedule_epochs, schedule_factor: of "step" and "exponential".
        schedule_initial, schedule_final: shares of the learning rate.
        schedule_peak: share of the minibatches after which "one_cycle" is at the learning rate.
        trainable: with a pretrained model, which layers are trained: "all"; "head", the output layer; or "last:3", so
            many of the last layers with parameters, a `Block` counting as one. The others stay as they are, with the
            statistics of their normalisation; what they make of a picture is computed once, and not in every epoch,
            unless pictures are augmented.
        unfreeze_every: epochs after which one more layer is trained, from the output layer alone up to those of
            `trainable`; 0 trains these from the beginning.
        layer_decay: by which the learning rate is multiplied from every layer with parameters to the one before, from
            the output layer on.
        standardize: "feature" (every pixel of every channel on its own), "channel" or "none"; fitted on the training
            data only.
        seed: of the split, the weights, the minibatch order and dropout. The same seed on the same machine gives
            bit-identical parameters.
        precision: "f32", or "bf16": convolutions and dense layers in bfloat16 with float32 parameters, loss, first
            layer and normalisation; where the processor has no bfloat16 instructions, f32 with a notice.
        num_workers: averaging workers on this machine. Each trains a network of its own on its own minibatches; their
            parameters are averaged every `averaging_frequency` minibatches.
        averaging_frequency: minibatches that every averaging worker trains between two averagings; 0: as many as have
            2560 pictures, but a quarter of the worker's minibatches of an epoch at most.
        threads: threads that compute one network; 0: the processors of this process divided by `num_workers`.
        tune: try the formats of every layer before training and keep the fastest; the choice is stored with the model,
            since another choice rounds differently.
        memory_limit: GiB that the plan of one network may take for activations; 0: three quarters of the machine's
            memory.
        learning_rate: step size [0.001].
        updater: "sgd", "nesterov", "adagrad", "rmsprop", "adam" or "adamw" ["adam"].
        momentum: of "nesterov" [0.9].
        l1, l2: regularisation of the weights, not of biases [0].
        weight_decay: of "adamw": decoupled decay of the weights, times the learning rate; biases and normalisation are
            left alone [0.01].
        gradient_normalization: how gradients are normalised or clipped before the updater: "none",
            "renormalize_l2_per_layer", "renormalize_l2_per_param_type", "clip_elementwise_absolute_value",
            "clip_l2_per_layer" or "clip_l2_per_param_type" ["none"].
        gradient_threshold: largest absolute value or L2 norm where gradients are clipped [1].
        loss: what training minimises: "cross_entropy", "focal" or "mse" of a softmax, or "binary_cross_entropy" of one
            sigmoid a class ["cross_entropy"].
        label_smoothing: share of the label's probability spread evenly over all classes; for the two cross-entropies
            [0].
        focal_gamma: how much the focal loss turns down well-classified examples; 0 is cross-entropy [2].
        dropout: share dropped by `Dropout` layers without a rate of their own [0.5].
        weight_init: distribution of the first weights, as Deeplearning4j names it: "xavier", "xavier_uniform",
            "xavier_fan_in", "xavier_legacy", "relu" (He), "relu_uniform", "lecun_normal", "lecun_uniform", "normal",
            "uniform", "sigmoid_uniform", "var_scaling_normal_fan_in", "var_scaling_normal_fan_out",
            "var_scaling_normal_fan_avg", "var_scaling_uniform_fan_in", "var_scaling_uniform_fan_out",
            "var_scaling_uniform_fan_avg", or "zero", for the last layer of a branch ["xavier"].
        activation: of convolutions and dense layers that name none: "relu", "relu6", "leaky_relu", "elu", "gelu",
            "silu", "sigmoid", "tanh", "softmax" or "identity" ["relu"].
        augmentation: how training pictures are changed: an `Augmentation`, a dict of its options, or None. Its
            options can be searched over, as `augmentation__shift`.
        preprocessing: picture steps of `sparkdl4j.preprocessing`, objects or dicts, that all pictures go through before
            they are standardised, those to predict too: arrays, and data sets that have not been through them. Steps
            that are to see files in their full size are for `ImageFolder(…, preprocessing=[…])`.
        warm_start: `fit` goes on from what the classifier has learned, for `epochs` more epochs, in place of starting
            anew; see `partial_fit` for what goes on.
        callbacks: `Callback` objects, and functions that take an event (a dict): they see every training event.
        verbose: show a progress bar on standard error.

    Attributes:
        classes_: the classes, sorted, as `y` had them.
        history_: `History`, one dict an epoch.
        kept_epoch_: the epoch whose parameters were kept, counted from 1; 0 when training stopped within the first.
        scaler_: the fitted `StandardScaler`, or None.
        network_: the `Network` that was trained.
        image_shape_: (height, width, channels) of what the network sees.
        image_options_: how files become that.
        preprocessing_: the steps that pictures which have been decoded go through.
        imported_: where it comes from, if it was imported and not trained since: a dict with `has_top`, `preprocessing`
            and more; else None.
    """

    def __init__(
        self,
        network: str | Network | type[Network] | dict[str, Any] | Path | ConvNetClassifier = networks.AUTO,
        *,
        pretrained: transfer.Pretrained | None = None,
        epochs: int = options.default("training", "epochs"),
        batch_size: int = options.default("training", "batch_size"),
        validation_fraction: float = options.default("training", "validation_fraction"),
        sampling: str = options.default("training", "sampling"),
        class_weight: ClassWeight = None,
        keep: str = options.default("training", "keep"),
        learning_rate_schedule: str = options.default("training", "learning_rate_schedule"),
        warmup_epochs: float = options.default("training", "warmup_epochs"),
        schedule_epochs: float = options.default("training", "schedule_epochs"),
        schedule_factor: float = options.default("training", "schedule_factor"),
        schedule_initial: float = options.default("training", "schedule_initial"),
        schedule_peak: float = options.default("training", "schedule_peak"),
        schedule_final: float = options.default("training", "schedule_final"),
        trainable: str = options.default("training", "trainable"),
        unfreeze_every: int = options.default("training", "unfreeze_every"),
        layer_decay: float = options.default("training", "layer_decay"),
        standardize: str = options.default("training", "standardize"),
        seed: int = options.default("training", "seed"),
        precision: str = options.default("training", "precision"),
        num_workers: int = options.default("training", "num_workers"),
        averaging_frequency: int = options.default("training", "averaging_frequency"),
        threads: int = options.default("training", "threads"),
        tune: bool = options.default("training", "tune"),
        memory_limit: float = options.default("training", "memory_limit"),
        learning_rate: float | None = None,
        updater: str | None = None,
        momentum: float | None = None,
        l1: float | None = None,
        l2: float | None = None,
        weight_decay: float | None = None,
        gradient_normalization: str | None = None,
        gradient_threshold: float | None = None,
        loss: str | None = None,
        label_smoothing: float | None = None,
        focal_gamma: float | None = None,
        dropout: float | None = None,
        weight_init: str | None = None,
        activation: str | None = None,
        augmentation: Augmentation | Mapping[str, Any] | None = None,
        preprocessing: Preprocessing = (),
        warm_start: bool = False,
        callbacks: Sequence[Callback | EventFunction] = (),
        verbose: bool = True,
        **unknown: Any,
    ) -> None:
        options.check_names(unknown, self._parameter_names())
        self.network = network
        self.pretrained = pretrained
        self.epochs = epochs
        self.batch_size = batch_size
        self.validation_fraction = validation_fraction
        self.sampling = sampling
        self.class_weight = class_weight
        self.keep = keep
        self.learning_rate_schedule = learning_rate_schedule
        self.warmup_epochs = warmup_epochs
        self.schedule_epochs = schedule_epochs
        self.schedule_factor = schedule_factor
        self.schedule_initial = schedule_initial
        self.schedule_peak = schedule_peak
        self.schedule_final = schedule_final
        self.trainable = trainable
        self.unfreeze_every = unfreeze_every
        self.layer_decay = layer_decay
        self.standardize = standardize
        self.seed = seed
        self.precision = precision
        self.num_workers = num_workers
        self.averaging_frequency = averaging_frequency
        self.threads = threads
        self.tune = tune
        self.memory_limit = memory_limit
        self.learning_rate = learning_rate
        self.updater = updater
        self.momentum = momentum
        self.l1 = l1
        self.l2 = l2
        self.weight_decay = weight_decay
        self.gradient_normalization = gradient_normalization
        self.gradient_threshold = gradient_threshold
        self.loss = loss
        self.label_smoothing = label_smoothing
        self.focal_gamma = focal_gamma
        self.dropout = dropout
        self.weight_init = weight_init
        self.activation = activation
        self.augmentation = augmentation
        self.preprocessing = preprocessing
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.verbose = verbose

    # ------------------------------------------------------------------ scikit-learn's contract

    @classmethod
    def _parameter_names(cls) -> tuple[str, ...]:
        return (*_PYTHON_PARAMETERS, *_TRAINING_OPTIONS, *_NETWORK_OPTIONS)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's parameters by name; if deep, those of a `Network` and of the augmentation too, as
        `network__width` and `augmentation__shift`."""
        params = {name: getattr(self, name) for name in self._parameter_names()}
        if deep and isinstance(self.network, Network):
            names = self.network.parameter_names()
            params |= {f"{_OF_NETWORK}{name}": getattr(self.network, name) for name in names}
        if deep and isinstance(self.augmentation, Augmentation):
            names = options.names("augmentation")
            params |= {f"{_OF_AUGMENTATION}{name}": getattr(self.augmentation, name) for name in names}
        return params

    def set_params(self, **params: Any) -> ConvNetClassifier:
        """Sets constructor parameters by name, those of network and augmentation as `network__width` and
        `augmentation__shift`, and those of a network's layers as `network__dense1__units`.

        Raises:
            ParameterError: PARAMETER_UNKNOWN, with the nearest name.
        """
        of_network, params = _split(params, _OF_NETWORK)
        of_augmentation, own = _split(params, _OF_AUGMENTATION)
        options.check_names(own, self._parameter_names())
        for name, value in own.items():
            setattr(self, name, value)
        if of_network:
            self.network = networks.with_parameters(networks.network(self.network), of_network)
        if of_augmentation:
            options.check_names(of_augmentation, options.names("augmentation"))
            self.augmentation = dataclasses.replace(augmentations.augmentation(self.augmentation), **of_augmentation)
        return self

    def __sklearn_clone__(self) -> ConvNetClassifier:
        from sklearn.base import clone

        # A pretrained classifier is what training begins with: as a copy without what it has learned it is nothing.
        params = {name: value for name, value in self.get_params(deep=False).items() if name != "pretrained"}
        copies = {name: clone(value, safe=False) for name, value in params.items()}
        copy = type(self)(pretrained=self.pretrained, **copies)
        if hasattr(self, "_metadata_request"):
            copy._metadata_request = clone(self._metadata_request, safe=False)
        return copy

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.changed_params().items())})"

    def _repr_html_(self) -> str:
        from sparkdl4j.report import cards

        return cards.classifier(self)

    def changed_params(self) -> dict[str, Any]:
        """The network, and the parameters that are not what they are by default."""
        params = self.get_params(deep=False).items()
        return {name: value for name, value in params if name == "network" or value != _DEFAULTS[name]}

    # ------------------------------------------------------------------ training

    def fit(
        self,
        X: ArrayLike | ImageDataset,
        y: ArrayLike | None = None,
        *,
        sample_weight: ArrayLike | None = None,
        validation_data: ImageDataset | tuple[ArrayLike, ArrayLike] | None = None,
        resume: str | os.PathLike[str] | None = None,
    ) -> ConvNetClassifier:
        """Trains the network.

        Ctrl-C stops at the next minibatch: the best parameters so far are kept, the classifier is fitted, and
        KeyboardInterrupt goes on to the caller.

        Args:
            X: pictures, (n, height, width) or (n, height, width, channels); or an `ImageDataset` with labels.
            y: (n,) labels; None with an `ImageDataset`.
            sample_weight: (n,) by how much the loss of each picture counts, finite and not negative; None for 1.
                Losses of training are sums of weight times loss divided by the number of pictures; accuracies, and
                everything about validation data, are not weighted.
            validation_data: an `ImageDataset` or (X, y) that decides which epoch's parameters are kept.
            resume: a file that `Checkpoint` wrote: training goes on from there, and the result is that of a training
                that was never interrupted, bit by bit; with other pictures or options it is refused. `epochs` counts
                those before, too, and may be higher than then.

        Raises:
            ParameterError, DataError, NetworkError: before any JVM work.
            ModelFileError: CHECKPOINT_MISMATCH, MODEL_FILE_DAMAGED.
            TrainingError: TRAINING_DIVERGED when the loss becomes NaN; the classifier then holds the last good
                parameters if at least one epoch had finished. CALLBACK_FAILED when a callback raised an exception; the
                classifier then is fitted as after Ctrl-C.
        """
        training_options = self._checked_training_options()
        learning_rate_schedule.check(training_options)
        decisions = run_decisions.request(self.callbacks, resume)
        goes_on = self.warm_start and self.__sklearn_is_fitted__()
        transfer.check(training_options, has_origin=goes_on or self.pretrained is not None)
        if goes_on and resume is not None:
            raise errors.error(
                "PARAMETER_CONFLICT",
                "resume goes on from a checkpoint, and warm_start from this classifier: leave one out",
                parameter="resume",
            )
        data = self.prepared(weighted(labelled(X, y, "X"), sample_weight))
        if goes_on:
            data = self._as_trained(data)
        _require_two_classes(data)
        train, validation = self._parts(data, validation_data, training_options)
        run_decisions.require_metrics(self.callbacks, has_validation=validation is not None)
        weights = sample_weights.of_pictures(train.weights, len(train))
        self._train(
            train,
            validation,
            weights,
            training_options,
            decisions,
            goes_on=goes_on,
            further_epochs=training_options["epochs"] if goes_on else None,
        )
        return self

    def partial_fit(
        self,
        X: ArrayLike | ImageDataset,
        y: ArrayLike | None = None,
        classes: ArrayLike | None = None,
        *,
        sample_weight: ArrayLike | None = None,
    ) -> ConvNetClassifier:
        """Trains one epoch on these pictures, going on from what the classifier has learned before, if anything.

        What goes on: parameters (with the running statistics of normalisation), the state of the updater and its count
        of steps, the number of epochs, which the order of the pictures and all random numbers derive from, and
        `history_`. So as many calls as `fit` has epochs, with the same pictures, give its parameters bit by bit. What
        stays as it was: the classes, the size of the pictures, and means and scales of `standardize`, which the first
        call fits on its pictures. Other options may change between calls, as the learning rate. It also goes on from
        `fit` and from `load`.

        A call that Ctrl-C or an error ends changes nothing, but the first one.

        Args:
            X: pictures, as `fit` takes them; the minibatches are of `batch_size`.
            y: (n,) labels; None with an `ImageDataset`.
            classes: all classes that will ever come; needed in the first call, unless X is an `ImageDataset`.
            sample_weight: as of `fit`.

        Raises:
            ParameterError: PARAMETER_CONFLICT for `validation_fraction`, class_weight "balanced", a schedule over the
                whole run ("cosine", "one_cycle"), or another network or updater than before.
            DataError: DATA_LABELS for other classes than before; DATA_SHAPE.
            TrainingError: as of `fit`.
        """
        training_options = self._checked_training_options()
        if training_options["validation_fraction"]:
            raise errors.error(
                "PARAMETER_CONFLICT",
                "partial_fit trains on all pictures that it is given: leave validation_fraction out",
                parameter="validation_fraction",
            )
        if training_options["class_weight"] == class_weights.BALANCED:
            raise errors.error(
                "PARAMETER_CONFLICT",
                "partial_fit cannot balance classes, since it knows the pictures of one call alone: "
                "give class_weight as a dict of weights",
                parameter="class_weight",
            )
        learning_rate_schedule.require_of_parts(training_options)
        decisions = run_decisions.request(self.callbacks, None)
        run_decisions.require_metrics(self.callbacks, has_validation=False)
        data = self.prepared(weighted(labelled(X, y, "X"), sample_weight))
        goes_on = self.__sklearn_is_fitted__()
        transfer.check(training_options, has_origin=goes_on or self.pretrained is not None)
        if goes_on:
            self._require_same_classes(classes)
            data = self._as_trained(data)
        else:
            data = with_classes(data, _classes(classes, data, is_named=isinstance(X, ImageDataset)), "y")
        weights = sample_weights.of_pictures(data.weights, len(data))
        self._train(data, None, weights, training_options, decisions, goes_on=goes_on, further_epochs=1)
        return self

    def _train(
        self,
        train: ImageDataset,
        validation: ImageDataset | None,
        weights: NDArray[np.float32] | None,
        training_options: dict[str, Any],
        decisions: dict[str, Any],
        *,
        goes_on: bool,
        further_epochs: int | None,
    ) -> None:
        """Trains with new parameters, or goes on with those of this classifier."""
        network_options = self._given_network_options()
        pretrained = None if goes_on or self.pretrained is None else transfer.model_of(self.pretrained)
        origin = self._origin(pretrained, train, network_options)
        network = self._network_to_train(train, origin, goes_on=goes_on)
        settings = networks.fill(network, network_options)
        training_options["class_weight"] = class_weights.of_classes(training_options["class_weight"], train.classes)
        networks.shapes(network, train.image_shape, len(train.classes))
        resumed = goes_on or decisions["resume"] is not None
        with Observers(self.callbacks, resumed=resumed, verbose=self.verbose) as observers:
            from sparkdl4j.jvm import models

            request = {
                **self._java_request(train, network, network_options, training_options, origin, goes_on=goes_on),
                "observations": observers.observations,
                "further_epochs": further_epochs,
                **decisions,
            }
            observers.describe(
                classes=train.classes, network=request["network"], options={**training_options, **settings}
            )
            model, stopped_by = models.train(
                request,
                train,
                validation,
                weights=weights,
                trained=self._model if goes_on else None,
                pretrained=pretrained,
                on_event=observers.on_event,
            )
            end = self._adopt(model)
            failure = observers.on_trained(Trained(self.history_, self.save))
        if stopped_by is not None:
            raise stopped_by
        if end["reason"] == "diverged":
            raise training_run.diverged(end, settings["learning_rate"])
        if failure is not None:
            raise failure

    def _origin(
        self, pretrained: Model | None, train: ImageDataset, network_options: dict[str, Any]
    ) -> transfer.Origin | None:
        """What training begins with, where it does not begin anew."""
        if pretrained is None:
            return None
        metadata = pretrained.metadata()
        origin = transfer.Origin.of(metadata, self.network, network_options, self._given_standardize())
        steps = picture_steps(metadata["training"]["options"].get("preprocessing"))
        read_with = None if train.image_options is None else train.image_options.steps
        if picture_steps(self.preprocessing) != steps or read_with not in (None, origin.image_options.steps):
            raise errors.error(
                "PARAMETER_CONFLICT",
                "the pictures go through other steps of preprocessing than those of the pretrained model: read them "
                "with its steps, and give preprocessing as it has them (preprocessing_)",
                parameter="preprocessing",
            )
        origin.require_pictures(train.image_shape)
        if train.image_options is not None:
            transfer.require_reading(origin.image_options, {"window": train.image_options.window})
        return origin

    def _given_standardize(self) -> str | None:
        """None for the default: whether it was given nobody can tell, and it gives way to a pretrained model's."""
        return None if self.standardize == _DEFAULTS["standardize"] else self.standardize

    def _network_to_train(self, train: ImageDataset, origin: transfer.Origin | None, *, goes_on: bool) -> Network:
        if origin is not None:
            return origin.network
        if goes_on and self.pretrained is not None and self.network_ is not None:
            return self.network_
        return networks.network(self.network, train.image_shape)

    def _checked_training_options(self) -> dict[str, Any]:
        checked = {name: options.check("training", name, getattr(self, name)) for name in _TRAINING_OPTIONS}
        return {**checked, "augmentation": augmentations.augmentation(self.augmentation).to_dict()}

    def _fitted_scaler(self, train: ImageDataset) -> StandardScaler | None:
        if self.standardize == "none":
            return None
        scaler = StandardScaler(kind=self.standardize)
        for batch in train.batches(PREDICTION_BATCH):
            scaler.partial_fit(batch)
        return scaler

    def prepared(self, data: ImageDataset) -> ImageDataset:
        """Pictures to train on after `preprocessing`, unless they have been through it."""
        steps = picture_steps(self.preprocessing)
        done = () if data.image_options is None else data.image_options.steps[-len(steps) :]
        return data if not steps or done == steps else data.preprocessed(steps)

    def _as_trained(self, data: ImageDataset) -> ImageDataset:
        """The same pictures with labels that index `classes_`, to go on with."""
        if picture_steps(self.preprocessing) != self.preprocessing_:
            raise errors.error(
                "PARAMETER_CONFLICT",
                "this classifier was trained with other steps of preprocessing, and can only go on with those",
                parameter="preprocessing",
            )
        self._require_shape(data)
        kind = "none" if self.scaler_ is None else self.scaler_.kind
        wanted = self.standardize if self.pretrained is None else self._given_standardize()
        if wanted not in (kind, None):
            raise errors.error(
                "PARAMETER_CONFLICT",
                f"this classifier was trained with standardize {kind}, and can only go on with it",
                parameter="standardize",
            )
        return with_classes(data, self.classes_.tolist(), "X")

    def _require_same_classes(self, classes: ArrayLike | None) -> None:
        if classes is None or np.array_equal(np.unique(np.asarray(classes)), self.classes_):
            return
        raise errors.error(
            "DATA_LABELS",
            f"classes must be those of the first call, {listed(self.classes_.tolist())}, or be left out",
            parameter="classes",
        )

    def find_learning_rate(
        self,
        X: ArrayLike | ImageDataset,
        y: ArrayLike | None = None,
        *,
        low: float = options.default("find_learning_rate", "low"),
        high: float = options.default("find_learning_rate", "high"),
        steps: int = options.default("find_learning_rate", "steps"),
        sample_weight: ArrayLike | None = None,
    ) -> LearningRateSearch:
        """Trains a network of its own with a learning rate that rises from minibatch to minibatch, and notes the loss.

        The classifier stays as it is. The same seed gives the same result. Classes count alike, whatever their weights.
        (Smith, Cyclical Learning Rates for Training Neural Networks, 2017, section 3.3.)

        Args:
            X, y, sample_weight: as `fit` takes them.
            low, high: the first and the last rate; between them they rise evenly on a logarithmic scale.
            steps: minibatches; fewer are trained where the loss has risen to four times its smallest before.

        Raises:
            ParameterError, DataError, NetworkError: before any JVM work.
        """
        given = {"low": low, "high": high, "steps": steps}
        search = {name: options.check("find_learning_rate", name, value) for name, value in given.items()}
        if search["low"] >= search["high"]:
            raise errors.error(
                "PARAMETER_CONFLICT", f"low is {low} and high is {high}: low must be below high", parameter="low"
            )
        training_options = self._checked_training_options()
        network_options = self._given_network_options()
        transfer.check(training_options, has_origin=self.pretrained is not None)
        data = self.prepared(weighted(labelled(X, y, "X"), sample_weight))
        _require_two_classes(data)
        pretrained = None if self.pretrained is None else transfer.model_of(self.pretrained)
        train, _ = self._parts(data, None, training_options)
        origin = self._origin(pretrained, train, network_options)
        network = self._network_to_train(train, origin, goes_on=False)
        networks.fill(network, network_options)
        weights = sample_weights.of_pictures(train.weights, len(train))
        networks.shapes(network, train.image_shape, len(train.classes))

        from sparkdl4j.jvm import models

        request = self._java_request(train, network, network_options, training_options, origin, goes_on=False)
        request["find_learning_rate"] = search
        return LearningRateSearch(models.find_learning_rate(request, train, weights=weights, pretrained=pretrained))

    def _java_request(
        self,
        train: ImageDataset,
        network: Network,
        network_options: dict[str, Any],
        training_options: dict[str, Any],
        origin: transfer.Origin | None,
        *,
        goes_on: bool,
    ) -> dict[str, Any]:
        """What Java needs beside the pictures, with a scaler fitted on those to train on, or before."""
        if origin is not None:
            scaler, image_options = origin.scaler, origin.image_options
        elif goes_on:
            scaler, image_options = self.scaler_, self.image_options_
        else:
            scaler = self._fitted_scaler(train)
            image_options = train.image_options or _options_of_arrays(train.image_shape)
        return {
            "network": network.to_dict(),
            "network_options": network_options,
            "training_options": {**training_options, "standardize": "none" if scaler is None else scaler.kind},
            "labels": train.classes,
            "image": image_options.to_dict(),
            "scaler": _no_scaler(train.image_shape) if scaler is None else scaler.to_dict(),
            "preprocessing": [step.to_dict() for step in picture_steps(self.preprocessing)],
        }

    def trial_request(self, train: ImageDataset) -> dict[str, Any]:
        """What `Search` has trained as a trial, checked: one network, by one thread, with what decides about the run.

        Of `callbacks`, `EarlyStopping` and `ReduceLearningRateOnPlateau` count; the scaler is fitted in the trial.

        Args:
            train: pictures such as those to train with; only their shape and classes matter.

        Raises:
            ParameterError, NetworkError: as of `fit`; PARAMETER_CONFLICT for averaging workers or a pretrained model.
        """
        training_options = self._checked_training_options()
        learning_rate_schedule.check(training_options)
        if training_options["num_workers"] != 1:
            raise errors.error(
                "PARAMETER_CONFLICT",
                "a search trains one network a core, each without averaging workers: leave num_workers out",
                parameter="num_workers",
            )
        if self.pretrained is not None:
            raise errors.error(
                "PARAMETER_CONFLICT",
                "a search trains every network from its beginning: leave pretrained out",
                parameter="pretrained",
            )
        transfer.check(training_options, has_origin=False)
        network_options = self._given_network_options()
        network = networks.network(self.network, train.image_shape)
        networks.fill(network, network_options)
        networks.shapes(network, train.image_shape, len(train.classes))
        training_options |= {
            "class_weight": class_weights.of_classes(training_options["class_weight"], train.classes),
            "threads": 1,
        }
        decisions = run_decisions.request(run_decisions.done_by_training(self.callbacks), None)
        return {
            "network": network.to_dict(),
            "network_options": network_options,
            "training_options": training_options,
            "labels": train.classes,
            "image": (train.image_options or _options_of_arrays(train.image_shape)).to_dict(),
            "early_stopping": decisions["early_stopping"],
            "reduce_on_plateau": decisions["reduce_on_plateau"],
        }

    def _given_network_options(self) -> dict[str, Any]:
        given = {name: getattr(self, name) for name in _NETWORK_OPTIONS}
        return {name: options.check("network", name, value) for name, value in given.items() if value is not None}

    def _parts(
        self,
        data: ImageDataset,
        validation_data: ImageDataset | tuple[ArrayLike, ArrayLike] | None,
        training_options: dict[str, Any],
    ) -> tuple[ImageDataset, ImageDataset | None]:
        fraction = training_options["validation_fraction"]
        if validation_data is None:
            if not fraction:
                return data, None
            return data.split(fraction, seed=training_options["seed"])
        if fraction:
            raise errors.error(
                "PARAMETER_CONFLICT",
                "validation_data and validation_fraction are both given: leave one out",
                parameter="validation_fraction",
            )
        validation = (
            validation_data
            if isinstance(validation_data, ImageDataset)
            else labelled(*validation_data, "validation_data")
        )
        validation = self.prepared(validation)
        if validation.image_shape != data.image_shape:
            raise errors.error(
                "DATA_SHAPE",
                f"validation_data has pictures of {size_in_words(validation.image_shape)}, but the training data "
                f"{size_in_words(data.image_shape)}",
                parameter="validation_data",
            )
        return data, with_classes(validation, data.classes, "validation_data")

    def augmented(
        self, X: ArrayLike | ImageDataset, y: ArrayLike | None = None, *, n: int = 16, epoch: int = 1
    ) -> NDArray[Any]:
        """The first pictures of X as training on X sees them, augmented; the classifier need not be fitted.

        Args:
            X: pictures, or an `ImageDataset`.
            y: labels, which make no difference.
            n: how many; with mixup, partners are chosen among them, whereas training chooses them in its minibatches.
            epoch: counted from 1; each changes the pictures in another way.

        Returns:
            (n, height, width, channels), uint8, or float32 where X is.

        Raises:
            ParameterError, DataError.
        """
        from sparkdl4j.jvm import models

        data = self.prepared(X if isinstance(X, ImageDataset) else ImageDataset.from_arrays(X, y))
        changes = augmentations.augmentation(self.augmentation)
        request = {
            "augmentation": changes.to_dict(),
            "seed": options.check("training", "seed", self.seed),
            "epoch": epoch,
        }
        return models.augmented(request, data.subset(np.arange(min(n, len(data)))))

    def summary(self) -> str:
        """A table of the network: layer, output shape, parameters, multiply-adds and memory for one picture.

        Once fitted, also who computes each layer: `plan` (with oneDNN's name of the implementation) or `dl4j`.

        Raises:
            NetworkError: NETWORK_INVALID for the network "auto" before the pictures have chosen it.
        """
        if hasattr(self, "_model") and self.network_ is not None:
            return self.network_.summary(
                input_shape=self.image_shape_,
                classes=len(self.classes_),
                executions=self._model.executions(self.batch_size),
            )
        return networks.network(self.network).summary()

    # ------------------------------------------------------------------ files

    @classmethod
    def load(cls, path: str | Path) -> ConvNetClassifier:
        """Loads a model file. Nothing in it is executed.

        Raises:
            FileError: FILE_NOT_FOUND or FILE_UNREADABLE.
            ModelFileError: MODEL_FILE_DAMAGED, MODEL_FILE_UNSAFE or MODEL_FILE_NEWER.
        """
        from sparkdl4j.jvm.models import Model

        if not Path(path).exists():
            raise errors.error("FILE_NOT_FOUND", f"the model file {path} does not exist", path=str(path))
        return cls.of_model(Model.load(path))

    @classmethod
    def of_model(cls, model: Model) -> ConvNetClassifier:
        """The classifier of a model that the JVM holds."""
        classifier = cls()
        training = classifier._adopt(model)
        known = {name: value for name, value in training["options"].items() if name in cls._parameter_names()}
        changes = known.get("augmentation")
        known["augmentation"] = augmentations.augmentation(changes) if changes else None
        known["preprocessing"] = classifier.preprocessing_
        classifier.set_params(**known)
        if classifier.network_ is not None:
            classifier.network = classifier.network_
        return classifier

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        if "_model" in state:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "model.zip")
                self._model.save(file)
                state["_model"] = file.read_bytes()
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        from sparkdl4j.jvm.models import Model

        # What was pickled by an earlier version may lack options that there are now.
        self.__dict__.update(_DEFAULTS | state)
        if "_model" in state:
            self.__dict__.setdefault("preprocessing_", ())
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "model.zip")
                file.write_bytes(state["_model"])
                self._model = Model.load(file)


_DEFAULTS = ConvNetClassifier().get_params()


def _require_two_classes(data: ImageDataset) -> None:
    present = np.unique(data.required_labels())
    if len(present) < 2:
        only = f" class: {data.classes[present[0]]!r}" if len(present) else ""
        raise errors.error(
            "DATA_ONE_CLASS",
            f"a classifier needs at least two classes, but the data have one{only}",
        )


def _classes(given: ArrayLike | None, data: ImageDataset, *, is_named: bool) -> list[Any]:
    """The classes of a first `partial_fit`: those given, or those that a data set knows."""
    if given is None and not is_named:
        raise errors.error(
            "DATA_LABELS",
            "classes must be given in the first call of partial_fit, since later pictures may be of other classes",
            parameter="classes",
        )
    classes: list[Any] = data.classes if given is None else np.unique(np.asarray(given)).tolist()
    if len(classes) < 2:
        raise errors.error("DATA_ONE_CLASS", f"a classifier needs at least two classes, but classes has {len(classes)}")
    return classes


def _split(params: dict[str, Any], prefix: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters whose names have a prefix, without it, and the others."""
    return (
        {name.removeprefix(prefix): value for name, value in params.items() if name.startswith(prefix)},
        {name: value for name, value in params.items() if not name.startswith(prefix)},
    )


def _options_of_arrays(image_shape: tuple[int, int, int]) -> ImageOptions:
    height, width, channels = image_shape
    return ImageOptions((height, width), channels=channels)


def _no_scaler(image_shape: tuple[int, int, int]) -> dict[str, Any]:
    return {"kind": "none", "shape": list(image_shape), "mean": [], "scale": []}
