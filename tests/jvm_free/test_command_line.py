"""The command line without a JVM: configuration files, completion, and who hears what."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sparkdl4j import cli, options
from sparkdl4j.cli import command, completion, prediction_rows
from sparkdl4j.cli.prediction_rows import CsvRows, JsonLines, ParquetRows

COLUMNS = ["path", "prediction", "probability", "p_a", "p_b", "damaged"]
ROWS = [["x, y.png", "b", "0.750000", "0.250000", "0.750000", ""], ["é.png", "", "", "", "", "not_a_picture: text"]]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[argparse.Namespace]:
    """What the commands of the test were given, in place of running them."""
    given: list[argparse.Namespace] = []
    for module in (command.train, command.evaluate, command.predict):
        monkeypatch.setattr(module, "run", given.append)
    return given


def config(folder: Path, text: str) -> str:
    path = folder / "train.toml"
    path.write_text(text)
    return str(path)


def test_a_configuration_equals_options(tmp_path: Path, parsed: list[argparse.Namespace]) -> None:
    text = """
        learning_rate = 0.5
        batch-size = 8
        l2 = 1
        tune = true
        network = "fashion"
        size = "60x80"
        test = 0.2
        checkpoint = "c.zip"
        checkpoint_unit = "step"
        master = "local[2]"
        quiet = true
        [conf]
        "spark.task.cpus" = 2
    """
    arguments = ["--learning-rate", "0.5", "--batch-size", "8", "--l2", "1", "--tune", "--network", "fashion"]
    arguments += ["--size", "60x80", "--test", "0.2", "--checkpoint", "c.zip", "--checkpoint-unit", "step"]
    arguments += ["--master", "local[2]", "--quiet", "--conf", "spark.task.cpus=2"]
    path = config(tmp_path, text)
    assert cli.main(["train", "data", "--config", path]) == 0
    assert cli.main(["train", "data", *arguments]) == 0
    of_file, of_options = (vars(each) for each in parsed)
    assert {**of_file, "config": None, "console": None} == {**of_options, "console": None}
    assert type(of_file["l2"]) is float


def test_the_command_line_wins(tmp_path: Path, parsed: list[argparse.Namespace]) -> None:
    path = config(tmp_path, 'epochs = 5\ntune = true\nconf = ["a=1", "b=2"]\nsize = 75')
    assert cli.main(["train", "data", "--config", path, "--epochs", "7", "--no-tune", "--conf", "a=3"]) == 0
    assert (parsed[0].epochs, parsed[0].tune, parsed[0].size) == (7, False, (75, 75))
    assert dict(parsed[0].conf) == {"a": "3", "b": "2"}


def test_every_option_of_the_contract_may_be_in_a_configuration(
    tmp_path: Path, parsed: list[argparse.Namespace]
) -> None:
    checks = command.commands(command.parser())["train"].checks
    lines = []
    for name in checks:
        if name == "preprocessing":
            continue  # a list of steps, with defaults of their own
        group, bare = next(
            (group, each)
            for group in options.groups()
            # What decides about the run is asked for by its patience: --early-stopping 3.
            for each in ("patience" if name == group else name, name.removeprefix(f"{group}_"))
            if each in options.names(group)
        )
        default = options.default(group, bare)
        if default is not None:
            lines.append(f"{name} = {json.dumps(default)}")
    assert len(lines) > 25
    assert cli.main(["train", "data", "--checkpoint", "c", "--config", config(tmp_path, "\n".join(lines))]) == 0
    assert cli.main(["evaluate", "m", "d", "--config", config(tmp_path, "max_damaged = 0.5\nthreads = 2")]) == 0
    assert cli.main(["predict", "m", "p", "--config", config(tmp_path, 'out = "x.csv"')]) == 0
    assert (parsed[1].max_damaged, parsed[1].threads, parsed[2].out) == (0.5, 2, "x.csv")


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("learning_rat = 1", 2, "there is no option learning_rat; did you mean learning_rate?"),
        ("config = 'x'", 2, "there is no option config"),
        ("epochs = '5'", 2, 'epochs must be of type integer, but is "5"'),
        ("epochs = -1", 2, "epochs must be at least 0, but is -1"),
        ("tune = 1", 2, "tune must be of type boolean, but is 1"),
        ("quiet = 'yes'", 2, 'quiet must be true or false, but is "yes"'),
        ("network = ['a']", 2, 'network must be a text, but is ["a"]'),
        ("conf = 'a=1'", 2, 'conf must be a list of texts, but is "a=1"'),
        ("size = 'big'", 2, "size must be a number such as 75"),
        ("test = 1.5", 2, "a fraction must be above 0 and below 1"),
        ("epochs =", 1, "is not a TOML file"),
        (None, 1, "does not exist"),
    ],
)
def test_a_wrong_configuration_is_named(
    text: str | None, code: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "missing.toml") if text is None else config(tmp_path, text)
    assert cli.main(["train", "data", "--config", path]) == code
    shown = capsys.readouterr().err
    assert shown.startswith("sparkdl4j: error: ")
    assert path in shown
    assert words in shown
    assert shown.count("\n") == 1


def run_speaking(arguments: argparse.Namespace) -> dict[str, Any]:
    print("done")
    print("on the way", file=sys.stderr)
    return {"path": Path("x")}


@pytest.mark.parametrize(
    ("more", "out", "err"),
    [
        ([], "done\n", "on the way\n"),
        (["--quiet"], "", ""),
        (["--json"], '{"path": "x"}\n', "on the way\n"),
        (["--quiet", "--json"], '{"path": "x"}\n', ""),
    ],
)
def test_people_and_programs(
    more: list[str], out: str, err: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command.evaluate, "run", run_speaking)
    assert cli.main(["evaluate", "model", "data", *more]) == 0
    assert tuple(capsys.readouterr()) == (out, err)


def test_errors_are_heard_in_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["predict", "missing.zip", "x", "--quiet", "--json"]) == 1
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "sparkdl4j: error: the model file missing.zip does not exist\n")


def written(kind: Any, target: Any) -> None:
    rows = kind(COLUMNS, target)
    for row in ROWS:
        rows.write(row)
    rows.finish()


def test_rows_are_the_same_in_every_format(tmp_path: Path) -> None:
    with open(tmp_path / "rows.csv", "w", newline="") as stream:
        written(CsvRows, stream)
    assert (tmp_path / "rows.csv").read_text().splitlines()[1] == '"x, y.png",b,0.750000,0.250000,0.750000,'
    with open(tmp_path / "rows.jsonl", "w") as stream:
        written(JsonLines, stream)
    first, second = map(json.loads, (tmp_path / "rows.jsonl").read_text().splitlines())
    assert first == dict(zip(COLUMNS, ["x, y.png", "b", 0.75, 0.25, 0.75, None], strict=True))
    assert second == dict(zip(COLUMNS, ["é.png", None, None, None, None, ROWS[1][-1]], strict=True))
    parquet = pytest.importorskip("pyarrow.parquet")
    written(ParquetRows, tmp_path / "rows.parquet")
    table = parquet.read_table(tmp_path / "rows.parquet")
    assert table.to_pylist() == [first, second]
    assert [str(kind) for kind in table.schema.types] == ["string", "string", "double", "double", "double", "string"]


def test_parquet_needs_its_package_before_anything_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert cli.main(["predict", "missing.zip", "x", "--out", f"{tmp_path}/x{prediction_rows.PARQUET}"]) == 1
    assert "run pip install 'sparkdl4j[parquet]'" in capsys.readouterr().err


# ---------------------------------------------------------------------- completion


def completions(script: str, words: list[str], folder: Path) -> set[str]:
    """What bash offers for the last of the words."""
    function = re.search(r"^complete .*-F (\S+) sparkdl4j$", script, re.MULTILINE)
    assert function is not None
    program = f"""{script}
