"""scikit-learn's tools around the classifier."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import sklearn
from numpy.typing import NDArray
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    LeaveOneGroupOut,
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import sparkdl4j
from sparkdl4j import Checkpoint, Conv2D, ConvNetClassifier, Dense, ImageDataset, MaxPool2D, Network, Output

Pictures = Callable[..., tuple[NDArray[np.uint8], NDArray[np.str_]]]

# In a module of its own, so that other processes find it.
NETWORK = """
from sparkdl4j import Dense, Network, Output

class Plain(Network):
    width: int = 8

    def build(self):
        return [Dense(self.width), Output()]
"""


class Small(Network):
    width: int = 8

    def build(self) -> Any:
        return [Conv2D(self.width, 3), MaxPool2D(2), Dense(16), Output()]


def small(**options: Any) -> ConvNetClassifier:
    given = {"epochs": 6, "batch_size": 16, "learning_rate": 0.01, "threads": 1, "verbose": False, **options}
    return ConvNetClassifier(given.pop("network", Small()), **given)


@pytest.fixture(scope="module")
def fitted(colour_pictures: Pictures) -> ConvNetClassifier:
    return small(epochs=4).fit(*colour_pictures(20))


def as_rows(X: NDArray[Any]) -> NDArray[Any]:
    return X.reshape(len(X), -1)


def as_pictures(X: Any) -> NDArray[Any]:
    return np.asarray(X).reshape(-1, 16, 16, 3)


def test_copies_of_every_kind_predict_the_same(
    fitted: ConvNetClassifier, colour_pictures: Pictures, tmp_path: Path
) -> None:
    X, _ = colour_pictures(5, seed=2)
    expected = fitted.predict_proba(X).tobytes()
    joblib.dump(fitted, tmp_path / "classifier.joblib", compress=1)
    for same in (
        pickle.loads(pickle.dumps(fitted)),
        copy.copy(fitted),
        copy.deepcopy(fitted),
        joblib.load(tmp_path / "classifier.joblib"),
    ):
        assert same.predict_proba(X).tobytes() == expected
        assert same.network == fitted.network
        assert same.history_ == fitted.history_
        # The updater's state is among it: training goes on with the same bits.
        further = [
            copy.deepcopy(one).partial_fit(*colour_pictures(5)).predict_proba(X).tobytes() for one in (same, fitted)
        ]
        assert further[0] == further[1] != expected


def test_another_process_predicts_the_same(colour_pictures: Pictures, tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(NETWORK)
    program = """
import pickle, sys
import numpy as np
from plain import Plain
from sparkdl4j import ConvNetClassifier
X = np.load("pictures.npy")
if sys.argv[1] == "write":
    classifier = ConvNetClassifier(Plain(width=5), epochs=1, threads=1, verbose=False).fit(X, np.arange(len(X)) % 3)
    pickle.dump(classifier, open("classifier.pickle", "wb"))
else:
    classifier = pickle.load(open("classifier.pickle", "rb"))
    assert classifier.network == Plain(width=5)
