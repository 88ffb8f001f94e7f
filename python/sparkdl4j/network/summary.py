"""The table of a network: what every layer makes, learns, computes and holds, and who computes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sparkdl4j.network.layers import Layer, Output
from sparkdl4j.network.layers.layer import Shape, TracedLayer, times
from sparkdl4j.network.layers.trace import trace_layers
from sparkdl4j.report import tables

_HEADINGS = ["layer", "type", "output", "parameters", "multiply-adds", "memory"]
_RIGHT = (2, 3, 4, 5)
_FLOAT_BYTES = 4


@dataclass(frozen=True)
class Execution:
    """Who computes one step of a layer.

    Args:
        step: the layer's name, and what of it: layer3/conv1.forward.
        core: plan or dl4j.
        implementation: oneDNN's name of it, or empty.
    """

    step: str
    core: str
    implementation: str

    @property
    def is_slow(self) -> bool:
        """Whether oneDNN has only its reference loop."""
        return self.implementation.startswith("ref")


@dataclass(frozen=True)
class _Amounts:
    parameters: int
    multiply_adds: int
    activations: int


def summary_table(
    title: str,
    layers: Sequence[Layer],
    shape: tuple[int, int, int] | None,
    classes: int | None,
    executions: Iterable[Mapping[str, str] | tuple[str, str, str]] | None,
) -> str:
    """The table of `Network.summary`.

    Args:
        title: what stands above it.
        layers: the network's.
        shape: of the pictures, or None where it is unknown.
        classes: number of classes, or None to leave it open.
        executions: as in `Network.summary`.
    """
    last = layers[-1]
    assert isinstance(last, Output)
    classes = last.units if classes is None else classes
    heading = title + (f": pictures {times(shape)}" if shape is not None else "")
    heading += f", {classes} classes" if classes is not None else ""
    if shape is None:
        rows = [[_title(number, layer), _kind(layer), *"????"] for number, layer in enumerate(layers, start=1)]
        return f"{heading}\n{tables.aligned([_HEADINGS, *rows], right=_RIGHT, ruled=True)}\n? parameters"

    traced = trace_layers(layers, shape, classes)
    headings, rows = list(_HEADINGS), []
    for number, layer in enumerate(traced, start=1):
        rows += _rows(_title(number, layer.layer), layer, is_open=classes is None and number == len(traced))
    if executions is not None:
        headings += ["core", "implementation"]
        columns = _execution_columns(traced, executions)
        rows = [row + column for row, column in zip(rows, columns, strict=True)]
    table = tables.aligned([headings, *rows], right=_RIGHT, ruled=True)
    return f"{heading}\n{table}\n{_totals(traced, is_open=classes is None)}"


def _rows(title: str, layer: TracedLayer, *, is_open: bool, depth: int = 0) -> Iterator[list[str]]:
    shape = "classes" if is_open else times(layer.output)
    amounts, unit = (_amounts(layer, (1,)), " x classes") if is_open else (_amounts(layer, layer.output), "")
    numbers = (f"{amounts.parameters:,}", f"{amounts.multiply_adds:,}", _bytes(amounts.activations))
    yield ["  " * depth + title, "  " * depth + _kind(layer.layer), shape, *(number + unit for number in numbers)]
    for part in layer.parts:
        title = part.name.removeprefix(layer.name).lstrip("/")
        yield from _rows(title, part, is_open=False, depth=depth + 1)


def _amounts(layer: TracedLayer, output: Shape) -> _Amounts:
    if layer.output == output:
        return _Amounts(layer.parameters, layer.multiply_adds, layer.activations)
    return _amounts(TracedLayer(layer.name, layer.layer, layer.inputs, output), output)


def _totals(traced: Sequence[TracedLayer], *, is_open: bool) -> str:
    closed = traced[:-1] if is_open else traced
    amounts = _amounts(traced[-1], (1,)) if is_open else _Amounts(0, 0, 0)

    def total(of: Callable[[TracedLayer], int], per_class: int, text: Callable[[int], str]) -> str:
        per_classes = f" + {text(per_class)} x classes" if per_class else ""
        return text(sum(map(of, closed))) + per_classes

    return ", ".join(
        [
            total(lambda layer: layer.parameters, amounts.parameters, "{:,}".format) + " parameters",
            total(lambda layer: layer.multiply_adds, amounts.multiply_adds, "{:,}".format) + " multiply-adds",
            total(lambda layer: layer.activations, amounts.activations, _bytes) + " of activations for one picture",
        ]
    )


def _title(number: int, layer: Layer) -> str:
    return f"{number} {layer.name}" if layer.name else str(number)


def _kind(layer: Layer) -> str:
    return f"{layer} ({', '.join(layer.inputs)})" if layer.inputs else str(layer)


def _execution_columns(
    traced: Sequence[TracedLayer], executions: Iterable[Mapping[str, str] | tuple[str, str, str]]
) -> Iterator[list[str]]:
    """The cells `core` and `implementation` of every layer and part, in the order of the rows."""
    steps = [Execution(**one) if isinstance(one, Mapping) else Execution(*one) for one in executions]
    of_name: dict[str, list[Execution]] = {name: [] for layer in traced for name in _names(layer)}
    for step in steps:
        name = _layer_of(step.step, of_name)
        if name:
            of_name[name].append(step)
    for layer in traced:
        yield from _execution_cells(layer, of_name)


def _execution_cells(layer: TracedLayer, of_name: Mapping[str, Sequence[Execution]]) -> Iterator[list[str]]:
    steps = [step for name in dict.fromkeys(_names(layer)) for step in of_name[name]]
    forward = [step for step in steps if step.step == f"{layer.name}.forward"] if not layer.parts else []
    shown = [step.implementation for step in forward if not step.is_slow]
    for step in steps:
        if step.is_slow:
            shown.append(f"slow: {step.step.removeprefix(layer.name).lstrip('./')} {step.implementation}")
    yield [", ".join(dict.fromkeys(step.core for step in steps)), ", ".join(shown)]
    for part in layer.parts:
        yield from _execution_cells(part, of_name)


def _names(layer: TracedLayer) -> Iterator[str]:
    yield layer.name
    for part in layer.parts:
        yield from _names(part)


def _layer_of(step: str, names: Mapping[str, object]) -> str:
    """The layer or part that a step belongs to; a part that has no row counts for what it is part of."""
    name = step if step in names else step.rpartition(".")[0]
    while name and name not in names:
        name = name.rpartition("/")[0]
    return name


def _bytes(activations: int) -> str:
    size = float(activations * _FLOAT_BYTES)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
