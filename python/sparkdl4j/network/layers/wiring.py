"""Names and inputs in a list of layers: of a network, or of a layer that consists of others."""

from __future__ import annotations

from collections.abc import Sequence

from sparkdl4j.network.layers.checks import INPUT
from sparkdl4j.network.layers.layer import Layer


def names(layers: Sequence[Layer]) -> list[str]:
    """The names of the layers: their own, or layer0, layer1 and so on."""
    return [layer.name or f"layer{position}" for position, layer in enumerate(layers)]


def inputs(layers: Sequence[Layer]) -> list[Sequence[str]]:
    """For every layer the names of those whose outputs it takes: its `inputs`, or else the layer before."""
    before = [INPUT, *names(layers)]
    return [layer.inputs or (before[position],) for position, layer in enumerate(layers)]


def number(around: str, infix: str, position: int) -> str:
    """What errors call a layer within another: 3.2, or 3.shortcut.2."""
    return ".".join(filter(None, [around, infix, str(position)]))


def prefix(around: str, infix: str) -> str:
    """What the names of layers within another begin with in Deeplearning4j: layer3/, or layer3/shortcut/."""
    return "".join(f"{part}/" for part in (around, infix) if part)
