"""`sparkdl4j train`."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from sparkdl4j import atomic_file, errors, options, transfer
from sparkdl4j import network as networks
from sparkdl4j.augmentation import Augmentation
from sparkdl4j.callbacks import Callback, CSVLogger, JsonLogger, MlflowLogger, TensorBoard
from sparkdl4j.checkpoint import Checkpoint
from sparkdl4j.cli import place as places
from sparkdl4j.cli.place import Place
from sparkdl4j.cli.report import write_report
from sparkdl4j.early_stopping import EarlyStopping
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.network import Network
from sparkdl4j.plateau_reduction import ReduceLearningRateOnPlateau
from sparkdl4j.urls import is_url

# How files become pixels: parameters of `ImageOptions`.
_READING = ("size", "channels", "window", "max_pixels", "preprocessing")


def run(arguments: Namespace) -> dict[str, Any]:
    """Trains, saves, and evaluates where there are test data; returns how it went."""
    for path in (arguments.model, arguments.csv_log, arguments.json_log):
        if path is not None and not (path == arguments.model and is_url(path)):
            atomic_file.check_folder(Path(path).parent)
    if arguments.report:
        atomic_file.make_folder(arguments.report)
    given = given_options(arguments)
    seed = given.get("seed", options.default("training", "seed"))

    with places.of(arguments) as place:
        network, image_options = network_and_image_options(arguments, place)
        training = place.training(network, image_options, {**given, "callbacks": _callbacks(arguments)})
        if isinstance(network, Network) and image_options is not None and not Path(arguments.data).is_file():
            # Before pictures are read, which may take long.
            networks.shapes(network, image_options.shape, None)
        if is_url(arguments.model):
            place.require_writable(arguments.model)
        data = place.read(arguments.data, image_options)
        test, validation = arguments.test, arguments.validation
        if isinstance(test, float):
            data, test = place.split(data, test, seed)
        elif test is not None:
            test = place.read(test, image_options)
        if isinstance(validation, str):
            validation = place.read(validation, image_options)
        print(f"Training: {data}", file=sys.stderr)
        try:
            training.fit(data, validation, arguments.resume)
        except (KeyboardInterrupt, errors.TrainingError):
            if training.kept_epoch:
                training.save(arguments.model)
                print(f"The model of epoch {training.kept_epoch} is saved in {arguments.model}", file=sys.stderr)
            raise
        training.save(arguments.model)
        evaluated = None
        if test is not None:
            evaluated = training.evaluate(test)
            print(f"Test: {evaluated.pictures}\n\n{evaluated.metrics}\n")
        if arguments.report:
            title = f"{arguments.network} on {arguments.data}"
            write_report(arguments.report, title, training.history(), evaluated, **training.to_report(data, test))
        history = training.history()
    print(f"Model: {arguments.model} (epoch {training.kept_epoch} of {len(history.epochs)})")
    return {
        "model": arguments.model,
        "kept_epoch": training.kept_epoch,
        "epochs": history.epochs,
        "report": arguments.report,
        "test": evaluated.metrics.to_dict() if evaluated else None,
    }


def network_and_image_options(arguments: Namespace, place: Place) -> tuple[str | Network, ImageOptions | None]:
    """The network, "auto" until the pictures' size is known, and how pictures are decoded, where that is known."""
    reading = {name: getattr(arguments, name) for name in _READING if getattr(arguments, name) is not None}
    if arguments.pretrained is not None:
        of_network = {name: getattr(arguments, name) for name in options.names("network")}
        given = {name: value for name, value in of_network.items() if value is not None}
        metadata = place.metadata(arguments.pretrained)
        origin = transfer.Origin.of(metadata, arguments.network, given, arguments.standardize)
        transfer.require_reading(origin.image_options, reading)
        return networks.AUTO, origin.image_options
    network = networks.AUTO if arguments.network == networks.AUTO else networks.network(arguments.network)
    # "auto" without a size takes the network of small pictures, and the size that it was made for.
    named = network if isinstance(network, Network) else networks.small_resnet()
    reading.setdefault("size", named.image_size)
    return network, None if reading["size"] is None else ImageOptions(**reading)


def _callbacks(arguments: Namespace) -> list[Callback]:
    callbacks: list[Callback] = []
    schedule = _of_decision(arguments, "checkpoint", "the file to write")
    if arguments.checkpoint is not None:
        callbacks.append(Checkpoint(arguments.checkpoint, **schedule))
    callbacks += decisions(arguments)
    if arguments.csv_log is not None:
        callbacks.append(CSVLogger(arguments.csv_log))
    if arguments.json_log is not None:
        callbacks.append(JsonLogger(arguments.json_log))
    if arguments.tensorboard is not None:
        callbacks.append(TensorBoard(arguments.tensorboard))
    if arguments.mlflow is not None:
        callbacks.append(MlflowLogger(arguments.mlflow))
    return callbacks


def decisions(arguments: Namespace) -> list[Callback]:
    """What ends a training early, or reduces its learning rate."""
    callbacks: list[Callback] = []
    stopping = _of_decision(arguments, "early_stopping", "after how many epochs")
    if arguments.early_stopping is not None:
        callbacks.append(EarlyStopping(arguments.early_stopping, **stopping))
    reduction = _of_decision(arguments, "reduce_on_plateau", "after how many epochs")
    if arguments.reduce_on_plateau is not None:
        callbacks.append(ReduceLearningRateOnPlateau(patience=arguments.reduce_on_plateau, **reduction))
    return callbacks


def _of_decision(arguments: Namespace, group: str, what: str) -> dict[str, Any]:
    """The options of a decision about the run, which are of no use without the one that asks for it."""
    values = {name: getattr(arguments, f"{group}_{name}", None) for name in options.names(group)}
    given = {name: value for name, value in values.items() if value is not None}
    if given and getattr(arguments, group) is None:
        flag = f"--{group.replace('_', '-')}"
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"{flag}-{next(iter(given)).replace('_', '-')} needs {flag}, {what}",
            parameter=group,
        )
    return given


def given_options(arguments: Namespace) -> dict[str, Any]:
    """The options of training, network and augmentation that were given; the others are the classifier's to choose."""
    names = (name for group in ("training", "network") for name in options.names(group))
    values = {name: getattr(arguments, name, None) for name in names}
    given = {name: value for name, value in values.items() if value is not None}
    changes = {name: getattr(arguments, f"augmentation_{name}", None) for name in options.names("augmentation")}
    if any(value is not None for value in changes.values()):
        given["augmentation"] = Augmentation(**{name: value for name, value in changes.items() if value is not None})
    if arguments.pretrained is not None:
        given["pretrained"] = arguments.pretrained
    return given
