from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics

from sparkdl4j import errors
from sparkdl4j.evaluation import Evaluation

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "metrics.json").read_text())
AVERAGES = ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "log_loss")


@pytest.mark.parametrize("case", GOLDEN, ids=[case["case"] for case in GOLDEN])
def test_golden_cases(case):
    values = Evaluation(case["actual"], case["probabilities"]).to_dict()
    for name in AVERAGES:
        assert values[name] == pytest.approx(case[name], rel=1e-9, abs=1e-12), name
    assert values["confusion_matrix"] == case["confusion_matrix"]
    for entry, expected in zip(values["per_class"], case["per_class"], strict=True):
        assert {name: entry[name] for name in expected} == pytest.approx(expected, rel=1e-9)


def random_case(random):
    """Few examples of many classes, so that some have none and some are never predicted."""
    count, n = int(random.integers(2, 12)), int(random.integers(1, 40))
    scores = random.normal(size=(n, count)) * random.uniform(0.1, 30)
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return random.integers(0, random.integers(1, count + 1), size=n), shares, count


@pytest.mark.parametrize("seed", range(100))
def test_equals_scikit_learn(seed):
    actual, shares, count = random_case(np.random.default_rng(seed))
    result = Evaluation(actual, shares)
    predicted, labels = shares.argmax(axis=1), list(range(count))
    np.testing.assert_array_equal(result.predicted, predicted)
    np.testing.assert_array_equal(result.confusion_matrix, metrics.confusion_matrix(actual, predicted, labels=labels))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = metrics.precision_recall_fscore_support(actual, predicted, labels=labels, zero_division=0)
        balanced = metrics.balanced_accuracy_score(actual, predicted)
    per_class = [[getattr(entry, name) for entry in result.per_class] for name in AVERAGES[2:5]]
    np.testing.assert_allclose(per_class, expected[:3], rtol=1e-9)
    assert [entry.support for entry in result.per_class] == expected[3].tolist()
    np.testing.assert_allclose([result.precision, result.recall, result.f1], np.mean(expected[:3], axis=1), rtol=1e-9)
    assert result.accuracy == pytest.approx(metrics.accuracy_score(actual, predicted), rel=1e-9)
    assert result.balanced_accuracy == pytest.approx(balanced, rel=1e-9)
    loss = metrics.log_loss(actual, shares, labels=labels)
    assert result.log_loss == pytest.approx(loss, rel=1e-9, abs=1e-12)


def test_float32_probabilities_are_taken_as_they_are():
    actual, shares, _ = random_case(np.random.default_rng(3))
    single = shares.astype(np.float32)
    result = Evaluation(actual, single)
    assert result.log_loss == Evaluation(actual, single.astype(np.float64)).log_loss


def test_json_round_trip_with_numpy_names():
    classes = np.array([3, 7])
    values = Evaluation([0, 1], [[0.9, 0.1], [0.6, 0.4]], classes=classes).to_dict()
    assert json.loads(json.dumps(values)) == values
    assert values["classes"] == [3, 7]
    assert set(values) == {*AVERAGES, "classes", "confusion_matrix", "per_class"}
    assert values["confusion_matrix"] == [[1, 0], [1, 0]]
    assert values["per_class"][1] == {
        "class": 7,
        "precision": 0.0,
        "recall": 0.0,
        "f1": 0.0,
        "support": 1,
    }


def test_table():
    shares = [[0.8, 0.2], [0.3, 0.7], [0.6, 0.4]]
    lines = str(Evaluation([0, 1, 1], shares, classes=["beach", "desert"])).split("\n")
    assert lines[0].split() == ["class", "precision", "recall", "F1", "support"]
    assert lines[2].split() == ["beach", "0.5000", "1.0000", "0.6667", "1"]
    assert lines[3].split() == ["desert", "1.0000", "0.5000", "0.6667", "2"]
    assert lines[5].split() == ["macro", "average", "0.7500", "0.7500", "0.6667", "3"]
    assert "accuracy           0.6667" in lines
    assert lines[-3:] == ["        beach  desert", "beach       1       0", "desert      1       1"]


@pytest.mark.parametrize("count", [1, 2, 12, 25, 60, 200])
def test_tables_of_many_long_and_odd_names_stay_narrow(count):
    names = [f"\x1b[31mclass {c} with a name far too long for a table 数字" for c in range(count)]
    actual = np.arange(count).repeat(3)
    shares = np.random.default_rng(count).dirichlet(np.ones(count), size=len(actual))
    text = str(Evaluation(actual, shares, classes=names))
    assert "\x1b" not in text
    assert max(map(len, text.split("\n"))) <= 100
    assert len(text.split("\n")) < 110


@pytest.mark.parametrize(
    ("actual", "shares", "classes", "code"),
    [
        ([], np.zeros((0, 2)), None, "DATA_EMPTY"),
        ([0], [0.5], None, "DATA_SHAPE"),
        ([0], [["a", "b"]], None, "DATA_SHAPE"),
        ([0], [[0.5, 0.5]], ["one"], "DATA_SHAPE"),
        ([0, 1], [[0.5, 0.5]], None, "DATA_LABELS"),
        ([2], [[0.5, 0.5]], None, "DATA_LABELS"),
        ([-1], [[0.5, 0.5]], None, "DATA_LABELS"),
        ([0.5], [[0.5, 0.5]], None, "DATA_LABELS"),
        ([0], [[np.nan, 0.5]], None, "DATA_NOT_FINITE"),
    ],
)
def test_bad_input(actual, shares, classes, code):
    with pytest.raises(errors.DataError) as caught:
        Evaluation(actual, shares, classes=classes)
    assert caught.value.code == code
