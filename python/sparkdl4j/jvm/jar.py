"""The jar inside the package: where it is, and whether it fits."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import platform
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from sparkdl4j import errors

ENVIRONMENT_VARIABLE = "SPARKDL4J_JAR"
_PACKAGE = Path(__file__).resolve().parent.parent
_FOLDER = _PACKAGE / "jars"
_REMEDY = "run make jar in a source tree, or reinstall the wheel with pip install --force-reinstall sparkdl4j"
_MANIFEST = "META-INF/MANIFEST.MF"
_MACHINES = {"amd64": "x86_64", "aarch64": "arm64"}
# Every native library of the stack comes with javacpp's own for the same platform.
_NATIVES = re.compile(r"org/bytedeco/javacpp/([a-z]+-[a-z0-9_]+)/")


@functools.cache
def package_version() -> str:
    """The version of the Python package."""
    try:
        return importlib.metadata.version("sparkdl4j")
    except importlib.metadata.PackageNotFoundError:
        pass
    # A source tree that is on the path without being installed.
    try:
        return (_PACKAGE.parent.parent / "VERSION").read_text(encoding="ascii").strip()
    except OSError:
        raise errors.error(
            "JAR_VERSION", "the version of the package sparkdl4j is unknown: install it with pip"
        ) from None


def find_jars() -> list[Path]:
    """The class path: the -all jar first, then the logging jar.

    The environment variable SPARKDL4J_JAR names other files or folders, joined by the path separator.

    Raises:
        JvmError: JAR_NOT_FOUND.
    """
    override = os.environ.get(ENVIRONMENT_VARIABLE)
    if override:
        paths = [Path(path) for path in override.split(os.pathsep) if path]
        remedy = f"correct the environment variable {ENVIRONMENT_VARIABLE}, or leave it unset"
    else:
        version = package_version()
        paths = [_FOLDER / f"sparkdl4j-{version}-{part}.jar" for part in ("all", "logging")]
        remedy = _REMEDY
        _check_not_only_others(paths[0], version)
    for path in paths:
        if not path.exists():
            raise errors.error("JAR_NOT_FOUND", f"the jar {path} does not exist: {remedy}", path=str(path))
    return paths


def check(paths: Sequence[Path]) -> None:
    """Checks jars before a JVM reads them: the version against the package's, the native code against this platform.

    Raises:
        JvmError: JAR_NOT_FOUND for a file that is not a jar, JAR_VERSION, NATIVES_MISSING.
    """
    platforms: set[str] = set()
    for path in paths:
        if path.is_dir():
            continue
        try:
            with zipfile.ZipFile(path) as file:
                names = file.namelist()
                manifest = file.read(_MANIFEST).decode() if _MANIFEST in names else ""
        except (OSError, zipfile.BadZipFile) as problem:
            raise errors.error(
                "JAR_NOT_FOUND", f"the jar {path} cannot be read ({problem}): {_REMEDY}", path=str(path)
            ) from None
        if path.name.startswith("sparkdl4j-"):
            _check_version(path, manifest)
        platforms.update(match[1] for name in names if (match := _NATIVES.match(name)))
    if this_platform() not in platforms:
        carried = ", ".join(sorted(platforms)) or "no platform"
        raise errors.error(
            "NATIVES_MISSING",
            f"this machine is {this_platform()}, but the jar {paths[0]} carries native code for {carried}: "
            f"build the jar here with the Gradle property natives={this_platform()}",
            platform=this_platform(),
            path=str(paths[0]),
        )


def this_platform() -> str:
    """The platform as javacpp names it, such as linux-x86_64 or macosx-arm64."""
    system = {"Linux": "linux", "Darwin": "macosx", "Windows": "windows"}.get(
        platform.system(), platform.system().lower()
    )
    machine = platform.machine().lower()
    return f"{system}-{_MACHINES.get(machine, machine)}"


def _check_not_only_others(jar: Path, version: str) -> None:
    """Says so when the jar is missing, but jars of other versions lie where it should be."""
    others = [] if jar.exists() else sorted(path.name for path in _FOLDER.glob("sparkdl4j-*-all.jar"))
    if others:
        raise errors.error(
            "JAR_VERSION",
            f"the Python package is of version {version}, but {_FOLDER} holds only {', '.join(others)}: {_REMEDY}",
            path=str(jar),
            package_version=version,
            found=others,
        )


def _check_version(path: Path, manifest: str) -> None:
    match = re.search(r"^Implementation-Version: *(\S+)", manifest, re.MULTILINE)
    found = match[1] if match else "unknown"
    if found != package_version():
        raise errors.error(
            "JAR_VERSION",
            f"the jar {path} is of version {found}, but the Python package of version {package_version()}: {_REMEDY}",
            path=str(path),
            jar_version=found,
            package_version=package_version(),
        )
