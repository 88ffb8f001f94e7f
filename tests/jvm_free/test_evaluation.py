from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics

from sparkdl4j import errors
from sparkdl4j.evaluation import Evaluation, Metrics

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "metrics.json").read_text())
AVERAGES = ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "log_loss")
OF_COUNTS = (*AVERAGES, "cohen_kappa", "matthews_correlation", "sensitivity", "specificity")
OF_PROBABILITIES = ("roc_auc", "average_precision", "brier_score", "calibration_error")
EXACT = {"rel": 1e-12, "abs": 1e-12, "nan_ok": True}


@pytest.mark.parametrize("case", GOLDEN, ids=[case["case"] for case in GOLDEN])
def test_golden_cases(case):
    values = Evaluation(case["actual"], case["probabilities"]).to_dict()
    for name in OF_COUNTS:
        expected = None if case[name] is None else pytest.approx(case[name], rel=1e-9, abs=1e-12)
        assert values[name] == expected, name
    assert values["confusion_matrix"] == case["confusion_matrix"]
    for entry, expected in zip(values["per_class"], case["per_class"], strict=True):
        assert {name: entry[name] for name in expected} == pytest.approx(expected, rel=1e-9)


def random_case(random):
    """Few examples of many classes, so that some have none and some are never predicted; often with ties."""
    count, n = int(random.integers(2, 12)), int(random.integers(1, 40))
    scores = random.normal(size=(n, count)) * random.uniform(0.1, 30)
    if random.random() < 0.5:
        scores = scores.round()
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
        kappa = metrics.cohen_kappa_score(actual, predicted, labels=labels)
    per_class = [[getattr(entry, name) for entry in result.per_class] for name in AVERAGES[2:5]]
    np.testing.assert_allclose(per_class, expected[:3], rtol=1e-12)
    assert [entry.support for entry in result.per_class] == expected[3].tolist()
    np.testing.assert_allclose([result.precision, result.recall, result.f1], np.mean(expected[:3], axis=1), rtol=1e-12)
    assert result.accuracy == pytest.approx(metrics.accuracy_score(actual, predicted), **EXACT)
    assert result.balanced_accuracy == pytest.approx(balanced, **EXACT)
    assert result.cohen_kappa == pytest.approx(kappa, **EXACT)
    assert result.matthews_correlation == pytest.approx(metrics.matthews_corrcoef(actual, predicted), **EXACT)
    loss = metrics.log_loss(actual, shares, labels=labels)
    assert result.log_loss == pytest.approx(loss, rel=1e-9, abs=1e-12)
    brier = metrics.brier_score_loss(actual, shares, labels=labels)
    assert result.brier_score == pytest.approx(brier, **EXACT)


@pytest.mark.parametrize("seed", range(100))
def test_ranking_equals_scikit_learn(seed):
    actual, shares, count = random_case(np.random.default_rng(seed))
    result = Evaluation(actual, shares)
    is_present = np.bincount(actual, minlength=count) > 0
    for index in range(count):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            area = metrics.roc_auc_score(actual == index, shares[:, index])
            precision = metrics.average_precision_score(actual == index, shares[:, index])
        assert result.class_roc_auc[index] == pytest.approx(area, **EXACT)
        # scikit-learn gives 0 of a class without examples, with a warning.
        precision = precision if is_present[index] else np.nan
        assert result.class_average_precision[index] == pytest.approx(precision, **EXACT)
    if count == 2:
        assert result.roc_auc == pytest.approx(result.class_roc_auc[1], **EXACT)
        assert result.average_precision == pytest.approx(result.class_average_precision[1], **EXACT)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            area = metrics.roc_auc_score(actual, shares, labels=list(range(count)), multi_class="ovr")
        assert result.roc_auc == pytest.approx(area, **EXACT)
        assert result.average_precision == pytest.approx(np.mean(result.class_average_precision), **EXACT)
        if is_present.all():
            precision = metrics.average_precision_score(actual, shares)
            assert result.average_precision == pytest.approx(precision, **EXACT)


def test_what_is_undefined_is_nan_with_a_reason():
    result = Evaluation([0, 0, 1], [[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.1, 0.8, 0.1]], classes=["a", "b", "c"])
    assert np.isnan(result.roc_auc)
    assert result.undefined == dict.fromkeys(("roc_auc", "average_precision"), "no example is of c")
    values = result.to_dict()
    assert values["roc_auc"] is None
    assert values["class_roc_auc"] == [1, 1, None]
    assert values["sensitivity"] is None
    json.dumps(values, allow_nan=False)
    assert "ROC-AUC            undefined: no example is of c" in str(result)

    one = Evaluation([1, 1], [[0.4, 0.6], [0.1, 0.9]])
    assert set(one.undefined) == {"cohen_kappa", "roc_auc"}
    assert one.average_precision == 1
    assert "Cohen's kappa         undefined: all examples are of one class" in str(one)
    json.dumps(Evaluation([0], [[1.0]]).to_dict(), allow_nan=False)


