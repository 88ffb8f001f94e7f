"""`sparkdl4j search`."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from sparkdl4j import atomic_file, errors, options
from sparkdl4j.cli import place as places
from sparkdl4j.cli.train import decisions, given_options, network_and_image_options
from sparkdl4j.urls import is_url

# Options that are the search's own, not of the contract's group "training".
_OPTIONS = ("n_trials", "sampler", "pruner", "reduction_factor", "metric", "n_jobs")
_NONE = "none"
_SHOWN = 5


def run(arguments: Namespace) -> dict[str, Any]:
    """Searches, writes what was found, and evaluates the best where there are test data; returns how it went."""
    from sparkdl4j.classifier import ConvNetClassifier
    from sparkdl4j.search import Search, read_space

    if is_url(arguments.model):
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"the best model is trained on this machine, and cannot be written to {arguments.model}: name a file",
            parameter="model",
        )
    for path in (arguments.model, arguments.trials, arguments.study):
        if path is not None:
            atomic_file.check_folder(Path(path).parent)
    if arguments.report:
        atomic_file.make_folder(arguments.report)
    space = read_space(arguments.space)
    given = given_options(arguments)
    seed = given.get("seed", options.default("training", "seed"))
    of_search = {name: getattr(arguments, name) for name in _OPTIONS if getattr(arguments, name) is not None}
    if of_search.get("pruner") == _NONE:
        of_search["pruner"] = None
    with places.of(arguments) as place:
        network, image_options = network_and_image_options(arguments, place)
        estimator = ConvNetClassifier(network, **given, callbacks=decisions(arguments))
        data = place.gather(arguments.data, image_options)
        test, validation = arguments.test, arguments.validation
        if isinstance(test, float):
            data, test = data.split(test, seed=seed)
        elif test is not None:
            test = place.gather(test, image_options)
        if isinstance(validation, str):
            validation = place.gather(validation, image_options)
        print(f"Searching with: {data}", file=sys.stderr)
        search = Search(
            estimator,
            space,
            **of_search,
            seed=seed,
            validation=validation,
            cv=arguments.cv,
            study=arguments.study,
            spark=place.spark(),
        )
        try:
            search.fit(data)
        finally:
            if getattr(search, "trials_", None):
                _write(search, arguments)
    search.best_estimator_.save(arguments.model)
    ended = _rows(search)
    print(_best_of(ended, search))
    evaluation = None
    if test is not None:
        evaluation = search.best_estimator_.evaluate(test)
        print(f"Test: {test}\n\n{evaluation}\n")
    print(f"Model: {arguments.model}")
    return {
        "model": arguments.model,
        "best_params": search.best_params_,
        "best_score": search.best_score_,
        "metric": search.metric,
        "trials": ended,
        "report": arguments.report,
        "test": evaluation.to_dict() if evaluation else None,
    }


def _write(search: Any, arguments: Namespace) -> None:
    """What is known of the trials, also where the search was interrupted."""
    rows = _rows(search)
    if arguments.trials is not None:
        text = io.StringIO()
        table = csv.DictWriter(text, rows[0], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        atomic_file.write(arguments.trials, text.getvalue().encode("utf-8"))
    if arguments.report:
        folder = Path(arguments.report)
        atomic_file.write(folder / "trials.json", (json.dumps(rows, indent=2, default=str) + "\n").encode("utf-8"))
        search.write_report(folder / "report.html", title=f"Search on {arguments.data}")
    if arguments.tensorboard is not None:
        search.write_tensorboard(arguments.tensorboard)


def _rows(search: Any) -> list[dict[str, Any]]:
    from sparkdl4j.search import results

    # JSON has no NaN.
    return [
        {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
        for row in results.rows(search.trials_)
    ]


def _best_of(rows: list[dict[str, Any]], search: Any) -> str:
    """The best trials as a table."""
    ranks = search.cv_results_["rank_test_score"]
    best = sorted(zip(ranks, rows, strict=True), key=lambda entry: entry[0])[:_SHOWN]
    names = list(search.best_params_)
    table = [["trial", search.metric, *names]]
    for _, row in best:
        table.append([str(row["trial"]), *(_text(row[name]) for name in ("score", *names))])
    widths = [max(len(line[k]) for line in table) for k in range(len(table[0]))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in table)


def _text(value: Any) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
