"""Images/s of training with augmentation beside training without, and how often training waited for its pictures.

    .venv/bin/python benchmarks/augmentation_cost.py [--repeat 5] [--small]

Kinds of augmentation take turns, each training in the same process; of each training the best of its epochs after the
first is taken.
"""

from __future__ import annotations

import argparse
import statistics

import numpy as np

from record import write_result
from sparkdl4j import Augmentation, ConvNetClassifier

COUNTS = {"landscape": 3840, "fashion": 12800}
EPOCHS = 4
KINDS = {
    "none": Augmentation(),
    "flips_and_shifts": Augmentation(horizontal_flip=True, shift=0.1),
    "rotation_and_zoom": Augmentation(horizontal_flip=True, shift=0.1, rotation=10, zoom=0.1),
    "all_but_mixup": Augmentation(
        horizontal_flip=True, shift=0.1, rotation=10, zoom=0.1, brightness=0.2, contrast=0.2, erasing=0.3
    ),
    "mixup": Augmentation(mixup=0.2),
}


def trained(name: str, count: int, augmentation: Augmentation) -> tuple[float, float]:
    """Images/s, and the share of the minibatches that training waited for."""
    rng = np.random.default_rng(1)
    shape, classes = ((75, 75, 3), 3) if name == "landscape" else ((28, 28, 1), 10)
    pictures = rng.integers(0, 256, (count, *shape), dtype=np.uint8)
    labels = rng.integers(0, classes, count)
    classifier = ConvNetClassifier(name, epochs=EPOCHS, batch_size=128, augmentation=augmentation, verbose=False)
    epochs = classifier.fit(pictures, labels).history_.epochs
    waits = sum(epoch["input_waits"] for epoch in epochs)
    return max(epoch["images_per_second"] for epoch in epochs[1:]), waits / (EPOCHS * -(-count // 128))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--small", action="store_true", help="try it out: fewer pictures, one turn, nothing written")
    arguments = parser.parse_args()
    for name, count in COUNTS.items():
        series: dict[str, list[float]] = {kind: [] for kind in KINDS}
        waited: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for _ in range(1 if arguments.small else arguments.repeat):
            for kind, augmentation in KINDS.items():
                speed, share = trained(name, count // 8 if arguments.small else count, augmentation)
                series[kind].append(speed)
                waited[kind].append(share)
        ratios = {kind: statistics.median(series[kind]) / statistics.median(series["none"]) for kind in KINDS}
        if arguments.small:
            print(name, ratios)
            continue
        write_result(
            f"augmentation_cost_{name}",
            f"{name} network, {count} random uint8 pictures, batch 128",
            "images/s (training)",
            series,
            share_of_plain_training=ratios,
            share_of_steps_that_waited={kind: statistics.median(shares) for kind, shares in waited.items()},
        )


if __name__ == "__main__":
    main()
