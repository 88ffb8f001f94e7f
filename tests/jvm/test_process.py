"""What the JVM does to the process that holds it: output, environment, exit, fork, signals.

Each test has a process of its own.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import pytest

from sparkdl4j.jvm import jar, java_home

# Ends with a trained net and an INDArray.
TRAIN = """
    import numpy as np
    from sparkdl4j.jvm.arrays import to_nd4j
    from sparkdl4j.jvm.in_process import java_class as java
    layers = "org.deeplearning4j.nn.conf.layers."
    adam = java("org.nd4j.linalg.learning.config.Adam")(0.01)
    builder = java("org.deeplearning4j.nn.conf.NeuralNetConfiguration$Builder")().seed(1).updater(adam)
    softmax = java("org.nd4j.linalg.activations.Activation").SOFTMAX
    loss = java("org.nd4j.linalg.lossfunctions.LossFunctions$LossFunction").MCXENT
    configuration = (
        java("org.deeplearning4j.nn.conf.NeuralNetConfiguration$ListBuilder")(builder)
        .layer(java(layers + "ConvolutionLayer$Builder")(3, 3).nOut(4).build())
        .layer(java(layers + "OutputLayer$Builder")(loss).nOut(3).activation(softmax).build())
        .setInputType(java("org.deeplearning4j.nn.conf.inputs.InputType").convolutional(8, 8, 1))
        .build()
    )
    net = java("org.deeplearning4j.nn.multilayer.MultiLayerNetwork")(configuration)
    net.init()
    net.fit(to_nd4j(np.ones((3, 1, 8, 8), np.float32)), to_nd4j(np.eye(3, dtype=np.float32)))
    assert np.isfinite(net.score())
"""
START = """
    from sparkdl4j.jvm import in_process
    from sparkdl4j.jvm.in_process import java_class as java
    in_process.start()
