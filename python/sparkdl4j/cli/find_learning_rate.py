"""`sparkdl4j find-learning-rate`."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from sparkdl4j import options
from sparkdl4j.cli import place as places
from sparkdl4j.cli.train import given_options, network_and_image_options


def run(arguments: Namespace) -> dict[str, Any]:
    """Prints what the loss says of learning rates, and draws it where asked to; returns the figures."""
    from sparkdl4j.classifier import ConvNetClassifier

    with places.of(arguments) as place:
        network, image_options = network_and_image_options(arguments, place)
        classifier = ConvNetClassifier(network, **given_options(arguments))
        data = place.gather(arguments.data, image_options)
    print(f"Training: {data}", file=sys.stderr)
    search = {name: getattr(arguments, name) for name in options.names("find_learning_rate")}
    found = classifier.find_learning_rate(data, **{name: value for name, value in search.items() if value is not None})
    if arguments.out is not None:
        found.save_plot(arguments.out)
    print(found)
    return {
        "suggestion": found.suggestion,
        "rates": found.rates.tolist(),
        "losses": found.losses.tolist(),
        "smoothed": found.smoothed.tolist(),
    }
