from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn import metrics

from sparkdl4j import errors
from sparkdl4j.evaluation import Evaluation, Metrics


def drawn(random, n=120, k=3, skill=1.0, groups=None):
    actual = random.integers(0, k, n)
    scores = random.normal(size=(n, k))
    scores[np.arange(n), actual] += skill
    shares = np.exp(scores)
    return Evaluation(actual, shares / shares.sum(axis=1, keepdims=True), groups=groups)


def by_hand(evaluation, metric, units, resamples, seed=123):
    """The definition: draw units, put their examples together, call scikit-learn."""
    members = [np.flatnonzero(units == unit) for unit in range(units.max() + 1)]
    random = np.random.default_rng(seed)
    values = []
    for chosen in random.integers(0, len(members), size=(resamples, len(members))):
        rows = np.concatenate([members[unit] for unit in chosen])
        values.append(metric(evaluation.actual[rows], evaluation.probabilities[rows]))
    return np.quantile(values, [0.025, 0.975])


LABELS = [0, 1, 2]
BY_SCIKIT_LEARN = {
    "accuracy": lambda y, p: metrics.accuracy_score(y, p.argmax(axis=1)),
    "balanced_accuracy": lambda y, p: metrics.balanced_accuracy_score(y, p.argmax(axis=1)),
    "precision": lambda y, p: metrics.precision_score(y, p.argmax(axis=1), average="macro", zero_division=0),
    "f1": lambda y, p: metrics.f1_score(y, p.argmax(axis=1), average="macro"),
    "cohen_kappa": lambda y, p: metrics.cohen_kappa_score(y, p.argmax(axis=1)),
    "matthews_correlation": lambda y, p: metrics.matthews_corrcoef(y, p.argmax(axis=1)),
    "log_loss": lambda y, p: metrics.log_loss(y, p, labels=LABELS),
    "brier_score": lambda y, p: metrics.brier_score_loss(y, p, labels=LABELS),
    "roc_auc": lambda y, p: metrics.roc_auc_score(y, p, labels=LABELS, multi_class="ovr"),
    "average_precision": lambda y, p: metrics.average_precision_score(y, p),
    "top_2_accuracy": lambda y, p: metrics.top_k_accuracy_score(y, p, k=2, labels=LABELS),
}


@pytest.mark.parametrize("metric", BY_SCIKIT_LEARN)
def test_groups_are_drawn_whole_and_weighted_metrics_are_those_of_the_drawn_examples(metric):
    random = np.random.default_rng(1)
    sizes = random.integers(1, 15, 16)
    groups = np.repeat([f"patient {number}" for number in range(16)], sizes)
    evaluation = drawn(random, n=len(groups), groups=groups)
    found = evaluation.confidence_interval(metric, resamples=60)
    expected = by_hand(evaluation, BY_SCIKIT_LEARN[metric], np.repeat(np.arange(16), sizes), 60)
    np.testing.assert_allclose([found.low, found.high], expected, rtol=1e-12)
    assert found.value == pytest.approx(BY_SCIKIT_LEARN[metric](evaluation.actual, evaluation.probabilities), rel=1e-12)
    assert (found.groups, found.resamples, found.undefined) == (16, 60, 0)


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss"])
def test_without_groups_examples_are_drawn(metric):
    evaluation = drawn(np.random.default_rng(2))
    found = evaluation.confidence_interval(metric, resamples=50)
    expected = by_hand(evaluation, BY_SCIKIT_LEARN[metric], np.arange(120), 50)
    np.testing.assert_allclose([found.low, found.high], expected, rtol=1e-12)
    assert found.groups is None


