"""The page of a search: its trials, and what Optuna's plots show of them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sparkdl4j.report import elements
from sparkdl4j.report.markup import Markup, tag
from sparkdl4j.report.page import page
from sparkdl4j.search import results
from sparkdl4j.search.results import COMPLETE, FAILED, TrialResult

if TYPE_CHECKING:
    import optuna

# Optuna compares parameters by what comes of several trials.
_FEWEST = 2
# Parameters whose pairs are drawn.
_MOST_PAIRED = 4
_HEIGHT = 420


def of(trials: Sequence[TrialResult], metric: str, study: optuna.Study, title: str) -> str:
    """The page as text, which needs no other file.

    Args:
        trials: those that have ended.
        metric: by which they are compared.
        study: Optuna's.
        title: of the page.
    """
    best = results.best(trials, metric)
    counts = {state: sum(one.state == state for one in trials) for state in (COMPLETE, results.PRUNED, FAILED)}
    subtitle = ", ".join([f"{len(trials)} trials", *(f"{n} {state}" for state, n in counts.items() if n)])
    sections = [
        _best(best, metric),
        _table(trials, metric),
        _failures(trials),
    ]
    if importlib.util.find_spec("plotly") is not None:
        sections += _plots(trials, metric, study)
    return page(title, subtitle, sections)


def _best(best: TrialResult | None, metric: str) -> Markup:
    if best is None:
        return elements.section("best", "The best", tag("p", "No trial was trained to its end."))
    figures = {elements.words(metric): elements.number(best.score), "trial": best.number}
    params = [[name, _shown(value)] for name, value in best.params.items()]
    return elements.section(
        "best", "The best", elements.figures(figures), elements.table(["parameter", "value"], params)
    )


def _table(trials: Sequence[TrialResult], metric: str) -> Markup:
    names = list(trials[0].params) if trials else []
    ranks = results.ranks(trials, metric)
    rows = [
        [
            one.number,
            int(ranks[place]),
            one.state,
            None if np.isnan(one.score) else float(one.score),
            *(_shown(one.params[name]) for name in names),
            max(one.epochs, default=0),
            round(float(sum(one.seconds)), 1),
        ]
        for place, one in sorted(enumerate(trials), key=lambda entry: (ranks[entry[0]], entry[1].number))
    ]
    headings = ["trial", "rank", "state", elements.words(metric), *names, "epochs", "seconds"]
    return elements.section("trials", "Trials", elements.table(headings, rows))


def _failures(trials: Sequence[TrialResult]) -> Markup:
    failed = [one for one in trials if one.state == FAILED]
    if not failed:
        return Markup()
    rows = [[one.number, _listed(one), one.error] for one in failed]
    return elements.section("failures", "What failed", elements.table(["trial", "parameters", "why"], rows))


def _plots(trials: Sequence[TrialResult], metric: str, study: optuna.Study) -> list[Markup]:
    """A section for every plot that these trials allow; the first brings the script of all."""
    from optuna import visualization as plots
    from plotly.offline import get_plotlyjs

    name = elements.words(metric)
    complete = [one for one in trials if one.state == COMPLETE]
    searched = list(trials[0].params) if trials else []
    varied = [one for one in searched if len({str(trial.params[one]) for trial in complete}) > 1]
    wanted: list[tuple[str, str, Callable[[], Any]]] = []
    if complete:
        wanted.append(("history", "History", lambda: plots.plot_optimization_history(study, target_name=name)))
    if any(len(one.reports) > 1 for one in trials):
        wanted.append(("reports", "Scores while training", lambda: plots.plot_intermediate_values(study)))
    if len(complete) >= _FEWEST and varied:
        wanted.append(("slices", "Each parameter", lambda: plots.plot_slice(study, params=varied, target_name=name)))
        if len({one.score for one in complete}) > 1:
            wanted.append(("importances", "Which parameters matter", lambda: _importances(study, varied, name)))
    if len(complete) >= _FEWEST and len(varied) > 1:
        wanted += [
            (
                "together",
                "All parameters",
                lambda: plots.plot_parallel_coordinate(study, params=varied, target_name=name),
            ),
            (
                "pairs",
                "Pairs of parameters",
                lambda: plots.plot_contour(study, params=varied[:_MOST_PAIRED], target_name=name),
            ),
        ]
    sections: list[Markup] = []
    for identity, title, draw in wanted:
        drawn = Markup(_html(draw(), identity))
        script = [] if sections else [Markup(f"<script>{get_plotlyjs()}</script>")]
        sections.append(elements.section(identity, title, *script, drawn))
    return sections


def _importances(study: optuna.Study, params: Sequence[str], name: str) -> Any:
    from optuna import visualization as plots
    from optuna.importance import PedAnovaImportanceEvaluator

    # Optuna's other evaluator needs scikit-learn.
    return plots.plot_param_importances(
        study, evaluator=PedAnovaImportanceEvaluator(), params=list(params), target_name=name
    )


def _html(figure: Any, identity: str) -> str:
    # Titles stand above; white, whatever the page's own colours.
    figure.update_layout(title=None, template="plotly_white", height=figure.layout.height or _HEIGHT, autosize=True)
    html: str = figure.to_html(
        full_html=False, include_plotlyjs=False, div_id=f"plot-{identity}", config={"displaylogo": False}
    )
    return html


def _shown(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, float):
        return value if isinstance(value, (int, str)) and not isinstance(value, bool) else str(value)
    return f"{value:.4g}"


def _listed(trial: TrialResult) -> str:
    return ", ".join(f"{name}={_shown(value)}" for name, value in trial.params.items())
