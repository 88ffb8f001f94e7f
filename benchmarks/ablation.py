"""What each ingredient of a recipe brings: the landscape network on the landscapes of recipes.py, five seeds.

    .venv/bin/python benchmarks/ablation.py [DATA] [--threads 0]

First the ingredients come one after the other, from the plain defaults with 20 epochs to the whole recipe; then one at
a time is left out of it, or comes in addition. Runs are remembered in build/benchmarks/runs.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import statistics
from pathlib import Path
from typing import Any

from recipes import SEEDS, WORKS, run
from record import write_result
from sparkdl4j import Augmentation, recipe

WHOLE = "the whole recipe"
RECIPE = recipe("photographs")
FULL: Augmentation = RECIPE["augmentation"]


def without(**changes: Any) -> dict[str, Any]:
    """The recipe with other augmentation."""
    return {**RECIPE, "augmentation": dataclasses.replace(FULL, **changes)}


ROWS: dict[str, dict[str, Any]] = {
    "20 epochs, Adam .001": {"epochs": 20},
    "the default number of epochs (200)": {},
    WHOLE: RECIPE,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", default=os.environ.get("SPARKDL4J_TEST_DATA"))
    parser.add_argument("--threads", type=int, default=0, help="that compute a network (default: all)")
    arguments = parser.parse_args()
    if arguments.data is None:
        print("ablation: skipped, because neither DATA nor SPARKDL4J_TEST_DATA names a folder")
        return
    work = WORKS["landscape_landscapes"]
    found = {
        title: [
            run(Path(arguments.data), work, {"network": "landscape", **parameters}, seed, arguments.threads)["accuracy"]
            for seed in SEEDS
        ]
        for title, parameters in ROWS.items()
    }
    write_result(
        "ablation_landscapes",
        work.title,
        work.unit,
        found,
        whole=WHOLE,
        means={title: statistics.fmean(values) for title, values in found.items()},
        seeds=SEEDS,
    )


if __name__ == "__main__":
    main()