def test_a_function_is_a_metric():
    evaluation = drawn(np.random.default_rng(3), groups=np.arange(120) // 5)

    def share_of_first(of_drawn):
        return of_drawn.roc_auc

    found = evaluation.confidence_interval(share_of_first, resamples=40)
    named = evaluation.confidence_interval("roc_auc", resamples=40)
    assert (found.low, found.high) == pytest.approx((named.low, named.high), rel=1e-12)
    assert found.metric == "share_of_first"


def test_counts_give_the_same_intervals_with_and_without_probabilities():
    evaluation = drawn(np.random.default_rng(4))
    counted = Metrics(evaluation.confusion_matrix, evaluation.log_loss, classes=evaluation.classes)
    of_counts = counted.confidence_intervals()
    assert set(of_counts) >= {"accuracy", "f1", "cohen_kappa"}
    assert "sensitivity" not in of_counts
    of_all = evaluation.confidence_intervals()
    assert {name: of_all[name] for name in of_counts} == of_counts
    assert set(of_all) - set(of_counts) == {"log_loss", "roc_auc", "average_precision", "brier_score", "top_2_accuracy"}
    # Drawn one by one or as counts: the same distribution.
    one_by_one = evaluation.confidence_interval(groups=np.arange(120))
    assert one_by_one.low == pytest.approx(of_all["accuracy"].low, abs=0.02)
    assert one_by_one.high == pytest.approx(of_all["accuracy"].high, abs=0.02)


def test_coverage_of_independent_examples():
    random, hits = np.random.default_rng(5), 0
    for number in range(400):
        right = random.random(80) < 0.7
        interval = Evaluation((~right).astype(int), [[1.0, 0.0]] * 80).confidence_interval(resamples=300, seed=number)
        hits += interval.low <= 0.7 <= interval.high
    assert 0.91 <= hits / 400 <= 0.98


def test_coverage_of_groups_whose_examples_resemble_each_other():
    random, hits, hits_without = np.random.default_rng(6), 0, 0
    for number in range(300):
        # 40 groups of 10; how easy a group is has a mean of .7.
        right = random.random((40, 10)) < random.beta(1.4, 0.6, size=(40, 1))
        evaluation = Evaluation((~right.ravel()).astype(int), [[1.0, 0.0]] * 400)
        whole = evaluation.confidence_interval(groups=np.repeat(np.arange(40), 10), resamples=300, seed=number)
        hits += whole.low <= 0.7 <= whole.high
        single = evaluation.confidence_interval(resamples=300, seed=number)
        hits_without += single.low <= 0.7 <= single.high
    assert 0.90 <= hits / 300 <= 0.98
    assert hits_without / 300 < 0.8


def test_resamples_without_a_class_are_left_out_and_counted():
    evaluation = Evaluation([0] * 30 + [1], np.linspace([0.9, 0.1], [0.4, 0.6], 31))
    found = evaluation.confidence_interval("roc_auc", resamples=200)
    # 1/e of the resamples lack the only example of its class.
    assert 50 <= found.undefined <= 100
    assert (found.low, found.high) == (1, 1)
    assert "left out as undefined" in str(found)
    nowhere = Evaluation([0, 0], [[0.9, 0.1], [0.8, 0.2]]).confidence_interval("roc_auc", resamples=20)
    assert np.isnan([nowhere.value, nowhere.low, nowhere.high]).all()
    assert nowhere.to_dict()["low"] is None


def test_same_seed_same_interval():
    evaluation = drawn(np.random.default_rng(7))
    first, second, other = (evaluation.confidence_interval("log_loss", seed=seed, resamples=99) for seed in (1, 1, 2))
    assert first == second
    assert first.low != other.low
    narrow = evaluation.confidence_interval("log_loss", seed=1, resamples=99, level=0.5)
    assert first.low < narrow.low < narrow.high < first.high


def test_ten_thousand_pictures_take_seconds():
    evaluation = drawn(np.random.default_rng(8), n=10_000, k=10)
    start = time.process_time()
    assert len(evaluation.confidence_intervals(groups=np.arange(10_000))) == 13
    assert time.process_time() - start < 60


def test_table_and_json():
    evaluation = drawn(np.random.default_rng(9), groups=np.arange(120) // 8)
    intervals = evaluation.confidence_intervals(resamples=100)
    text = evaluation.summary(intervals)
    assert text.startswith(str(evaluation))
    assert "100 bootstrap resamples of 15 groups" in text
    shown = intervals["f1"]
    assert f"F1 (macro)            {shown.value:.4f}  {shown.low:.4f}  {shown.high:.4f}" in text
    values = evaluation.to_dict(intervals)["intervals"]
    assert values["accuracy"]["low"] == intervals["accuracy"].low
    assert values["accuracy"]["groups"] == 15


def test_bad_arguments():
    evaluation = drawn(np.random.default_rng(10))
    counted = Metrics(evaluation.confusion_matrix, evaluation.log_loss, classes=evaluation.classes)
    for call, code in (
        (lambda: evaluation.confidence_interval("acuracy"), "PARAMETER_UNKNOWN"),
        (lambda: evaluation.confidence_interval("sensitivity"), "PARAMETER_CONFLICT"),
        (lambda: counted.confidence_interval("roc_auc"), "PARAMETER_CONFLICT"),
        (lambda: evaluation.confidence_interval(level=1.0), "PARAMETER_RANGE"),
        (lambda: evaluation.confidence_interval(resamples=0), "PARAMETER_RANGE"),
        (lambda: evaluation.confidence_interval(groups=[1, 2]), "DATA_SHAPE"),
        (lambda: evaluation.confidence_interval(groups=["one"] * 120), "DATA_EMPTY"),
        (lambda: Evaluation([0], [[1.0, 0.0]]).confidence_interval(), "DATA_EMPTY"),
    ):
        with pytest.raises(errors.SparkDl4jError) as caught:
            call()
        assert caught.value.code == code
    with pytest.raises(errors.ParameterError, match="did you mean accuracy?"):
        evaluation.confidence_interval("acuracy")
