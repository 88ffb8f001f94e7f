"""How pictures are brought to the numbers that a network was trained on: the modes of keras.applications."""

from __future__ import annotations

import re

import numpy as np

from sparkdl4j import errors, options
from sparkdl4j.scaler import StandardScaler

AUTO, NONE, CAFFE = "auto", "none", "caffe"
_GROUP, _OPTION = "keras", "preprocessing"
DEFAULT: str = options.default(_GROUP, _OPTION)

# Of red, green and blue: (mean, deviation) of values from 0 to 255. Keras: applications/imagenet_utils.py.
_MODES = {
    CAFFE: ((123.68, 116.779, 103.939), (1.0, 1.0, 1.0)),
    "tf": ((127.5,) * 3, (127.5,) * 3),
    "torch": (tuple(255 * one for one in (0.485, 0.456, 0.406)), tuple(255 * one for one in (0.229, 0.224, 0.225))),
    "unit": ((0.0,) * 3, (255.0,) * 3),
}

# The names that keras.applications gives to its networks. EfficientNets and ConvNeXts have it inside.
_NETWORKS = (
    (r"resnet(50|101|152)(_\d+)?|vgg(16|19)(_\d+)?", CAFFE),
    (r"resnet(50|101|152)v2(_\d+)?|mobilenet(v2)?_[\d.]+_\d+(_\d+)?|xception|inception_(v3|resnet_v2)|nasnet", "tf"),
    (r"densenet(121|169|201)(_\d+)?", "torch"),
)


def mode_of(name: str) -> str:
    """The mode of a network of keras.applications, by the name that these have; else none."""
    return next((mode for names, mode in _NETWORKS if re.fullmatch(names, name)), NONE)


def checked(mode: str | StandardScaler) -> str | StandardScaler:
    """One of the modes, or a fitted scaler.

    Raises:
        ParameterError: PARAMETER_TYPE, PARAMETER_RANGE.
    """
    if isinstance(mode, StandardScaler):
        return mode
    return str(options.check(_GROUP, _OPTION, mode))


def scaler(mode: str, shape: tuple[int, int, int]) -> StandardScaler | None:
    """The scaler of a mode for pictures of a shape; None for none.

    Raises:
        ParameterError: PARAMETER_CONFLICT for pictures that are not red, green and blue.
    """
    if mode == NONE:
        return None
    if shape[2] != 3 and mode in (CAFFE, "torch"):
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"preprocessing {mode!r} is for 3 channels, but the network takes {shape[2]}",
            parameter="preprocessing",
        )
    mean, deviation = (np.asarray(values)[: shape[2]].tolist() for values in _MODES[mode])
    values = {"kind": "channel", "shape": list(shape), "mean": mean, "scale": deviation}
    return StandardScaler.from_dict(values)
