"""What type checkers are told of the Java classes that the documentation uses. Everything else of Java's is `Any`."""

from __future__ import annotations

from typing import Any, Protocol


class INDArray(Protocol):
    """org.nd4j.linalg.api.ndarray.INDArray"""

    def shape(self) -> Any: ...
    def dup(self) -> INDArray: ...
    def mul(self, other: Any) -> INDArray: ...
    def addi(self, other: Any) -> INDArray: ...
    def close(self) -> None: ...


class Nd4j(Protocol):
    """org.nd4j.linalg.factory.Nd4j"""

    def zeros(self, *sizes: int) -> INDArray: ...
    def ones(self, *sizes: int) -> INDArray: ...
    def rand(self, *sizes: int) -> INDArray: ...


class Builder(Protocol):
    """A builder of Deeplearning4j's: every method of it gives the builder, but `build`."""

    def __getattr__(self, name: str) -> Any: ...
    def build(self) -> Any: ...


class LayerClass(Protocol):
    """A class of org.deeplearning4j.nn.conf.layers"""

    def Builder(self, *arguments: Any) -> Builder: ...  # noqa: N802


class NeuralNetConfiguration(Protocol):
    """org.deeplearning4j.nn.conf.NeuralNetConfiguration"""

    def Builder(self) -> Builder: ...  # noqa: N802


class InputType(Protocol):
    """org.deeplearning4j.nn.conf.inputs.InputType"""

    def convolutional(self, height: int, width: int, channels: int) -> Any: ...
    def convolutionalFlat(self, height: int, width: int, channels: int) -> Any: ...  # noqa: N802
