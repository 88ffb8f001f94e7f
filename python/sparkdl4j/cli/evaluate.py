"""`sparkdl4j evaluate`."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from sparkdl4j import atomic_file, errors
from sparkdl4j.cli import place as places
from sparkdl4j.cli.report import write_report

if TYPE_CHECKING:
    from sparkdl4j.cli.place import Evaluated
    from sparkdl4j.evaluation import Evaluation


def run(arguments: Namespace) -> dict[str, Any]:
    """Evaluates a model, and compares it with another one; returns its metrics, as `metrics.json` has them."""
    _check_cluster(arguments)
    with places.of(arguments) as place:
        model = place.load(arguments.model)
        if arguments.report:
            atomic_file.make_folder(arguments.report)
        pictures = place.read(arguments.data, model.image_options)
        evaluated = model.evaluate(pictures)
        intervals = evaluated.metrics.confidence_intervals() if arguments.intervals else None
        found = {
            "model": arguments.model,
            "report": arguments.report,
            "metrics": evaluated.metrics.to_dict(intervals),
        }
        print(f"{evaluated.pictures}\n\n{evaluated.metrics.summary(intervals)}")
        if arguments.threshold:
            threshold = _evaluation(evaluated).threshold(**arguments.threshold)
            found["threshold"] = threshold.to_dict()
            print(f"\nthreshold: {threshold}")
        if arguments.by_group:
            groups = _evaluation(evaluated).by_group()
            found["groups"] = groups.to_dicts()
            print(f"\n{groups}")
        if arguments.compare:
            other = place.load(arguments.compare)
            if other.image_options != model.image_options:
                pictures = place.read(arguments.data, other.image_options)
            comparison = _evaluation(evaluated).compare(_evaluation(other.evaluate(pictures)))
            found["comparison"] = comparison.to_dict()
            print(f"\n{arguments.model} against {arguments.compare}:\n{comparison}")
        if arguments.report:
            print()
            title = f"{arguments.model} on {arguments.data}"
            write_report(arguments.report, title, model.history(), evaluated, intervals=intervals)
    return found


def _evaluation(evaluated: Evaluated) -> Evaluation:
    """What one machine has: every probability."""
    from sparkdl4j.evaluation import Evaluation

    assert isinstance(evaluated.metrics, Evaluation)
    return evaluated.metrics


def _check_cluster(arguments: Namespace) -> None:
    if arguments.master is None:
        return
    wanted: dict[str, Any] = {name: getattr(arguments, name) for name in ("compare", "threshold", "by_group")}
    asked = [f"--{name.replace('_', '-')}" for name, value in wanted.items() if value]
    if asked:
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"{asked[0]} needs the probabilities of every picture, but the executors count only: leave out --master",
            parameter="master",
        )
    if arguments.intervals and arguments.name_pattern and "(?P<group>" in arguments.name_pattern:
        raise errors.error(
            "PARAMETER_CONFLICT",
            "on a cluster --intervals cannot respect the groups of --name-pattern, and would be too narrow: leave out "
            "--master, or --intervals",
            parameter="intervals",
        )
