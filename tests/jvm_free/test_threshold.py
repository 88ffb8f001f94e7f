from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from sparkdl4j import errors
from sparkdl4j.evaluation import Evaluation


def of_two(seed, n=80):
    random = np.random.default_rng(seed)
    actual = random.integers(0, 2, n)
    share = 1 / (1 + np.exp(-(random.normal(size=n) + 1.5 * actual - 1)))
    share = share.round(int(random.integers(1, 4))).astype(np.float32)
    return Evaluation(actual, np.stack([1 - share, share], axis=1), classes=["normal", "pneumonia"])


def rates(evaluation, value, index=1):
    """Sensitivity, specificity, precision and F1 by scikit-learn, of a threshold that is applied."""
    actual, taken = evaluation.actual == index, evaluation.probabilities[:, index] >= value
    matrix = metrics.confusion_matrix(actual, taken, labels=[False, True])
    return (
        matrix[1, 1] / matrix[1].sum(),
        matrix[0, 0] / matrix[0].sum(),
        metrics.precision_score(actual, taken, zero_division=0),
        metrics.f1_score(actual, taken),
    )


@pytest.mark.parametrize("seed", range(20))
def test_no_other_threshold_is_better(seed):
    evaluation = of_two(seed)
    candidates = np.unique(evaluation.probabilities[:, 1])
    all_rates = np.array([rates(evaluation, value) for value in candidates])
    balanced = all_rates[:, :2].mean(axis=1)
    for metric, of_all in (("balanced_accuracy", balanced), ("youden", balanced), ("f1", all_rates[:, 3])):
        found = evaluation.threshold(metric)
        got = (found.sensitivity, found.specificity, found.precision, found.f1)
        assert got == pytest.approx(rates(evaluation, found.value), rel=1e-12)
        of_found = of_all[np.searchsorted(candidates, found.value)]
        assert of_found == pytest.approx(of_all.max(), rel=1e-12)
        equals = candidates[of_all >= of_found - 1e-12]
        assert abs(found.value - 0.5) == pytest.approx(np.abs(equals - 0.5).min())
    sensitive = evaluation.threshold(sensitivity=0.9)
    assert sensitive.sensitivity >= 0.9
    assert (all_rates[candidates > sensitive.value, 0] < 0.9).all()
    if (all_rates[:, 1] >= 0.9).any():
        specific = evaluation.threshold(specificity=0.9)
        assert specific.specificity >= 0.9
        assert (all_rates[candidates < specific.value, 1] < 0.9).all()


def test_at_threshold_gives_what_the_threshold_promises():
    evaluation = of_two(3)
    for positive, (sensitivity, specificity) in (
        ("pneumonia", ("sensitivity", "specificity")),
        ("normal", ("specificity", "sensitivity")),
    ):
        found = evaluation.threshold(sensitivity=0.95, positive=positive)
        after = evaluation.at_threshold(found)
        # Metrics name the second class as positive.
        assert getattr(after, sensitivity) == pytest.approx(found.sensitivity, rel=1e-12)
        assert getattr(after, specificity) == pytest.approx(found.specificity, rel=1e-12)
        assert after.balanced_accuracy == pytest.approx(found.balanced_accuracy, rel=1e-12)
    assert str(found).startswith(f"normal from {found.value:.4f} on: sensitivity 0.9")
    assert evaluation.at_threshold(0.0).confusion_matrix[:, 0].sum() == 0


@pytest.mark.parametrize("seed", range(20))
def test_curves_equal_scikit_learn(seed):
    evaluation = of_two(seed)
    scores = evaluation.probabilities[:, 1]
    roc = evaluation.roc_curve()
    expected = metrics.roc_curve(evaluation.actual, scores, drop_intermediate=False)
    for found, theirs in zip((roc.false_positive_rate, roc.true_positive_rate, roc.thresholds), expected, strict=True):
        np.testing.assert_allclose(found, theirs, rtol=1e-12)
    curve = evaluation.precision_recall_curve("pneumonia")
    expected = metrics.precision_recall_curve(evaluation.actual, scores)
    for found, theirs in zip((curve.precision, curve.recall, curve.thresholds), expected, strict=True):
        np.testing.assert_allclose(found, theirs, rtol=1e-12)


def test_curves_of_one_of_many_classes():
    random = np.random.default_rng(0)
    evaluation = Evaluation(random.integers(0, 3, 50), random.dirichlet(np.ones(3), 50))
    roc = evaluation.roc_curve(2)
    area = metrics.auc(roc.false_positive_rate, roc.true_positive_rate)
    assert area == pytest.approx(evaluation.class_roc_auc[2], rel=1e-12)
    with pytest.raises(errors.ParameterError, match="say which is meant as positive"):
        evaluation.roc_curve()
    with pytest.raises(errors.ParameterError, match="decides between two classes, but there are 3"):
        evaluation.threshold("f1")
    assert np.isnan(Evaluation([0, 0], [[0.2, 0.8], [0.5, 0.5]]).roc_curve().true_positive_rate).all()


def test_bad_arguments():
    evaluation = of_two(0)
    for arguments, message in (
        ({"metric": "accuracy"}, "metric must be one of balanced_accuracy, f1, youden"),
        ({"metric": "f1", "sensitivity": 0.9}, "but 2 are given"),
        ({"sensitivity": 95}, "sensitivity must be from 0 to 1"),
        ({"positive": "covid"}, "positive must be one of the classes, but is 'covid': normal, pneumonia"),
    ):
        with pytest.raises(errors.ParameterError, match=message):
            evaluation.threshold(**arguments)
    with pytest.raises(errors.ParameterError, match="no threshold has a specificity of 1"):
        Evaluation([0, 1], [[0.1, 0.9], [0.5, 0.5]]).threshold(specificity=1)
    with pytest.raises(errors.DataError, match="these are all of one"):
        Evaluation([1, 1], [[0.1, 0.9], [0.5, 0.5]]).threshold()
