"""The layers of a network from the JSON in which Keras stores its configuration.

Keras 2 and Keras 3 write most of it alike; where they differ, both forms are read here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from sparkdl4j import errors
from sparkdl4j.keras_import import problems
from sparkdl4j.keras_import.graph import INPUT, KerasGraph, KerasLayer, StoredArray

_SEQUENTIAL = "Sequential"
_MODELS = (_SEQUENTIAL, "Functional", "Model")
_INPUT_LAYER = "InputLayer"


@dataclass(frozen=True)
class Place:
    """Where a layer stands, from the outermost network inwards.

    Args:
        names: Keras's names of the networks around it, and its own.
        slots: the same as Keras 3 numbers them by class: functional, conv2d_1.
    """

    names: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()

    def inside(self, name: str, slot: str) -> Place:
        """That of a layer in this network."""
        return Place((*self.names, name), (*self.slots, slot))


Weights: TypeAlias = Callable[[Place], Sequence[StoredArray]]


def read(path: Path, model: Any, version: str, weights: Weights, loss: str | None) -> KerasGraph:
    """The network that a configuration describes; networks within it become part of it.

    Args:
        path: of the file, for errors.
        model: the JSON: `class_name` and `config`.
        version: of the Keras that wrote it.
        weights: what gives a layer's variables.
        loss: the name of the loss that it was compiled with, or None.

    Raises:
        ModelFileError: MODEL_FILE_DAMAGED.
        NetworkError: NETWORK_UNSUPPORTED for several inputs or outputs, and layers that are used twice.
    """
    try:
        kind, config = model["class_name"], model["config"]
        # Keras 1, and 2 before 2.2.3, wrote the bare list of a Sequential's layers.
        config = {"name": "sequential", "layers": config} if isinstance(config, list) else config
        if kind not in _MODELS:
            raise problems.unsupported(path, [f"{_name(model)} ({kind}: a model of a class of its own)"])
        reading = _Reading(path, weights)
        output = reading.network(kind, config, None, Place())
        if reading.input_shape is None:
            raise problems.unsupported(path, ["the network, which does not say the shape of its input"])
        name = config.get("name") or _name(model)
        return KerasGraph(name, version, reading.input_shape, reading.layers, output, loss)
    except errors.SparkDl4jError:
        raise
    except (KeyError, TypeError, IndexError, AttributeError, ValueError, RecursionError) as problem:
        raise problems.damaged(
            path, f"its configuration makes no sense ({type(problem).__name__}: {problem})"
        ) from None


@dataclass
class _Reading:
    path: Path
    weights: Weights
    layers: list[KerasLayer] = field(default_factory=list)
    input_shape: tuple[int | None, int | None, int | None] | None = None
    _names: set[str] = field(default_factory=lambda: {INPUT})

    def network(self, kind: str, config: Mapping[str, Any], given: Sequence[str] | None, place: Place) -> str:
        """Adds the layers of a network, given what it takes; returns the name of what it gives."""
        if kind == _SEQUENTIAL:
            return self._sequential(config, given, place)
        return self._functional(config, given, place)

    def _sequential(self, config: Mapping[str, Any], given: Sequence[str] | None, place: Place) -> str:
        before = self._one(given) if given is not None else INPUT
        if given is None and "build_input_shape" in config:
            self._take_shape(config["build_input_shape"])
        for layer, inside in _placed(config["layers"], place, skips_inputs=True):
            if given is None:
                self._take_shape(_batch_shape(layer["config"]))
            if layer["class_name"] != _INPUT_LAYER:
                before = self._layer(layer, (before,), {}, inside)
        return before

    def _functional(self, config: Mapping[str, Any], given: Sequence[str] | None, place: Place) -> str:
        names = [reference[0] for reference in _references(config["input_layers"])]
        sources = dict(zip(names, given or [INPUT], strict=False))
        if len(sources) != len(names):
            raise problems.unsupported(self.path, [f"{_name(config)} (a network with {len(names)} inputs)"])
        for layer, inside in _in_order(config["layers"], place):
            name = _name(layer)
            if layer["class_name"] == _INPUT_LAYER:
                if given is None:
                    self._take_shape(_batch_shape(layer["config"]))
                continue
            nodes = layer["inbound_nodes"]
            if len(nodes) != 1:
                what = "used more than once" if nodes else "without input"
                raise problems.unsupported(self.path, [f"{name} ({layer['class_name']}: {what})"])
            references, arguments = _call(nodes[0])
            if any(tensor for _, tensor in references):
                raise problems.unsupported(self.path, [f"{name} ({layer['class_name']}: takes a second output)"])
            inputs = tuple(sources[reference] for reference, _ in references)
            sources[name] = self._layer(layer, inputs, arguments, inside)
        outputs = _references(config["output_layers"])
        if len(outputs) != 1:
            raise problems.unsupported(self.path, [f"{_name(config)} (a network with {len(outputs)} outputs)"])
        return sources[outputs[0][0]]

    def _layer(
        self, layer: Mapping[str, Any], inputs: tuple[str, ...], arguments: Mapping[str, Any], place: Place
    ) -> str:
        kind, config = layer["class_name"], layer["config"]
        if kind in _MODELS:
            return self.network(kind, config, inputs, place)
        registered = layer.get("registered_name")
        module = layer.get("module") or "keras"
        if module.split(".")[0] not in ("keras", "tf_keras", "tensorflow", "builtins") and ">" not in kind:
            kind = registered or f"{module}>{kind}"
        name = self._unique(_name(layer))
        self.layers.append(KerasLayer(name, kind, config, inputs, arguments, self.weights(place)))
        return name

    def _one(self, given: Sequence[str]) -> str:
        if len(given) != 1:
            raise problems.unsupported(self.path, [f"a Sequential network with {len(given)} inputs"])
        return given[0]

    def _unique(self, name: str) -> str:
        # Slashes name the parts of our layers.
        plain = name.replace("/", "_")
        unique, number = plain, 1
        while unique in self._names:
            unique, number = f"{plain}_{number}", number + 1
        self._names.add(unique)
        return unique

    def _take_shape(self, batch_shape: Any) -> None:
        if self.input_shape is not None or batch_shape is None:
            return
        shape = tuple(batch_shape[1:])
        if len(shape) != 3 or shape[2] is None:
            raise problems.unsupported(
                self.path, [f"the input of shape {shape}, which is not (height, width, channels)"]
            )
        self.input_shape = (shape[0], shape[1], shape[2])


def _placed(
    layers: Sequence[Mapping[str, Any]], place: Place, *, skips_inputs: bool
) -> Iterator[tuple[Mapping[str, Any], Place]]:
    """The layers of a network with their places."""
    counts: dict[str, int] = {}
    for layer in layers:
        slot = _snake_case(layer["class_name"])
        number = 0
        if not (skips_inputs and layer["class_name"] == _INPUT_LAYER):
            number = counts[slot] = counts.get(slot, -1) + 1
        yield layer, place.inside(_name(layer), f"{slot}_{number}" if number else slot)


def _in_order(layers: Sequence[Mapping[str, Any]], place: Place) -> Iterator[tuple[Mapping[str, Any], Place]]:
    """The layers of a functional network, each behind those whose outputs it takes."""
    waiting = list(_placed(layers, place, skips_inputs=False))
    known: set[str] = set()
    while waiting:
        ready = [
            one
            for one in waiting
            if all(name in known for node in one[0].get("inbound_nodes", []) for name, _ in _call(node)[0])
        ]
        if not ready:
            raise ValueError(f"{_name(waiting[0][0])} takes what no layer gives")
        yield from ready
        known.update(_name(layer) for layer, _ in ready)
        waiting = [one for one in waiting if _name(one[0]) not in known]


def _name(layer: Mapping[str, Any]) -> str:
    name = layer.get("name") or layer.get("config", {}).get("name")
    return str(name) if name else str(layer["class_name"]).lower()


def _batch_shape(config: Mapping[str, Any]) -> Any:
    shape = config.get("batch_shape")
    return config.get("batch_input_shape") if shape is None else shape


def _references(value: Any) -> list[tuple[str, int]]:
    """The (layer, output) that a list names, of one or of several."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)) and len(value) == 3 and isinstance(value[0], str):
        value = [value]
    return [(str(one[0]), int(one[2])) for one in value]


