"""Training on two cores of Spark beside TorchDistributor, Elephas and DL4J's own trainer, and beside one core.

    benchmarks/peers/install all
    .venv/bin/python benchmarks/spark_throughput.py [--only NAME] [--rounds 5] [--small]

A whole `fit` on uint8 pictures, its second epoch, as in plan.py: contenders are processes that take turns. Two workers
of one thread each, everywhere with the same minibatch a worker. `--only` takes the rows whose names contain NAME;
`--small` is one round on little data, to see that all runs, and writes nothing.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from contenders import Workers
from peers.protocol import Work
from plan import WORKS
from record import write_result
from turns import take_turns

OURS = "sparkdl4j_spark_2"
ONE_CORE = "sparkdl4j_spark_1"
TORCH = ("torch_distributor_contiguous", "torch_distributor_channels_last")
NETWORKS = ("landscape", "fashion")
# For epochs of some seconds. DL4J's own trainer is too slow for more than what plan.py has.
FACTOR = 3


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        against: what ours is compared to, as the row's name has it.
        network: of WORKS.
        peers: of CONTENDERS.
        at_least: how many times better ours must be.
        factor: times the pictures of WORKS.
    """

    against: str
    network: str
    peers: tuple[str, ...]
    at_least: float
    factor: int = FACTOR

    @property
    def name(self) -> str:
        return f"spark_train_{self.network}_against_{self.against}"


def rows() -> Iterator[Row]:
    """The table, the rows of a network one after the other."""
    for network in NETWORKS:
        yield Row("torch_distributor", network, TORCH, 1.4)
        yield Row("elephas", network, ("elephas",), 4.0)
        yield Row("one_core", network, (ONE_CORE,), 1.85)
        yield Row("dl4j_spark", network, ("dl4j_spark",), {"landscape": 20.0, "fashion": 12.0}[network], 1)


def run(row: Row, work: Work, rounds: int, write: bool) -> bool:
    """Measures one row, and writes its result. False when ours does not work."""
    with Workers(work) as workers:
        turns = take_turns(
            row.name,
            OURS,
            row.peers,
            rounds,
            lambda name: (workers[name].ask("train")["images_per_second"], workers[name].version),
        )
    if not turns.can_be_compared:
        return OURS in turns.series
    best = turns.best_peer(higher_is_better=True)
    ratio = turns.ratio(best, higher_is_better=True)
    print(f"{row.name}: {ratio:.2f} times as good as {best} (at least {row.at_least:.2f})", flush=True)
    if write:
        write_result(
            row.name,
            f"{row.network} network, {work.count} random uint8 pictures {'x'.join(map(str, work.shape))}, "
            f"minibatch {work.batch} a worker",
            "images/s",
            turns.series,
            network=row.network,
            against=row.against,
            images=work.count,
            batch=work.batch,
            at_least=row.at_least,
            **turns.comparison(best, ratio),
        )
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default="", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    chosen = [row for row in rows() if arguments.only in row.name]
    if not chosen:
        parser.error(f"no row has {arguments.only!r} in its name; they are {', '.join(row.name for row in rows())}")
    failed = 0
    for row in chosen:
        work = WORKS[row.network]
        count = 4 * work.batch if arguments.small else row.factor * work.count
        rounds = 1 if arguments.small else arguments.rounds
        failed += not run(row, dataclasses.replace(work, count=count), rounds, write=not arguments.small)
    if failed:
        raise SystemExit(f"ours does not work in {failed} of {len(chosen)} rows")


if __name__ == "__main__":
    main()
