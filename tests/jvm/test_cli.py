from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sparkdl4j import ConvNetClassifier, cli

NETWORK = {
    "layers": [
        {"type": "Conv2D", "filters": 8, "kernel_size": [3, 3]},
        {"type": "MaxPool2D", "pool_size": [2, 2]},
        {"type": "Dense", "units": 16},
        {"type": "Output"},
    ]
}


@pytest.fixture(scope="module")
def trained(picture_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the network, the model and the report of one run of `train`."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "network.json").write_text(json.dumps(NETWORK))
    assert train(picture_folder, folder, "--test", "0.3", "--validation", "0.2", "--report", f"{folder}/report") == 0
    return folder


def train(data: Path, folder: Path, *more: str) -> int:
    network, model = f"{folder}/network.json", f"{folder}/model.zip"
    fixed = ["train", str(data), "--network", network, "--size", "16", "--learning-rate", "0.01"]
    return cli.main([*fixed, "--epochs", "6", "--batch-size", "8", "--model", model, *more])


def test_train_writes_model_and_report(trained: Path) -> None:
    metrics = json.loads((trained / "report" / "metrics.json").read_text())
    assert set(metrics) >= {"accuracy", "balanced_accuracy", "precision", "recall", "f1", "log_loss"}
    assert metrics["classes"] == ["blue", "green", "red"]
    assert sum(map(sum, metrics["confusion_matrix"])) == 18
    assert metrics["accuracy"] > 0.8
    history = json.loads((trained / "report" / "history.json").read_text())
    assert len(history["epochs"]) == 6
    for picture in ("confusion_matrix.png", "learning_curves.png"):
        assert (trained / "report" / picture).read_bytes().startswith(b"\x89PNG")
    assert ConvNetClassifier.load(trained / "model.zip").get_params()["batch_size"] == 8


def test_train_goes_on_from_a_checkpoint(picture_folder: Path, trained: Path, tmp_path: Path) -> None:
    shutil.copy(trained / "network.json", tmp_path)
    checkpoint = str(tmp_path / "checkpoint.zip")
    logs = ["--csv-log", str(tmp_path / "log.csv"), "--json-log", str(tmp_path / "log.jsonl")]
    curves = ["--tensorboard", str(tmp_path / "curves")]
    assert train(picture_folder, tmp_path, "--epochs", "2", "--checkpoint", checkpoint, *logs) == 0
    assert train(picture_folder, tmp_path, "--resume", checkpoint, *logs, *curves) == 0
    resumed = ConvNetClassifier.load(tmp_path / "model.zip")
    assert train(picture_folder, tmp_path) == 0
    whole = ConvNetClassifier.load(tmp_path / "model.zip")
    pictures = np.zeros((1, 16, 16, 3), np.uint8)
    assert np.array_equal(resumed.predict_proba(pictures), whole.predict_proba(pictures))
    assert list((tmp_path / "curves" / "train").glob("events.*"))
    assert [row["epoch"] for row in csv.DictReader((tmp_path / "log.csv").open())] == list("123456")
    events = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    starts = [event for event in events if event["type"] == "start"]
    assert [len(start["finished"]) for start in starts] == [0, 2]
    assert starts[1]["options"]["learning_rate"] == 0.01
    assert starts[1]["classes"] == ["blue", "green", "red"]


def test_train_takes_a_network_for_so_many_classes(picture_folder: Path, tmp_path: Path) -> None:
    network = {"layers": [*NETWORK["layers"][:-1], {"type": "Output", "units": 3}]}
    (tmp_path / "network.json").write_text(json.dumps(network))
    assert train(picture_folder, tmp_path, "--epochs", "1") == 0


def test_train_begins_with_a_pretrained_model(
    picture_folder: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ["train", str(picture_folder), "--pretrained", str(trained / "model.zip"), "--epochs", "1"]
    for option, value, words in (
        ("--size", "20", "size is 20x20, but that of the pretrained model is 16x16, and is kept: leave size out"),
        ("--channels", "1", "channels is 1, but that of the pretrained model is 3"),
        ("--window", "0,4095", "window is (0, 4095), but that of the pretrained model is full"),
        ("--standardize", "none", "standardize is none, but that of the pretrained model is channel"),
        ("--network", "fashion", "network is fashion, but that of the pretrained model is"),
    ):
        assert cli.main([*base, option, value, "--model", str(tmp_path / "model.zip")]) == 2
        assert words in capsys.readouterr().err
    same = ["--size", "16", "--channels", "3", "--window", "full", "--network", str(trained / "network.json")]
    decisions = ["--trainable", "head", "--early-stopping", "3", "--early-stopping-metric", "loss"]
    decisions += ["--checkpoint", str(tmp_path / "checkpoint.zip"), "--csv-log", str(tmp_path / "log.csv")]
    assert cli.main([*base, *same, *decisions, "--model", str(tmp_path / "model.zip")]) == 0
    assert ConvNetClassifier.load(tmp_path / "checkpoint.zip").trainable == "head"


def test_train_prints_the_final_table(
    picture_folder: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(trained / "network.json", tmp_path)
    assert train(picture_folder, tmp_path, "--test", str(picture_folder)) == 0
    shown = capsys.readouterr()
    assert "accuracy" in shown.out
    assert "60 pictures 16x16x3, blue 20, green 20, red 20" in shown.out
    assert f"Model: {tmp_path}/model.zip" in shown.out
    assert "6/6" in shown.err


def test_evaluate(picture_folder: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, report = str(trained / "model.zip"), tmp_path / "report"
    assert cli.main(["evaluate", model, str(picture_folder), "--report", str(report)]) == 0
    metrics = json.loads((report / "metrics.json").read_text())
    assert sum(map(sum, metrics["confusion_matrix"])) == 60
    assert f"{metrics['accuracy']:.4f}" in capsys.readouterr().out


def test_evaluate_with_intervals_groups_and_another_model(
    picture_folder: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(trained / "network.json", tmp_path)
    assert train(picture_folder, tmp_path, "--epochs", "1", "--size", "12") == 0
    capsys.readouterr()
    command = ["evaluate", str(trained / "model.zip"), str(picture_folder), "--report", str(tmp_path / "report")]
    command += ["--name-pattern", r"(?P<label>\w+)/\w+-(?P<group>\d\d)\d"]
    assert cli.main([*command, "--intervals", "--by-group", "--compare", str(tmp_path / "model.zip")]) == 0
    shown = capsys.readouterr().out
    intervals = json.loads((tmp_path / "report" / "metrics.json").read_text())["intervals"]
    found = intervals["accuracy"]
    assert found["groups"] == 6
    assert f"{found['value']:.4f}  {found['low']:.4f}  {found['high']:.4f}" in shown
    assert "2000 bootstrap resamples of 6 groups" in shown
    assert "6 of 6 groups right by majority vote" in shown
    assert f"{trained}/model.zip against {tmp_path}/model.zip:\naccuracy {found['value']:.4f} against " in shown
    assert "McNemar's test" in shown

    assert cli.main([*command[:3], "--threshold", "f1"]) == 2
    assert "a threshold decides between two classes, but there are 3" in capsys.readouterr().err
    assert cli.main([*command[:3], "--by-group"]) == 1
    assert "no groups are known" in capsys.readouterr().err


def test_evaluate_shows_a_threshold(picture_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for colour in ("blue", "red"):
        shutil.copytree(picture_folder / colour, tmp_path / "pictures" / colour)
    (tmp_path / "network.json").write_text(json.dumps(NETWORK))
    assert train(tmp_path / "pictures", tmp_path) == 0
    command = ["evaluate", str(tmp_path / "model.zip"), str(tmp_path / "pictures")]
    assert cli.main([*command, "--threshold", "sensitivity=0.95"]) == 0
    assert re.search(r"\nthreshold: red from [01]\.\d{4} on: sensitivity (0\.9|1\.0)", capsys.readouterr().out)


def test_predict_writes_a_row_a_picture(picture_folder: Path, trained: Path, tmp_path: Path) -> None:
    shutil.copytree(picture_folder / "red", tmp_path / "red")
    (tmp_path / "red" / "broken.png").write_bytes(b"not a picture")
    out = tmp_path / "predictions.csv"
    assert cli.main(["predict", str(trained / "model.zip"), str(tmp_path / "red"), "--out", str(out)]) == 0
    rows = list(csv.DictReader(out.open()))
    assert len(rows) == 21
    assert rows[0]["path"].endswith("broken.png")
    assert rows[0]["damaged"].startswith("not_a_picture")
    assert rows[0]["prediction"] == ""
    good = rows[1:]
    assert sum(row["prediction"] == "red" for row in good) >= 18
    assert all(abs(sum(float(row[f"p_{c}"]) for c in ("blue", "green", "red")) - 1) < 1e-5 for row in good)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["predictions.csv", "red"]


def test_find_learning_rate(picture_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--network", "fashion", "--size", "28", "--steps", "12", "--high", "0.1", "--batch-size", "8"]
    out = tmp_path / "rates.png"
    assert cli.main(["find-learning-rate", str(picture_folder), *options, "--out", str(out)]) == 0
    assert "learning rates from 1e-06 to 0.1 in 12 minibatches" in capsys.readouterr().out
    assert out.read_bytes().startswith(b"\x89PNG")


def test_predictions_are_the_same_in_every_format(
    picture_folder: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    predict = ["predict", str(trained / "model.zip"), str(picture_folder / "red")]
    for name in ("rows.csv", "rows.jsonl", "rows.parquet"):
        capsys.readouterr()
        assert cli.main([*predict, "--out", f"{tmp_path}/{name}", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"out": f"{tmp_path}/{name}", "predictions": 20, "damaged": 0}
    lines = (tmp_path / "rows.jsonl").read_text()
    rows = [json.loads(line) for line in lines.splitlines()]
    assert rows == parquet.read_table(tmp_path / "rows.parquet").to_pylist()
    shares = [name for name in rows[0] if name.startswith("p_")]
    for row, of_csv in zip(rows, csv.DictReader((tmp_path / "rows.csv").open()), strict=True):
        assert [row[name] for name in shares] == [float(of_csv[name]) for name in shares]
    assert cli.main([*predict, "--json", "--quiet"]) == 0
    assert capsys.readouterr().out == lines


def test_a_configuration_and_a_result_for_programs(
    picture_folder: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "train.toml").write_text(f"""
        network = "{trained}/network.json"
        size = 16
        epochs = 50
        batch-size = 8
        learning_rate = 0.01
        validation = 0.2
        test = 0.3
        model = "{tmp_path}/model.zip"
    """)
    config = ["train", str(picture_folder), "--config", f"{tmp_path}/train.toml"]
    assert cli.main([*config, "--epochs", "6", "--json", "--quiet"]) == 0
    shown = capsys.readouterr()
    result = json.loads(shown.out)
    assert shown.err == ""
    # The options of the fixture's run, so its result.
    assert result["test"] == json.loads((trained / "report" / "metrics.json").read_text())
    assert result["model"] == f"{tmp_path}/model.zip"
    assert len(result["epochs"]) == 6
    assert result["kept_epoch"] == ConvNetClassifier.load(tmp_path / "model.zip").kept_epoch_
    assert cli.main(["evaluate", result["model"], str(picture_folder), "--json"]) == 0
    assert sum(map(sum, json.loads(capsys.readouterr().out)["metrics"]["confusion_matrix"])) == 60
    assert cli.main(["info", "--json"]) == 0
    assert "java" in json.loads(capsys.readouterr().out)


def test_info_names_versions_java_and_jar(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["info"]) == 0
    shown = capsys.readouterr().out
    for name in ("sparkdl4j", "python", "processor", "jar", "java", "nd4j", "onednn", "opencv"):
        assert f"\n{name} " in f"\n{shown}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required"),
        (["trian"], "invalid choice"),
        (["train", "x", "--epoch", "3"], "did you mean --epochs?"),
        (["train", "x", "--epochs", "-1"], "epochs must be at least 0"),
        (["train", "x", "--learning-rate", "fast"], "learning-rate"),
        (["train", "x", "--test", "1.5"], "a fraction must be above 0 and below 1"),
        (["train", "x", "--size", "big"], "size must be"),
        (["train", "x", "--window", "5"], "window must be"),
        (["train", "x", "--checkpoint-every", "2"], "--checkpoint-every needs --checkpoint, the file"),
        (["train", "x", "--early-stopping-metric", "loss"], "--early-stopping-metric needs --early-stopping, after"),
        (["train", "x", "--reduce-on-plateau", "0"], "patience must be at least 1"),
        (["train", "x", "--checkpoint-unit", "day", "--checkpoint", "y"], "unit must be one of"),
        (["predict", "model.zip"], "required"),
        (["evaluate", "x", "y", "--threshold", "auc"], "a threshold is chosen by balanced_accuracy, f1, youden, sens"),
        (["evaluate", "x", "y", "--threshold", "sensitivity=95"], "sensitivity=SHARE"),
        (["evaluate", "x", "y", "--by-group", "--master", "local"], "--by-group needs the probabilities"),
        (["train", "x", "--conf", "spark.task.cpus=2"], "--conf is a setting of Spark: give --master too"),
        (["evaluate", "hdfs://host/m.zip", "x"], "hdfs://host/m.zip can be reached on Spark only: give --master"),
        (["train", "hdfs://host/x"], "hdfs://host/x can be reached on Spark only: give --master"),
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    assert message in capsys.readouterr().err


def test_a_cluster_needs_pyspark(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    assert cli.main(["train", "x", "--master", "local[2]"]) == 1
    shown = capsys.readouterr().err
    assert "needs the Python package pyspark, which is not installed: run pip install 'sparkdl4j[spark]'" in shown


def test_errors_are_one_line_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["train", str(tmp_path / "missing"), "--model", str(tmp_path / "model.zip")]
    assert cli.main(arguments) == 1
    shown = capsys.readouterr().err
    assert shown.splitlines() == [f"sparkdl4j: error: the folder {tmp_path}/missing does not exist"]
    assert cli.main([*arguments, "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_model_that_cannot_be_written_is_said_before_training(
    picture_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["train", str(picture_folder), "--model", str(tmp_path / "no" / "model.zip")]) == 1
    assert f"the folder {tmp_path}/no does not exist" in capsys.readouterr().err


def test_ctrl_c_saves_the_best_model_and_exits_with_130(picture_folder: Path, trained: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.zip"
    command = [sys.executable, "-m", "sparkdl4j", "train", str(picture_folder), "--size", "16"]
    command += ["--network", str(trained / "network.json"), "--epochs", "100000", "--model", str(model)]
    log = tmp_path / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(command, stderr=stream, stdout=stream, env=os.environ)
        deadline = time.monotonic() + 60
        while "3/100000" not in log.read_text() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130, log.read_text()
    shown = log.read_text()
    assert shown.splitlines()[-1] == "sparkdl4j: interrupted"
    assert "Traceback" not in shown
    assert ConvNetClassifier.load(model).kept_epoch_ >= 3