@pytest.mark.parametrize("seed", range(20))
def test_top_k_equals_scikit_learn_with_ties_to_the_lower_class(seed):
    actual, shares, count = random_case(np.random.default_rng(seed))
    result = Evaluation(actual, shares)
    assert result.top_k_accuracy(1) == result.accuracy
    assert result.top_k_accuracy(count) == 1
    for k in range(2, count):
        # scikit-learn gives ties to the higher class, so it gets the classes in reverse.
        expected = metrics.top_k_accuracy_score(count - 1 - actual, shares[:, ::-1], k=k, labels=np.arange(count))
        assert result.top_k_accuracy(k) == pytest.approx(expected, **EXACT)
    with pytest.raises(errors.ParameterError, match=f"k must be from 1 to {count}"):
        result.top_k_accuracy(count + 1)


def test_float32_probabilities_are_taken_as_they_are():
    actual, shares, _ = random_case(np.random.default_rng(3))
    single = shares.astype(np.float32)
    result = Evaluation(actual, single)
    assert result.to_dict() == Evaluation(actual, single.astype(np.float64)).to_dict()


def test_probabilities_may_be_certain_truth_values():
    assert Evaluation([0, 1], np.array([[True, False], [False, True]])).roc_auc == 1


def test_json_round_trip_with_numpy_names():
    classes = np.array([3, 7])
    values = Evaluation([0, 1], [[0.9, 0.1], [0.6, 0.4]], classes=classes).to_dict()
    assert json.loads(json.dumps(values)) == values
    assert values["classes"] == [3, 7]
    of_counts = {*OF_COUNTS, "classes", "confusion_matrix", "per_class"}
    assert set(values) == {*of_counts, *OF_PROBABILITIES, "class_roc_auc", "class_average_precision"}
    assert set(Metrics(np.eye(2, dtype=np.int64), 0.5, classes=["a", "b"]).to_dict()) == of_counts
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
    result = Evaluation([0, 1, 1], shares, classes=["beach", "desert"])
    lines = str(result).split("\n")
    assert lines[0].split() == ["class", "precision", "recall", "F1", "support"]
    assert lines[2].split() == ["beach", "0.5000", "1.0000", "0.6667", "1"]
    assert lines[3].split() == ["desert", "1.0000", "0.5000", "0.6667", "2"]
    assert lines[5].split() == ["macro", "average", "0.7500", "0.7500", "0.6667", "3"]
    assert "accuracy              0.6667" in lines
    assert "sensitivity (desert)  0.5000" in lines
    matrix = lines.index("        beach  desert")
    assert lines[matrix + 1 : matrix + 3] == ["beach       1       0", "desert      1       1"]
    assert "ROC-AUC            1.0000" in lines
    # What a cluster counts is shown alike.
    counted = Metrics(result.confusion_matrix, result.log_loss, classes=result.classes)
    assert str(result).startswith(f"{counted}\n\nROC-AUC")


@pytest.mark.parametrize("count", [1, 2, 12, 25, 60, 200])
def test_tables_of_many_long_and_odd_names_stay_narrow(count):
    names = [f"\x1b[31mclass {c} with a name far too long for a table 数字" for c in range(count)]
    actual = np.arange(count).repeat(3)
    shares = np.random.default_rng(count).dirichlet(np.ones(count), size=len(actual))
    text = str(Evaluation(actual, shares, classes=names))
    assert "\x1b" not in text
    assert max(map(len, text.split("\n"))) <= 100
    assert len(text.split("\n")) < 110


def test_folds_are_pooled():
    random = np.random.default_rng(4)
    actual, shares = random.integers(0, 3, 40), random.dirichlet(np.ones(3), 40)
    groups = np.array([f"patient {number // 4}" for number in range(40)])
    whole = Evaluation(actual, shares, classes=["a", "b", "c"], groups=groups)
    parts = [slice(0, 12), slice(12, 20), slice(20, 40)]
    folds = [Evaluation(actual[part], shares[part], classes=["a", "b", "c"], groups=groups[part]) for part in parts]
    pooled = Evaluation.concatenate(folds)
    assert pooled.to_dict() == whole.to_dict()
    assert pooled.confidence_interval("f1", resamples=50) == whole.confidence_interval("f1", resamples=50)
    for wrong, message in (
        ([], "nothing to concatenate"),
        ([whole, Evaluation(actual, shares)], "evaluation 1 has the classes"),
        ([whole, Evaluation(actual, shares, classes=["a", "b", "c"])], "only one has groups"),
    ):
        with pytest.raises(errors.DataError, match=message):
            Evaluation.concatenate(wrong)


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
