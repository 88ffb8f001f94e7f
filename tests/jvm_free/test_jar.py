"""The jar is found and checked before any JVM starts."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from sparkdl4j import errors
from sparkdl4j.jvm import jar

VERSION = "1.2.3"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(jar.ENVIRONMENT_VARIABLE, raising=False)
    monkeypatch.setattr(jar, "_FOLDER", tmp_path)
    monkeypatch.setattr(jar, "package_version", lambda: VERSION)
    monkeypatch.setattr(jar, "this_platform", lambda: "linux-x86_64")
    return tmp_path


def make_jar(path: Path, version: str | None = VERSION, natives: str | None = "linux-x86_64") -> Path:
    with zipfile.ZipFile(path, "w") as file:
        manifest = "Manifest-Version: 1.0\r\n" + (f"Implementation-Version: {version}\r\n" if version else "")
        file.writestr("META-INF/MANIFEST.MF", manifest)
        file.writestr("org/bytedeco/javacpp/properties/linux-x86_64.properties", "")
        if natives is not None:
            file.writestr(f"org/bytedeco/javacpp/{natives}/libjnijavacpp.so", "")
    return path


def test_the_jar_of_this_version_is_found_beside_others(folder: Path) -> None:
    for version in ("1.2.2", VERSION, "9.9.9"):
        make_jar(folder / f"sparkdl4j-{version}-all.jar", version)
        make_jar(folder / f"sparkdl4j-{version}-logging.jar", version, natives=None)
    found = jar.find_jars()
    assert found == [folder / f"sparkdl4j-{VERSION}-all.jar", folder / f"sparkdl4j-{VERSION}-logging.jar"]
    jar.check(found)


def test_a_missing_jar_tells_how_to_get_it(folder: Path) -> None:
    with pytest.raises(errors.JvmError, match=r"sparkdl4j-1\.2\.3-all\.jar does not exist: run make jar") as caught:
        jar.find_jars()
    assert caught.value.code == "JAR_NOT_FOUND"
    make_jar(folder / f"sparkdl4j-{VERSION}-all.jar")
    with pytest.raises(errors.JvmError, match=r"logging\.jar does not exist"):
        jar.find_jars()


def test_only_jars_of_other_versions(folder: Path) -> None:
    make_jar(folder / "sparkdl4j-1.2.2-all.jar", "1.2.2")
    with pytest.raises(errors.JvmError, match=r"of version 1\.2\.3, but .* only sparkdl4j-1\.2\.2-all\.jar") as caught:
        jar.find_jars()
    assert caught.value.code == "JAR_VERSION"


@pytest.mark.parametrize(("version", "shown"), [("1.2.2", r"1\.2\.2"), (None, "unknown")])
def test_a_jar_of_another_version(folder: Path, version: str | None, shown: str) -> None:
    path = make_jar(folder / f"sparkdl4j-{VERSION}-all.jar", version)
    with pytest.raises(errors.JvmError, match=rf"of version {shown}, .* of version 1\.2\.3: run make jar") as caught:
        jar.check([path])
    assert caught.value.code == "JAR_VERSION"


@pytest.mark.parametrize(("natives", "shown"), [("macosx-arm64", "macosx-arm64"), (None, "no platform")])
def test_native_code_for_another_platform(folder: Path, natives: str | None, shown: str) -> None:
    path = make_jar(folder / f"sparkdl4j-{VERSION}-all.jar", natives=natives)
    with pytest.raises(errors.JvmError, match=rf"is linux-x86_64, .* native code for {shown}: build") as caught:
        jar.check([path])
    assert caught.value.code == "NATIVES_MISSING"


def test_a_truncated_jar(folder: Path) -> None:
    path = make_jar(folder / f"sparkdl4j-{VERSION}-all.jar")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(errors.JvmError, match="cannot be read") as caught:
        jar.check([path])
    assert caught.value.code == "JAR_NOT_FOUND"


def test_the_environment_variable_names_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make_jar(folder / "nd4j.jar", version=None)
    monkeypatch.setenv(jar.ENVIRONMENT_VARIABLE, os.pathsep.join([str(other), str(folder)]))
    assert jar.find_jars() == [other, folder]
    jar.check(jar.find_jars())
    monkeypatch.setenv(jar.ENVIRONMENT_VARIABLE, str(folder / "absent.jar"))
    with pytest.raises(errors.JvmError, match=r"absent\.jar does not exist: correct .*SPARKDL4J_JAR"):
        jar.find_jars()


def test_platforms_are_named_as_javacpp_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for system, machine, name in (
        ("Linux", "x86_64", "linux-x86_64"),
        ("Linux", "aarch64", "linux-arm64"),
        ("Darwin", "arm64", "macosx-arm64"),
        ("Windows", "AMD64", "windows-x86_64"),
    ):
        monkeypatch.setattr(jar.platform, "system", lambda system=system: system)
        monkeypatch.setattr(jar.platform, "machine", lambda machine=machine: machine)
        assert jar.this_platform() == name
