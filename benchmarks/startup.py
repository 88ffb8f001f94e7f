"""How long a user waits: `import sparkdl4j`, and process start to the first finished minibatch.

Each measurement is a fresh Python process. The two kinds and a bare interpreter, the yardstick of the machine, are
measured in turn, so that a change of the machine's speed touches all three.

    .venv/bin/python benchmarks/startup.py [--repeat 5]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

from record import write_result

PROGRAMS = {
    "bare_python": "pass",
    "import": "import sparkdl4j, sys; assert 'jpype' not in sys.modules and 'numpy' not in sys.modules",
    "first_minibatch": """
import os
import numpy as np
from sparkdl4j import Callback, ConvNetClassifier

class LeaveAfterFirstMinibatch(Callback):
    def on_event(self, event):
        if event["type"] == "minibatch":
            os._exit(0)

X = np.random.default_rng(0).integers(0, 256, (128, 28, 28, 1), dtype=np.uint8)
y = np.arange(128) % 10
ConvNetClassifier("fashion", verbose=False, callbacks=[LeaveAfterFirstMinibatch()]).fit(X, y)
raise SystemExit("no minibatch was seen")
""",
}


def seconds(program: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    for program in PROGRAMS.values():  # unpacks the natives, fills the page cache
        seconds(program)
    measured: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(repeat):
        for name, program in PROGRAMS.items():
            measured[name].append(seconds(program))
    write_result("startup", "fashion network, 128 random pictures 28x28x1, batch 64", "seconds", measured)


if __name__ == "__main__":
    main()
