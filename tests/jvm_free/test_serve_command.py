"""`sparkdl4j serve` and the container's commands, without a server."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import pytest

from sparkdl4j import cli, errors
from sparkdl4j.cli import command, serve
from sparkdl4j.serving import container
from sparkdl4j.serving.limits import ServingLimits

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a.zip", "b.zip", "k=v.zip", "no name.zip"):
        (tmp_path / name).touch()
    return tmp_path


def test_models_have_names(files: Path) -> None:
    found = serve.model_files(["a.zip", "second=b.zip", f"{files}/b.zip", "x=k=v.zip"])
    assert {name: path.name for name, path in found.items()} == {
        "a": "a.zip",
        "second": "b.zip",
        "b": "b.zip",
        "x": "k=v.zip",
    }


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["a.zip", "a=b.zip"], "PARAMETER_CONFLICT"),
        (["no name.zip"], "PARAMETER_RANGE"),
        ([".=a.zip"], "PARAMETER_RANGE"),
        (["=a.zip"], "PARAMETER_RANGE"),
        (["../x=a.zip"], "PARAMETER_RANGE"),
        (["missing.zip"], "FILE_NOT_FOUND"),
        (["a=."], "FILE_NOT_FOUND"),
    ],
)
def test_wrong_models_are_refused(files: Path, given: list[str], code: str) -> None:
    with pytest.raises(errors.SparkDl4jError) as caught:
        serve.model_files(given)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["missing.zip"], 1, "the model file missing.zip does not exist"),
        (["a.zip", "--token-file", "missing"], 1, "the file with the token, missing, does not exist"),
        (["a.zip", "--token-file", "empty"], 2, "the token is empty"),
        (["a.zip", "--port", "70000"], 2, "port must be at most 65535"),
        (["a.zip", "--max-queu", "7"], 2, "did you mean --max-queue?"),
        ([], 2, "required"),
    ],
)
def test_wrong_usage(
    files: Path, arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "empty").write_text("\n")
    assert cli.main(["serve", *arguments]) == code
    assert words in capsys.readouterr().err


def test_limits_are_checked() -> None:
    assert ServingLimits().max_bytes == 32 * 2**20
    with pytest.raises(errors.ParameterError, match="max_requests must be at least 1"):
        ServingLimits(max_requests=0)


# ---------------------------------------------------------------------- container


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> list[argparse.Namespace]:
    given: list[argparse.Namespace] = []
    for module in (command.train, command.serve):
        monkeypatch.setattr(module, "run", given.append)
    return given


def sagemaker(root: Path, hyperparameters: Any, *channels: str) -> Path:
    (root / "input" / "config").mkdir(parents=True)
    (root / "input" / "config" / "hyperparameters.json").write_text(json.dumps(hyperparameters))
    for name in channels:
        (root / "input" / "data" / name).mkdir(parents=True)
    return root


def test_sagemaker_trains(tmp_path: Path, run: list[argparse.Namespace]) -> None:
    given = {
        "epochs": "7",
        "learning_rate": "0.5",
        "network": '"fashion"',
        "tune": "True",
        "augmentation_horizontal_flip": "false",
        "size": "28",
        "sagemaker_region": '"us-east-1"',
    }
    root = sagemaker(tmp_path, given, "training", "validation")
    assert container.main(["train"], root) == 0
    (parsed,) = run
    assert parsed.data == f"{root}/input/data/training"
    assert parsed.validation == f"{root}/input/data/validation"
    assert parsed.test is None
    assert parsed.model == f"{root}/model/model.zip"
    assert (parsed.epochs, parsed.learning_rate, parsed.network, parsed.tune) == (7, 0.5, "fashion", True)
    assert not (root / "output" / "failure").exists()


@pytest.mark.parametrize(
    ("given", "channels", "words"),
    [
        ({"epochs": "none"}, ["training"], "epochs"),
        ({"epoch": "3"}, ["training"], "there is no option --epoch; did you mean --epochs?"),
        ({}, ["test"], "there is no channel of training data"),
        (["epochs"], ["training"], "holds no JSON object of hyper-parameters"),
    ],
)
def test_sagemaker_is_told_why(
    tmp_path: Path, run: list[argparse.Namespace], given: Any, channels: list[str], words: str
) -> None:
    root = sagemaker(tmp_path, given, *channels)
    assert container.main(["train"], root) != 0
    assert words in (root / "output" / "failure").read_text()


def test_sagemaker_serves_and_other_commands_run(tmp_path: Path, run: list[argparse.Namespace]) -> None:
    assert container.main(["serve"], tmp_path) == 1
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.zip").touch()
    assert container.main(["serve"], tmp_path) == 0
    assert container.main(["serve", "x.zip", "--port", "9000"], tmp_path) == 0
    served = [(each.models, each.host, each.port) for each in run]
    assert served == [([f"{tmp_path}/model/model.zip"], "0.0.0.0", 8080), (["x.zip"], "127.0.0.1", 9000)]


def test_the_image_has_no_root_and_needs_nothing_to_write_to() -> None:
    lines = (ROOT / "docker" / "Dockerfile").read_text().splitlines()
    steps = [line.split(" ", 1) for line in lines if re.match(r"[A-Z]+ ", line)]
    users = [words for word, words in steps if word == "USER"]
    assert users[-1] not in ("root", "0")
    # One line a step, as docker/try-in-chroot reads them.
    assert not any(line.endswith("\\") for line in lines)
    assert [word for word, _ in steps if word == "ADD"] == []
    assert json.loads(next(words for word, words in steps if word == "ENTRYPOINT"))[-1] == container.__name__
    compose = (ROOT / "docker" / "compose.yaml").read_text()
    for line in ("read_only: true", "no-new-privileges:true", "- ALL", "- /tmp"):
        assert line in compose
