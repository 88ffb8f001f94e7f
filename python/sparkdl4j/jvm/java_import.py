"""Java's classes in Python."""

from __future__ import annotations

from typing import Any, Literal, overload

from sparkdl4j import errors
from sparkdl4j.jvm import in_process, java_types
from sparkdl4j.jvm.errors import translated


@overload
def jimport(name: Literal["org.nd4j.linalg.factory.Nd4j"]) -> java_types.Nd4j: ...
@overload
def jimport(
    name: Literal["org.deeplearning4j.nn.conf.NeuralNetConfiguration"],
) -> java_types.NeuralNetConfiguration: ...
@overload
def jimport(name: Literal["org.deeplearning4j.nn.conf.inputs.InputType"]) -> java_types.InputType: ...
@overload
def jimport(
    name: Literal[
        "org.deeplearning4j.nn.conf.layers.ConvolutionLayer",
        "org.deeplearning4j.nn.conf.layers.DenseLayer",
        "org.deeplearning4j.nn.conf.layers.OutputLayer",
        "org.deeplearning4j.nn.conf.layers.SubsamplingLayer",
    ],
) -> java_types.LayerClass: ...
@overload
def jimport(name: str) -> Any: ...
def jimport(name: str) -> Any:
    """A Java class by its full name; the JVM is started where it does not run.

    Its static methods, constructors and inner classes are Python attributes, as JPype has them:
    `jimport("org.deeplearning4j.nn.conf.layers.DenseLayer").Builder().nOut(10).build()`.

    Args:
        name: such as "org.nd4j.linalg.factory.Nd4j".

    Raises:
        ParameterError: PARAMETER_RANGE when there is no such class.
    """
    in_process.start()
    import jpype

    try:
        with translated():
            return jpype.JClass(name)
    except TypeError:
        raise errors.error("PARAMETER_RANGE", f"there is no Java class {name}", parameter="name") from None
