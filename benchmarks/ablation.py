"""What each ingredient of a recipe brings: the landscape network on the landscapes of recipes.py, five seeds.

    .venv/bin/python benchmarks/ablation.py [DATA] [--threads 0]

The plain defaults, the recipe, what lies between them, and the recipe with one ingredient less or more. Where
`benchmarks/peers/install torch` has made PyTorch's environment, also a plain PyTorch loop on exactly the same pictures
and splits. Runs are remembered in build/benchmarks/runs.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from recipes import SEEDS, WORKS, landscapes, run
from record import write_result
from remembered import remembered
from sparkdl4j import Augmentation, recipe

PEERS = Path(__file__).parent / "peers"
TORCH = Path(__file__).parents[1] / "build" / "peers" / "torch" / "bin" / "python"
TORCH_EPOCHS = 60
TORCH_RATE = 0.001
WHOLE = "the whole recipe"
RECIPE = recipe("photographs")
FULL: Augmentation = RECIPE["augmentation"]
FLIPS_AND_SHIFTS = Augmentation(horizontal_flip=True, shift=0.1)


def with_augmentation(**changes: Any) -> dict[str, Any]:
    """The recipe with other augmentation."""
    return {**RECIPE, "augmentation": dataclasses.replace(FULL, **changes)}


ROWS: dict[str, dict[str, Any]] = {
    "the plain defaults: Adam .001, 20 epochs": {},
    "Adam .001, 200 epochs": {"epochs": 0},
    "AdamW .001, cosine, 60 epochs, flips and shifts": {
        "epochs": TORCH_EPOCHS,
        "updater": "adamw",
        "learning_rate": TORCH_RATE,
        "learning_rate_schedule": "cosine",
        "augmentation": FLIPS_AND_SHIFTS,
    },
    WHOLE: RECIPE,
    "without augmentation": {**RECIPE, "augmentation": None},
    "flips and shifts alone": {**RECIPE, "augmentation": FLIPS_AND_SHIFTS},
    "without mixup": with_augmentation(mixup=0.0),
    "weight decay .01": {**RECIPE, "weight_decay": 0.01},
    "without mixup, weight decay .01": {**with_augmentation(mixup=0.0), "weight_decay": 0.01},
    "without cosine": {**RECIPE, "learning_rate_schedule": "constant"},
    "60 epochs": {**RECIPE, "epochs": 60},
}


def torch_accuracy(root: Path, seed: int) -> float:
    """Of a plain PyTorch loop."""
    train, test = landscapes(root, seed)
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder, "pictures.npz")
        labels = {"train_y": train.required_labels(), "test_y": test.required_labels()}
        np.savez(pictures, train_X=train.X, test_X=test.X, **labels)
        command = [TORCH, PEERS / "torch_recipe.py", pictures, seed, TORCH_EPOCHS, TORCH_RATE]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", default=os.environ.get("SPARKDL4J_TEST_DATA"))
    parser.add_argument("--threads", type=int, default=0, help="that compute a network (default: all)")
    arguments = parser.parse_args()
    if arguments.data is None:
        print("ablation: skipped, because neither DATA nor SPARKDL4J_TEST_DATA names a folder")
        return
    root = Path(arguments.data)
    work = WORKS["landscape_landscapes"]
    found = {
        title: [
            run(root, work, {"network": "landscape", **parameters}, seed, arguments.threads)["accuracy"]
            for seed in SEEDS
        ]
        for title, parameters in ROWS.items()
    }
    if TORCH.exists():
        found["PyTorch: AdamW .001, cosine, 60 epochs, flips and shifts"] = [
            remembered(
                {"work": "torch", "epochs": TORCH_EPOCHS, "learning_rate": TORCH_RATE, "seed": seed},
                lambda seed=seed: torch_accuracy(root, seed),  # type: ignore[misc]
            )
            for seed in SEEDS
        ]
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
