"""Training that begins with what another classifier has learned."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard
from zipfile import BadZipFile, ZipFile

from sparkdl4j import errors, options
from sparkdl4j import network as networks
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.keras_import import from_keras
from sparkdl4j.network import Network
from sparkdl4j.network.network import SETTINGS
from sparkdl4j.scaler import StandardScaler

if TYPE_CHECKING:
    from sparkdl4j.classifier import ConvNetClassifier
    from sparkdl4j.jvm.models import Model
    from sparkdl4j.spark import ConvNetClassificationModel

# A model file's path (on Spark also a URL), that of a Keras file on this machine, or a fitted classifier.
Pretrained: TypeAlias = "str | Path | ConvNetClassifier | ConvNetClassificationModel"

_KERAS_FILES = (".h5", ".hdf5", ".keras")
_TRAINABLE = re.compile(r"all|head|last:[1-9][0-9]{0,5}")

# Settings that decide what the network computes: those that the layers were trained with.
_STRUCTURE = ("activation",)
_KEPT = ("activation", "dropout")


@dataclass(frozen=True)
class Origin:
    """What a training begins with.

    Args:
        network: the description of the model's network, for other classes, without the settings that were given now.
        image_options: how the model decodes pictures.
        scaler: the model's; None where pictures stay as they are.
    """

    network: Network
    image_options: ImageOptions
    scaler: StandardScaler | None

    @classmethod
    def of(
        cls,
        metadata: Mapping[str, Any],
        network: Any,
        network_options: Mapping[str, Any],
        standardize: str,
    ) -> Origin:
        """What a model's metadata say.

        Args:
            metadata: of `Model.metadata`.
            network: the classifier's parameter.
            network_options: of the group "network", those given.
            standardize: the option.

        Raises:
            ParameterError: PARAMETER_CONFLICT for what contradicts the model.
            NetworkError: NETWORK_INVALID for a model without a description of its network.
        """
        if not (metadata["network"] or {}).get("layers"):
            raise errors.error(
                "NETWORK_INVALID",
                "the pretrained model has no description of its network, so that no output layer can be made for other "
                "classes; its features can be used: ImageFeaturizer",
            )
        if network != networks.AUTO:
            raise errors.error(
                "PARAMETER_CONFLICT",
                "network and pretrained are both given, but the network is that of the pretrained model: leave "
                "network out",
                parameter="network",
            )
        for name in _STRUCTURE:
            if name in network_options:
                raise errors.error(
                    "PARAMETER_CONFLICT",
                    f"{name} cannot be given with pretrained: the layers were trained with that of the model",
                    parameter=name,
                )
        kind = metadata["scaler"]["kind"]
        if standardize not in (kind, options.default("training", "standardize")):
            raise errors.error(
                "PARAMETER_CONFLICT",
                f"standardize is {standardize}, but the pretrained model was trained with {kind}, and its scaler is "
                "kept: leave standardize out",
                parameter="standardize",
            )
        return cls(
            Network.from_dict(_description(metadata, network_options)),
            ImageOptions.from_dict(metadata["image"]),
            None if kind == "none" else StandardScaler.from_dict(metadata["scaler"]),
        )

    def require_pictures(self, image_shape: tuple[int, int, int]) -> None:
        """Makes sure that pictures are of the model's size.

        Raises:
            DataError: DATA_SHAPE.
        """
        if image_shape != self.image_options.shape:
            raise errors.error(
                "DATA_SHAPE",
                f"the pictures are {_size(image_shape)}, but the pretrained model takes "
                f"{_size(self.image_options.shape)}: read them with size={self.image_options.size} and "
                f"channels={self.image_options.channels}",
                parameter="X",
            )


def image_options(path: str | Path) -> ImageOptions:
    """How the model of a file on this machine reads pictures.

    Raises:
        FileError: FILE_NOT_FOUND.
        ModelFileError: MODEL_FILE_DAMAGED.
    """
    if not Path(path).exists():
        raise errors.error("FILE_NOT_FOUND", f"the model file {path} does not exist", path=str(path))
    if _is_keras(path):
        return from_keras(path).image_options_
    try:
        with ZipFile(path) as file:
            return ImageOptions.from_dict(json.loads(file.read("sparkdl4j/model.json"))["image"])
    except (BadZipFile, KeyError, OSError, ValueError) as problem:
        raise errors.error(
            "MODEL_FILE_DAMAGED", f"{path} is no model file, or a damaged one: {problem}", path=str(path)
        ) from problem


def check(training_options: Mapping[str, Any], *, has_origin: bool) -> None:
    """Checks which layers are to be trained.

    Args:
        training_options: of the group "training".
        has_origin: whether the parameters that would stay as they are come from a training.

    Raises:
        ParameterError: PARAMETER_RANGE; PARAMETER_CONFLICT.
    """
    trainable = training_options["trainable"]
    if not _TRAINABLE.fullmatch(trainable):
        raise errors.error(
            "PARAMETER_RANGE",
            f'trainable must be "all", "head" or "last:n" with a number of layers, but is "{trainable}"',
            parameter="trainable",
        )
    freezes = trainable != "all" or training_options["unfreeze_every"] > 0
    if freezes and not has_origin:
        name = "trainable" if trainable != "all" else "unfreeze_every"
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"{name} is {training_options[name]}, but layers that were never trained cannot stay as they are: give "
            "pretrained, or leave it out",
            parameter=name,
        )


def model_of(pretrained: Pretrained) -> Model:
    """The model in the JVM of this process.

    Raises:
        ParameterError: PARAMETER_TYPE for something else.
        FileError: FILE_NOT_FOUND, FILE_UNREADABLE.
        ModelFileError: MODEL_FILE_DAMAGED, MODEL_FILE_UNSAFE, MODEL_FILE_NEWER.
        NotFittedError: NOT_FITTED.
    """
    from sparkdl4j.jvm.models import Model

    own = getattr(pretrained, "_fitted_model", None)
    if own is not None:
        model: Model = own()
        return model
    if isinstance(pretrained, (str, Path)) and not Path(pretrained).exists():
        raise errors.error("FILE_NOT_FOUND", f"the model file {pretrained} does not exist", path=str(pretrained))
    if _is_keras(pretrained):
        return from_keras(pretrained)._fitted_model()
    with model_file(pretrained) as path:
        return Model.load(path)


def _is_keras(pretrained: Pretrained) -> TypeGuard[str | Path]:
    return isinstance(pretrained, (str, Path)) and Path(pretrained).suffix.lower() in _KERAS_FILES


@contextmanager
def model_file(pretrained: Pretrained) -> Iterator[str]:
    """The path of a model file, which a fitted classifier writes for the moment.

    Raises:
        ParameterError: PARAMETER_TYPE for something else.
        NotFittedError: NOT_FITTED.
    """
    if _is_keras(pretrained):
        pretrained = from_keras(pretrained)
    if isinstance(pretrained, (str, Path)):
        yield str(pretrained)
        return
    save = getattr(pretrained, "save_model_file", None) or getattr(pretrained, "save", None)
    if save is None:
        raise errors.error(
            "PARAMETER_TYPE",
            f"a pretrained model is a model file's path or a fitted classifier, but this is {pretrained!r}",
            parameter="pretrained",
        )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.zip"
        save(path)
        yield str(path)


def _description(metadata: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    description = dict(metadata["network"])
    trained_with = metadata["training"]["options"]
    for name in _KEPT:
        if description.get(name) is None and trained_with.get(name) is not None:
            description[name] = trained_with[name]
    for name in SETTINGS:
        if name in given:
            description.pop(name, None)
    *before, output = description["layers"]
    description["layers"] = [*before, {name: value for name, value in output.items() if name != "units"}]
    return description


def _size(image_shape: tuple[int, int, int]) -> str:
    return "x".join(map(str, image_shape))
