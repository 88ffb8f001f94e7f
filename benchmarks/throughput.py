"""Images/s of training and prediction with the two reference networks, beside PyTorch on the same cores.

    benchmarks/peers/install
    .venv/bin/python benchmarks/throughput.py [--repeat 5]

Each measurement is a process of its own; ours and the two memory layouts of PyTorch take turns. The whole `fit` loop on
uint8 pictures counts on both sides (shuffling, standardising, training), batch 128; prediction in batches of 256.
Of each process the best of its epochs after the first is taken.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from record import write_result

PEER = Path(__file__).parent.parent / "build" / "peers" / "bin" / "python"
COUNTS = {"landscape": 3840, "fashion": 12800}
EPOCHS = 3


def ours(name: str, count: int) -> None:
    import numpy as np

    from sparkdl4j import ConvNetClassifier

    rng = np.random.default_rng(1)
    shape, classes = ((75, 75, 3), 3) if name == "landscape" else ((28, 28, 1), 10)
    pictures = rng.integers(0, 256, (count, *shape), dtype=np.uint8)
    labels = rng.integers(0, classes, count)
    options = {"updater": "adagrad", "learning_rate": 0.01, "l2": 5e-5} if name == "landscape" else {}
    classifier = ConvNetClassifier(name, epochs=EPOCHS, batch_size=128, verbose=False, **options).fit(pictures, labels)
    seconds = []
    for _ in range(EPOCHS):
        start = time.perf_counter()
        classifier.predict_proba(pictures)
        seconds.append(time.perf_counter() - start)
    train = max(epoch["images_per_second"] for epoch in classifier.history_.epochs[1:])
    print(json.dumps({"train": train, "predict": count / min(seconds[1:])}))


def measured(command: list[str]) -> dict[str, float]:
    result: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--ours", choices=COUNTS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.ours:
        ours(arguments.ours, COUNTS[arguments.ours])
        return
    if not PEER.exists():
        print("throughput: skipped, because PyTorch is not there: run benchmarks/peers/install first")
        return
    peer = str(Path(__file__).parent / "peers" / "torch_training.py")
    for name, count in COUNTS.items():
        commands = {
            "sparkdl4j": [sys.executable, __file__, "--ours", name],
            "pytorch_contiguous": [str(PEER), peer, name, "contiguous", str(count)],
            "pytorch_channels_last": [str(PEER), peer, name, "channels_last", str(count)],
        }
        series: dict[str, list[float]] = {}
        version = ""
        for _ in range(arguments.repeat):
            for label, command in commands.items():
                rates = measured(command)
                version = str(rates.get("version", version))
                for kind in ("train", "predict"):
                    series.setdefault(f"{kind}_{label}", []).append(rates[kind])
        ratios = {
            kind: statistics.median(series[f"{kind}_sparkdl4j"])
            / max(statistics.median(series[f"{kind}_pytorch_{layout}"]) for layout in ("contiguous", "channels_last"))
            for kind in ("train", "predict")
        }
        write_result(
            f"throughput_{name}",
            f"{name} network, {count} random uint8 pictures, batch 128 (prediction: 256)",
            "images/s",
            series,
            ratio_to_better_pytorch=ratios,
            peer=f"PyTorch {version}, eager, CPU",
        )
        print(f"  ratio to PyTorch's better layout: train {ratios['train']:.2f}, predict {ratios['predict']:.2f}")


if __name__ == "__main__":
    main()
