"""Arrays shared with ND4J, and exceptions of Java as errors of this library."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from typing import Any

import jpype
import numpy as np
import pytest

from sparkdl4j import errors
from sparkdl4j.jvm import arrays, in_process
from sparkdl4j.jvm.errors import translated
from sparkdl4j.jvm.in_process import java_class

TYPES = {"float32": "FLOAT", "float64": "DOUBLE", "int32": "INT", "int64": "LONG", "uint8": "UBYTE"}


def longs(*values: int) -> Any:
    java_class("java.lang.Object")
    return jpype.JArray(jpype.JLong)(values)


def nd4j_array(name: str, *shape: int) -> Any:
    return java_class("org.nd4j.linalg.factory.Nd4j").zeros(
        getattr(java_class("org.nd4j.linalg.api.buffer.DataType"), name), longs(*shape)
    )


# ---------------------------------------------------------------------- arrays


@pytest.mark.parametrize("dtype", TYPES)
def test_numpy_to_nd4j_is_one_memory(dtype: str) -> None:
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    shared = arrays.to_nd4j(array)
    assert str(shared.dataType()) == TYPES[dtype]
    assert tuple(shared.shape()) == (2, 3, 4)
    assert shared.getDouble(longs(1, 2, 3)) == 23
    array[1, 2, 3] = 100
    assert shared.getDouble(longs(1, 2, 3)) == 100
    shared.putScalar(longs(0, 0, 1), 50)
    assert array[0, 0, 1] == 50
    shared.close()
    assert array[0, 0, 1] == 50


@pytest.mark.parametrize("dtype", TYPES)
def test_nd4j_to_numpy_is_one_memory(dtype: str) -> None:
    owner = nd4j_array(TYPES[dtype], 2, 3, 4)
    array = arrays.to_numpy(owner)
    assert (array.dtype, array.shape, array.flags.c_contiguous) == (np.dtype(dtype), (2, 3, 4), True)
    array[1, 2, 3] = 100
    assert owner.getDouble(longs(1, 2, 3)) == 100
    owner.putScalar(longs(0, 0, 1), 50)
    assert array[0, 0, 1] == 50


def test_views_and_fortran_order_to_numpy() -> None:
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    shared = arrays.to_nd4j(array)
    np.testing.assert_array_equal(arrays.to_numpy(shared.getRow(1)), array[1])
    np.testing.assert_array_equal(arrays.to_numpy(shared.getColumn(2)), array[:, 2])
    np.testing.assert_array_equal(arrays.to_numpy(shared.transpose()), array.T)
    fortran = arrays.to_numpy(shared.dup("f"))
    assert fortran.flags.f_contiguous
    np.testing.assert_array_equal(fortran, array)
    assert arrays.to_numpy(shared.sum(jpype.JArray(jpype.JInt)([]))) == array.sum()


def test_round_trip_is_the_same_memory() -> None:
    array = np.ones((2, 2), np.float32)
    again = arrays.to_numpy(arrays.to_nd4j(array))
    assert again.ctypes.data == array.ctypes.data


def test_what_leaves_a_workspace_is_copied_out_of_it() -> None:
    manager = java_class("org.nd4j.linalg.factory.Nd4j").getWorkspaceManager()
    workspace = manager.getAndActivateWorkspace("test")
    try:
        inside = arrays.to_numpy(nd4j_array("FLOAT", 1000).addi(7))
    finally:
        workspace.close()
    assert (inside == 7).all()


@pytest.mark.parametrize(
    ("array", "code"),
    [
        (np.zeros(3, np.float16), "DATA_TYPE"),
        (np.zeros(3, bool), "DATA_TYPE"),
        (np.zeros(3, ">f4"), "DATA_TYPE"),
        (np.array(["a"]), "DATA_TYPE"),
        (np.zeros((3, 4), np.float32).T, "DATA_SHAPE"),
        (np.zeros(8, np.float32)[::2], "DATA_SHAPE"),
        (np.zeros((0, 3), np.float32), "DATA_SHAPE"),
        (np.broadcast_to(np.float32(1), (2, 2)), "DATA_SHAPE"),
    ],
)
def test_what_cannot_be_shared_is_said(array: np.ndarray, code: str) -> None:
    with pytest.raises(errors.DataError) as caught:
        arrays.to_nd4j(array)
    assert caught.value.code == code


def test_a_read_only_array_cannot_be_shared() -> None:
    array = np.zeros(3, np.float32)
    array.flags.writeable = False
    with pytest.raises(errors.DataError, match="read-only"):
        arrays.to_nd4j(array)


def test_an_nd4j_type_that_numpy_cannot_share() -> None:
    with pytest.raises(errors.DataError, match="type BFLOAT16 cannot be shared") as caught:
        arrays.to_numpy(nd4j_array("BFLOAT16", 2))
    assert caught.value.code == "DATA_TYPE"


def test_the_other_side_keeps_the_memory_alive() -> None:
    array = np.full(1000, 3, np.float32)
    alive = weakref.ref(array)
    shared = arrays.to_nd4j(array)
    del array
    gc.collect()
    java_class("java.lang.System").gc()
    assert alive() is not None
    assert shared.sumNumber().doubleValue() == 3000
    back = arrays.to_numpy(nd4j_array("FLOAT", 1000).addi(5))
    gc.collect()
    java_class("java.lang.System").gc()
    assert (back == 5).all()


def test_shared_memory_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    size = 2**20
    monkeypatch.setattr(arrays, "_BYTES_PER_COLLECTION", 8 * size)
    references = []
    for _ in range(100):
        array = np.empty(size, np.uint8)
        references.append(weakref.ref(array))
        arrays.to_nd4j(array)
        arrays.to_numpy(nd4j_array("UBYTE", size))
    # Java lets go a moment after its collection.
    assert sum(reference() is not None for reference in references) < 50
    del array
    java_class("java.lang.System").gc()
    assert _within_seconds(5, lambda: all(reference() is None for reference in references))


# ---------------------------------------------------------------------- errors


def ours(code: str, message: str) -> Any:
    code_class = java_class("org.sparkdl4j.error.ErrorCode")
    return java_class("org.sparkdl4j.error.SparkDl4jException")(code_class.valueOf(code), message)


def test_our_exception_becomes_our_error_with_plain_details() -> None:
    boxed = java_class("java.util.Arrays").asList(jpype.JInt(1), jpype.JString("two"), None)
    nested = java_class("java.util.LinkedHashMap")()
    nested.put("share", jpype.JDouble(0.5))
    problem = ours("DATA_DAMAGED", "3 of 9 pictures are damaged")
    details = {
        "path": jpype.JString("a/b.jpg"),
        "count": jpype.JInt(3),
        "bytes": jpype.JLong(2**40),
        "limit": jpype.JDouble(0.25),
        "strict": jpype.JBoolean(True),
        "files": boxed,
        "more": nested,
        "code": None,
        "message": jpype.JString("a detail"),
    }
    for name, value in details.items():
        problem.with_(name, value)
    with pytest.raises(errors.DataError, match=r"^3 of 9 pictures are damaged$") as caught, translated():
        raise problem
    assert caught.value.code == "DATA_DAMAGED"
    expected = {
        "path": "a/b.jpg",
        "count": 3,
        "bytes": 2**40,
        "limit": 0.25,
        "strict": True,
        "files": [1, "two", None],
        "more": {"share": 0.5},
        "code": None,
        "message": "a detail",
    }
    assert caught.value.details == expected
    assert {name: type(value) for name, value in caught.value.details.items()} == {
        name: type(value) for name, value in expected.items()
    }
    assert caught.value.__suppress_context__


def test_our_exception_is_found_below_others() -> None:
    wrapped = java_class("java.util.concurrent.ExecutionException")(ours("FILE_UNWRITABLE", "the disk is full"))
    with pytest.raises(errors.FileError, match=r"^the disk is full$"), translated():
        raise wrapped


@pytest.mark.parametrize(
    ("class_name", "message", "code"),
    [
        ("java.lang.OutOfMemoryError", "Java heap space", "OUT_OF_MEMORY"),
        ("java.lang.OutOfMemoryError", "Physical memory usage is too high: physicalBytes (9G)", "OUT_OF_MEMORY"),
        ("java.lang.RuntimeException", "Cannot allocate new FloatPointer(9): totalBytes = 9", "OUT_OF_MEMORY"),
        ("java.lang.RuntimeException", "std::bad_alloc", "OUT_OF_MEMORY"),
        ("java.lang.UnsatisfiedLinkError", "no jnind4jcpu in java.library.path", "NATIVES_MISSING"),
        (
            "java.lang.NoClassDefFoundError",
            "Could not initialize class org.nd4j.linalg.factory.Nd4j",
            "NATIVES_MISSING",
        ),
        ("java.lang.NoClassDefFoundError", "org/other/Thing", "INTERNAL"),
        ("java.lang.IllegalStateException", "odd", "INTERNAL"),
    ],
)
def test_other_exceptions(class_name: str, message: str, code: str) -> None:
    with pytest.raises(errors.SparkDl4jError) as caught, translated():
        raise java_class(class_name)(message)
    assert caught.value.code == code
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert f"{class_name}: {message}" in caught.value.details["java_trace"]


def test_a_real_heap_overflow() -> None:
    with pytest.raises(errors.JvmError, match="Java heap") as caught, translated():
        java_class("java.lang.reflect.Array").newInstance(
            java_class("java.lang.Long").TYPE, jpype.JArray(jpype.JInt)([2**16, 2**31 - 3])
        )
    assert caught.value.code == "OUT_OF_MEMORY"


def test_an_unexpected_exception_names_its_causes() -> None:
    @translated()
    def fail() -> None:
        java_class("java.lang.Integer").parseInt("x")

    with pytest.raises(errors.InternalError, match='NumberFormatException: For input string: "x"') as caught:
        fail()
    assert "Integer.parseInt" in caught.value.details["java_trace"]


def test_python_exceptions_pass_untouched() -> None:
    with pytest.raises(KeyError, match="mine"), translated():
        raise KeyError("mine")
    with pytest.raises(KeyboardInterrupt), translated():
        raise KeyboardInterrupt


# ---------------------------------------------------------------------- the running JVM


def test_start_is_idempotent_and_thread_safe() -> None:
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda: found.append(java_class("org.nd4j.linalg.factory.Nd4j"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    in_process.start()
    assert in_process.started()
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_options_cannot_change_any_more() -> None:
    in_process.start()
    with pytest.raises(errors.JvmError, match="the JVM already runs") as caught:
        in_process.configure(jvm_options=["-Dx=y"])
    assert caught.value.code == "JVM_STARTED"


def _within_seconds(seconds: float, condition: Any) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
