"""The formats that the plan's rule chooses, beside the fastest that trials find: how much the rule leaves.

    .venv/bin/python benchmarks/layouts.py [--only NETWORK] [--steps 15]

Training steps of both take turns (org.sparkdl4j.bridge.Profiles). A ratio is the rule's speed over the tuned one's.
"""

from __future__ import annotations

import argparse
import json
import statistics

from plan import WORKS
from record import write_result
from sparkdl4j import network as networks
from sparkdl4j.jvm.in_process import java_class

# The rule's own bound. Trials for the deepest networks take many minutes, and bring no other kinds of layers.
AT_LEAST = 0.95
NETWORKS = ("landscape", "fashion", "vgg_conv13", "resnet18")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", choices=NETWORKS)
    parser.add_argument("--steps", type=int, default=15)
    arguments = parser.parse_args()
    for name in [arguments.only] if arguments.only else NETWORKS:
        work = WORKS[name]
        request = {
            "network": networks.reference(name).to_dict(),
            "network_options": {"updater": work.updater, "learning_rate": work.learning_rate, "l2": work.l2},
            "training_options": {"batch_size": work.batch},
            "input_shape": work.shape,
            "classes": work.classes,
            "steps": arguments.steps,
        }
        found = json.loads(str(java_class("org.sparkdl4j.bridge.Profiles").formats(json.dumps(request))))
        seconds = {"rule": found["rule_seconds"], "tuned": found["tuned_seconds"]}
        ratio = statistics.median(seconds["tuned"]) / statistics.median(seconds["rule"])
        write_result(
            f"layouts_{name}",
            f"{name} network, batch {work.batch}, one training step on noise",
            "seconds",
            seconds,
            network=name,
            ratio=ratio,
            at_least=AT_LEAST,
            formats=found["formats"],
        )
        print(f"  the rule is {ratio:.3f} times as fast as what trials chose: {found['formats'] or 'the same'}")


if __name__ == "__main__":
    main()
