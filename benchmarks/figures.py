"""Writes the figures of the documents, between `<!-- figures: NAME -->` and `<!-- end -->`.

They come from results/*.json, and from examples/results/*.json.

    .venv/bin/python benchmarks/figures.py [--check]

`--check` writes nothing, and fails when a document says something else than the results.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import accuracy_tables
import data_tables
import paper_tables
import spark_tables
import transfer_tables
import use_tables
from tables import Results, Table, comparison, quantity, results

DOCUMENTS = Path(__file__).parent.parent / "docs"

_PART = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_KINDS = {
    "train": "training",
    "predict": "prediction",
    "latency_p50": "one picture, p50",
    "latency_p99": "one picture, p99",
    "memory": "peak memory of training",
}


def plan_results(found: Results) -> list[dict[str, Any]]:
    """Those of plan.py, by network and then by kind of work."""
    order = list(_KINDS)
    chosen = [result for name, result in found.items() if name.startswith("plan_")]
    return sorted(
        chosen,
        key=lambda result: (
            result["network"],
            order.index(result["measure"]),
            result["ours"],
            result["best_peer"] == "dl4j",
            result["batch"],
        ),
    )


def title(result: dict[str, Any]) -> str:
    """What a result of plan.py is about, in words."""
    precision = ", bf16" if result["ours"].endswith("_bf16") else ""
    batch = "" if result["measure"].startswith("latency") else f", batch {result['batch']}"
    against = ", against stock DL4J" if result["best_peer"] == "dl4j" else ""
    return f"{result['network']}, {_KINDS[result['measure']]}{batch}{precision}{against}"


def plan(found: Results) -> Table:
    """Ours beside the best peer."""
    table = [["work", "sparkdl4j", "min … max", "best peer", "its figure", "times better", "at least", "try for"]]
    for result in plan_results(found):
        hope = "" if result["try_for"] is None else f"{result['try_for']:.2f}"
        table.append([title(result), *comparison(result, result["best_peer"]), hope])
    return table


def peers(found: Results) -> Table:
    """Versions of the contenders, and what does not work."""
    versions: dict[str, str] = {}
    broken: dict[str, str] = {}
    for result in plan_results(found):
        versions |= result["contenders"]
        broken |= {f"{name} ({title(result)})": reason for name, reason in result["does_not_work"].items()}
    return [["contender", "version"], *([name, text] for name, text in sorted({**versions, **broken}.items()))]


def processors(found: Results) -> Table:
    """Which results come from which processor; `plan_*` where all come from it whose names begin so."""
    table = [["processor", "results"]]
    for processor in sorted({result["processor"] for result in found.values()}):
        told = sorted({_with_its_like(name, found) for name in found if found[name]["processor"] == processor})
        table.append([processor, ", ".join(f"`{name}`" for name in told)])
    return table


def _with_its_like(name: str, found: Results) -> str:
    """The shortest beginning of a result's name that only results from its processor share, or the name."""
    words = name.split("_")
    for count in range(1, len(words)):
        beginning = "_".join(words[:count]) + "_"
        like = [result["processor"] for other, result in found.items() if other.startswith(beginning)]
        if len(like) > 1 and len(set(like)) == 1:
            return f"{beginning}*"
    return name


def peak(found: Results) -> Table:
    """The peaks of the machine."""
    table = [["peak, best of rounds", "one thread", "all threads"]]
    series = found["roofline"]["series"] if "roofline" in found else {}
    threads = found["roofline"]["threads"] if series else 0
    for name, text in (
        ("openblas_gflops", "float32 products, OpenBLAS, GFLOP/s"),
        ("onednn_gflops", "float32 products, oneDNN's own, GFLOP/s"),
        ("add_gigabytes_per_second", "memory, STREAM's Add, GB/s"),
    ):
        if series:
            table.append([text, *(f"{series[f'{name}_{count}']['maximum']:.1f}" for count in (1, threads))])
    return table


def networks(found: Results) -> Table:
    """Arithmetic of each network, and the share of the peak reached."""
    table = [
        [
            *("network", "multiply-adds forward, training", "FLOP/byte"),
            *("training, images/s", "GFLOP/s", "share", "prediction, images/s", "GFLOP/s", "share"),
        ]
    ]
    for row in found["roofline"]["networks"] if "roofline" in found else []:
        cells = [
            row["network"],
            f"{row['forward_multiply_adds'] / 1e6:,.1f} M, {row['training_multiply_adds'] / 1e6:,.1f} M",
            f"{2 * row['training_multiply_adds'] / row['training_bytes']:.0f}",
        ]
        for kind in ("train", "predict"):
            reached = row.get(kind)
            cells += (
                ["", "", ""]
                if reached is None
                else [
                    quantity(reached["images_per_second"], "images/s").removesuffix("/s"),
                    f"{reached['gflops']:.0f}",
                    f"{reached['share_of_peak']:.0%}",
                ]
            )
        table.append(cells)
    return table


def step_shares(found: Results) -> Table:
    """What a training step consists of."""
    parts = {result["network"]: result["series"] for name, result in found.items() if name.startswith("step_shares_")}
    kinds = dict.fromkeys(kind for series in parts.values() for kind in series)
    table = [["part of a training step", *parts]]
    for kind in sorted(kinds, key=lambda kind: kind == "not_arithmetic"):
        shares = [series[kind]["median"] if kind in series else 0.0 for series in parts.values()]
        name = "all that is neither convolution nor dense" if kind == "not_arithmetic" else kind.replace("_", " ")
        table.append([name, *(f"{share:.1%}" for share in shares)])
    return table


TABLES: dict[str, Callable[[Results], Table]] = {
    "processors": processors,
    "plan": plan,
    "peers": peers,
    "peak": peak,
    "networks": networks,
    "step_shares": step_shares,
    **accuracy_tables.TABLES,
    **data_tables.TABLES,
    **spark_tables.TABLES,
    **transfer_tables.TABLES,
    **use_tables.TABLES,
    **paper_tables.TABLES,
}


def markdown(table: Table) -> str:
    """The table; a sentence when it has no rows."""
    if len(table) == 1:
        return "Not measured yet.\n"
    lines = [table[0], ["---"] * len(table[0]), *table[1:]]
    return "\n" + "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines) + "\n"


def with_figures(text: str, found: Results) -> str:
    """A document with its figures as the results have them."""
    return _PART.sub(lambda part: part[1] + markdown(TABLES[part[2]](found)) + part[3], text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    found = results()
    for document in sorted(DOCUMENTS.glob("*.md")):
        text = document.read_text()
        new = with_figures(text, found)
        if new == text:
            continue
        if check:
            raise SystemExit(f"{document.name} says something else than the results: run benchmarks/figures.py")
        document.write_text(new)
        print(f"wrote {document.name}")


if __name__ == "__main__":
    main()
