"""What the compute plan must reach, measured beside its peers: one result a row of the table.

    benchmarks/peers/install all
    .venv/bin/python benchmarks/plan.py [--only NAME] [--rounds 5] [--quick]

Contenders are processes of their own (see peers/protocol.py) and take turns: every round measures each once, and
whoever comes first changes from round to round. A ratio says how many times better our median is than the best median
of the peers. `--only` takes the rows whose names contain NAME; `--quick` is one round on two minibatches, to see that
all runs, and writes nothing.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from contenders import CONTENDERS, Worker, Workers
from peers.protocol import Work
from record import write_result
from turns import take_turns

WORKS = {
    work.network: work
    for work in (
        Work("landscape", (75, 75, 3), 3, 3840, 128, "adagrad", 0.01, 5e-5),
        Work("fashion", (28, 28, 1), 10, 12800, 128, "adam", 0.001, 0.0),
        # Random pictures: a small learning rate keeps the loss finite, and costs the same time.
        Work("vgg_conv13", (226, 226, 3), 2, 16, 8, "adam", 1e-5, 0.0),
        Work("resnet18", (224, 224, 3), 10, 32, 16, "adam", 1e-5, 0.0),
        Work("resnet50", (224, 224, 3), 10, 32, 16, "adam", 1e-5, 0.0),
    )
}
EAGER = ("torch_contiguous", "torch_channels_last")
TORCH = (*EAGER, "torch_compiled")
TORCH_BF16 = tuple(f"{name}_bf16" for name in TORCH)
KERAS = ("keras_jit", "keras_graph")


@dataclass(frozen=True)
class Measure:
    """How something is measured.

    Args:
        do: the request to a worker.
        key: of its answer.
        unit: of the number.
        higher_is_better: or lower.
    """

    do: str
    key: str
    unit: str
    higher_is_better: bool


MEASURES = {
    "train": Measure("train", "images_per_second", "images/s", True),
    "predict": Measure("predict", "images_per_second", "images/s", True),
    "latency_p50": Measure("latency", "p50", "seconds", False),
    "latency_p99": Measure("latency", "p99", "seconds", False),
    "memory": Measure("memory", "peak_rss", "bytes", False),
}


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        network: of WORKS.
        measure: of MEASURES.
        peers: of CONTENDERS.
        at_least, try_for: how many times better ours must be, should be.
        batch: of prediction.
        ours: of CONTENDERS.
    """

    network: str
    measure: str
    peers: tuple[str, ...]
    at_least: float
    try_for: float | None = None
    batch: int | None = None
    ours: str = "sparkdl4j"

    @property
    def name(self) -> str:
        suffix = "" if self.batch is None else f"_{self.batch}"
        against = "_against_dl4j" if self.peers == ("dl4j",) else ""
        precision = self.ours.removeprefix("sparkdl4j")
        return f"plan_{self.measure}_{self.network}{suffix}{precision}{against}"


def rows() -> Iterator[Row]:
    """The table, the rows of a network one after the other."""
    for network in ("landscape", "fashion"):
        peers = (*TORCH, *KERAS)
        yield Row(network, "train", peers, 1.5, 1.8)
        yield Row(network, "train", (*TORCH, *TORCH_BF16), 1.5, 2.2, ours="sparkdl4j_bf16")
        for batch in (1, 32, 256):
            yield Row(network, "predict", peers, 1.3, 2.0, batch=batch)
        yield Row(network, "latency_p50", EAGER, 1.5)
        yield Row(network, "latency_p99", EAGER, 1.5)
        if network == "landscape":
            yield Row(network, "train", ("dl4j",), 20.0, 30.0)
        yield Row(network, "memory", EAGER, 1 / 0.7)
    for network, at_least, try_for in (
        ("vgg_conv13", (2.0, 2.0), (None, None)),
        ("resnet18", (1.0, 1.3), (1.5, None)),
        ("resnet50", (1.0, 1.3), (1.5, None)),
    ):
        yield Row(network, "train", TORCH, at_least[0], try_for[0])
        yield Row(network, "predict", TORCH, at_least[1], try_for[1], batch=WORKS[network].batch)
        yield Row(network, "memory", EAGER, 1 / 0.7)


def value(row: Row, workers: Workers, name: str) -> tuple[float, str]:
    """One measurement of a contender, and its version."""
    measure = MEASURES[row.measure]
    if row.measure == "memory":
        # What a process took for anything but training must not count.
        with Worker(CONTENDERS[name], workers.work) as worker:
            worker.ask("train")
            return worker.ask("memory")[measure.key], worker.version
    request = {} if row.batch is None else {"batch": row.batch}
    return workers[name].ask(measure.do, **request)[measure.key], workers[name].version


def run(row: Row, workers: Workers, rounds: int, write: bool) -> bool:
    """Measures one row, and writes its result. False when ours does not work; without peers there is no result."""
    turns = take_turns(row.name, row.ours, row.peers, rounds, lambda name: value(row, workers, name))
    if not turns.can_be_compared:
        return row.ours in turns.series
    measure = MEASURES[row.measure]
    best = turns.best_peer(measure.higher_is_better)
    ratio = turns.ratio(best, measure.higher_is_better)
    print(f"{row.name}: {ratio:.2f} times as good as {best} (at least {row.at_least:.2f})", flush=True)
    if not write:
        return True
    work = workers.work
    batch = f"batch {row.batch or work.batch}" if "latency" not in row.measure else "one picture a call"
    write_result(
        row.name,
        f"{row.network} network, {work.count} random uint8 pictures {'x'.join(map(str, work.shape))}, {batch}",
        measure.unit,
        turns.series,
        measure=row.measure,
        network=row.network,
        batch=row.batch or (1 if "latency" in row.measure else work.batch),
        at_least=row.at_least,
        try_for=row.try_for,
        **turns.comparison(best, ratio),
    )
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default="", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    chosen = [row for row in rows() if arguments.only in row.name]
    if not chosen:
        parser.error(f"no row has {arguments.only!r} in its name; they are {', '.join(row.name for row in rows())}")
    rounds = 1 if arguments.quick else arguments.rounds
    failed = 0
    for network, work in WORKS.items():
        if arguments.quick:
            work = dataclasses.replace(work, count=2 * work.batch)
        with Workers(work) as workers:
            for row in chosen:
                if row.network == network:
                    failed += not run(row, workers, rounds, write=not arguments.quick)
    if failed:
        raise SystemExit(f"ours does not work in {failed} of {len(chosen)} rows")


if __name__ == "__main__":
    main()
