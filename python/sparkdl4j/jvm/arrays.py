"""numpy and ND4J on the same memory: nothing is copied in either direction."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors
from sparkdl4j.jvm.errors import translated
from sparkdl4j.jvm.in_process import java_class

# numpy's name -> ND4J's name, and javacpp's pointer.
_TYPES = {
    "float32": ("FLOAT", "FloatPointer"),
    "float64": ("DOUBLE", "DoublePointer"),
    "int32": ("INT", "IntPointer"),
    "int64": ("LONG", "LongPointer"),
    "uint8": ("UBYTE", "BytePointer"),
}
# Java's collector sees only small objects, not the memory behind them: after so many shared bytes it is asked to run.
_BYTES_PER_COLLECTION = 256 * 2**20
_NUMPY_NAME = {nd4j: numpy for numpy, (nd4j, _) in _TYPES.items()}
_shared_bytes = 0


@translated()
def to_nd4j(array: NDArray[Any]) -> Any:
    """An INDArray on the memory of a numpy array: what one side writes, the other reads.

    The numpy array is kept alive until Java lets go of the INDArray; closing the INDArray frees nothing of numpy's.

    Args:
        array: float32, float64, int32, int64 or uint8 in native byte order; C-contiguous, writable, not empty.

    Raises:
        DataError: DATA_TYPE or DATA_SHAPE.
    """
    _check(array)
    import jpype

    _count(array.nbytes)
    name, pointer_name = _TYPES[array.dtype.name]
    # A buffer on the first bytes holds the numpy array, and each pointer holds what it was made from; a Java buffer
    # of the whole array could not exceed 2 GB.
    first = array.reshape(-1)[:1].view(np.uint8)
    held = java_class("org.bytedeco.javacpp.BytePointer")(jpype.nio.convertToDirectBuffer(first))
    pointer = java_class(f"org.bytedeco.javacpp.{pointer_name}")(held)
    pointer.capacity(array.size).limit(array.size)
    nd4j = java_class("org.nd4j.linalg.factory.Nd4j")
    data_type = getattr(java_class("org.nd4j.linalg.api.buffer.DataType"), name)
    buffer = nd4j.createBuffer(pointer, array.size, data_type)
    return nd4j.create(buffer, jpype.JArray(jpype.JLong)(array.shape))


@translated()
def to_numpy(indarray: Any) -> NDArray[Any]:
    """A numpy array on the memory of an INDArray, views and Fortran order included.

    The numpy array keeps the INDArray alive by its `base`; do not close the INDArray before the last use of the array.

    Raises:
        DataError: DATA_TYPE.
    """
    name = str(indarray.dataType().toString())
    if name not in _NUMPY_NAME:
        raise errors.error(
            "DATA_TYPE",
            f"an INDArray of type {name} cannot be shared with numpy: cast it to one of {', '.join(_NUMPY_NAME)}",
            type=name,
        )
    dtype = np.dtype(_NUMPY_NAME[name])
    shape = tuple(int(length) for length in indarray.shape())
    if indarray.isEmpty():
        return np.empty(shape, dtype)
    if indarray.isAttached():
        # The memory of a workspace is used again, whoever still looks at it.
        indarray = indarray.detach()
    # A view has the address of the whole and its offset, in elements, apart.
    address = int(indarray.data().address()) + int(indarray.offset()) * dtype.itemsize
    _count(int(indarray.length()) * dtype.itemsize)
    strides = tuple(int(stride) * dtype.itemsize for stride in indarray.stride()) if shape else ()
    return np.asarray(_Memory(indarray, address, dtype, shape, strides))


class _Memory:
    """Memory that a Java object owns, in the form that numpy understands."""

    def __init__(
        self, owner: Any, address: int, dtype: np.dtype[Any], shape: tuple[int, ...], strides: tuple[int, ...]
    ) -> None:
        self.owner = owner
        self.__array_interface__ = {
            "version": 3,
            "data": (address, False),
            "typestr": dtype.str,
            "shape": shape,
            "strides": strides,
        }


def _count(size: int) -> None:
    global _shared_bytes
    _shared_bytes += size
    if _shared_bytes > _BYTES_PER_COLLECTION:
        _shared_bytes = 0
        java_class("java.lang.System").gc()


def _check(array: NDArray[Any]) -> None:
    if array.dtype.name not in _TYPES or not array.dtype.isnative:
        raise errors.error(
            "DATA_TYPE",
            f"an array of type {array.dtype} cannot be shared with ND4J: convert it to one of {', '.join(_TYPES)}",
            type=str(array.dtype),
        )
    if array.size == 0 or not array.flags.c_contiguous or not array.flags.writeable:
        problem = "is empty" if array.size == 0 else "is read-only or not C-contiguous"
        raise errors.error(
            "DATA_SHAPE",
            f"an array of shape {array.shape} cannot be shared with ND4J, because it {problem}: pass a copy made by "
            "numpy.array(…, order='C')",
            shape=list(array.shape),
        )
