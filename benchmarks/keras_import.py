"""Networks of keras.applications in Keras, and imported from its file: images/s, and how far predictions differ.

    benchmarks/peers/install keras
    .venv/bin/python benchmarks/keras_import.py [speed | equality] [--network ResNet50] [--rounds 5] [--small]

The weights are random. speed: both sides predict the same pictures in batches of 1 and 32, and train on minibatches of
16 (Adam), each in a process of its own that waits while the other measures; they take turns. Keras runs on TensorFlow,
compiled by XLA and not, whichever is faster. equality: the largest difference of a probability, of five networks at
their own size, with the files and pictures of the long test. --small: MobileNetV2, at 96x96 for speed, to try this
program.
"""

from __future__ import annotations

import argparse
import json
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from contenders import DoesNotWorkError
from record import write_result
from sparkdl4j import from_keras
from turns import take_turns

ROOT = Path(__file__).parent.parent
PEER = ROOT / "build" / "peers" / "keras" / "bin" / "python"
MAKE_FILES = ROOT / "tests" / "golden" / "keras" / "make_files.py"
NETWORKS = ("ResNet50", "VGG16", "MobileNetV2", "EfficientNetB0", "DenseNet121")
AT_MOST = 1e-4
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


def measure_speed(name: str, rounds: int, small: bool) -> None:
    """Measures, tells, and writes."""
    side, seconds, pictures = (96, 1, 32) if small else (224, 10, 64)
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
                rounds,
                lambda contender, what=what, batch=batch: ask(contender, what, batch),
            )
            if turns.can_be_compared:
                peer = turns.best_peer(higher_is_better=True)
                ratio = turns.ratio(peer, higher_is_better=True)
                print(f"{title}: {ratio:.2f} times {peer}")
                if not small:
                    data = f"{what} with {name} of keras.applications, {side}x{side}, random weights, {batch} at once"
                    write_result(title, data, "images/s", turns.series, **turns.comparison(peer, ratio))
        for one in sides.values():
            one.close()


def measure_equality(small: bool) -> None:
    """Measures, tells, and writes."""
    series: dict[str, list[float]] = {}
    for name in ("MobileNetV2",) if small else NETWORKS:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([PEER, MAKE_FILES, "applications", folder, name], check=True)
            values = json.loads(next(Path(folder).glob("*.json")).read_text())
            pictures = runpy.run_path(str(MAKE_FILES))["pictures"](tuple(values["shape"]))
            series[name] = [
                float(np.abs(from_keras(file).predict_proba(pictures) - values["predicted"]).max())
                for file in (*Path(folder).glob("*.h5"), *Path(folder).glob("*.keras"))
            ]
        print(f"{name}: {max(series[name]):.1e} at most", flush=True)
    if not small:
        data = "largest difference of a probability, HDF5 and .keras of Keras 3"
        write_result("keras_import_equality", data, "probability", series, at_most=AT_MOST)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", nargs="*", choices=("speed", "equality"), default=("speed", "equality"))
    parser.add_argument("--network", default="ResNet50")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    if not PEER.exists():
        print("keras_import: skipped, because Keras is missing: benchmarks/peers/install keras")
        return
    if "speed" in arguments.what:
        name = "MobileNetV2" if arguments.small else arguments.network
        measure_speed(name, arguments.rounds, arguments.small)
    if "equality" in arguments.what:
        measure_equality(arguments.small)


if __name__ == "__main__":
    main()