sys.stdout.write(classifier.predict_proba(X).tobytes().hex())
"""
    np.save(tmp_path / "pictures.npy", colour_pictures(5)[0])
    path = os.pathsep.join((str(tmp_path), str(Path(sparkdl4j.__file__).parents[1])))
    shown = []
    for what in ("write", "read"):
        done = subprocess.run(
            [sys.executable, "-c", program, what],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        shown.append(done.stdout)
    written, read = shown
    assert len(written) == 15 * 3 * 4 * 2
    assert written == read


def test_an_unfitted_classifier_goes_anywhere() -> None:
    plain = small(callbacks=[Checkpoint("run.zip")], warm_start=True)
    for same in (pickle.loads(pickle.dumps(plain)), copy.deepcopy(plain), clone(plain)):
        assert repr(same.callbacks) == repr(plain.callbacks)
        assert {**same.get_params(), "callbacks": ()} == {**plain.get_params(), "callbacks": ()}
        assert not same.__sklearn_is_fitted__()


def test_a_pickle_of_an_earlier_version_has_the_defaults_of_newer_options(fitted: ConvNetClassifier) -> None:
    older = fitted.__getstate__()
    del older["warm_start"]
    again = ConvNetClassifier.__new__(ConvNetClassifier)
    again.__setstate__(older)
    assert again.get_params()["warm_start"] is False


def test_damaged_bytes_inside_are_refused(fitted: ConvNetClassifier) -> None:
    state = fitted.__getstate__()
    again = ConvNetClassifier.__new__(ConvNetClassifier)
    with pytest.raises(OSError, match="damaged"):
        again.__setstate__({**state, "_model": state["_model"][:-200]})


def test_clone_and_parameters(fitted: ConvNetClassifier) -> None:
    assert is_classifier(fitted)
    copied = clone(fitted)
    assert not copied.__sklearn_is_fitted__()
    assert copied.get_params() == fitted.get_params()
    assert copied.set_params(network__width=3, epochs=2) is copied
    assert (copied.network.width, fitted.network.width) == (3, 8)


def test_a_pipeline_that_makes_pictures_of_rows(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(20)
    pipeline = Pipeline(
        [("scale", StandardScaler()), ("pictures", FunctionTransformer(as_pictures)), ("network", small())]
    )
    # Containers are for tables: pictures have no columns, so the classifier has no feature names.
    pipeline.set_output(transform="default").fit(as_rows(X), y)
    assert pipeline.score(as_rows(X), y) > 0.9
    assert pipeline[-1].n_features_in_ == 16 * 16 * 3
    assert not hasattr(pipeline[-1], "feature_names_in_")
    search = GridSearchCV(pipeline, {"network__network__width": [2, 4], "network__epochs": [1]}, cv=2)
    assert search.fit(as_rows(X), y).best_params_["network__network__width"] in (2, 4)


def test_a_search_in_two_processes_gives_the_scores_of_one(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(20)
    grid = {"learning_rate": [1e-6, 0.01]}
    scores = []
    for jobs in (1, 2):
        search = GridSearchCV(small(epochs=4), grid, cv=2, n_jobs=jobs).fit(X, y)
        assert search.best_params_ == {"learning_rate": 0.01}
        assert search.best_estimator_.score(X, y) > 0.8
        scores.append(search.cv_results_["mean_test_score"].tolist())
    # The JVMs of other processes round as this one does.
    assert scores[0] == scores[1]


def test_groups_stay_together(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(20)
    groups = np.arange(len(y)) % 3
    assert cross_val_score(small(), X, y, groups=groups, cv=GroupKFold(3)).mean() > 0.8
    # A data set is a list of pictures to scikit-learn.
    data = ImageDataset.from_arrays(X, y)
    assert cross_val_score(small(epochs=1), data, data.y, groups=groups, cv=GroupKFold(2)).shape == (2,)


def test_a_class_that_no_fold_was_trained_with_counts_as_missed(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(10)
    without_red = cross_val_score(small(epochs=1), X, y, groups=y == "red", cv=LeaveOneGroupOut(), error_score=np.nan)
    # Trained without red, tested on red alone; the other way round there is one class only.
    assert without_red.tolist()[1] == 0
    assert np.isnan(without_red[0])


def test_meta_estimators(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(20)
    calibrated = CalibratedClassifierCV(small(), cv=2).fit(X, y)
    assert calibrated.score(X, y) > 0.8
    stacked = StackingClassifier(
        [("small", small()), ("plain", small(network=Small(width=2)))], LogisticRegression(), cv=2
    ).fit(X, y)
    assert stacked.score(X, y) > 0.8
    voted = VotingClassifier([("a", small(seed=1)), ("b", small(seed=2))], voting="soft").fit(X, y)
    assert voted.score(X, y) > 0.8
    assert cross_val_predict(small(epochs=1), X, y, cv=2, method="predict_proba").shape == (60, 3)


def test_weights_count_in_score(fitted: ConvNetClassifier, colour_pictures: Pictures) -> None:
    X, y = colour_pictures(10, seed=3)
    wrong = np.where(np.arange(30) < 5, "red", y)
    hits = fitted.predict(X) == wrong
    weights = np.linspace(0, 1, 30)
    assert fitted.score(X, wrong, sample_weight=weights) == pytest.approx((hits * weights).sum() / weights.sum())
    assert fitted.score(X, wrong) == hits.mean() < 1


def test_metadata_routing_takes_weights_where_they_are_asked_for(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(10)
    weights = np.where(y == "red", 0.0, 1.0)
    with pytest.raises(RuntimeError, match="enable_metadata_routing=True"):
        small().set_fit_request(sample_weight=True)
    with sklearn.config_context(enable_metadata_routing=True):
        asking = small(epochs=8).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        asking.set_partial_fit_request(classes=True)
        for one in (asking, clone(asking), pickle.loads(pickle.dumps(asking))):
            requests = one.get_metadata_routing()
            assert requests.fit.requests == {"sample_weight": True}
            assert requests.partial_fit.requests == {"classes": True, "sample_weight": None}
        found = cross_validate(asking, X, y, cv=2, params={"sample_weight": weights}, return_estimator=True)
        # Trained without any weight on red, and scored without it.
        assert found["test_score"].min() > 0.8
        assert all((estimator.predict(X) != "red").all() for estimator in found["estimator"])
        with pytest.raises(ValueError, match="sample_weight"):
            cross_validate(small(), X, y, cv=2, params={"sample_weight": weights}, error_score="raise")
