"""`sparkdl4j evaluate`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from sparkdl4j import atomic_file
from sparkdl4j.cli import place as places
from sparkdl4j.cli.report import write_report


def run(arguments: Namespace) -> dict[str, Any]:
    """Evaluates a model; returns its metrics, as `metrics.json` has them."""
    with places.of(arguments) as place:
        model = place.load(arguments.model)
        if arguments.report:
            atomic_file.make_folder(arguments.report)
        evaluated = model.evaluate(place.read(arguments.data, model.image_options))
        print(f"{evaluated.pictures}\n\n{evaluated.metrics}")
        if arguments.report:
            print()
            write_report(arguments.report, model.history(), evaluated)
    return {"model": arguments.model, "report": arguments.report, "metrics": evaluated.metrics.to_dict()}
