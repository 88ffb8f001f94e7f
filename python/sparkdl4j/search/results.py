"""What a search has found, as scikit-learn's `cv_results_` and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkdl4j.search.scores import is_better, larger_is_better
from sparkdl4j.search.space import Space
from sparkdl4j.search.study import Study, details

COMPLETE = "complete"
PRUNED = "pruned"
FAILED = "failed"


@dataclass(frozen=True)
class TrialResult:
    """A trial that has ended.

    Args:
        number: in the study, counted from 0.
        state: "complete", "pruned" or "failed".
        params: by name.
        score: the mean of the folds; of a pruned trial the last one; NaN of a failed one.
        reports: scores by the epoch after which they were made.
        scores: of each fold.
        seconds: spent training each fold.
        epochs: trained in each fold.
        history: the epochs of the first fold.
        error: why it failed, or None.
    """

    number: int
    state: str
    params: Mapping[str, Any]
    score: float
    reports: Mapping[int, float]
    scores: Sequence[float]
    seconds: Sequence[float]
    epochs: Sequence[int]
    history: Sequence[Mapping[str, Any]]
    error: str | None


def of(study: Study, space: Space) -> list[TrialResult]:
    """The trials of a study that have ended, in the order of their numbers."""
    found = []
    for one in study.trials:
        if not one.state.is_finished():
            continue
        noted = details(one)
        state = {"COMPLETE": COMPLETE, "PRUNED": PRUNED}.get(one.state.name, FAILED)
        found.append(
            TrialResult(
                number=one.number,
                state=state,
                params=space.values(one.params),
                score=float("nan") if state == FAILED or one.value is None else float(one.value),
                reports=dict(one.intermediate_values),
                scores=noted.get("scores", []),
                seconds=noted.get("seconds", []),
                epochs=noted.get("epochs", []),
                history=noted.get("history", []),
                error=noted.get("error"),
            )
        )
    return found


def best(results: Sequence[TrialResult], metric: str) -> TrialResult | None:
    """The best trial that is complete, of equals the earlier one; None without any."""
    found: TrialResult | None = None
    for one in results:
        if one.state == COMPLETE and (found is None or is_better(metric, one.score, found.score)):
            found = one
    return found


def cv_results(results: Sequence[TrialResult], metric: str, folds: int) -> dict[str, Any]:
    """As scikit-learn's searches have them, with `state` and `error` beside.

    Of a trial that was pruned, scores are those of its last rung; it is ranked behind all that are complete, and those
    that have failed, whose scores are NaN, behind these.
    """
    names = list(results[0].params) if results else []
    table: dict[str, Any] = {
        "mean_fit_time": _floats([float(np.mean(one.seconds)) if one.seconds else np.nan for one in results]),
        "std_fit_time": _floats([float(np.std(one.seconds)) if one.seconds else np.nan for one in results]),
    }
    for name in names:
        values = np.empty(len(results), dtype=object)
        values[:] = [one.params[name] for one in results]
        table[f"param_{name}"] = np.ma.masked_array(values, mask=False)
    table["params"] = [dict(one.params) for one in results]
    for fold in range(folds):
        table[f"split{fold}_test_score"] = _floats([_of_fold(one, fold) for one in results])
    table["mean_test_score"] = _floats([one.score for one in results])
    table["std_test_score"] = _floats(
        [float(np.std(one.scores)) if one.scores and one.state != FAILED else np.nan for one in results]
    )
    table["rank_test_score"] = ranks(results, metric)
    table["state"] = np.array([one.state for one in results], dtype=object)
    table["error"] = np.array([one.error for one in results], dtype=object)
    return table


def ranks(results: Sequence[TrialResult], metric: str) -> NDArray[np.int32]:
    """1 for the best; equals share the better rank."""
    sign = -1 if larger_is_better(metric) else 1
    order = [COMPLETE, PRUNED, FAILED]
    keys = [(order.index(one.state), 0.0 if one.state == FAILED else sign * one.score) for one in results]
    return np.array([1 + sum(other < key for other in keys) for key in keys], dtype=np.int32)


def rows(results: Sequence[TrialResult]) -> list[dict[str, Any]]:
    """One row a trial, for tables."""
    return [
        {
            "trial": one.number,
            "state": one.state,
            "score": one.score,
            **one.params,
            "epochs": max(one.epochs, default=0),
            "seconds": float(sum(one.seconds)),
            "error": one.error,
        }
        for one in results
    ]


def _of_fold(one: TrialResult, fold: int) -> float:
    return one.scores[fold] if one.state != FAILED and fold < len(one.scores) else np.nan


def _floats(values: Sequence[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)
