"""scikit-learn's own checks of estimators, and why some do not apply to pictures."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils.estimator_checks import parametrize_with_checks

from sparkdl4j import ConvNetClassifier, Dense, Output, Sequential

# The checks make tables; scikit-learn has none for pictures. Here a row of a table is a picture of one column.
# docs/scikit-learn.md lists these with their reasons.
DOES_NOT_APPLY = {
    "check_do_not_raise_errors_in_init_or_set_params": "a name that is no option is refused at once, with the nearest",
    "check_n_features_in_after_fitting": "pictures of another size are refused by height, width and channels",
    "check_estimators_empty_data_messages": "pictures without pixels are refused by their shape",
    "check_fit2d_predict1d": "pictures are 3-D or 4-D: the error says so, and not to reshape one table's row",
    "check_sample_weight_equivalence_on_dense_data": "minibatches with other pictures are other steps, as of SGD",
    "check_dtype_object": "pixels are numbers: arrays of objects are refused",
    "check_supervised_y_2d": "labels are (n,): a column of them is refused, rather than taken with a warning",
}


class RowClassifier(ConvNetClassifier):
    """The classifier as it is, but for a shape that rows of tables take on the way in."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        return dataclasses.replace(tags, input_tags=dataclasses.replace(tags.input_tags, two_d_array=True))

    def fit(self, X: Any, y: Any = None, *, sample_weight: Any = None) -> RowClassifier:  # type: ignore[override]
        super().fit(_pictures(X), y, sample_weight=sample_weight)
        return self

    def partial_fit(  # type: ignore[override]
        self, X: Any, y: Any = None, classes: Any = None, *, sample_weight: Any = None
    ) -> RowClassifier:
        super().partial_fit(_pictures(X), y, classes, sample_weight=sample_weight)
        return self

    def predict_proba(self, X: Any) -> Any:
        return super().predict_proba(_pictures(X))

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        return super().score(_pictures(X), y, sample_weight)


def _pictures(X: Any) -> Any:
    array = np.asarray(X)
    return array[:, :, np.newaxis, np.newaxis] if array.ndim == 2 else X


@parametrize_with_checks(
    [
        RowClassifier(
            Sequential([Dense(16), Output()]),
            epochs=30,
            batch_size=16,
            learning_rate=0.01,
            threads=1,
            standardize="feature",
            verbose=False,
        )
    ],
    expected_failed_checks=lambda _: DOES_NOT_APPLY,
)
def test_scikit_learn_s_check(estimator: Any, check: Any) -> None:
    check(estimator)


def test_the_documentation_lists_them() -> None:
    page = (Path(__file__).parents[2] / "docs/scikit-learn.md").read_text()
    assert [row for row in DOES_NOT_APPLY.items() if "| `{}` | {} |".format(*row) not in page] == []
    assert page.count("| `check_") == len(DOES_NOT_APPLY)
