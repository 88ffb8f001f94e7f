"""Images/s of predicting and training with a network of keras.applications: in Keras, and imported from its file.

    benchmarks/peers/install keras
    .venv/bin/python benchmarks/keras_import.py [--network ResNet50] [--rounds 3] [--small]

The weights are random. Both sides predict the same pictures in batches of 1 and 32, and train on minibatches of 16
(Adam), each in a process of its own that waits while the other measures; they take turns. Keras runs on TensorFlow,
compiled by XLA and not, whichever is faster. --small: MobileNetV2 at 96x96, to try this program.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from contenders import DoesNotWorkError
from record import write_result
from turns import take_turns

PEER = Path(__file__).parent.parent / "build" / "peers" / "keras" / "bin" / "python"
TRAIN_BATCH = 16
PREDICT_BATCHES = (1, 32)

MAKE = """
import sys, keras
keras.utils.set_random_seed(1)
name, side, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
keras.applications.__dict__[name](weights=None, input_shape=(side, side, 3), classes=10).save(path)
"""

# What both sides do, given predict(pictures) and train(pictures, labels), and say so.
MEASURE = """
import json, sys, time
import numpy as np
random = np.random.default_rng(0)
pictures = random.integers(0, 256, (PICTURES, SIDE, SIDE, 3), dtype=np.uint8)
labels = np.arange(PICTURES) % 10
def per_second(do, count):
    do()
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS:
        do()
        done += count
    return done / (time.perf_counter() - start)
print(json.dumps({"version": VERSION}), flush=True)
for line in sys.stdin:
    what, batch = json.loads(line)
    some = pictures[:batch]
    if what == "predict":
        value = per_second(lambda: predict(some), batch)
    else:
        value = per_second(lambda: train(pictures, labels, batch), PICTURES)
    print(json.dumps(value), flush=True)
"""

OURS = """
import sparkdl4j
from sparkdl4j import ConvNetClassifier, from_keras
VERSION = sparkdl4j.__version__
imported = from_keras(PATH, preprocessing="unit")
def predict(some):
    imported.predict_proba(some)
def train(pictures, labels, batch):
    imported.set_params(warm_start=True, epochs=1, batch_size=batch, verbose=False)
    imported.fit(pictures, labels)
"""

KERAS = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
VERSION = "Keras " + keras.__version__
network = keras.saving.load_model(PATH)
network.compile(optimizer="adam", loss="sparse_categorical_crossentropy", jit_compile=JIT)
def predict(some):
    network.predict_on_batch(some.astype("float32") / 255)
def train(pictures, labels, batch):
    network.fit(pictures.astype("float32") / 255, labels, batch_size=batch, epochs=1, verbose=0)
"""


class Side:
    """A process that measures when it is asked to."""

    def __init__(self, python: Path | str, program: str) -> None:
        if not Path(python).exists():
            raise DoesNotWorkError(f"not installed: benchmarks/peers/install keras ({python})")
        self._process = subprocess.Popen(
            [str(python), "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.version: str = self._answer()["version"]

    def ask(self, what: str, batch: int) -> float:
        assert self._process.stdin is not None
        print(json.dumps([what, batch]), file=self._process.stdin, flush=True)
        return float(self._answer())

    def _answer(self):
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise DoesNotWorkError(f"its process ended with code {self._process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        self._process.communicate(timeout=60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--network", default="ResNet50")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    if not PEER.exists():
        print("keras_import: skipped, because Keras is missing: benchmarks/peers/install keras")
        return
    name, side, seconds, pictures = arguments.network, 224, 10, 64
    if arguments.small:
        name, side, seconds, pictures = "MobileNetV2", 96, 1, 32
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "network.keras")
        subprocess.run([PEER, "-c", MAKE, name, str(side), path], check=True)
        given = f"PATH, SIDE, PICTURES, SECONDS = {path!r}, {side}, {pictures}, {seconds}\n"
        programs = {
            "sparkdl4j": (sys.executable, given + OURS + MEASURE),
            "keras": (PEER, given + "JIT = False\n" + KERAS + MEASURE),
            "keras_jit": (PEER, given + "JIT = True\n" + KERAS + MEASURE),
        }
        sides: dict[str, Side] = {}

        def ask(contender: str, what: str, batch: int) -> tuple[float, str]:
            if contender not in sides:
                sides[contender] = Side(*programs[contender])
            return sides[contender].ask(what, batch), sides[contender].version

        for what, batch in (*(("predict", batch) for batch in PREDICT_BATCHES), ("train", TRAIN_BATCH)):
            title = f"keras_import_{what}_{name.lower()}_{batch}"
            turns = take_turns(
                title,
                "sparkdl4j",
                ("keras", "keras_jit"),
                arguments.rounds,
                lambda contender, what=what, batch=batch: ask(contender, what, batch),
            )
            if turns.can_be_compared:
                peer = turns.best_peer(higher_is_better=True)
                ratio = turns.ratio(peer, higher_is_better=True)
                print(f"{title}: {ratio:.2f} times {peer}")
                if not arguments.small:
                    data = f"{name} of keras.applications, {side}x{side}, random weights, batches of {batch}"
                    write_result(title, data, "images/s", turns.series, **turns.comparison(peer, ratio))
        for one in sides.values():
            one.close()


if __name__ == "__main__":
    main()
