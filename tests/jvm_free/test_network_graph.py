"""Networks as graphs and as Python classes."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Iterable
from typing import Any

import pytest

from sparkdl4j import ConvNetClassifier, errors
from sparkdl4j.network import (
    Add,
    Block,
    Concat,
    Conv2D,
    Dense,
    GlobalPool,
    Graph,
    Layer,
    MaxPool2D,
    Network,
    Output,
    Sequential,
    fill,
    network,
    shapes,
)
from sparkdl4j.network.shapes import trace


def diamond() -> Graph:
    return Graph(
        [
            Conv2D(32, 3, padding="same", name="a"),
            Conv2D(32, 5, padding="same", inputs=["input"], name="b"),
            Add(["a", "b"]),
            GlobalPool(),
            Output(),
        ],
        l2=0.5,
    )


class Plain(Network):
    """A network with hyper-parameters."""

    width: int = 8
    depth: int = 2
    l2 = 0.25

    def build(self) -> Iterable[Layer]:
        for stage in range(self.depth):
            yield Conv2D(self.width << stage, 3, padding="same")
            yield MaxPool2D(2)
        yield Output()


def test_branches_that_meet() -> None:
    assert shapes(diamond(), (8, 6, 3), 4) == [(8, 6, 32), (8, 6, 32), (8, 6, 32), (32,), (4,)]
    again = Network.from_json(diamond().to_json())
    assert isinstance(again, Graph)
    assert again == diamond()
    assert again.to_dict()["layers"][2] == {"type": "Add", "inputs": ["a", "b"]}


def test_default_names_can_be_inputs() -> None:
    some = Graph([Dense(3), Dense(4, inputs=["input"]), Concat(["layer0", "layer1", "layer0"]), Output()])
    assert shapes(some, (2, 2, 1), 2)[2] == (10,)


def test_layers_within_a_block_can_be_a_graph() -> None:
    block = Block([Conv2D(3, 1, name="a"), Conv2D(3, 1, inputs=["input"], name="b"), Add(["a", "b"])])
    some = Sequential([Conv2D(3, 1), block, Output()])
    parts = trace(some, (4, 4, 1), 2)[1].parts
    assert [part.name for part in parts] == ["layer1/a", "layer1/b", "layer1/layer2", "layer1/add", "layer1"]
    assert Network.from_dict(some.to_dict()) == some


def test_parts_have_the_names_of_java() -> None:
    some = Sequential([Block([Conv2D(4, 1, 2), Block([Dense(4)], [], activation="identity")], name="b"), Output()])
    with pytest.raises(errors.NetworkError, match=r"Block cannot add the 4 of its layers and the 2x2x4"):
        trace(some, (4, 4, 1), 2)
    some = Sequential(
        [Block([Conv2D(4, 1, 2), Block([Conv2D(4, 1)], activation="identity", name="i")], name="b"), Output()]
    )
    names = []

    def collect(layer: Any) -> None:
        names.append(layer.name)
        for part in layer.parts:
            collect(part)

    for layer in trace(some, (4, 4, 1), 2):
        collect(layer)
    block = ["b", "b/layer0", "b/i", "b/i/layer0", "b/i", "b/shortcut/conv", "b/shortcut/norm", "b/add", "b"]
    assert names == [*block, "layer1"]


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (
            [Dense(2, name="first"), Output(inputs=["fist"])],
            "layer 2 (Output): there is no layer 'fist' to take as input; did you mean first?",
        ),
        (
            [Dense(2, inputs=["layer1"]), Output()],
            "layer 1 (Dense): inputs must come earlier in the list, but layer1 is layer 2",
        ),
        ([Dense(2, inputs=["layer0"]), Output()], "layer 1 (Dense): inputs must come earlier in the list, but layer0"),
        ([Dense(2), Output(inputs=["input"])], "layer 1 (Dense): no layer takes its output"),
        ([Block([Output()]), Output()], "layer 1.1 (Output): Output must be the last layer"),
        ([Dense(2), Block([Dense(2)], [Output()]), Output()], "layer 2.shortcut.1 (Output): Output must be the last"),
        ([Block([Dense(2), Dense(2, inputs=["input"])]), Output()], "layer 1.1 (Dense): no layer takes its output"),
        ([Block([Dense(2, name="a"), Dense(2, name="a")]), Output()], "layer 1.2 (Dense): two layers have the name a"),
        ([Dense(2, name="a"), Block([Dense(2, inputs=["a"])]), Output()], "layer 2.1 (Dense): there is no layer 'a'"),
        ([Block([Layer()]), Output()], "layer 1.1 is Layer("),
    ],
)
def test_layers_that_do_not_hang_together(layers: list[Layer], expected: str) -> None:
    with pytest.raises(errors.NetworkError) as caught:
        Graph(layers)
    assert caught.value.code == "NETWORK_INVALID"
    assert str(caught.value).startswith(expected)
    assert str(caught.value.details["layer"]) == expected.split()[1].split(".")[0]


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ({"type": "Add"}, "layer 1 (Add): inputs is missing"),
        ({"type": "Add", "inputs": ["input"]}, "layer 1 (Add): inputs must name at least two layers, but names input"),
        ({"type": "Add", "inputs": [3, "a"]}, "layer 1 (Add): inputs must be a list of layers' names, but is [3, 'a']"),
        ({"type": "Block"}, "layer 1 (Block): layers is missing"),
        ({"type": "Block", "layers": {}}, "layer 1 (Block): layers must be a list of layers, but is {}"),
        (
            {"type": "Block", "layers": [{"type": "Dens"}]},
            "layer 1.1: there is no layer type 'Dens'; did you mean Dense?",
        ),
        ({"type": "Block", "layers": [{"type": "Dense"}]}, "layer 1.1 (Dense): units is missing"),
        (
            {"type": "Block", "layers": [{"type": "Dropout"}], "shortcut": [{"type": "Dropout"}, 7]},
            'layer 1.shortcut.2 must be an object with a "type", but is 7',
        ),
    ],
)
def test_descriptions_with_mistakes(layer: dict[str, Any], expected: str) -> None:
    with pytest.raises(errors.NetworkError) as caught:
        Network.from_dict({"layers": [layer, {"type": "Output"}]})
    assert str(caught.value) == expected
    assert caught.value.details == {"layer": 1}


def test_a_sequential_has_no_inputs() -> None:
    with pytest.raises(errors.NetworkError, match=r"layer 2 \(Dense\): inputs are for a Graph"):
        Sequential([Dense(2), Dense(3, inputs=["layer0"]), Output()])


# ---------------------------------------------------------------------- own classes


def test_a_class_is_a_network() -> None:
    some = Plain(width=4)
    assert shapes(some, (8, 8, 1), 2) == [(8, 8, 4), (4, 4, 4), (4, 4, 8), (2, 2, 8), (2,)]
    assert some.l2 == 0.25
    assert fill(some, {})["l2"] == 0.25
    assert Plain(l2=None).l2 is None
    assert some == Sequential(some.layers, l2=0.25)
    assert some != Plain()
    assert Network.from_json(some.to_json()) == some
    assert repr(some) == "Plain(<5 layers>, width=4)"
    assert some.summary((8, 8, 1), 2).startswith("Plain: pictures 8x8x1, 2 classes\n")
    assert network(some) is some
    assert network(Plain) == Plain()


def test_parameters_of_a_class_can_be_varied() -> None:
    assert len(dataclasses.replace(Plain(), depth=3).layers) == 7
    assert {"width", "depth", "l2", "activation"} <= set(Plain.parameter_names())
    with pytest.raises(TypeError):
        Plain(widht=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Plain(3)  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        Plain().width = 3  # type: ignore[misc]


def test_classes_are_checked_as_lists_are() -> None:
    with pytest.raises(errors.NetworkError, match="layers must be a list of layers, but is None"):
        type("Empty", (Network,), {"build": lambda self: None})()
    with pytest.raises(errors.NetworkError, match="the last layer must be Output"):
        type("Open", (Network,), {"build": lambda self: [Dense(2)]})()
    with pytest.raises(errors.ParameterError, match="l2 must be at least 0, but is -1"):
        Plain(l2=-1)
    with pytest.raises(NotImplementedError, match="Unbuilt needs a method build"):
        type("Unbuilt", (Network,), {})()


def test_a_subclass_of_sequential_with_a_constructor_of_its_own() -> None:
    class Wide(Sequential):
        def __init__(self, units: int) -> None:
            super().__init__([Dense(units), Output()], l2=0.5)

    assert Wide(7) == Sequential([Dense(7), Output()], l2=0.5)


def test_a_class_of_a_class() -> None:
    class Deep(Plain):
        depth = 3
        rate: float = 0.5

    assert len(Deep().layers) == 7
    assert Deep(width=3).l2 == 0.25
    assert "rate" in Deep.parameter_names()


def test_copies() -> None:
    for some in (Plain(width=3), diamond(), Sequential([Block([Dense(4)], [Dense(4)]), Output()])):
        assert pickle.loads(pickle.dumps(some)) == some
        assert copy.deepcopy(some) == some


# ---------------------------------------------------------------------- in the classifier


def test_the_classifier_takes_parameters_of_its_network() -> None:
    from sklearn.base import clone

    classifier = ConvNetClassifier(Plain(width=4), epochs=3)
    assert classifier.get_params()["network__width"] == 4
    assert "network__width" not in classifier.get_params(deep=False)
    copied = clone(classifier).set_params(network__depth=1, network__l2=None, epochs=2)
    assert copied.network == Plain(width=4, depth=1, l2=None)
    assert copied.epochs == 2
    assert classifier.network == Plain(width=4)
    assert ConvNetClassifier(Plain).set_params(network__width=5).network == Plain(width=5)
    assert ConvNetClassifier("fashion").set_params(network__l2=0.5).network.l2 == 0.5
    with pytest.raises(errors.ParameterError, match="there is no option widht; did you mean width?"):
        classifier.set_params(network__widht=3)
    assert repr(ConvNetClassifier(Plain(width=4))) == "ConvNetClassifier(network=Plain(<5 layers>, width=4))"


def test_a_search_varies_the_network() -> None:
    from sklearn.model_selection import ParameterGrid

    widths = [
        ConvNetClassifier(Plain()).set_params(**chosen).network.width
        for chosen in ParameterGrid({"network__width": [2, 4]})
    ]
    assert widths == [2, 4]


def test_the_default_network_waits_for_the_pictures() -> None:
    assert ConvNetClassifier().network == "auto"
    with pytest.raises(errors.NetworkError, match="chosen by the size of the pictures"):
        ConvNetClassifier().summary()
    assert "resnet18: pictures 224x224x3" in ConvNetClassifier("resnet18").summary()
