"""Searches: 13 trials at once against one by one, what a trial costs beside its training, memory, and what it brings.

    .venv/bin/python benchmarks/search.py [--data DATA] [--repeat 3] [--seeds 3] [--small] [PART …]

`speed`: the same 13 trials of one network, which differ in learning rate alone, with as many side by side as there
are processors, and one by one; in turns. `spark`: the same as tasks of Spark, on executors with one core each.
`plain`: as many plain trainings as there are processors, each in a process of its own, beside one alone: what these
lose to each other, through memory and caches, no search can avoid. `overhead`: a search one by one beside plain `fit`
with the same parameters and one thread. `memory`: physical memory of the process during 500 small trials.
`skin-lesions`: examples/skin_lesions.py, chosen on validation, told on test; its pictures are in DATA (default: the
environment variable SPARKDL4J_TEST_DATA). `--small` tries it out and writes nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from fresh_process import in_fresh_process
from peers.spark_folder import spark_folder
from record import write_result
from sparkdl4j import Conv2D, ConvNetClassifier, Dense, GlobalPool, ImageDataset, MaxPool2D, Output, Search, Sequential
from sparkdl4j.jvm import in_process

TRIALS = 13
MEMORY_TRIALS = 500
# Of the cores, and in seconds.
SPEED_AT_LEAST, OVERHEAD_AT_MOST = 0.9, 2.0
SPACE = {"learning_rate": (1e-4, 1e-2, "log")}


def pictures(count: int, side: int) -> ImageDataset:
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 4, count)
    pixels = rng.integers(0, 100, (count, side, side, 3)) + 30 * labels[:, np.newaxis, np.newaxis, np.newaxis]
    return ImageDataset.from_arrays(pixels.astype(np.uint8), labels)


def estimator(epochs: int) -> ConvNetClassifier:
    return ConvNetClassifier("landscape", epochs=epochs, batch_size=64, verbose=False)


def seconds(search: Search, data: ImageDataset) -> float:
    start = time.perf_counter()
    search.fit(data)
    return time.perf_counter() - start


def speed(given: argparse.Namespace) -> None:
    side_by_side(given, None)


def spark(given: argparse.Namespace) -> None:
    side_by_side(given, f"local-cluster[{in_process.usable_cores()},1,2048]")


def side_by_side(given: argparse.Namespace, master: str | None) -> None:
    data = pictures(400 if given.small else 2000, 75)
    trials, epochs = (4, 2) if given.small else (TRIALS, 10)
    session = None if master is None else cluster(master)
    try:
        cores = in_process.usable_cores() if session is None else session.sparkContext.defaultParallelism
        series: dict[str, list[float]] = {"side_by_side": [], "one_by_one": []}
        # The first search starts what all others find there, and Java compiles while it runs.
        seconds(searched(trials, cores, epochs=epochs, session=session), data)
        for _ in range(1 if given.small else given.repeat):
            for name, jobs in (("side_by_side", cores), ("one_by_one", 1)):
                series[name].append(seconds(searched(trials, jobs, epochs=epochs, session=session), data))
    finally:
        if session is not None:
            session.stop()
    gain = statistics.median(series["one_by_one"]) / statistics.median(series["side_by_side"])
    print(f"{trials} trials on {cores} cores: {gain:.2f} times as fast, {gain / cores:.2f} of the cores")
    if not given.small:
        place = "one machine" if session is None else master
        name = "search_speed" if session is None else "search_speed_spark"
        write_result(
            name,
            f"{trials} trials of the network landscape, {place}",
            "s",
            series,
            cores=cores,
            share=gain / cores,
            at_least=SPEED_AT_LEAST,
        )


def searched(trials: int, jobs: int, *, epochs: int, session: Any = None) -> Search:
    return Search(
        estimator(epochs),
        SPACE,
        n_trials=trials,
        sampler="random",
        n_jobs=jobs,
        spark=session,
        refit=False,
        verbose=False,
    )


def cluster(master: str) -> Any:
    sys.path.insert(0, str(spark_folder(4)))
    from pyspark.sql import SparkSession

    from sparkdl4j.spark import configure

    builder = SparkSession.builder.master(master).config("spark.ui.enabled", "false")
    session = configure(builder).config("spark.scheduler.minRegisteredResourcesRatio", "1").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def plain(given: argparse.Namespace) -> None:
    cores = in_process.usable_cores()
    count, epochs = (400, 4) if given.small else (2000, 20)
    series: dict[str, list[float]] = {"alone": [], "at_once": []}
    for _ in range(1 if given.small else given.repeat):
        for name, jobs in (("alone", 1), ("at_once", cores)):
            with ThreadPoolExecutor(jobs) as pool:
                started = [pool.submit(in_fresh_process, training, count, epochs) for _ in range(jobs)]
                series[name].append(statistics.mean(one.result() for one in started))
    share = statistics.median(series["alone"]) / statistics.median(series["at_once"])
    print(f"{cores} trainings at once: each {share:.2f} times as fast as one alone")
    if not given.small:
        data = f"{cores} plain trainings of the network landscape, a process each"
        write_result("search_plain", data, "s", series, cores=cores, share=share)


def training(count: int, epochs: int) -> float:
    """Seconds of all epochs but the first two."""
    fitted = estimator(epochs).set_params(threads=1).fit(pictures(count, 75))
    return float(sum(epoch["seconds"] for epoch in fitted.history_.epochs[2:]))


def overhead(given: argparse.Namespace) -> None:
    data = pictures(400 if given.small else 2000, 75)
    trials, epochs = (3, 2) if given.small else (TRIALS, 5)
    train, validation = data.split(0.2, seed=123)
    series: dict[str, list[float]] = {"search": [], "fit": []}
    seconds(searched(1, 1, epochs=1), data)
    for _ in range(1 if given.small else given.repeat):
        search = searched(trials, 1, epochs=epochs)
        series["search"].append(seconds(search, data))
        start = time.perf_counter()
        for one in search.trials_:
            classifier = estimator(epochs).set_params(threads=1, **one.params)
            classifier.fit(train, validation_data=validation)
        series["fit"].append(time.perf_counter() - start)
    each = (statistics.median(series["search"]) - statistics.median(series["fit"])) / trials
    print(f"a trial takes {each:.2f} s beside its training")
    if not given.small:
        write_result(
            "search_overhead",
            f"{trials} trials of the network landscape",
            "s",
            series,
            seconds_a_trial=each,
            at_most=OVERHEAD_AT_MOST,
        )


def memory(given: argparse.Namespace) -> None:
    data = pictures(64, 16)
    network = Sequential([Conv2D(4, 3), MaxPool2D(2), GlobalPool(), Dense(8), Output()])
    small = ConvNetClassifier(network, epochs=1, batch_size=32, verbose=False)
    trials = 40 if given.small else MEMORY_TRIALS
    measured: list[float] = []

    class Watched(Search):
        def _tell(self, line: str) -> None:
            if "(" in line:
                measured.append(resident())

    start = time.perf_counter()
    Watched(small, SPACE, n_trials=trials, sampler="random", refit=False).fit(data)
    took = time.perf_counter() - start
    fifth = trials // 5
    early, late = statistics.median(measured[fifth : 2 * fifth]), statistics.median(measured[-fifth:])
    print(f"{trials} trials in {took:.0f} s: {early:.0f} MiB in the second fifth, {late:.0f} MiB in the last")
    if not given.small:
        write_result("search_memory", f"{trials} small trials", "MiB", {"resident": measured}, growth=late - early)


def resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def skin_lesions(given: argparse.Namespace) -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
    from skin_lesions import run

    if given.data is None:
        print("skin-lesions: skipped, because neither --data nor SPARKDL4J_TEST_DATA names a folder")
        return
    series: dict[str, list[float]] = {"default": [], "best": []}
    differences = []
    pairs = []
    for seed in range(1, (1 if given.small else given.seeds) + 1):
        trials, epochs = (3, 2) if given.small else (TRIALS, 15)
        found = run(Path(given.data) / "skin-lesions", trials=trials, epochs=epochs, size=75, seed=seed, verbose=False)
        series["default"].append(found.default.accuracy)
        series["best"].append(found.best.accuracy)
        difference = found.best.compare(found.default)
        print(f"seed {seed}: {found.default.accuracy:.4f} -> {found.best.accuracy:.4f}: {difference}", flush=True)
        differences.append(str(difference))
        pairs.append((found.best.predicted == found.best.actual, found.default.predicted == found.default.actual))
    # Over the seeds: pictures are drawn anew within each test set.
    rng = np.random.default_rng(0)
    drawn = np.array(
        [
            np.mean([_difference(right, before, rng.integers(0, len(right), len(right))) for right, before in pairs])
            for _ in range(2000)
        ]
    )
    low, high = np.quantile(drawn, (0.025, 0.975))
    mean = float(np.mean(series["best"]) - np.mean(series["default"]))
    print(f"difference on the test pictures: {mean:+.4f}, 95 % interval {low:+.4f} to {high:+.4f}")
    if not given.small:
        write_result(
            "search_skin_lesions",
            f"{TRIALS} trials, {given.seeds} seeds; test accuracy",
            "share",
            series,
            difference=mean,
            interval=[float(low), float(high)],
            comparisons=differences,
        )


def _difference(right: Any, before: Any, rows: Any) -> float:
    return float(right[rows].mean() - before[rows].mean())


PARTS = {
    "speed": speed,
    "spark": spark,
    "plain": plain,
    "overhead": overhead,
    "memory": memory,
    "skin-lesions": skin_lesions,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--data", default=os.environ.get("SPARKDL4J_TEST_DATA"))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--small", action="store_true")
    given = parser.parse_args()
    for part in given.parts or PARTS:
        PARTS[part](given)


if __name__ == "__main__":
    main()