"""
SECONDS = 120


def command(*parts: str, options: tuple[str, ...] = ()) -> list[str]:
    return [sys.executable, *options, "-c", "".join(textwrap.dedent(part) for part in parts)]


def run(*parts: str, options: tuple[str, ...] = (), **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*parts, options=options),
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def check_silent(done: subprocess.CompletedProcess[str], code: int = 0) -> None:
    assert (done.stdout, done.stderr, done.returncode) == ("", "", code)


def all_homes() -> list[Path]:
    found = {java_home.find().path.resolve()}
    for home in java_home._homes_in_usual_folders():
        java = java_home._examine(home, "usual folders")
        if java is not None and java.major >= java_home.OLDEST_MAJOR:
            found.add(java.path.resolve())
    return sorted(found)


@pytest.mark.parametrize("home", all_homes(), ids=lambda home: home.name)
def test_every_java_here_is_silent_and_exits(home: Path) -> None:
    check_silent(run(TRAIN, JAVA_HOME=str(home)))


def test_faulthandler_sees_no_fault() -> None:
    # HotSpot compiles the null check away, and catches the SIGSEGV instead.
    code = """
        import jpype
        nothing = jpype.JObject(None, jpype.JArray(jpype.JInt))
        for _ in range(20_000):
            try:
                java("java.util.Arrays").sort(nothing)
            except jpype.JException:
                pass
        java("java.lang.System").gc()
    """
    check_silent(run(START, code, options=("-X", "faulthandler")))


def test_threads_reach_all_native_code_and_leave_the_environment_alone() -> None:
    code = """
        import os
        from sparkdl4j.jvm import in_process
        from sparkdl4j.jvm.in_process import java_class as java
        in_process.configure(threads=1)
        environment = dict(os.environ)
        in_process.start()
        assert os.environ == environment
        nd4j = java("org.nd4j.linalg.factory.Nd4j").getEnvironment()
        native = java("org.nd4j.nativeblas.NativeOpsHolder").getInstance().getDeviceNativeOps()
        blas = java("org.bytedeco.openblas.global.openblas_nolapack").blas_get_num_threads()
        print(nd4j.maxThreads(), nd4j.maxMasterThreads(), native.ompGetMaxThreads(), blas)
    """
    done = run(code, OMP_NUM_THREADS="3")
    assert (done.stdout, done.stderr) == ("1 1 1 1\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="GNU's OpenMP tells what it was told")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ("ACTIVE", "3000")),
        ({"OMP_WAIT_POLICY": "PASSIVE"}, ("PASSIVE", "0")),
        ({"GOMP_SPINCOUNT": "77"}, ("PASSIVE", "77")),
    ],
)
def test_idle_threads_stay_awake_for_a_short_time_unless_the_user_says_otherwise(
    given: dict[str, str], expected: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    done = run(START, OMP_DISPLAY_ENV="VERBOSE", **given)
    assert done.returncode == 0
    for name, value in zip(("OMP_WAIT_POLICY", "GOMP_SPINCOUNT"), expected, strict=True):
        assert f"{name} = '{value}'" in done.stderr


def test_a_jvm_of_another_library_is_named() -> None:
    code = """
        import jpype
        from sparkdl4j import errors
        from sparkdl4j.jvm import in_process, java_home
        jpype.startJVM(jvmpath=str(java_home.find().libjvm))
        try:
            in_process.start()
        except errors.JvmError as problem:
            print(problem.code)
    """
    done = run(code)
    assert (done.stdout, done.stderr) == ("JVM_STARTED\n", "")


def test_options_that_java_refuses() -> None:
    code = """
        from sparkdl4j import errors
        from sparkdl4j.jvm import in_process
        in_process.configure(jvm_options=["-XX:NoSuchOption"])
        try:
            in_process.start()
        except errors.ParameterError as problem:
            print(problem.code, problem)
    """
    done = run(code)
    assert re.match(r"PARAMETER_RANGE Java .* does not start .*-XX:NoSuchOption", done.stdout)
    assert "Unrecognized VM option" in done.stderr


def test_native_code_that_does_not_load_keeps_its_reason() -> None:
    code = """
        from sparkdl4j import errors
        from sparkdl4j.jvm import in_process
        in_process.configure(jvm_options=["-Dorg.bytedeco.javacpp.platform.extension=-none"])
        for _ in range(2):
            try:
                in_process.start()
            except errors.JvmError as problem:
                print(problem.code, problem)
    """
    done = run(code)
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert lines[0] == lines[1]
    assert re.match(r"NATIVES_MISSING .*jnind4jcpu", lines[0])
    assert done.stderr == ""


def test_a_jar_without_our_classes_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.jar", "w") as file:
        file.writestr(f"org/bytedeco/javacpp/{jar.this_platform()}/libx.so", "")
    code = """
        from sparkdl4j import errors
        from sparkdl4j.jvm import in_process
        try:
            in_process.start()
        except errors.JvmError as problem:
            print(problem.code, problem)
    """
    done = run(code, SPARKDL4J_JAR=str(tmp_path / "other.jar"))
    assert re.match(r"JAR_NOT_FOUND .*other\.jar holds no class org\.nd4j", done.stdout)
    assert done.stderr == ""


def test_the_home_of_java_is_taken_from_configure() -> None:
    code = """
        from sparkdl4j import configure, errors
        from sparkdl4j.jvm import in_process
        configure(java_home="/no/such/folder")
        try:
            in_process.start()
        except errors.JvmError as problem:
            print(problem.code)
    """
    assert run(code).stdout == "JAVA_NOT_FOUND\n"


# ---------------------------------------------------------------------- exit

ENDINGS = {
    "sys.exit": (START, "import sys; sys.exit(3)", 3),
    "exception": (START, "raise KeyError('top level')", 1),
    "sys.exit in a thread": (
        START,
        """
        import sys, threading
        def work():
            java("java.lang.System").nanoTime()
            sys.exit(5)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        """,
        0,
    ),
    "daemon thread of Python inside Java": (
        START,
        """
        import threading, time
        def work():
            java("java.lang.Thread").sleep(1_000_000)
        threading.Thread(target=work, daemon=True).start()
        time.sleep(0.3)
        """,
        0,
    ),
    "lasting thread of Java": (
        START,
        """
        unit = java("java.util.concurrent.TimeUnit").HOURS
        executor = java("java.util.concurrent.Executors").newScheduledThreadPool(2)
        executor.prestartAllCoreThreads()
        """,
        0,
    ),
    "JVM started in a thread that is still there": (
        """
        import threading, time
        from sparkdl4j.jvm import in_process
        done = threading.Event()
        def work():
            in_process.start()
            done.set()
            time.sleep(1000)
        """,
        """
        threading.Thread(target=work, daemon=True).start()
        done.wait()
        """,
        0,
    ),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_the_interpreter_ends(name: str) -> None:
    start, code, expected = ENDINGS[name]
    began = time.monotonic()
    done = run(start, code)
    assert time.monotonic() - began < 30
    assert done.returncode == expected
    assert done.stdout == ""
    if expected == 1:
        assert done.stderr.endswith("KeyError: 'top level'\n")
    else:
        assert done.stderr == ""


# ---------------------------------------------------------------------- fork


def test_a_forked_child_is_told_and_ends_and_the_parent_goes_on() -> None:
    # Collections all the time: without the cut every child hangs in the first object that it lets go.
    code = """
        import os, sys, threading, warnings
        import numpy as np
        from sparkdl4j import errors
        from sparkdl4j.jvm import arrays

        # From 3.12 on, Python itself warns of forks of processes with threads.
        warnings.simplefilter("ignore", DeprecationWarning)
        from sparkdl4j.jvm.errors import translated

        objects = [java("java.util.ArrayList")() for _ in range(1000)]
        shared = arrays.to_nd4j(np.ones(10, np.float32))
        stop = threading.Event()
        def collect():
            while not stop.is_set():
                java("java.lang.System").gc()
        thread = threading.Thread(target=collect)
        thread.start()
        codes = set()
        for _ in range(10):
            child = os.fork()
            if child == 0:
                assert not in_process.started()
                for use in (
                    in_process.start,
                    lambda: java("java.lang.String"),
                    lambda: arrays.to_numpy(shared),
                    translated()(lambda: shared.shape()),
                ):
                    try:
                        use()
                    except errors.JvmError as problem:
                        assert problem.code == "JVM_FORKED" and "spawn" in str(problem)
                    else:
                        raise AssertionError
                objects.clear()
                del shared
                sys.exit(7)
            codes.add(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        stop.set()
        thread.join()
        assert shared.sumNumber().intValue() == 10
        print(codes)
    """
    done = run(START, code)
    assert (done.stdout, done.stderr, done.returncode) == ("{7}\n", "", 0)


def test_fork_before_the_start_and_spawn_after_it_work(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            """
            import multiprocessing, os
            from sparkdl4j.jvm import in_process

            def version(_):
                return str(in_process.java_class("java.lang.System").getProperty("java.version")) != ""

            if __name__ == "__main__":
                with multiprocessing.get_context("fork").Pool(1) as pool:
                    print(pool.map(version, [0]))
                in_process.start()
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    print(pool.map(version, [0]))
            """
        )
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("[True]\n[True]\n", "", 0)


# ---------------------------------------------------------------------- signals


def test_ctrl_c_is_a_keyboard_interrupt_and_java_stays_usable() -> None:
    code = """
        from sparkdl4j.jvm.errors import translated
        thread = java("java.lang.Thread")
        try:
            with translated():
                print("waiting", flush=True)
                while True:
                    thread.sleep(50)
        except KeyboardInterrupt:
            pass
        thread.sleep(50)
        print(java("java.lang.Math").abs(-3))
    """
    process = subprocess.Popen(command(START, code), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=SECONDS) == ("3\n", "")
    assert process.returncode == 0


def test_ctrl_c_at_top_level_ends_the_process() -> None:
    code = """
        print("waiting", flush=True)
        while True:
            java("java.lang.Thread").sleep(50)
    """
    process = subprocess.Popen(command(START, code), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=SECONDS)
    assert stderr.endswith("KeyboardInterrupt\n")
    assert process.returncode == -signal.SIGINT


def test_a_signal_handler_of_python_stays() -> None:
    code = """
        import signal, os, time
        received = []
        signal.signal(signal.SIGTERM, lambda number, frame: received.append(number))
        in_process.start()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.1)
        print(received == [signal.SIGTERM])
    """
    done = run("from sparkdl4j.jvm import in_process\n", code)
    assert (done.stdout, done.stderr, done.returncode) == ("True\n", "", 0)
