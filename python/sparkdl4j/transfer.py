"""Training that begins with what another classifier has learned."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
from sparkdl4j.preprocessing import Step
from sparkdl4j.scaler import StandardScaler

if TYPE_CHECKING:
    from sparkdl4j.classifier import ConvNetClassifier
    from sparkdl4j.jvm.models import Model
    from sparkdl4j.spark import ConvNetClassificationModel

# A model file's path (on Spark also a URL), that of a Keras file on this machine, or a fitted classifier.
Pretrained: TypeAlias = "str | Path | ConvNetClassifier | ConvNetClassificationModel"

# The model that training begins with, in errors.
PRETRAINED = "the pretrained model"

_KERAS_FILES = (".h5", ".hdf5", ".keras")
_TRAINABLE = re.compile(r"all|head|last:[1-9][0-9]{0,5}")

# Settings that decide what the network computes: those that the layers were trained with.
_STRUCTURE = ("activation",)
_KEPT = ("activation", "dropout")

# What a network is called makes it no other one.
_LABELS = ("name", "source", "default_input_shape")


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
        standardize: str | None,
    ) -> Origin:
        """What a model's metadata say.

        Args:
            metadata: of `Model.metadata`.
            network: the classifier's parameter.
            network_options: of the group "network", those given.
            standardize: the option; None where it was not given.

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
        image = ImageOptions.from_dict(metadata["image"])
        own = _description(metadata, {})
        if network != networks.AUTO:
            _require_network(networks.network(network, image.shape), Network.from_dict(own))
        for name in _STRUCTURE:
            used = own.get(name, options.default("network", name))
            if network_options.get(name, used) != used:
                raise _conflict(name, network_options[name], used)
        kind = metadata["scaler"]["kind"]
        require_standardize(kind, standardize)
        return cls(
            Network.from_dict(_description(metadata, network_options)),
            image,
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


def require_reading(image: ImageOptions, given: Mapping[str, Any], of: str = PRETRAINED) -> None:
    """Makes sure that what is said of reading pictures says how a model reads them that training begins with.

    Args:
        image: of the model.
        given: parameters of `ImageOptions` that were given; `image_size` is its `size`.
        of: what the model is.

    Raises:
        ParameterError: PARAMETER_CONFLICT, with both values; PARAMETER_TYPE, PARAMETER_RANGE.
    """
    for name, value in given.items():
        field = "size" if name == "image_size" else name
        wanted, own = getattr(replace(ImageOptions(1), **{field: value}), field), getattr(image, field)
        if wanted != own:
            show = _SHOWN.get(field, str)
            raise _conflict(name, show(wanted), show(own), of=of)


def require_standardize(kind: str, given: str | None, of: str = PRETRAINED) -> None:
    """Makes sure that pictures are standardised as those were that a model was trained on.

    Args:
        kind: of the model's scaler.
        given: the option "standardize"; None where it was not given.
        of: what the model is.

    Raises:
        ParameterError: PARAMETER_CONFLICT, with both values.
    """
    if given not in (kind, None):
        raise _conflict("standardize", given, kind, of=of)


def metadata(path: str | Path) -> dict[str, Any]:
    """The metadata of a file on this machine, as `Origin.of` takes them; of a model file they are read without a JVM.

    Raises:
        FileError: FILE_NOT_FOUND.
        ModelFileError: MODEL_FILE_DAMAGED.
    """
    if not Path(path).exists():
        raise errors.error("FILE_NOT_FOUND", f"the model file {path} does not exist", path=str(path))
    if _is_keras(path):
        return from_keras(path)._fitted_model().metadata()
    try:
        with ZipFile(path) as file:
            model = json.loads(file.read("sparkdl4j/model.json"))
            scaler = json.loads(file.read("sparkdl4j/scaler.json"))
        ImageOptions.from_dict(model["image"])
        return {name: model[name] for name in ("network", "image", "training")} | {"scaler": scaler}
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
    return _without_classes(description)


def _require_network(given: Network, own: Network) -> None:
    """Whatever one says of itself, the other must say, too; but the classes are those of the training data."""
    before = _without_classes(own.to_dict())
    for name, value in _without_classes(given.to_dict()).items():
        if name == "layers" and before[name] != value:
            raise _conflict("network", *(one.name or repr(one) for one in (given, own)))
        if name not in _LABELS and before.get(name) != value:
            raise _conflict("network", value, before.get(name, "left out"), what=f"the network's {name}")


def _without_classes(description: Mapping[str, Any]) -> dict[str, Any]:
    *before, output = description.get("layers") or [{}]
    return {**description, "layers": [*before, {name: value for name, value in output.items() if name != "units"}]}


def _conflict(name: str, given: Any, own: Any, what: str = "", of: str = PRETRAINED) -> errors.SparkDl4jError:
    return errors.error(
        "PARAMETER_CONFLICT",
        f"{what or name} is {given}, but that of {of} is {own}, and is kept: leave {name} out",
        parameter=name,
    )


def _size(image_shape: Sequence[int]) -> str:
    return "x".join(map(str, image_shape))


def _steps(steps: Sequence[Step]) -> str:
    return ", ".join(map(repr, steps)) or "none"


# How people read the parameters of `ImageOptions` that are no plain words or numbers.
_SHOWN: dict[str, Callable[[Any], str]] = {"size": _size, "preprocessing": _steps}
