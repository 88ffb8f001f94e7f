"""Keras's activations in our words: one of ours, or several layers that compute the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sparkdl4j.keras_import.translation import Translation, UnsupportedError, Value
from sparkdl4j.network import Activation, Multiply, Rescaling

SOFTMAX, SIGMOID, LINEAR = "softmax", "sigmoid", "identity"
_OURS = {
    "linear": LINEAR,
    "relu": "relu",
    "relu6": "relu6",
    "sigmoid": SIGMOID,
    "tanh": "tanh",
    "elu": "elu",
    "silu": "silu",
    "swish": "silu",
    "softmax": SOFTMAX,
}
# Of the function; the layer LeakyReLU names its own.
_LEAKY_SLOPE = 0.2


def name(stored: Any) -> str:
    """The name of an activation as Keras stores it.

    Raises:
        UnsupportedError: for one that is no function of Keras's.
    """
    if stored is None:
        return "linear"
    if isinstance(stored, Mapping):
        config = stored.get("config")
        registered = stored.get("registered_name")
        if stored.get("class_name") == "function" and isinstance(config, str) and registered in (None, config):
            return config
        raise UnsupportedError(f"activation {registered or stored.get('class_name')}")
    return str(stored)


def own(stored: Any) -> str | None:
    """Our activation that a layer with weights can do itself, or None."""
    return _OURS.get(name(stored))


def after(translation: Translation, stored: Any, value: Value, layer_name: str) -> Value:
    """Adds the layers of an activation that no layer of ours does itself.

    Raises:
        UnsupportedError: where it does not exist here.
    """
    kind = name(stored)
    if kind in _OURS:
        if _OURS[kind] == LINEAR:
            return value
        if _OURS[kind] == SOFTMAX:
            if value.is_image:
                raise UnsupportedError("softmax of an image")
            value = translation.units(value, layer_name)
        return _changed(translation, Activation(_OURS[kind]), value, layer_name)
    if kind not in _COMPOSED:
        raise UnsupportedError(f"activation {kind}")
    return _COMPOSED[kind](translation, value, layer_name)


def leaky_relu(translation: Translation, value: Value, name: str, slope: float) -> Value:
    """x, or x times the slope below 0."""
    if slope == 0:
        return _changed(translation, Activation("relu"), value, name)
    return _changed(translation, Activation("leaky_relu", slope=slope), value, name)


def clipped_relu(translation: Translation, value: Value, name: str, largest: float) -> Value:
    """x between 0 and a largest value: relu6 of another scale."""
    if largest == 6:
        return _changed(translation, Activation("relu6"), value, name)
    value = _changed(translation, Rescaling(6 / largest), value, f"{name}_up")
    value = _changed(translation, Activation("relu6"), value, f"{name}_relu6")
    return _changed(translation, Rescaling(largest / 6), value, name)


def _hard_sigmoid(translation: Translation, value: Value, name: str) -> Value:
    # Keras 2: x / 5 + 1/2 between 0 and 1; Keras 3: x / 6 + 1/2. A sixth of relu6 both.
    factor = 1.2 if translation.is_keras_2 else 1.0
    value = _changed(translation, Rescaling(factor, 3), value, f"{name}_shift")
    value = _changed(translation, Activation("relu6"), value, f"{name}_relu6")
    return _changed(translation, Rescaling(1 / 6), value, name)


def _hard_silu(translation: Translation, value: Value, name: str) -> Value:
    share = _changed(translation, Rescaling(1, 3), value, f"{name}_shift")
    share = _changed(translation, Activation("relu6"), share, f"{name}_relu6")
    share = _changed(translation, Rescaling(1 / 6), share, f"{name}_share")
    product = translation.add(Multiply([value.name, share.name]), value, share, name=name)
    return like(value, product)


def _changed(translation: Translation, layer: Activation | Rescaling, value: Value, name: str) -> Value:
    return like(value, translation.add(layer, value, name=name))


def like(value: Value, changed: Value) -> Value:
    """What a layer that treats every value on its own has made of a value."""
    return Value(changed.name, changed.shape, value.is_flat, value.order)


_COMPOSED: dict[str, Callable[[Translation, Value, str], Value]] = {
    "leaky_relu": lambda translation, value, name: leaky_relu(translation, value, name, _LEAKY_SLOPE),
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": _hard_silu,
    "hard_swish": _hard_silu,
}
