from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from sparkdl4j import errors
from sparkdl4j.evaluation import Evaluation


def of_two(seed, n=300):
    random = np.random.default_rng(seed)
    # Rounded, so that some lie on the bounds of the bins.
    share = random.random(n).round(random.integers(1, 4))
    return Evaluation((random.random(n) < share**2).astype(int), np.stack([1 - share, share], axis=1))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
def test_curve_equals_scikit_learn(seed, strategy):
    evaluation, bins = of_two(seed), seed + 1
    curve = evaluation.calibration_curve(1, bins=bins, strategy=strategy)
    share, probability = calibration_curve(
        evaluation.actual, evaluation.probabilities[:, 1], n_bins=bins, strategy=strategy
    )
    np.testing.assert_allclose(curve.share, share, rtol=1e-12)
    np.testing.assert_allclose(curve.probability, probability, rtol=1e-12)
    assert curve.examples.sum() == 300
    assert (curve.low <= curve.probability + 1e-12).all()
    assert (curve.probability <= curve.high + 1e-12).all()


@pytest.mark.parametrize("seed", range(10))
def test_expected_error_is_that_of_its_definition(seed):
    random = np.random.default_rng(seed)
    shares = random.dirichlet(np.ones(4) / 3, 200)
    actual = random.integers(0, 4, 200)
    expected = 0.0
    for low, high in zip(np.linspace(0, 1, 16)[:-1], np.linspace(0, 1, 16)[1:], strict=True):
        members = [i for i in range(200) if low < shares[i].max() <= high]
        if members:
            accuracy = np.mean([shares[i].argmax() == actual[i] for i in members])
            expected += len(members) / 200 * abs(accuracy - np.mean([shares[i].max() for i in members]))
    evaluation = Evaluation(actual, shares)
    assert evaluation.calibration_error == pytest.approx(expected, rel=1e-12)
    curve = evaluation.calibration_curve()
    assert (np.abs(curve.share - curve.probability) * curve.examples).sum() / 200 == pytest.approx(expected, rel=1e-12)


def test_sure_and_right_is_calibrated():
    assert Evaluation([0, 1, 2], np.eye(3)).calibration_error == 0
    assert Evaluation([1, 2, 0], np.eye(3)).calibration_error == 1


def test_bad_arguments():
    for arguments in ({"bins": 0}, {"strategy": "even"}, {"positive": 3}):
        with pytest.raises(errors.ParameterError, match="must be"):
            of_two(0).calibration_curve(**arguments)
