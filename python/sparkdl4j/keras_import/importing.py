"""`from_keras`."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sparkdl4j import errors
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.keras_import import channel_order, head, input_modes, keras_file, layer_kinds, problems
from sparkdl4j.keras_import.graph import INPUT, KerasGraph
from sparkdl4j.keras_import.translation import Translation, UnsupportedError, WrongWeightError
from sparkdl4j.network import Graph, Layer, Network, Sequential
from sparkdl4j.network.layers.layer import DoesNotFitError
from sparkdl4j.scaler import StandardScaler

if TYPE_CHECKING:
    from sparkdl4j.classifier import ConvNetClassifier

# A network without top gets these, and predicts nothing.
_NO_LABELS = ("no class 0", "no class 1")


def from_keras(
    path: str | os.PathLike[str],
    *,
    labels: Sequence[Any] | None = None,
    size: tuple[int, int] | None = None,
    preprocessing: str | StandardScaler = input_modes.DEFAULT,
) -> ConvNetClassifier:
    """A classifier from a Keras file: HDF5 (.h5, .hdf5) of Keras 2 and 3, or .keras of Keras 3.

    It predicts what Keras predicts. As `network` of another classifier it gives the network without its weights.
    Nothing in the file is executed; TensorFlow and Keras need not be installed, h5py must be
    (`pip install 'sparkdl4j[keras]'`).

    Where the file has no top (`include_top=False`: it ends with no softmax and no sigmoid), the network can be saved
    and trained, but predicts nothing.

    Args:
        path: the file.
        labels: the names of the classes in the order of the outputs; by default 0, 1 and so on. A single sigmoid is the
            probability of the second of two.
        size: (height, width) of the pictures; by default the file's. It must be given where that leaves it open.
        preprocessing: what is done to pixels from 0 to 255 first, which Keras does not store: "caffe" (blue, green, red
            less ImageNet's means), "tf" (-1 to 1), "torch" (ImageNet's means and deviations), "unit" (0 to 1), "none";
            a `StandardScaler`; or "auto": that of keras.applications where the network has one of its names, else
            "none".

    Raises:
        FileError: FILE_NOT_FOUND, FILE_UNREADABLE.
        ModelFileError: MODEL_FILE_DAMAGED; MODEL_FILE_UNSAFE for Lambda layers; MODEL_FILE_NEWER for an unknown Keras.
        NetworkError: NETWORK_UNSUPPORTED, which names all layers that do not exist here; NETWORK_DOES_NOT_FIT.
        ParameterError: PARAMETER_RANGE, PARAMETER_CONFLICT.
        DataError: DATA_LABELS for another number of labels than classes.
        JvmError: EXTRA_MISSING without h5py.
    """
    mode = input_modes.checked(preprocessing)
    file = Path(path)
    with keras_file.opened(file) as graph:
        shape = _shape(file, graph, size)
        translation, classes = _translated(file, graph, shape)
        if mode == input_modes.AUTO:
            mode = input_modes.mode_of(graph.name)
        if mode == input_modes.CAFFE:
            channel_order.reverse(translation)
        scaler = mode if isinstance(mode, StandardScaler) else input_modes.scaler(mode, shape)
        network = _network(graph, translation, shape, is_fixed=size is None)
        request = {
            "network": network.to_dict(),
            "labels": _labels(labels, classes),
            "image": ImageOptions(shape[:2], channels=shape[2]).to_dict(),
            "scaler": _no_scaler(shape) if scaler is None else scaler.to_dict(),
            "training": {
                "reason": "imported",
                "kept_epoch": 0,
                "history": [],
                "options": {"standardize": "none" if scaler is None else scaler.kind},
                "imported": {
                    "has_top": classes is not None,
                    "keras": graph.version,
                    "preprocessing": "scaler" if isinstance(mode, StandardScaler) else mode,
                    "notices": translation.notices,
                },
            },
        }
        from sparkdl4j.classifier import ConvNetClassifier
        from sparkdl4j.jvm import models

        model = models.assemble(request, translation.parameters)
    return ConvNetClassifier.of_model(model)


def _shape(file: Path, graph: KerasGraph, size: tuple[int, int] | None) -> tuple[int, int, int]:
    height, width, channels = graph.input_shape
    if size is not None:
        height, width, _ = ImageOptions(size).shape
    if height is None or width is None or channels is None:
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"the network of {file} is made for no size of its own: give size, such as size=(224, 224)",
            parameter="size",
        )
    if channels not in (1, 3):
        raise problems.unsupported(file, [f"pictures of {channels} channels, where 1 and 3 are possible"])
    return height, width, channels


def _translated(file: Path, graph: KerasGraph, shape: tuple[int, int, int]) -> tuple[Translation, int | None]:
    """The network of ours, and the number of its classes; None without top."""
    translation = Translation(shape, graph.version)
    wrong: list[str] = []
    try:
        top = head.find(graph)
    except UnsupportedError as problem:
        raise problems.unsupported(file, [str(problem)]) from None
    except (KeyError, TypeError, ValueError, IndexError) as problem:
        raise problems.damaged(file, f"its last layer makes no sense ({problem})") from None
    for layer in graph.layers:
        if layer.name in top.layers:
            continue
        inputs = [translation.values[name] for name in layer.inputs if name in translation.values]
        translate = layer_kinds.translator(layer)
        if translate is None:
            wrong.append(layer_kinds.missing(layer))
        else:
            try:
                translation.values[layer.name] = translate(translation, layer, inputs)
                continue
            except UnsupportedError as problem:
                wrong.append(f"{layer.name} ({layer.kind}: {problem})")
            except (DoesNotFitError, WrongWeightError) as problem:
                # Behind a layer that is missing nothing need fit.
                if not wrong:
                    raise _does_not_fit(file, graph, layer.name, problem) from None
            except errors.ParameterError as problem:
                wrong.append(f"{layer.name} ({layer.kind}: {problem})")
            except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError) as problem:
                if not wrong:
                    raise problems.damaged(file, f"{layer} makes no sense ({problem})") from None
        if inputs:
            translation.values[layer.name] = inputs[0]
    if wrong:
        has_code = any(layer_kinds.is_code(layer) for layer in graph.layers)
        raise problems.unsupported(file, wrong, has_code=has_code)
    try:
        classes = head.add(translation, top, translation.values[top.source])
    except UnsupportedError as problem:
        raise problems.unsupported(file, [str(problem)]) from None
    except (DoesNotFitError, WrongWeightError) as problem:
        raise _does_not_fit(file, graph, top.source, problem) from None
    _leave_out_unused(translation)
    return translation, classes


def _does_not_fit(file: Path, graph: KerasGraph, name: str, problem: Exception) -> errors.SparkDl4jError:
    if isinstance(problem, WrongWeightError) and None not in graph.input_shape:
        return problems.damaged(file, str(problem))
    return errors.error("NETWORK_DOES_NOT_FIT", f"{problem}: layer {name} of {file}", path=str(file), layer=name)


def _leave_out_unused(translation: Translation) -> None:
    """Leaves out the layers that lead nowhere: poolings whose flat output nobody takes any more."""
    needed: set[str] = set()
    for layer in reversed(translation.layers):
        if layer is translation.layers[-1] or layer.name in needed:
            needed.update((str(layer.name), *(layer.inputs or ())))
    translation.layers = [layer for layer in translation.layers if layer.name in needed]
    translation.parameters = [one for one in translation.parameters if one.layer.split("/")[0] in needed]


def _network(graph: KerasGraph, translation: Translation, shape: tuple[int, int, int], *, is_fixed: bool) -> Network:
    demands = is_fixed and None not in graph.input_shape
    names = [INPUT, *(str(layer.name) for layer in translation.layers)]
    is_chain = all(layer.inputs == (before,) for before, layer in zip(names, translation.layers, strict=False))
    layers: list[Layer] = translation.layers
    if is_chain:
        layers = [dataclasses.replace(layer, inputs=None) for layer in layers]
    source = f"Keras {graph.version}"
    return (Sequential if is_chain else Graph)(
        layers,
        name=graph.name,
        source=source,
        input_shape=shape if demands else None,
        default_input_shape=None if demands else shape,
    )


def _labels(given: Sequence[Any] | None, classes: int | None) -> list[Any]:
    if given is None:
        return list(_NO_LABELS) if classes is None else list(range(classes))
    labels = list(given)
    if classes is not None and len(labels) != classes:
        raise errors.error(
            "DATA_LABELS", f"there are {len(labels)} labels, but the network has {classes} classes", parameter="labels"
        )
    if len(labels) < 2 or len({str(label) for label in labels}) < len(labels):
        raise errors.error("DATA_LABELS", "labels must be at least two, all different", parameter="labels")
    return labels


def _no_scaler(shape: tuple[int, int, int]) -> dict[str, Any]:
    return {"kind": "none", "shape": list(shape), "mean": [], "scale": []}
