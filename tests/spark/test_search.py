"""Searches whose trials are tasks of Spark: what one machine gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pyspark")
pytest.importorskip("optuna")

import search_script as script
from pyspark.sql import SparkSession

from sparkdl4j import (
    Conv2D,
    ConvNetClassifier,
    Dense,
    GlobalPool,
    ImageDataset,
    ImageFolder,
    Output,
    Search,
    Sequential,
    cli,
)
from sparkdl4j.preprocessing import MedianFilter
from sparkdl4j.spark import collect_images, read_images

SCRIPT = Path(__file__).parent / "search_script.py"


@pytest.fixture(scope="module")
def on_one_machine(picture_folder: Path) -> list[Any]:
    return script.told(script.search(str(picture_folder), None))


def test_trials_give_what_they_give_on_one_machine(
    spark: SparkSession, picture_folder: Path, on_one_machine: list[Any]
) -> None:
    assert script.told(script.search(str(picture_folder), spark)) == on_one_machine


def test_weights_floats_folds_and_pictures_apart_travel_too(spark: SparkSession, picture_folder: Path) -> None:
    folder = ImageFolder(picture_folder, 16)
    floats = folder.X.astype(np.float32) / 3 - 20
    weights = np.linspace(0.1, 2, 60)
    kept = {"n_trials": 2, "n_jobs": 2, "refit": False, "verbose": False, "sampler": "random", "metric": "log_loss"}
    estimator = ConvNetClassifier(Sequential(_layers()), epochs=2, verbose=False)
    space = {"learning_rate": (1e-3, 1e-2)}
    apart = ImageDataset.from_arrays(floats[::3], folder.y[::3])
    for more in ({"cv": 2}, {"validation": apart}):
        found = [
            Search(estimator, space, spark=session, **kept, **more).fit(floats, folder.y, sample_weight=weights)
            for session in (None, spark)
        ]
        assert script.told(found[0]) == script.told(found[1])
        assert found[0].n_splits_ == (2 if "cv" in more else 1)


def _layers() -> list[Any]:
    return [Conv2D(4, 3), GlobalPool(), Output()]


def test_a_trial_that_fails_is_reported_and_others_go_on(spark: SparkSession, picture_folder: Path) -> None:
    estimator = ConvNetClassifier(Sequential(_layers()), epochs=6, batch_size=8, l2=100, updater="sgd", verbose=False)
    found = Search(
        estimator, {"learning_rate": [0.01, 100.0]}, sampler="grid", refit=False, verbose=False, spark=spark
    ).fit(ImageFolder(picture_folder, 16))
    assert {one.params["learning_rate"]: one.state for one in found.trials_} == {0.01: "complete", 100.0: "failed"}
    assert "the loss became NaN" in next(one.error for one in found.trials_ if one.error)


def test_a_killed_executor_changes_nothing(picture_folder: Path, on_one_machine: list[Any]) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "local-cluster[2,1,1024]", str(picture_folder), "--kill", "2"],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == json.loads(json.dumps(on_one_machine))


def test_collected_pictures_are_those_of_the_folder(spark: SparkSession, picture_folder: Path, tmp_path: Path) -> None:
    pattern = r"(?P<group>[a-z]+-\d\d)\d\.png"
    damaged = picture_folder / "blue" / "blue-a.png"
    damaged.write_bytes(b"no picture")
    try:
        how: dict[str, Any] = {"max_damaged": 0.1, "preprocessing": [MedianFilter(3)]}
        local = ImageFolder(picture_folder, 16, name_pattern=pattern, unmatched="own-group", **how)
        rows = read_images(spark, picture_folder, name_pattern=pattern, unmatched="own-group").repartition(3)
        found = collect_images(rows, 16, **how)
    finally:
        damaged.unlink()
    assert np.array_equal(found.X, local.X)
    assert np.array_equal(found.y, local.y)
    assert local.groups is not None
    assert found.groups is not None
    assert found.groups.tolist() == local.groups.tolist()
    assert local.paths is not None
    assert found.paths is not None
    assert [Path(path).name for path in found.paths] == [Path(path).name for path in local.paths]
    assert [(Path(one.path).name, one.reason) for one in found.damaged] == [("blue-a.png", local.damaged[0].reason)]


def test_the_command_searches_as_on_one_machine(spark: SparkSession, picture_folder: Path, tmp_path: Path) -> None:
    space = tmp_path / "space.toml"
    space.write_text("learning_rate = {low = 1e-3, high = 1e-1, log = true}\nnetwork__dense1__units = [4, 8]\n")
    (tmp_path / "network.json").write_text(Sequential([Conv2D(4, 3), GlobalPool(), Dense(8), Output()]).to_json())
    shown = []
    for name, more in (("one", []), ("cluster", ["--master", "local[2]"])):
        command = ["search", str(picture_folder), "--space", str(space), "--network", str(tmp_path / "network.json")]
        command += [
            "--size",
            "16",
            "--epochs",
            "3",
            "--n-trials",
            "3",
            "--n-jobs",
            "2",
            "--test",
            "0.2",
        ]
        command += ["--model", str(tmp_path / f"{name}.zip"), "--report", str(tmp_path / name), *more]
        assert cli.main(command) == 0
        rows = json.loads((tmp_path / name / "trials.json").read_text())
        shown.append([{key: value for key, value in row.items() if key != "seconds"} for row in rows])
        assert "<h2>Trials</h2>" in (tmp_path / name / "report.html").read_text()
    assert shown[0] == shown[1]
    assert len(shown[0]) == 3
    models = [ConvNetClassifier.load(tmp_path / f"{name}.zip") for name in ("one", "cluster")]
    data = ImageFolder(picture_folder, 16)
    assert np.array_equal(*[model.predict_proba(data) for model in models])
