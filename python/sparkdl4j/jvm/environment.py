"""What a bug report needs: versions, Java, processor, jar."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from pathlib import Path

from sparkdl4j.jvm import in_process, jar
from sparkdl4j.jvm.errors import translated


def describe() -> Iterator[tuple[str, str]]:
    """Pairs of name and value; starts the JVM for the last ones.

    Raises:
        JvmError: when Java or the jar is missing; after the pairs that do not need them.
    """
    import jpype
    import numpy as np

    yield "sparkdl4j", jar.package_version()
    yield (
        "python",
        f"{platform.python_version()}, numpy {np.__version__}, jpype {jpype.__version__}",
    )
    yield "system", platform.platform()
    yield "processor", f"{_processor()}, {in_process.usable_cores()} usable cores"
    path = jar.find_jars()[0]
    yield "jar", f"{path} ({Path(path).stat().st_size / 1e6:.0f} MB)"
    native = _native()
    yield (
        "java",
        f"{native['java']} ({native['java_home']}), heap at most {native['heap_megabytes']} MB",
    )
    yield "nd4j", f"{native['nd4j']}, threads {native['threads']}"
    yield "onednn", native["onednn"]
    yield "opencv", native["opencv"]


@translated()
def _native() -> dict[str, str]:
    facts: dict[str, str] = json.loads(str(in_process.java_class("org.sparkdl4j.bridge.Environment").describe()))
    return facts


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.machine()
