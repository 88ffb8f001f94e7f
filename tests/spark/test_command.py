"""The command on Spark does what it does on one machine."""

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
import zipfile
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark")

import pyspark
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from sparkdl4j import ConvNetClassifier as OneMachineClassifier
from sparkdl4j import cli
from sparkdl4j.errors import DataError
from sparkdl4j.jvm import jar, java_home
from sparkdl4j.spark import ConvNetClassifier, read_images, read_unlabelled_images, stratified_split

MASTER = "local[2]"
OPTIONS = ("--size", "16", "--epochs", "4", "--batch-size", "8", "--learning-rate", "0.01", "--num-workers", "2")
GOLDEN_PATTERNS = json.loads((Path(__file__).parents[1] / "golden" / "name_patterns.json").read_text())["cases"]
PARTS = ("coefficients.bin", "updaterState.bin", "configuration.json")


@pytest.fixture(scope="module")
def network_file(network: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("network") / "network.json"
    path.write_text(json.dumps(network))
    return path


@pytest.fixture(scope="module")
def trained(
    spark: SparkSession, picture_folder: Path, network_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with the model and the report of one run of `train`."""
    folder = tmp_path_factory.mktemp("trained")
    more = ["--test", "0.3", "--report", f"{folder}/report"]
    assert train(picture_folder, network_file, folder / "model.zip", *more) == 0
    return folder


def train(data: Path, network: Path, model: Path, *more: str) -> int:
    command = ["train", str(data), "--network", str(network), *OPTIONS, "--model", str(model)]
    return cli.main([*command, "--master", MASTER, *more])


def entries(model: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(model) as file:
        return {part: file.read(part) for part in PARTS}


def assert_same(metrics: dict[str, Any], expected: dict[str, Any], tolerance: float) -> None:
    assert metrics["log_loss"] == pytest.approx(expected["log_loss"], rel=tolerance)
    assert {**metrics, "log_loss": None} == {**expected, "log_loss": None}


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_training_gives_what_the_estimator_gives(
    pictures: DataFrame, network: dict[str, Any], trained: Path, tmp_path: Path
) -> None:
    split = stratified_split(pictures, 0.3, 123)
    estimator = ConvNetClassifier(
        network, image_size=16, epochs=4, batch_size=8, learning_rate=0.01, num_workers=2, verbose=False
    )
    model = estimator.fit(split.rest)
    model.save_model_file(tmp_path / "model.zip")
    assert entries(trained / "model.zip") == entries(tmp_path / "model.zip")

    metrics = json.loads((trained / "report" / "metrics.json").read_text())
    assert_same(metrics, model.evaluate(split.held_out).metrics.to_dict(), 1e-9)
    assert sum(map(sum, metrics["confusion_matrix"])) == 18
    assert metrics["accuracy"] > 0.8
    assert len(json.loads((trained / "report" / "history.json").read_text())["epochs"]) == 4
    for picture in ("confusion_matrix.png", "learning_curves.png"):
        assert (trained / "report" / picture).read_bytes().startswith(b"\x89PNG")


def test_train_prints_what_it_prints_on_one_machine(
    picture_folder: Path, network_file: Path, spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = ["--test", str(picture_folder), "--validation", str(picture_folder)]
    assert train(picture_folder, network_file, tmp_path / "model.zip", *folders) == 0
    shown = capsys.readouterr()
    assert "Training: 60 pictures 16x16x3, blue 20, green 20, red 20\n" in shown.err
    assert "4/4" in shown.err
    assert "validation loss" in shown.err
    assert shown.out.startswith("Test: 60 pictures 16x16x3, blue 20, green 20, red 20\n\n")
    assert re.search(rf"Model: {tmp_path}/model.zip \(epoch \d of 4\)\n$", shown.out)
    # The session is the tests' own: it must not have been stopped.
    assert spark.range(3).count() == 3

    assert cli.main(["evaluate", str(tmp_path / "model.zip"), str(picture_folder)]) == 0
    on_one_machine = capsys.readouterr().out
    # What needs every probability, which the executors do not send, follows after a blank line.
    counted, _, of_probabilities = on_one_machine.partition("\nROC-AUC")
    assert counted == shown.out.removeprefix("Test: ").split("\nModel: ")[0]
    assert "Brier score" in of_probabilities


def test_evaluate_reports_as_on_one_machine(
    trained: Path, picture_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "pictures"
    shutil.copytree(picture_folder, folder)
    (folder / "red" / "text.png").write_text("no picture")
    # So that there are mistakes to show.
    for number in range(3):
        shutil.move(folder / "blue" / f"blue-00{number}.png", folder / "red" / f"moved-{number}.png")
    outputs, metrics = [], []
    for name, master in (("one", []), ("cluster", ["--master", MASTER])):
        report = tmp_path / name
        more = ["--max-damaged", "0.1", "--report", str(report), *master]
        assert cli.main(["evaluate", str(trained / "model.zip"), str(folder), *more]) == 0
        shown = capsys.readouterr()
        assert "text.png: not_a_picture: " in shown.err
        outputs.append(shown.out.replace(str(report), "report"))
        metrics.append(json.loads((report / "metrics.json").read_text()))
        assert (report / "misclassified.png").read_bytes().startswith(b"\x89PNG")
        assert json.loads((report / "history.json").read_text())["kept_epoch"] == 4
    assert outputs[0].partition("\nROC-AUC")[0] + "\nReport: report/report.html\n" == outputs[1]
    assert "60 pictures 16x16x3, blue 17, green 20, red 23, 1 damaged" in outputs[1]
    # Another size of minibatch rounds differently.
    assert_same({name: metrics[0][name] for name in metrics[1]}, metrics[1], 1e-4)
    assert cli.main(["evaluate", str(trained / "model.zip"), str(folder), "--master", MASTER]) == 1
    assert "1 of 61 pictures are damaged" in capsys.readouterr().err


def test_intervals_are_those_of_one_machine(
    trained: Path, picture_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, found = ["evaluate", str(trained / "model.zip"), str(picture_folder), "--intervals"], []
    for name, master in (("one", []), ("cluster", ["--master", MASTER])):
        assert cli.main([*command, "--report", str(tmp_path / name), *master]) == 0
        assert "2000 bootstrap resamples of pictures" in capsys.readouterr().out
        found.append(json.loads((tmp_path / name / "metrics.json").read_text())["intervals"])
    assert {name: found[0][name] for name in found[1]} == found[1]
    assert set(found[0]) - set(found[1]) >= {"log_loss", "roc_auc"}
    pattern = r"(?P<label>\w+)/\w+-(?P<group>\d\d)\d"
    assert cli.main([*command, "--name-pattern", pattern, "--master", MASTER]) == 2
    assert "would be too narrow" in capsys.readouterr().err


def test_fractions_keep_groups_together(
    picture_folder: Path, network_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sorted(path.relative_to(picture_folder) for path in picture_folder.rglob("*.png"))
    rows = [f"{path},{path.parent.name},patient {k % 20 // 4}" for k, path in enumerate(files)]
    table = tmp_path / "labels.csv"
    table.write_text("\n".join(["path,label,patient", *rows]) + "\n")
    options = ["--labels", str(table), "--group-column", "patient", "--test", "0.2", "--validation", "0.25"]
    assert train(picture_folder, network_file, tmp_path / "model.zip", *options) == 0
    shown = capsys.readouterr()
    # Each of five patients has four pictures of every class: one is tested with, one of the others validated with.
    assert "Training: 48 pictures 16x16x3, blue 16, green 16, red 16\n" in shown.err
    assert "Test: 12 pictures 16x16x3, blue 4, green 4, red 4\n" in shown.out
    assert "validation loss" in shown.err


def test_classes_that_the_model_does_not_have(
    trained: Path, picture_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(picture_folder / "red", tmp_path / "pink")
    assert cli.main(["evaluate", str(trained / "model.zip"), str(tmp_path), "--master", MASTER]) == 1
    assert "the class pink, which the training data do not have" in capsys.readouterr().err


def test_predict_writes_the_same_rows(
    trained: Path, picture_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "not, a picture.png").write_text("text")
    model, inputs = str(trained / "model.zip"), [str(picture_folder / "red"), str(tmp_path)]
    one, cluster = tmp_path / "one.csv", tmp_path / "cluster.csv"
    assert cli.main(["predict", model, *inputs, "--out", str(one)]) == 0
    assert cli.main(["predict", model, *inputs, "--out", str(cluster), "--master", MASTER]) == 0
    assert capsys.readouterr().out.endswith(f"20 predictions and 1 damaged pictures in {cluster}\n")
    expected, found = csv_rows(one), csv_rows(cluster)
    assert list(found[0]) == list(expected[0])
    by_path = {row["path"]: row for row in expected}
    assert [row["path"] for row in found] == sorted(by_path)
    for row in found:
        for name, value in row.items():
            if value and (name == "probability" or name.startswith("p_")):
                assert float(value) == pytest.approx(float(by_path[row["path"]][name]), abs=2e-6)
            else:
                assert value == by_path[row["path"]][name]


def test_predict_writes_folders_through_spark(
    trained: Path, picture_folder: Path, spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    predict = ["predict", str(trained / "model.zip"), str(picture_folder), "--master", MASTER, "--out"]
    parquet, folder = tmp_path / "predictions.parquet", f"file://{tmp_path}/predictions"
    assert cli.main([*predict, str(parquet)]) == 0
    assert cli.main([*predict, folder]) == 0
    table = spark.read.parquet(str(parquet))
    assert table.columns == ["path", "prediction", "probability", "p_blue", "p_green", "p_red", "damaged"]
    assert table.where("probability between 0.3 and 1 and damaged is null").count() == 60
    texts = spark.read.csv(folder, header=True)
    assert texts.columns == table.columns
    assert {row["path"] for row in texts.collect()} == {str(path) for path in picture_folder.glob("*/*.png")}
    capsys.readouterr()
    assert cli.main([*predict, folder]) == 1
    assert "exists already: name another, or remove it" in capsys.readouterr().err


def test_models_by_url(
    picture_folder: Path, network_file: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "new" / "model.zip"
    command = ["train", str(picture_folder), "--network", str(network_file), *OPTIONS, "--test", "0.3"]
    assert cli.main([*command, "--model", model.as_uri(), "--master", MASTER]) == 0
    assert f"Model: {model.as_uri()} (epoch 4 of 4)" in capsys.readouterr().out
    assert entries(model) == entries(trained / "model.zip")
    assert cli.main(["evaluate", str(model), str(picture_folder), "--master", MASTER]) == 0
    expected = capsys.readouterr().out
    assert cli.main(["evaluate", model.as_uri(), str(picture_folder), "--master", MASTER]) == 0
    assert capsys.readouterr().out == expected
    assert cli.main(["predict", f"{model.as_uri()}.none", str(picture_folder), "--master", MASTER]) == 1
    assert f"there is no file {model.as_uri()}.none" in capsys.readouterr().err
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(model.read_bytes()[:1000])
    assert cli.main(["predict", damaged.as_uri(), str(picture_folder), "--master", MASTER]) == 1
    assert damaged.as_uri() in capsys.readouterr().err


def test_a_pretrained_model_by_url(
    picture_folder: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pretrained = (trained / "model.zip").as_uri()
    command = ["train", str(picture_folder), "--pretrained", pretrained, "--epochs", "1", "--num-workers", "2"]
    command += ["--master", MASTER, "--model", str(tmp_path / "model.zip")]
    assert cli.main([*command, "--size", "20"]) == 2
    assert "size is 20x20, but that of the pretrained model is 16x16" in capsys.readouterr().err
    decision = ["--early-stopping", "2", "--early-stopping-metric", "loss"]
    assert cli.main([*command, "--size", "16", "--trainable", "head", *decision]) == 0
    assert OneMachineClassifier.load(tmp_path / "model.zip").trainable == "head"


def test_inspect_writes_what_it_writes_on_one_machine(
    spark: SparkSession, picture_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = []
    for place in ([], ["--master", MASTER]):
        report = tmp_path / f"report{len(place)}"
        assert cli.main(["inspect", str(picture_folder), "--report", str(report), *place]) == 0
        shown.append(capsys.readouterr().out.replace(str(report), "report"))
        assert (report / "report.html").stat().st_size > 10_000
    assert shown[0] == shown[1]


def test_finds_the_learning_rate_of_one_machine(
    spark: SparkSession, picture_folder: Path, network_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = []
    for place in ([], ["--master", MASTER]):
        command = ["find-learning-rate", str(picture_folder), "--network", str(network_file), "--size", "16"]
        assert cli.main([*command, "--batch-size", "8", "--steps", "20", "--json", *place]) == 0
        shown.append(json.loads(capsys.readouterr().out))
    assert shown[0] == shown[1]
    assert len(shown[0]["rates"]) > 5


def test_classes_from_names(spark: SparkSession, picture_folder: Path) -> None:
    named = read_images(spark, picture_folder, name_pattern=r"/(?P<label>[a-z]+)-\d+")
    from_folders = read_images(spark, picture_folder)
    columns = ["path", "class", "label"]
    assert named.orderBy("path").select(columns).collect() == from_folders.orderBy("path").select(columns).collect()
    assert read_unlabelled_images(spark, [str(picture_folder)]).count() == 60


@pytest.mark.parametrize("case", GOLDEN_PATTERNS, ids=lambda case: case["case"])
def test_columns_from_names_are_those_of_one_machine(spark: SparkSession, tmp_path: Path, case: dict[str, Any]) -> None:
    for path in case["files"]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"only names are read")
    wrong = [path for path, told in case["files"].items() if told is None]
    if wrong:
        with pytest.raises(DataError, match=f"{wrong[0]} does not match name_pattern"):
            read_images(spark, tmp_path, name_pattern=case["pattern"], unmatched=case["unmatched"])
        return
    rows = read_images(spark, tmp_path, name_pattern=case["pattern"], unmatched=case["unmatched"])
    found = {
        row["path"].split(f"{tmp_path}/")[1]: {"label": row["class"], **{name: row[name] for name in rows.columns[4:]}}
        for row in rows.collect()
    }
    assert found == case["files"]


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        (["--conf", "spark.task.cpus"], 2, "a setting of Spark is written as key=value"),
        (["--conf", "spark.master=yarn"], 2, "--conf spark.master and --master are the same"),
        (["--momentum", "0.5", "--updater", "fast"], 2, "updater must be one of"),
        (["--network", "missing.json"], 1, "missing.json"),
        (["--master", "local[3]"], 1, "spark.master=local[2] and not local[3]"),
        (["--conf", "spark.task.cpus=2"], 1, "spark.task.cpus=None and not 2"),
        (["--name-pattern", "(?P<label>green)"], 1, "does not match name_pattern"),
        (["--name-pattern", "green"], 2, "must name a part"),
        (["--test", "hdfs-nowhere"], 1, "there is no folder hdfs-nowhere"),
    ],
)
def test_what_is_refused(
    more: list[str],
    code: int,
    message: str,
    spark: SparkSession,
    picture_folder: Path,
    network_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert train(picture_folder, network_file, tmp_path / "model.zip", *more) == code
    shown = capsys.readouterr().err
    assert message in shown
    assert "Traceback" not in shown
    assert not (tmp_path / "model.zip").exists()


def test_a_session_of_its_own_is_quiet_and_stopped(picture_folder: Path, network_file: Path, tmp_path: Path) -> None:
    """In a process of its own, with the settings that are given."""
    for picture in sorted(picture_folder.glob("*/*0.png")):
        target = tmp_path / "few" / picture.relative_to(picture_folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, target)
    command = ["train", f"{tmp_path}/few", "--network", str(network_file), *OPTIONS, "--epochs", "1"]
    # More workers than pictures, which is said.
    command += ["--num-workers", "100"]
    command += ["--model", f"{tmp_path}/model.zip", "--master", "local[1]", "--heap", "600m"]
    command += ["--conf", f"spark.local.dir={tmp_path}/local", "--conf", "spark.ui.enabled=false"]
    script = (
        "import sys; from pyspark import SparkContext; from sparkdl4j import cli; code = cli.main(sys.argv[1:]); "
        "print('still there', SparkContext._active_spark_context); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command],
        capture_output=True,
        text=True,
        timeout=200,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"Model: {tmp_path}/model.zip (epoch 1 of 1)\nstill there None\n"
    assert "There are 6 pictures, so 6 workers train instead of 100" in done.stderr
    assert OneMachineClassifier.load(tmp_path / "model.zip").kept_epoch_ == 1


class TestSplit:
    def test_keeps_the_shares_and_does_not_depend_on_partitions(self, pictures: DataFrame) -> None:
        first = stratified_split(pictures, 0.3, 1)
        assert first.held_out_counts == {"blue": 6, "green": 6, "red": 6}
        assert first.rest_counts == {"blue": 14, "green": 14, "red": 14}
        held_out, rest = paths(first.held_out), paths(first.rest)
        assert len(held_out) == 18
        assert held_out | rest == paths(pictures)
        assert not held_out & rest
        assert first.rest.schema == pictures.schema
        assert first.rest.schema["label"].metadata == pictures.schema["label"].metadata
        assert paths(stratified_split(pictures.repartition(7), 0.3, 1).held_out) == held_out
        assert paths(stratified_split(pictures, 0.3, 2).held_out) != held_out

    def test_copies_stay_together_and_something_remains(self, pictures: DataFrame) -> None:
        copies = pictures.union(pictures.withColumn("path", sql.concat("path", sql.lit(".copy"))))
        split = stratified_split(copies, 0.3, 1)
        assert split.held_out_counts == {"blue": 12, "green": 12, "red": 12}
        assert {path.removesuffix(".copy") for path in paths(split.held_out)} == paths(
            stratified_split(pictures, 0.3, 1).held_out
        )
        same = pictures.where("class = 'red'").limit(1).crossJoin(pictures.sparkSession.range(4)).drop("id")
        assert stratified_split(same, 0.5, 1).held_out_counts == {"red": 0}


def paths(rows: DataFrame) -> set[str]:
    return {row["path"] for row in rows.select("path").collect()}


class TestWithoutPython:
    """The jar alone, started by spark-submit."""

    def command(self, folder: Path, *arguments: object) -> list[str]:
        spark = Path(pyspark.__file__).parent
        settings = [f"spark.local.dir={folder}/local", "spark.ui.enabled=false", "spark.driver.host=localhost"]
        command = [str(spark / "bin" / "spark-submit"), "--master", MASTER, "--class", "org.sparkdl4j.cli.Main"]
        for setting in settings:
            command += ["--conf", setting]
        return [*command, str(jar.find_jars()[0]), *map(str, arguments)]

    def environment(self) -> dict[str, str]:
        spark = Path(pyspark.__file__).parent
        return {**os.environ, "SPARK_HOME": str(spark), "JAVA_HOME": str(java_home.find().path)}

    def submit(self, folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(folder, *arguments),
            capture_output=True,
            text=True,
            timeout=200,
            env=self.environment(),
            cwd=folder,
            check=False,
        )

    def test_trains_evaluates_and_predicts(
        self, trained: Path, picture_folder: Path, network_file: Path, tmp_path: Path
    ) -> None:
        model, report = tmp_path / "model.zip", tmp_path / "report"
        command = ["train", picture_folder.as_uri(), "--network", network_file, *OPTIONS, "--model", model]
        done = self.submit(tmp_path, *command, "--test", "0.3", "--report", report)
        assert done.returncode == 0, done.stderr
        assert f"Model: {model} (epoch 4 of 4)\n18 pictures: accuracy " in done.stdout
        assert "epoch 4/4  loss " in done.stderr
        assert entries(model) == entries(trained / "model.zip")
        metrics = json.loads((report / "metrics.json").read_text())
        assert_same(metrics, json.loads((trained / "report" / "metrics.json").read_text()), 1e-9)
        classifier = OneMachineClassifier.load(model)
        assert classifier.classes_.tolist() == ["blue", "green", "red"]
        assert len(classifier.history_) == 4

        done = self.submit(tmp_path, "evaluate", model, picture_folder)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("60 pictures: accuracy ")
        by_url = self.submit(tmp_path, "evaluate", model.as_uri(), picture_folder)
        assert by_url.stdout == done.stdout

        out = tmp_path / "predictions.csv"
        done = self.submit(tmp_path, "predict", model, picture_folder / "red", "--out", out)
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"20 predictions and 0 damaged pictures in {out}\n"
        assert [row["path"] for row in csv_rows(out)] == sorted(str(path) for path in picture_folder.glob("red/*"))

    def test_trains_logs_and_begins_with_a_model_as_python_does(
        self, trained: Path, picture_folder: Path, tmp_path: Path
    ) -> None:
        options = tmp_path / "train.toml"
        options.write_text('epochs = 2\nbatch-size = 8\nlearning_rate = 0.01\nnum_workers = 2\ntrainable = "head"\n')
        command = ["train", str(picture_folder), "--pretrained", (trained / "model.zip").as_uri()]
        command += ["--config", str(options)]
        own = ["--model", f"{tmp_path}/python.zip", "--json-log", f"{tmp_path}/python.jsonl"]
        assert cli.main([*command, *own, "--master", MASTER]) == 0
        own = ["--model", f"{tmp_path}/jar.zip", "--json-log", f"{tmp_path}/jar.jsonl"]
        done = self.submit(tmp_path, *command, *own)
        assert done.returncode == 0, done.stderr
        assert entries(tmp_path / "jar.zip") == entries(tmp_path / "python.zip") != entries(trained / "model.zip")
        logs = [
            [json.loads(line) for line in (tmp_path / f"{name}.jsonl").read_text().splitlines()]
            for name in ("python", "jar")
        ]
        lasting = [[event for event in log if event["type"] != "minibatch"] for log in logs]
        for python, java in zip(*lasting, strict=True):
            assert set(python) == set(java)
            assert python["type"] == java["type"]
            if python["type"] == "start":
                # What was not given has its default in both.
                python["options"].pop("augmentation")
                assert [java[name] for name in ("classes", "network")] == [python[n] for n in ("classes", "network")]
                assert java["options"] == python["options"]
        refused = self.submit(tmp_path, *command, "--size", "20")
        assert refused.returncode == 2
        assert "size is 20x20, but that of the pretrained model is 16x16" in refused.stderr

    def test_ctrl_c_saves_the_best_model(self, picture_folder: Path, network_file: Path, tmp_path: Path) -> None:
        model, log = tmp_path / "new" / "model.zip", tmp_path / "log"
        command = self.command(tmp_path, "train", picture_folder, "--network", network_file, *OPTIONS)
        command += ["--epochs", "100000", "--model", model.as_uri()]
        with log.open("w") as stream:
            process = subprocess.Popen(command, stderr=stream, stdout=stream, env=self.environment(), cwd=tmp_path)
            deadline = time.monotonic() + 100
            while "epoch 3/100000" not in log.read_text() and time.monotonic() < deadline and process.poll() is None:
                time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 130, log.read_text()
        shown = log.read_text()
        assert re.search(rf"The model of epoch \d+ is saved in {model.as_uri()}\nsparkdl4j: interrupted\n", shown)
        assert "Exception in" not in shown
        assert OneMachineClassifier.load(model).kept_epoch_ >= 3

    @pytest.mark.parametrize(
        ("arguments", "code", "message"),
        [
            (["train", "x", "--epochs", "-1"], 2, "epochs must be at least 0, but is -1"),
            (["train", "nowhere"], 1, "there is no folder nowhere"),
        ],
    )
    def test_wrong_calls(self, arguments: list[str], code: int, message: str, tmp_path: Path) -> None:
        done = self.submit(tmp_path, *arguments)
        assert done.returncode == code
        assert f"sparkdl4j: error: {message}" in done.stderr
        assert "Exception in thread" not in done.stderr
