"""The types of layers: their parameters, JSON, shapes and costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sparkdl4j import errors
from sparkdl4j.network import (
    Activation,
    Add,
    AvgPool2D,
    BatchNorm,
    Block,
    Concat,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    GlobalPool,
    Graph,
    Layer,
    MaxPool2D,
    Multiply,
    Network,
    Normalization,
    Output,
    Rescaling,
    SeparableConv2D,
    Sequential,
    SqueezeExcite,
    ZeroPadding2D,
    reference,
)
from sparkdl4j.network.layers.layer import TracedLayer
from sparkdl4j.network.shapes import trace


def traced(layer: Layer, shape: tuple[int, ...]) -> TracedLayer:
    return trace(Sequential([layer, Output()]), shape, 2)[0]


@pytest.mark.parametrize(
    ("layer", "shape", "output", "parameters", "multiply_adds"),
    [
        (Conv2D(8, (3, 2), padding="same", use_bias=False), (7, 9, 4), (7, 9, 8), 192, 7 * 9 * 192),
        (Conv2D(8, 3, dilation=(2, 1)), (7, 9, 4), (3, 7, 8), 288 + 8, 3 * 7 * 288),
        (Conv2D(8, 3, stride=2, dilation=2, padding="same"), (7, 9, 4), (4, 5, 8), 288 + 8, 4 * 5 * 288),
        (Conv2D(8, 3, groups=2), (7, 9, 4), (5, 7, 8), 144 + 8, 5 * 7 * 144),
        (DepthwiseConv2D(3), (7, 9, 4), (5, 7, 4), 36 + 4, 5 * 7 * 36),
        (DepthwiseConv2D(3, 2, depth_multiplier=3, use_bias=False), (7, 9, 4), (3, 4, 12), 108, 3 * 4 * 108),
        (SeparableConv2D(8, 3), (7, 9, 4), (5, 7, 8), 36 + 32 + 8, 5 * 7 * (36 + 32)),
        (SeparableConv2D(8, 3, depth_multiplier=2, use_bias=False), (7, 9, 4), (5, 7, 8), 72 + 64, 5 * 7 * 136),
        (ZeroPadding2D(((1, 2), (0, 3))), (7, 9, 4), (10, 12, 4), 0, 0),
        (AvgPool2D(3, 2), (7, 9, 4), (3, 4, 4), 0, 0),
        (GlobalPool(), (7, 9, 4), (4,), 0, 0),
        (GlobalPool("max", keep_dims=True), (7, 9, 4), (1, 1, 4), 0, 0),
        (BatchNorm(), (7, 9, 4), (7, 9, 4), 8, 252),
        (Activation("gelu"), (7, 9, 4), (7, 9, 4), 0, 0),
        (Rescaling(1 / 255), (7, 9, 4), (7, 9, 4), 0, 252),
        (Normalization([0, 1], np.array([1, 2], "f4")), (7, 9, 2), (7, 9, 2), 0, 126),
        (Dense(5), (7, 9, 4), (5,), 1260 + 5, 1260),
        (Dense(5, use_bias=False), (7, 9, 4), (5,), 1260, 1260),
        (SqueezeExcite(2), (7, 9, 4), (7, 9, 4), (8 + 2) + (8 + 4), 8 + 8 + 252),
        (SqueezeExcite(), (7, 9, 4), (7, 9, 4), (4 + 1) + (4 + 4), 4 + 4 + 252),
        (Block([Conv2D(4, 3, padding="same")]), (7, 9, 4), (7, 9, 4), 148, 7 * 9 * 144),
        (
            Block([Conv2D(6, 3, 2, "same"), BatchNorm()]),
            (7, 9, 4),
            (4, 5, 6),
            (216 + 6) + 12 + 24 + 12,
            4 * 5 * 216 + 120 + 4 * 5 * 24 + 120,
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, Layer) else "",
)
def test_shapes_and_costs(
    layer: Layer, shape: tuple[int, ...], output: tuple[int, ...], parameters: int, multiply_adds: int
) -> None:
    found = traced(layer, shape)
    assert (found.output, found.parameters, found.multiply_adds) == (output, parameters, multiply_adds)


def test_groups_of_one_channel_are_a_depthwise_convolution() -> None:
    depthwise = traced(DepthwiseConv2D((3, 2), (2, 1), dilation=2, depth_multiplier=3), (9, 8, 4))
    grouped = traced(Conv2D(12, (3, 2), (2, 1), dilation=2, groups=4), (9, 8, 4))
    assert (depthwise.output, depthwise.parameters) == (grouped.output, grouped.parameters)
    assert depthwise.multiply_adds == grouped.multiply_adds


@pytest.mark.parametrize(
    ("name", "parameters", "multiply_adds"),
    [
        # torchvision's figures for 1,000 classes; its multiply-adds are those of convolutions and dense layers.
        ("resnet18", 11_689_512, 1_814_073_344),
        ("resnet50", 25_557_032, 4_089_184_256),
    ],
)
def test_published_costs(name: str, parameters: int, multiply_adds: int) -> None:
    layers = trace(reference(name), (224, 224, 3), 1000)
    assert sum(layer.parameters for layer in layers) == parameters

    def of_weights(layer: TracedLayer) -> int:
        if layer.parts:
            return sum(map(of_weights, layer.parts))
        return layer.multiply_adds if isinstance(layer.layer, (Conv2D, Dense, Output)) else 0

    assert sum(map(of_weights, layers)) == multiply_adds


@pytest.mark.parametrize(
    ("padding", "sides"),
    [
        (1, [1, 1, 1, 1]),
        (0, [0, 0, 0, 0]),
        ((1, 2), [1, 1, 2, 2]),
        (((1, 2), (3, 4)), [1, 2, 3, 4]),
        ([1, 2, 3, 4], [1, 2, 3, 4]),
        (np.int64(2), [2, 2, 2, 2]),
    ],
)
def test_padding_as_in_keras(padding: Any, sides: list[int]) -> None:
    assert ZeroPadding2D(padding).to_dict() == {"type": "ZeroPadding2D", "padding": sides}


def test_merged_shapes() -> None:
    branches: list[Layer] = [
        Conv2D(4, 1, name="a"),
        Conv2D(6, 1, inputs=["input"], name="b"),
        GlobalPool(keep_dims=True, inputs=["a"], name="mean"),
    ]

    def shape_of(*merged: Layer) -> tuple[int, ...]:
        return trace(Graph([*branches, *merged, Output()]), (5, 7, 3), 2)[-2].output

    assert shape_of(Multiply(["a", "mean"], name="scaled"), Concat(["scaled", "b"])) == (5, 7, 10)
    assert shape_of(Multiply(["a", "mean"], name="scaled"), Add(["scaled", "a", "a"]), Concat(["b", "layer4"])) == (
        5,
        7,
        10,
    )


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: Conv2D(3, 3, groups=2), "Conv2D: 2 groups do not divide 3 filters"),
        (lambda: Conv2D(3, 3, groups=0), "Conv2D: groups must be an integer of at least 1"),
        (lambda: Conv2D(3, 3, dilation=(1, 0)), "Conv2D: dilation must be an integer of at least 1, or a pair of such"),
        (lambda: Conv2D(3, 3, use_bias=1), "Conv2D: use_bias must be True or False, but is 1"),
        (lambda: Conv2D(3, 3, name="a/b"), "Conv2D: name must not hold a slash, which names parts of layers"),
        (lambda: Conv2D(3, 3, name="input"), "Conv2D: the name input is that of the pictures"),
        (lambda: Conv2D(3, 3, inputs="input"), "Conv2D: inputs must be a list of layers' names, but is 'input'"),
        (lambda: Conv2D(3, 3, inputs=[]), "Conv2D: inputs must be a list of layers' names"),
        (lambda: Conv2D(3, 3, inputs=["a", "b"]), "Conv2D: inputs must name one layer, but names a, b"),
        (lambda: DepthwiseConv2D(3, depth_multiplier=0), "DepthwiseConv2D: depth_multiplier must be"),
        (lambda: SeparableConv2D(0, 3), "SeparableConv2D: filters must be"),
        (lambda: ZeroPadding2D(-1), "ZeroPadding2D: padding must be an integer of at least 0, (height, width)"),
        (lambda: ZeroPadding2D((1, 2, 3)), "ZeroPadding2D: padding must be"),
        (lambda: ZeroPadding2D(((1, 2, 3), 1)), "ZeroPadding2D: padding must be"),
        (lambda: ZeroPadding2D(1.5), "ZeroPadding2D: padding must be"),
        (lambda: GlobalPool("mean"), "GlobalPool: mode must be 'avg' or 'max', but is 'mean'"),
        (lambda: GlobalPool(keep_dims=None), "GlobalPool: keep_dims must be True or False"),
        (lambda: BatchNorm(momentum=1), "BatchNorm: momentum must be below 1, but is 1"),
        (lambda: BatchNorm(epsilon=0), "BatchNorm: epsilon must be a number above 0, but is 0"),
        (lambda: Activation("swish"), "Activation: activation must be one of"),
        (lambda: Rescaling(float("inf")), "Rescaling: scale must be a finite number, but is inf"),
        (lambda: Rescaling("1"), "Rescaling: scale must be a finite number"),
        (
            lambda: Normalization([1, 2], [1]),
            "Normalization: mean and variance must be of one length, but are of 2 and 1",
        ),
        (lambda: Normalization([0], [0]), "Normalization: variance must be a list of numbers above 0, but is [0]"),
        (lambda: Normalization([], []), "Normalization: mean must be a list of finite numbers"),
        (lambda: Normalization(3, [1]), "Normalization: mean must be a list of finite numbers, but is 3"),
        (lambda: Add(["a"]), "Add: inputs must name at least two layers, but names a"),
        (lambda: Add("ab"), "Add: inputs must be a list of layers' names"),
        (lambda: Multiply(["a", "b", "c"]), "Multiply: inputs must name two layers, but names a, b, c"),
        (lambda: Block([]), "Block: layers must hold at least one layer"),
        (lambda: Block(Conv2D(3, 3)), "Block: layers must be a list of layers"),
        (lambda: Block([Conv2D]), "Block: layers must be a list of layers"),
        (lambda: Block([Conv2D(3, 3)], 3), "Block: shortcut must be a list of layers, but is 3"),
        (lambda: Block([Conv2D(3, 3)], activation="rleu"), "Block: activation must be one of"),
        (lambda: SqueezeExcite(0), "SqueezeExcite: ratio must be an integer of at least 1, but is 0"),
        (lambda: Output(loss="hinge"), "Output: loss must be one of"),
        (lambda: Output(label_smoothing=1), "Output: label_smoothing must be below 1, but is 1"),
    ],
)
def test_values_out_of_range(make: Callable[[], Layer], expected: str) -> None:
    with pytest.raises(errors.ParameterError) as caught:
        make()
    assert str(caught.value).startswith(expected)


@pytest.mark.parametrize(
    ("layers", "side", "expected"),
    [
        ([Conv2D(1, 3, dilation=(2, 1))], 4, "Conv2D 3x3 dilated 2x1 does not fit its 4x4 input: layer 1"),
        ([Conv2D(2, 1, groups=2)], 4, "2 groups do not divide the 1 channels of the input: layer 1"),
        ([Normalization([1, 2], [1, 1])], 4, "Normalization has 2 means, but its input has 1 channels: layer 1"),
        ([MaxPool2D(), Add(["input", "layer0"])], 4, "Add cannot take 4x4x1 and 2x2x1: layer 2"),
        ([MaxPool2D(), Concat(["input", "layer0"])], 4, "Concat cannot take 4x4x1 and 2x2x1: layer 2"),
        ([MaxPool2D(), Multiply(["input", "layer0"])], 4, "Multiply cannot take 4x4x1 and 2x2x1: layer 2"),
        (
            [GlobalPool(keep_dims=True), Multiply(["layer0", "input"])],
            4,
            "Multiply cannot take 1x1x1 and 4x4x1: layer 2",
        ),
        ([GlobalPool(), Concat(["input", "layer0"])], 4, "Concat cannot take 4x4x1 and 1: layer 2"),
        (
            [Block([MaxPool2D()], [])],
            4,
            "Block cannot add the 2x2x1 of its layers and the 4x4x1 of its shortcut: layer 1",
        ),
        (
            # No stride makes 6 of 8.
            [Block([Conv2D(1, 3)])],
            8,
            "Block cannot add the 6x6x1 of its layers and the 4x4x1 of its shortcut: layer 1",
        ),
        ([Dense(3), Block([Dense(4)])], 4, "Block cannot add the 4 of its layers and the 3 of its shortcut: layer 2"),
        ([Block([MaxPool2D(), MaxPool2D()])], 2, "MaxPool2D 2x2 does not fit its 1x1 input: layer 1.2"),
        (
            [Block([Block([MaxPool2D()], [AvgPool2D(3)])])],
            2,
            "AvgPool2D 3x3 does not fit its 2x2 input: layer 1.1.shortcut.1",
        ),
        (
            [ZeroPadding2D((2**31 - 1, 0, 0, 0))],
            4,
            "ZeroPadding2D makes the network too large (more than 2147483647 parameters or activations): layer 1",
        ),
    ],
)
def test_what_does_not_fit(layers: list[Layer], side: int, expected: str) -> None:
    with pytest.raises(errors.NetworkError) as caught:
        trace(Graph([*layers, Output()]), (side, side, 1), 2)
    assert caught.value.code == "NETWORK_DOES_NOT_FIT"
    assert str(caught.value) == expected
    assert caught.value.details["layer"] == len(layers)


def test_a_part_that_needs_height_and_width() -> None:
    some = Sequential([Dense(3), Block([Dense(3), SqueezeExcite()]), Output()])
    with pytest.raises(errors.NetworkError) as caught:
        trace(some, (4, 4, 1), 2)
    assert caught.value.code == "NETWORK_INVALID"
    assert str(caught.value) == "SqueezeExcite takes images, but gets 3 units: layer 2.2"


def test_blocks_in_json() -> None:
    block = Block([Conv2D(4, 1, name="c"), Block([Conv2D(4, 1)], [])], [BatchNorm()], activation="elu", name="b")
    values = block.to_dict()
    assert values["name"] == "b"
    assert [part["type"] for part in values["layers"]] == ["Conv2D", "Block"]
    assert values["layers"][1]["shortcut"] == []
    assert [part["type"] for part in values["shortcut"]] == ["BatchNorm"]
    assert "shortcut" not in Block([BatchNorm()]).to_dict()
    some = Sequential([block, Output()])
    assert Network.from_json(some.to_json()).layers[0] == block
