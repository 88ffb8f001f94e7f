"""The jar alone (`java -jar`) does what the Python command does, bit by bit."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from sparkdl4j import ConvNetClassifier, cli
from sparkdl4j.jvm import jar, java_home


def java(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(java_home.find().path / "bin" / "java"), "-jar", str(jar.find_jars()[0])]
    # The threads of the numeric core decide the order of its sums, so both sides need the same number.
    threads = str(len(os.sched_getaffinity(0)))
    return subprocess.run(
        [*command, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
        check=False,
    )


@pytest.fixture(scope="module")
def models(picture_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same training by Python and by the jar."""
    folder = tmp_path_factory.mktemp("models")
    network = folder / "network.json"
    layers = [{"type": "Conv2D", "filters": 8, "kernel_size": [3, 3]}, {"type": "Dropout", "rate": 0.2}]
    network.write_text(json.dumps({"layers": [*layers, {"type": "Dense", "units": 9}, {"type": "Output"}]}))
    options = ["train", str(picture_folder), "--network", str(network), "--size", "12x14", "--epochs", "3"]
    options += ["--batch-size", "16", "--test", "0.25", "--validation", "0.2", "--standardize", "feature"]
    options += ["--recipe", "photographs", "--learning-rate", "0.003"]
    by_python, by_jar = folder / "python", folder / "jar"
    assert cli.main([*options, "--model", f"{by_python}.zip", "--report", str(by_python)]) == 0
    done = java(*options, "--model", f"{by_jar}.zip", "--report", str(by_jar))
    assert done.returncode == 0, done.stderr
    assert "SLF4J" not in done.stderr
    return by_python, by_jar


@pytest.mark.parametrize("entry", ["coefficients.bin", "updaterState.bin", "configuration.json"])
def test_training_gives_the_same_bits(models: tuple[Path, Path], entry: str) -> None:
    first, second = (zipfile.ZipFile(f"{model}.zip").read(entry) for model in models)
    assert first == second


def test_scalers_are_the_same(models: tuple[Path, Path]) -> None:
    first, second = (json.loads(zipfile.ZipFile(f"{model}.zip").read("sparkdl4j/scaler.json")) for model in models)
    assert first == second


def test_reports_agree(models: tuple[Path, Path]) -> None:
    first, second = (json.loads((model / "metrics.json").read_text()) for model in models)
    # The jar counts; what needs every probability is Python's.
    first = {name: value for name, value in first.items() if name in second}
    assert first.keys() == second.keys() >= {"accuracy", "cohen_kappa", "matthews_correlation", "per_class"}
    assert first.pop("log_loss") == pytest.approx(second.pop("log_loss"), rel=1e-9)
    assert first == second
    times = {"seconds", "images_per_second", "input_waits", "input_wait_seconds"}
    histories = [json.loads((model / "history.json").read_text()) for model in models]
    assert histories[0]["kept_epoch"] == histories[1]["kept_epoch"]
    rows = [[{k: v for k, v in row.items() if k not in times} for row in each["epochs"]] for each in histories]
    assert rows[0] == rows[1]


def test_predictions_are_the_same_file(models: tuple[Path, Path], picture_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "not, a picture.png").write_text("text")
    Image.new("RGB", (5, 5)).save(tmp_path / "black.png")
    inputs = [str(picture_folder / "red"), str(tmp_path)]
    model = f"{models[0]}.zip"
    by_python, by_jar = tmp_path / "python.csv", tmp_path / "jar.csv"
    assert cli.main(["predict", model, *inputs, "--out", str(by_python)]) == 0
    done = java("predict", model, *inputs, "--out", by_jar)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"21 predictions and 1 damaged pictures in {by_jar}\n"
    assert by_jar.read_bytes() == by_python.read_bytes()


def test_evaluate_prints_the_metrics(models: tuple[Path, Path], picture_folder: Path) -> None:
    done = java("evaluate", f"{models[1]}.zip", picture_folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("60 pictures: accuracy ")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_the_best_model(
    models: tuple[Path, Path], picture_folder: Path, tmp_path: Path, number: int, code: int
) -> None:
    model, log = tmp_path / "model.zip", tmp_path / "log"
    command = [str(java_home.find().path / "bin" / "java"), "-jar", str(jar.find_jars()[0])]
    command += ["train", str(picture_folder), "--network", str(models[0].parent / "network.json"), "--size", "12x14"]
    with log.open("w") as stream:
        process = subprocess.Popen([*command, "--epochs", "100000", "--model", str(model)], stderr=stream)
        deadline = time.monotonic() + 60
        while "epoch 3/100000" not in log.read_text() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.1)
        process.send_signal(number)
        assert process.wait(timeout=30) == code, log.read_text()
    shown = log.read_text().splitlines()
    assert re.fullmatch(rf"The model of epoch \d+ is saved in {model}", shown[-2])
    assert shown[-1] == "sparkdl4j: interrupted"
    assert ConvNetClassifier.load(model).kept_epoch_ >= 3


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "usage: train DATA"),
        (["fly"], 2, "there is no command fly"),
        (["train", "x", "--epoch", "3"], 2, "there is no option --epoch"),
        (["train", "x", "--epochs"], 2, "--epochs needs a value"),
        (["train", "x", "--epochs", "-1"], 2, "epochs must be at least 0, but is -1"),
        (["train", "nowhere"], 1, "there is no file or folder nowhere"),
        (["predict", "nowhere.zip", "x"], 1, "nowhere.zip"),
        (["train", "hdfs://host/x"], 2, "hdfs://host/x can be reached on Spark only: run this with spark-submit"),
        (["train", "x", "--model", "hdfs://host/m.zip"], 2, "hdfs://host/m.zip can be reached on Spark only"),
        (["train", "x", "--master", "yarn"], 2, "--master is an option of spark-submit"),
    ],
)
def test_wrong_calls(arguments: list[str], code: int, message: str) -> None:
    done = java(*arguments)
    assert done.returncode == code
    assert message in done.stderr
    assert "Exception" not in done.stderr
