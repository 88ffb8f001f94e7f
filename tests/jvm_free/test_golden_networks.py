"""Networks whose shapes and parameters Java computes too, and DL4J has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sparkdl4j.network import Network, network, shapes
from sparkdl4j.network.layers import LAYERS
from sparkdl4j.network.shapes import trace

CASES = json.loads((Path(__file__).parent.parent / "golden" / "networks.json").read_text())["cases"]


def network_of(case: dict[str, Any]) -> Network:
    return network(case["network"] if "network" in case else case["reference"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_shapes_and_parameters(case: dict[str, Any]) -> None:
    some, shape, classes = network_of(case), tuple(case["input_shape"]), case["classes"]
    assert list(map(list, shapes(some, shape, classes))) == case["shapes"]
    assert sum(layer.parameters for layer in trace(some, shape, classes)) == case["parameters"]
    assert f"\n{case['parameters']:,} parameters," in some.summary(shape, classes)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_json_round_trip(case: dict[str, Any]) -> None:
    some = network_of(case)
    again = Network.from_json(some.to_json())
    assert again == some
    assert type(again) is type(some)
    assert hash(again) == hash(some)


def test_every_type_of_layer_is_there() -> None:
    text = json.dumps([network_of(case).to_dict() for case in CASES])
    assert [kind for kind in LAYERS if f'"type": "{kind}"' not in text] == []