COMP_WORDS=({" ".join(f'"{word}"' for word in words)})
COMP_CWORD={len(words) - 1}
COMPREPLY=()
{function[1]} sparkdl4j "{words[-1]}" "{words[-2]}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "--norc"], input=program, capture_output=True, text=True, cwd=folder, check=True)
    return set(done.stdout.split())


def test_bash_completes_commands_options_choices_and_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("shtab")
    assert cli.main(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    (tmp_path / "pictures").mkdir()
    (tmp_path / "picture.zip").write_text("")
    assert completions(script, ["sparkdl4j", ""], tmp_path) >= {"train", "evaluate", "predict", "info", "completion"}
    assert completions(script, ["sparkdl4j", "ev"], tmp_path) == {"evaluate"}
    assert completions(script, ["sparkdl4j", "train", "--epo"], tmp_path) == {"--epochs"}
    assert completions(script, ["sparkdl4j", "train", "--updater", "ada"], tmp_path) == {"adagrad", "adam", "adamw"}
    assert completions(script, ["sparkdl4j", "train", "--resume", "pic"], tmp_path) == {"picture.zip", "pictures"}
    assert completions(script, ["sparkdl4j", "train", "--tensorboard", "pic"], tmp_path) == {"pictures"}
    assert completions(script, ["sparkdl4j", "predict", "pic"], tmp_path) == {"picture.zip", "pictures"}


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_every_shell_has_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("shtab")
    assert cli.main(["completion", shell]) == 0
    assert "learning-rate" in capsys.readouterr().out


def test_completion_needs_its_package(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert cli.main(["completion", "bash"]) == 1
    assert "run pip install 'sparkdl4j[completion]'" in capsys.readouterr().err
