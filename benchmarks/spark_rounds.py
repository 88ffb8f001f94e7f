"""What a round of averaging costs beyond its slowest task, and where that goes; beside Spark's own bare round.

    .venv/bin/python benchmarks/spark_rounds.py [--only NAME] [--small]

The times are Spark's own (spark_event_log.py), to a millisecond. Two workers with minibatches of 128 landscapes, and
with a network of 25 million parameters; in the driver's threads ("local") and in two executors ("cluster"); on the
cluster with other averaging frequencies and numbers of workers too, which spark_cost_model.py needs. A bare round is a
broadcast, a task for each worker that copies it, and their results in the driver (peers/BareRound.java). Every case is
a process of its own.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import spark_event_log
from fresh_process import in_fresh_process
from peers.protocol import Work
from plan import WORKS
from record import write_result

MASTERS = {"local": "local[{}]", "cluster": "local-cluster[{},1,1024]"}
AT_MOST_SECONDS = {"local": 0.035, "cluster": 0.060}
WORKERS = 2
TOOLCHAIN = Path(__file__).parent.parent / "build" / "toolchain.sh"

# 25 million parameters that cost little arithmetic.
LARGE = {
    "layers": [
        {"type": "Conv2D", "filters": 16, "kernel_size": [5, 5], "stride": [4, 4]},
        {"type": "Dense", "units": 5000},
        {"type": "Dense", "units": 1400},
        {"type": "Output"},
    ]
}
LANDSCAPE_WORK = WORKS["landscape"]
LARGE_WORK = Work("large", (64, 64, 1), 2, 2560, 32, "sgd", 0.001, 0.0)


@dataclass(frozen=True)
class Case:
    """What is measured.

    Args:
        network: "landscape" or "large".
        mode: of MASTERS.
        rounds_per_epoch: of which all but the last are measured.
        epochs: the first one warms up.
        frequency: minibatches in a round; None for the default.
        workers: each in an executor of its own, where there are executors.
    """

    network: str
    mode: str
    rounds_per_epoch: int
    epochs: int
    frequency: int | None = None
    workers: int = WORKERS

    @property
    def name(self) -> str:
        every = "" if self.frequency is None else f"_every_{self.frequency}"
        workers = "" if self.workers == WORKERS else f"_workers_{self.workers}"
        return f"spark_rounds_{self.network}_{self.mode}{every}{workers}"

    @property
    def master(self) -> str:
        return MASTERS[self.mode].format(self.workers)

    @property
    def must_reach(self) -> bool:
        """Whether it is a case that has a limit."""
        return self.network == "landscape" and self.frequency is None and self.workers == WORKERS

    @property
    def work(self) -> Work:
        return LARGE_WORK if self.network == "large" else LANDSCAPE_WORK


CASES = (
    Case("landscape", "local", 5, 24),
    Case("landscape", "cluster", 5, 24),
    Case("landscape", "cluster", 40, 3, 1),
    Case("landscape", "cluster", 5, 6, 10),
    Case("landscape", "cluster", 10, 4, 5, workers=1),
    Case("landscape", "cluster", 10, 4, 5, workers=4),
    Case("large", "local", 6, 5, 5),
    Case("large", "cluster", 6, 5, 5),
    Case("large", "cluster", 20, 3, 1),
)
# Tasks and floats of bare rounds; the first is the network of landscapes and its updater's state.
BARE = ((2, 214_000), (2, 1), (8, 1), (32, 1), (8, 214_000), (32, 214_000), (2, 4_000_000), (8, 4_000_000))
BARE_WARM_UP = 20
BARE_ROUNDS = 50
# Pictures of a worker in a round of the default averaging frequency, from which follows how many there are.
USUAL_PICTURES = 2560


def train(case: Case, small: bool) -> dict[str, Any]:
    """Rounds of a training, without those of the first epoch, and the floats of its network's state."""
    import numpy as np
    import sparkdl4j_cluster as clusters

    work = case.work
    epochs = 2 if small else case.epochs
    per_epoch = 3 if small else case.rounds_per_epoch
    per_round = USUAL_PICTURES if case.frequency is None else case.frequency * work.batch
    count = per_epoch * case.workers * per_round
    pixels = np.random.default_rng(1).integers(0, 256, (count, *work.shape), dtype=np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        log.mkdir()
        with clusters.cluster(case.master, spark_eventLog_dir=log.as_uri(), **spark_event_log.SETTINGS) as session:
            frame = clusters.pictures_frame(session, pixels, np.arange(count) % work.classes)
            from sparkdl4j.spark import ConvNetClassifier

            classifier = ConvNetClassifier(
                LARGE if case.network == "large" else case.network,
                image_size=work.shape[:2],
                channels=work.shape[2],
                num_workers=case.workers,
                threads=1,
                epochs=epochs,
                batch_size=work.batch,
                updater=work.updater,
                learning_rate=work.learning_rate,
                l2=work.l2,
                verbose=False,
                **({} if case.frequency is None else {"averaging_frequency": case.frequency}),
            )
            model = classifier.fit(frame)
            floats = _floats(model, Path(folder, "model.zip"))
        found = spark_event_log.rounds(log)
    return {"floats": floats, "rounds": found[len(found) // epochs :]}


def _floats(model: Any, file: Path) -> int:
    """Parameters and updater state, to the few bytes that their files have besides."""
    model.save_model_file(file)
    with zipfile.ZipFile(file) as entries:
        sizes = {entry.filename: entry.file_size for entry in entries.infolist()}
    return (sizes["coefficients.bin"] + sizes.get("updaterState.bin", 0)) // 4


def bare(mode: str, jar: Path, small: bool) -> dict[str, list[float]]:
    """Seconds of bare rounds, by tasks and floats."""
    import sparkdl4j_cluster as clusters

    found = {}
    with clusters.cluster(MASTERS[mode].format(WORKERS), spark_jars=str(jar)) as session:
        java = session._jvm.org.sparkdl4j.benchmarks.BareRound
        for tasks, floats in BARE:
            rounds = 2 if small else BARE_WARM_UP + BARE_ROUNDS
            seconds = list(java.seconds(session.sparkContext._jsc, tasks, floats, rounds))
            found[f"tasks_{tasks}_floats_{floats}"] = seconds[len(seconds) - BARE_ROUNDS :]
    return found


def bare_round_jar(folder: Path) -> Path:
    """Compiles peers/BareRound.java."""
    from peers.spark_folder import spark_folder

    given = re.search(r"JAVA_HOME='(.*)'", TOOLCHAIN.read_text()) if TOOLCHAIN.exists() else None
    tools = f"{given[1]}/bin" if given else None
    javac, jar = shutil.which("javac", path=tools), shutil.which("jar", path=tools)
    if javac is None or jar is None:
        raise FileNotFoundError("there is no JDK: scripts/install-toolchain")
    spark = spark_folder(4) / "pyspark" / "jars" / "*"
    source = Path(__file__).parent / "peers" / "BareRound.java"
    subprocess.run(
        [javac, "--release", "17", "-cp", str(spark), "-d", str(folder / "classes"), str(source)], check=True
    )
    target = folder / "bare_round.jar"
    subprocess.run([jar, "--create", "--file", str(target), "-C", str(folder / "classes"), "."], check=True)
    return target


def write(case: Case, floats: int, rounds: list[spark_event_log.Round]) -> None:
    work = case.work
    parts = [asdict(one) for one in rounds]
    series = {"beyond_slowest_task": [one.beyond_slowest_task for one in rounds]}
    series |= {name: [part[name] for part in parts] for name in parts[0] if name != "minibatches"}
    frequency = rounds[0].minibatches
    limits = {"at_most": AT_MOST_SECONDS[case.mode]} if case.must_reach else {}
    write_result(
        case.name,
        f"{case.network} network, {floats:,} floats of parameters and updater state, {case.workers} workers on "
        f"{case.master}, {frequency} minibatches of {work.batch} a round",
        "seconds",
        series,
        network=case.network,
        mode=case.mode,
        workers=case.workers,
        floats=floats,
        averaging_frequency=frequency,
        batch=work.batch,
        **limits,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default="", metavar="NAME")
    parser.add_argument("--small", action="store_true", help="few rounds, to see that all runs; writes nothing")
    arguments = parser.parse_args()
    for case in CASES:
        if arguments.only in case.name:
            found = in_fresh_process(train, case, arguments.small)
            print(f"{case.name}: {len(found['rounds'])} rounds", flush=True)
            if not arguments.small:
                write(case, found["floats"], found["rounds"])
    with tempfile.TemporaryDirectory() as folder:
        for mode in MASTERS:
            name = f"spark_rounds_bare_{mode}"
            if arguments.only in name:
                series = in_fresh_process(bare, mode, bare_round_jar(Path(folder)), arguments.small)
                print(f"{name}: {len(series)} kinds of rounds", flush=True)
                if not arguments.small:
                    write_result(
                        name,
                        f"broadcast, tasks, results on {MASTERS[mode].format(WORKERS)}",
                        "seconds",
                        series,
                        mode=mode,
                    )


if __name__ == "__main__":
    main()
