"""Featurizing on Spark local[2] beside a pandas UDF with the same network in PyTorch.

    .venv/bin/python benchmarks/featurizer.py DATA [--rounds 3] [--small]

DATA as in accuracy.py: its landscapes (JPEG files of all sizes), several times over, are decoded, scaled to what the
network takes and computed up to what its output layer reads. Both read the same rows, which Spark holds in memory, and
nothing is written. The UDF decodes with Pillow (JPEGs at a reduced size where that serves), in two Python workers of
one thread each; its weights are loaded once a worker. Peers: benchmarks/peers/install torch. `--small` is one round
with few pictures of a smaller network, and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from contenders import DoesNotWorkError
from record import write_result
from turns import take_turns

PEERS = Path(__file__).parent / "peers"
TORCH = Path(__file__).parent.parent / "build" / "peers" / "torch" / "bin" / "python"
OURS = "sparkdl4j"
LAYOUTS = ("contiguous", "channels_last")
AT_LEAST = 1.5


def measure(name: str, folder: Path, network: str, size: int, repeats: int) -> tuple[float, str]:
    """Images a second of a contender, and its version."""
    given = [str(folder), network, str(size), str(repeats)]
    command = (
        [sys.executable, str(PEERS / "spark_featurizer_sparkdl4j.py"), *given]
        if name == OURS
        else [str(TORCH), str(PEERS / "spark_featurizer_torch.py"), *given, name.removeprefix("torch_")]
    )
    if not Path(command[0]).exists():
        raise DoesNotWorkError(f"{command[0]} is missing: benchmarks/peers/install torch")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DoesNotWorkError(done.stderr[-2000:])
    found = json.loads(done.stdout.splitlines()[-1])
    return float(found["images_per_second"]), str(found["version"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", default=os.environ.get("SPARKDL4J_TEST_DATA"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    if arguments.data is None:
        print("featurizer: skipped, because neither DATA nor SPARKDL4J_TEST_DATA names a folder")
        return
    folder = Path(arguments.data) / "landscapes"
    network, size, repeats = ("landscape", 75, 1) if arguments.small else ("resnet18", 224, 2)
    rounds = 1 if arguments.small else arguments.rounds
    peers = [f"torch_{layout}" for layout in LAYOUTS]
    turns = take_turns("featurizer", OURS, peers, rounds, lambda name: measure(name, folder, network, size, repeats))
    if not turns.can_be_compared:
        raise SystemExit("featurizer: nothing to compare")
    best = turns.best_peer(higher_is_better=True)
    ratio = turns.ratio(best, higher_is_better=True)
    print(f"featurizer: {ratio:.2f} times as good as {best} (at least {AT_LEAST})")
    if not arguments.small:
        write_result(
            "featurizer",
            f"landscapes {repeats} times over, {network} at {size}x{size} up to its output layer, Spark local[2]",
            "images/s",
            turns.series,
            network=network,
            at_least=AT_LEAST,
            **turns.comparison(best, ratio),
        )


if __name__ == "__main__":
    main()
