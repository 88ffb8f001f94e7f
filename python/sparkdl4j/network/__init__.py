"""Networks: typed layers, the JSON that Java reads, reference networks, shapes and summary."""

from sparkdl4j.network.layers import AvgPool2D, Conv2D, Dense, Dropout, Layer, MaxPool2D, Output
from sparkdl4j.network.reference import fashion, landscape, network, reference, reference_names
from sparkdl4j.network.sequential import Sequential, fill, shapes

__all__ = [
    "AvgPool2D",
    "Conv2D",
    "Dense",
    "Dropout",
    "Layer",
    "MaxPool2D",
    "Output",
    "Sequential",
    "fashion",
    "fill",
    "landscape",
    "network",
    "reference",
    "reference_names",
    "shapes",
]
