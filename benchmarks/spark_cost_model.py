"""Images a second by workers, parameters and bandwidth of the network: a model, and how near it is to measurements.

    .venv/bin/python benchmarks/spark_cost_model.py

Its constants come from the results of spark_rounds.py, which must be there; docs/spark-cost-model.md explains it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from record import write_result
from spark_tables import rounds_on
from tables import Results, results

FLOAT_BYTES = 4
# The most bytes of all workers' networks that come to the driver as they are: ClusterTraining's default.
LARGEST_COLLECTED = 64 << 20
GIGABITS = (1, 10)
WORKERS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
# The averaging frequencies of the results that a network's constants are fitted to, and the result with the frequency
# that the model is drawn with: the default one where that was measured.
FITTED_FREQUENCIES = {"landscape": (1, 10), "large": (1, 5)}
DRAWN = {"landscape": "spark_rounds_landscape_cluster", "large": "spark_rounds_large_cluster_every_5"}
# The workers of the results that the constants are fitted to.
MEASURED_WORKERS = 2


@dataclass(frozen=True)
class Network:
    """What training one network takes.

    Args:
        floats: of its parameters and updater state.
        batch: pictures in a minibatch of a worker.
        frequency: minibatches in a round.
        images_per_second: of one worker, without what averaging costs.
        round_seconds: what a round of two workers takes besides their minibatches, on one machine.
    """

    floats: int
    batch: int
    frequency: int
    images_per_second: float
    round_seconds: float


@dataclass(frozen=True)
class Spark:
    """What more workers cost the driver.

    Args:
        task_seconds: for each further task of a stage.
        float_seconds: for each float of each further task's result.
    """

    task_seconds: float
    float_seconds: float


def round_seconds(
    network: Network,
    spark: Spark,
    workers: int,
    *,
    frequency: int | None = None,
    bytes_per_second: float = math.inf,
    cores: int | None = None,
) -> float:
    """Seconds of a round.

    Args:
        network: what is trained.
        spark: where.
        workers: of one thread each.
        frequency: minibatches in a round.
        bytes_per_second: that every machine sends and receives; by default all are one machine.
        cores: of all workers together; by default one for each.
    """
    minibatches = (network.frequency if frequency is None else frequency) * network.batch / network.images_per_second
    waves = max(1.0, workers / (cores or workers))
    further = workers - MEASURED_WORKERS
    size = network.floats * FLOAT_BYTES
    # Every executor that has a block passes it on.
    transfers = size * math.log2(workers + 1)
    if workers * size <= LARGEST_COLLECTED:
        driver = further * (spark.task_seconds + network.floats * spark.float_seconds)
        transfers += workers * size
    else:
        # Two stages; the executors exchange slices, and the driver receives one network.
        driver = 2 * further * spark.task_seconds
        transfers += 3 * size
    averaging = max(0.0, network.round_seconds + driver)
    return minibatches * waves + averaging + transfers / bytes_per_second


def images_per_second(network: Network, workers: int, seconds: float, frequency: int | None = None) -> float:
    """Of all workers."""
    return workers * (network.frequency if frequency is None else frequency) * network.batch / seconds


def fitted_network(one: dict[str, Any], other: dict[str, Any], usual: dict[str, Any]) -> Network:
    """A network's constants from two results that differ in the averaging frequency."""
    rounds = [(result["averaging_frequency"], result["series"]["seconds"]["median"]) for result in (one, other)]
    (few, short), (many, long) = sorted(rounds)
    minibatch = (long - short) / (many - few)
    if minibatch <= 0:
        raise SystemExit(f"a round of {many} minibatches took no longer than one of {few}: measure again")
    return Network(
        floats=usual["floats"],
        batch=usual["batch"],
        frequency=usual["averaging_frequency"],
        images_per_second=usual["batch"] / minibatch,
        round_seconds=max(0.0, short - few * minibatch),
    )


def fitted_spark(bare: dict[str, Any]) -> Spark:
    """From bare rounds of more and fewer tasks and floats; relative errors count, and no constant is negative."""
    rows, seconds = [], []
    for name, series in bare["series"].items():
        _, tasks, _, floats = name.split("_")
        rows.append([1.0, float(tasks), float(floats), float(tasks) * float(floats)])
        seconds.append(series["median"])
    weighted = np.asarray(rows) / np.asarray(seconds)[:, np.newaxis]
    # With so few constants, all choices of those that are not zero can be tried.
    best, least = np.zeros(4), math.inf
    for count in range(1, 5):
        for chosen in itertools.combinations(range(4), count):
            found, *_ = np.linalg.lstsq(weighted[:, chosen], np.ones(len(seconds)), rcond=None)
            error = float(np.square(weighted[:, chosen] @ found - 1).sum())
            if (found >= 0).all() and error < least:
                best, least = np.zeros(4), error
                best[list(chosen)] = found
    return Spark(task_seconds=float(best[1]), float_seconds=float(best[3]))


def checks(found: Results, networks: dict[str, Network], spark: Spark) -> list[dict[str, Any]]:
    """Measured rounds on a cluster beside the model's, and whether the constants were fitted to them."""
    rows = []
    for result in rounds_on(found, "cluster"):
        network, frequency, workers = networks[result["network"]], result["averaging_frequency"], result["workers"]
        seconds = round_seconds(network, spark, workers, frequency=frequency, cores=min(workers, result["threads"]))
        measured = result["series"]["seconds"]["median"]
        rows.append(
            {
                "network": result["network"],
                "workers": workers,
                "averaging_frequency": frequency,
                "measured": images_per_second(network, workers, measured, frequency),
                "model": images_per_second(network, workers, seconds, frequency),
                "fitted": result["benchmark"] in fitted_to(result["network"]),
            }
        )
    return rows


def fitted_to(network: str) -> Sequence[str]:
    """The results that a network's constants come from."""
    return [f"spark_rounds_{network}_cluster_every_{frequency}" for frequency in FITTED_FREQUENCIES[network]]


def main() -> None:
    found = results()
    needed = {name for network in ("landscape", "large") for name in fitted_to(network)}
    missing = sorted((needed | {"spark_rounds_bare_cluster", *DRAWN.values()}) - set(found))
    if missing:
        print(f"spark_cost_model: skipped, because {', '.join(missing)} of spark_rounds.py are not there")
        return
    spark = fitted_spark(found["spark_rounds_bare_cluster"])
    networks = {
        name: fitted_network(*(found[result] for result in fitted_to(name)), found[DRAWN[name]])
        for name in ("landscape", "large")
    }
    checked = checks(found, networks, spark)
    curves = [
        {
            "network": name,
            "gigabits": gigabits,
            "workers": workers,
            "images_per_second": images_per_second(
                network,
                workers,
                round_seconds(network, spark, workers, bytes_per_second=gigabits * 1e9 / 8),
            ),
        }
        for name, network in networks.items()
        for gigabits in GIGABITS
        for workers in WORKERS
    ]
    write_result(
        "spark_cost_model",
        "images/s of the model over those measured, rounds of spark_rounds.py on a cluster",
        "ratio",
        {
            "fitted": [row["model"] / row["measured"] for row in checked if row["fitted"]],
            "foretold": [row["model"] / row["measured"] for row in checked if not row["fitted"]],
        },
        spark=asdict(spark),
        networks={name: asdict(network) for name, network in networks.items()},
        checks=checked,
        curves=curves,
    )


if __name__ == "__main__":
    main()
