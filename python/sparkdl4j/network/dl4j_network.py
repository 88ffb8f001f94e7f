"""Networks that Deeplearning4j itself describes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any

from sparkdl4j.network.layers import Layer
from sparkdl4j.network.network import Network, picture_shape

_CLASS = "@class"


class Dl4jNetwork(Network):
    """A network as Deeplearning4j's own JSON describes it, with its updater and loss; see `from_dl4j`.

    It has no layers of ours. Options of networks, such as `learning_rate`, are what the JSON says, and cannot be given
    beside it. Its first weights are of the classifier's seed.

    Args:
        dl4j: the JSON of a MultiLayerConfiguration or a ComputationGraphConfiguration.
        others: as those of `Network`.
    """

    dl4j: Mapping[str, Any] = field(kw_only=False)

    def build(self) -> Iterable[Layer]:
        return ()

    def _check_layers(self) -> None:
        """Java does, which reads the JSON."""

    def to_dict(self) -> dict[str, Any]:
        values = super().to_dict()
        del values["layers"]
        return {**values, "dl4j": dict(self.dl4j)}

    def summary(
        self,
        input_shape: tuple[int, int, int] | None = None,
        classes: int | None = None,
        executions: Iterable[Mapping[str, str] | tuple[str, str, str]] | None = None,
    ) -> str:
        """The names of the layers and vertices with Deeplearning4j's classes, and who computes them."""
        from sparkdl4j.report import tables

        shape = self.picture_shape if input_shape is None else picture_shape(input_shape, "input_shape")
        heading = f"{self.name or 'network of Deeplearning4j'}: pictures {'?' if shape is None else shape}"
        rows = [["layer", "class"], *([name, kind] for name, kind in self._parts())]
        return f"{heading}\n{tables.aligned(rows, right=(), ruled=True)}"

    def _parts(self) -> Iterator[tuple[str, str]]:
        if "vertices" in self.dl4j:
            for name, vertex in self.dl4j["vertices"].items():
                yield name, _class_of(vertex.get("layerConf", {}).get("layer", vertex))
            return
        for number, conf in enumerate(self.dl4j["confs"]):
            layer = conf["layer"]
            yield layer.get("layerName") or f"layer{number}", _class_of(layer)


def _class_of(values: Mapping[str, Any]) -> str:
    return str(values.get(_CLASS, "?")).rpartition(".")[2]