def _call(node: Any) -> tuple[list[tuple[str, int]], dict[str, Any]]:
    """What a layer was called with: outputs of layers, and all else by name."""
    if isinstance(node, Mapping):  # Keras 3
        references: list[tuple[str, int]] = []
        arguments: dict[str, Any] = {}
        positional = {str(number): value for number, value in enumerate(node.get("args", []))}
        for name, value in {**positional, **node.get("kwargs", {})}.items():
            found = _tensors(value)
            references += found
            if not found and value is not None:
                arguments[name] = value
        return references, arguments
    # Keras 2: one [layer, node, output, arguments] or a list of these; or a dict of them by argument.
    entries = [node] if isinstance(node[0], str) else node
    arguments = {}
    references = []
    for entry in entries:
        references.append((str(entry[0]), int(entry[2])))
        for name, value in (entry[3] if len(entry) > 3 else {}).items():
            if isinstance(value, (list, tuple)) and len(value) == 3 and isinstance(value[0], str):
                references.append((str(value[0]), int(value[2])))
            elif value is not None:
                arguments[name] = value
    return references, arguments


def _tensors(value: Any) -> list[tuple[str, int]]:
    """The outputs of layers in what Keras 3 stores of an argument."""
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            history = value["config"]["keras_history"]
            return [(str(history[0]), int(history[2]))]
        return [found for one in value.values() for found in _tensors(one)]
    if isinstance(value, (list, tuple)):
        return [found for one in value for found in _tensors(one)]
    return []


def _snake_case(name: str) -> str:
    """A class's name as Keras 3 names the places of its objects: Conv2D is conv2d."""
    name = re.sub(r"\W+", "", name.split(">")[-1])
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
