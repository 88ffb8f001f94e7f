"""The typed layers of a network. A new kind is one class and its line in LAYERS."""

from sparkdl4j.network.layers.composite import Block, SqueezeExcite
from sparkdl4j.network.layers.convolution import Conv2D, DepthwiseConv2D, SeparableConv2D
from sparkdl4j.network.layers.dense import Dense, Output
from sparkdl4j.network.layers.elementwise import Activation, Dropout
from sparkdl4j.network.layers.flatten import Flatten
from sparkdl4j.network.layers.layer import Layer
from sparkdl4j.network.layers.merge import Add, Concat, Multiply
from sparkdl4j.network.layers.normalization import BatchNorm, Normalization, Rescaling
from sparkdl4j.network.layers.padding import ZeroPadding2D
from sparkdl4j.network.layers.pooling import AvgPool2D, GlobalPool, MaxPool2D

LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer
    for layer in (
        Conv2D,
        DepthwiseConv2D,
        SeparableConv2D,
        ZeroPadding2D,
        MaxPool2D,
        AvgPool2D,
        GlobalPool,
        Flatten,
        BatchNorm,
        Activation,
        Rescaling,
        Normalization,
        Dense,
        Dropout,
        Add,
        Concat,
        Multiply,
        Block,
        SqueezeExcite,
        Output,
    )
}

__all__ = [
    "LAYERS",
    "Activation",
    "Add",
    "AvgPool2D",
    "BatchNorm",
    "Block",
    "Concat",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Flatten",
    "GlobalPool",
    "Layer",
    "MaxPool2D",
    "Multiply",
    "Normalization",
    "Output",
    "Rescaling",
    "SeparableConv2D",
    "SqueezeExcite",
    "ZeroPadding2D",
]
