"""Searches on one machine: same seed, same study; what fails, stops, is interrupted or goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("optuna")

from sparkdl4j import (
    Conv2D,
    ConvNetClassifier,
    Dense,
    EarlyStopping,
    GlobalPool,
    ImageDataset,
    Output,
    Search,
    Sequential,
    errors,
)

Pictures = Callable[..., tuple[Any, Any]]
SPACE = {
    "learning_rate": (1e-4, 1e-1, "log"),
    "network__dense1__units": [4, 8, 16],
    "updater": ["adam", "nesterov"],
}


def network() -> Sequential:
    return Sequential([Conv2D(4, 3), GlobalPool(), Dense(8), Output()])


def classifier(**options: Any) -> ConvNetClassifier:
    return ConvNetClassifier(network(), **{"epochs": 4, "batch_size": 16, "verbose": False, **options})


def search(**options: Any) -> Search:
    given = {"estimator": classifier(), "space": SPACE, "n_trials": 5, "n_jobs": 2, "verbose": False, "refit": False}
    return Search(**{**given, **options})


def told(found: Search) -> list[tuple[Any, ...]]:
    """All of a study that must not depend on time."""
    return [(one.number, one.state, one.params, one.score, one.reports, list(one.scores)) for one in found.trials_]


@pytest.fixture(scope="module")
def data(colour_pictures: Pictures) -> ImageDataset:
    return ImageDataset.from_arrays(*colour_pictures(20))


@pytest.mark.parametrize("options", [{"sampler": "tpe", "pruner": "halving"}, {"sampler": "random", "cv": 2}])
def test_the_same_seed_gives_the_same_study(data: ImageDataset, options: dict[str, Any]) -> None:
    options["n_trials"] = 5
    first, again = search(**options).fit(data), search(**options).fit(data)
    assert told(first) == told(again)
    assert told(first) != told(search(seed=7, **options).fit(data))
    if options["sampler"] == "random":
        # What is not chosen by earlier trials does not depend on how many run side by side.
        assert told(first) == told(search(**{**options, "n_jobs": 1}).fit(data))


def test_a_score_is_that_of_the_classifier_fitted_alone(data: ImageDataset) -> None:
    found = search(n_trials=2, pruner="halving", metric="log_loss").fit(data)
    best = found.trials_[found.best_index_]
    alone = classifier(threads=1).set_params(**best.params)
    train, validation = data.split(0.2, seed=123)
    alone.fit(train, validation_data=validation)
    assert (
        alone.evaluate(validation).log_loss
        == found.best_score_
        == min(t.score for t in found.trials_ if t.state == "complete")
    )


def test_results_have_the_names_of_scikit_learn(data: ImageDataset, tmp_path: Path) -> None:
    found = search(n_trials=3, cv=2, refit=True).fit(data)
    table = found.cv_results_
    for name in (
        "params",
        "mean_test_score",
        "split0_test_score",
        "split1_test_score",
        "rank_test_score",
        "mean_fit_time",
    ):
        assert len(table[name]) == 3
    assert list(table["param_updater"]) == [one["updater"] for one in table["params"]]
    assert table["mean_test_score"][found.best_index_] == found.best_score_
    assert table["rank_test_score"][found.best_index_] == 1
    assert np.allclose(table["mean_test_score"], (table["split0_test_score"] + table["split1_test_score"]) / 2)
    assert found.best_estimator_.get_params()["learning_rate"] == found.best_params_["learning_rate"]
    assert found.predict(data.X).shape == (60,)
    assert found.score(data) == found.best_estimator_.score(data)
    frame = found.to_frame()
    assert list(frame.columns) == ["trial", "state", "score", *SPACE, "epochs", "seconds", "error"]


def test_halving_ends_those_that_fall_behind(data: ImageDataset) -> None:
    found = search(n_trials=6, sampler="random", pruner="halving", estimator=classifier(epochs=9)).fit(data)
    epochs = {one.number: max(one.epochs) for one in found.trials_}
    assert sorted(epochs.values()) == [1, 1, 1, 1, 3, 9]
    # One in three of six goes on, and of these two the better one at the next rung.
    first = {one.number: one.reports[1] for one in found.trials_}
    assert {number for number, trained in epochs.items() if trained > 1} == set(
        sorted(first, key=lambda number: (-first[number], number))[:2]
    )
    assert [one.state for one in found.trials_ if epochs[one.number] < 9] == ["pruned"] * 5


def test_a_trial_that_fails_is_reported_and_others_go_on(data: ImageDataset, capfd: pytest.CaptureFixture[str]) -> None:
    space = {"learning_rate": [0.01, 100.0], "updater": ["sgd"], "gradient_normalization": ["none"]}
    # Each step makes the weights ten thousand times larger, at the larger rate.
    estimator = classifier(l2=100, epochs=8)
    found = search(estimator=estimator, space=space, sampler="grid", verbose=True).fit(data)
    assert sorted(one.state for one in found.trials_) == ["complete", "failed"]
    failed = next(one for one in found.trials_ if one.state == "failed")
    assert failed.params["learning_rate"] == 100.0
    assert "the loss became NaN" in str(failed.error)
    assert np.isnan(found.cv_results_["mean_test_score"][found.trials_.index(failed)])
    assert found.best_params_["learning_rate"] == 0.01
    assert f"trial {failed.number}: failed: the loss became NaN" in capfd.readouterr().err


def test_when_all_fail_the_search_stops(data: ImageDataset) -> None:
    # Each value is allowed, but not with the other one.
    space = {"loss": ["focal", "mse"], "label_smoothing": (0.1, 0.2)}
    with pytest.raises(errors.TrainingError) as caught:
        search(space=space, n_trials=50).fit(data)
    assert caught.value.code == "SEARCH_FAILED"
    assert 3 <= len(caught.value.details["failures"]) < 50
    assert "label_smoothing" in str(caught.value)


class Interrupted(Search):
    """Ends itself by a signal when so many trials have ended."""

    ends_after = 3
    by = signal.SIGINT

    def _tell(self, line: str) -> None:
        self.ended = getattr(self, "ended", 0) + ("(" in line)
        if self.ended == self.ends_after:
            os.kill(os.getpid(), self.by)


def test_a_study_goes_on_as_if_it_had_never_stopped(data: ImageDataset, tmp_path: Path) -> None:
    options: dict[str, Any] = {"n_trials": 6, "pruner": "halving"}
    whole = search(**options).fit(data)
    options["study"] = tmp_path / "study.db"
    interrupted = Interrupted(classifier(), SPACE, n_jobs=2, refit=False, **options)
    with pytest.raises(KeyboardInterrupt):
        interrupted.fit(data)
    assert len(interrupted.trials_) == 3
    assert interrupted.best_score_ == max(one.score for one in interrupted.trials_ if one.state == "complete")
    assert told(search(**options).fit(data)) == told(whole)
    more = search(**{**options, "n_trials": 8}).fit(data)
    assert told(more)[:6] == told(whole)
    assert len(more.trials_) == 8


def test_a_study_whose_process_was_killed_goes_on(data: ImageDataset, tmp_path: Path) -> None:
    options: dict[str, Any] = {"n_trials": 5, "study": tmp_path / "study.db"}
    np.savez(tmp_path / "pictures.npz", X=data.X, y=data.y)
    command = [sys.executable, __file__, str(options["study"]), str(tmp_path / "pictures.npz")]
    killed = subprocess.run(command, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert told(search(**options).fit(data)) == told(search(n_trials=5).fit(data))


def test_a_study_of_another_search_is_refused(data: ImageDataset, tmp_path: Path) -> None:
    file = tmp_path / "study.db"
    search(n_trials=1, study=file).fit(data)
    for options, named in (
        (
            {"space": {**SPACE, "learning_rate": (1e-4, 1.0, "log")}},
            "the space learning_rate high 0.1, and not with 1.0",
        ),
        ({"metric": "f1"}, "the metric accuracy, and not with f1"),
        ({"estimator": classifier(batch_size=8)}, "training_options batch_size 16, and not with 8"),
        ({"n_jobs": 3}, "n_jobs 2, and not with 3"),
    ):
        with pytest.raises(errors.FileError, match=named) as caught:
            search(n_trials=1, study=file, **options).fit(data)
        assert caught.value.code == "STUDY_MISMATCH"
    with pytest.raises(errors.FileError, match="the pictures"):
        search(n_trials=1, study=file).fit(data.subset(np.arange(3, 60)))
    file.write_text("no study")
    with pytest.raises(errors.FileError, match="cannot be used as a study"):
        search(n_trials=1, study=file).fit(data)
    assert file.read_text() == "no study"


def test_groups_stay_together_and_stopping_early_counts(data: ImageDataset) -> None:
    groups = np.arange(60) // 4
    found = search(n_trials=2, cv=3, estimator=classifier(epochs=30, callbacks=[EarlyStopping(1, min_delta=10)])).fit(
        data, groups=groups
    )
    assert "groups kept together" in str(found.study_.user_attrs)
    assert all(one.epochs == [2, 2, 2] for one in found.trials_)


def test_the_page_needs_no_other_file(data: ImageDataset, tmp_path: Path) -> None:
    pytest.importorskip("plotly")
    found = search(n_trials=6, pruner="halving", sampler="random").fit(data)
    found.write_report(tmp_path / "search.html")
    text = (tmp_path / "search.html").read_text()
    for heading in ("The best", "Trials", "History", "Scores while training", "Each parameter"):
        assert f"<h2>{heading}</h2>" in text
    assert 'src="http' not in text
    assert "<link" not in text


def test_tensorboard_compares_the_trials(data: ImageDataset, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    found = search(n_trials=2).fit(data)
    found.write_tensorboard(tmp_path)
    for one in found.trials_:
        events = EventAccumulator(str(tmp_path / f"trial-{one.number}")).Reload()
        assert "_hparams_/session_start_info" in events.summary_metadata
        last = events.Tensors("score/accuracy")[-1]
        assert last.step == 4
        assert make_ndarray(last.tensor_proto) == pytest.approx(one.score)


if __name__ == "__main__":
    pictures = np.load(sys.argv[2])
    Interrupted.by = signal.SIGKILL
    Interrupted(classifier(), SPACE, n_jobs=2, refit=False, n_trials=5, study=sys.argv[1]).fit(
        pictures["X"], pictures["y"]
    )
