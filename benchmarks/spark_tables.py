"""The tables of what is measured on Spark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tables import Results, Table, comparison, quantity

_AGAINST = {
    "torch_distributor": "TorchDistributor",
    "elephas": "Elephas",
    "one_core": "one core",
    "dl4j_spark": "DL4J's own trainer",
}


def train_results(found: Results) -> list[dict[str, Any]]:
    """Those of spark_throughput.py, by peer and then by network."""
    chosen = [result for name, result in found.items() if name.startswith("spark_train_")]
    return sorted(chosen, key=lambda result: (list(_AGAINST).index(result["against"]), result["network"]))


def scaling_results(found: Results) -> list[dict[str, Any]]:
    """Those of spark_throughput.py that compare two cores to one."""
    return [result for result in train_results(found) if result["against"] == "one_core"]


def rounds_on(found: Results, mode: str) -> list[dict[str, Any]]:
    """Those of spark_rounds.py, of trainings on "local" or "cluster"."""
    return [
        result
        for name, result in found.items()
        if name.startswith("spark_rounds_") and result["mode"] == mode and "network" in result
    ]


def train(found: Results) -> Table:
    """Training on two cores beside others."""
    table = [["work", "sparkdl4j", "min … max", "beside", "its figure", "times better", "at least"]]
    for result in train_results(found):
        work = f"{result['network']}, minibatch {result['batch']} a worker"
        peer = f"{_AGAINST[result['against']]} ({result['best_peer']})"
        table.append([work, *comparison(result, peer)])
    return table


def peers(found: Results) -> Table:
    """Versions of the contenders on Spark, and what does not work."""
    versions: dict[str, str] = {}
    for name, result in found.items():
        if name.startswith(("spark_train_", "spark_time_to_accuracy_")):
            versions |= result["contenders"]
            versions |= {f"{peer} ({name})": reason for peer, reason in result["does_not_work"].items()}
    return [["contender", "version"], *([name, text] for name, text in sorted(versions.items()))]


def rounds(found: Results) -> Table:
    """What a round costs, and where it goes."""
    table = [
        [
            *("network", "on", "workers", "minibatches a round", "a round", "slowest task", "beyond it", "at most"),
            *("share", "before tasks", "around the task", "further stages", "after tasks", "between jobs"),
        ]
    ]
    for result in (*rounds_on(found, "local"), *rounds_on(found, "cluster")):
        median = {name: series["median"] for name, series in result["series"].items()}
        parts = ("before_tasks", "around_task", "further_stages", "after_tasks", "between_jobs")
        table.append(
            [
                f"{result['network']}, {result['floats'] / 1e6:.3g} M floats",
                "threads" if result["mode"] == "local" else "executors",
                str(result["workers"]),
                f"{result['averaging_frequency']} of {result['batch']}",
                *(_milliseconds(median[name]) for name in ("seconds", "slowest_task", "beyond_slowest_task")),
                _milliseconds(result["at_most"]) if "at_most" in result else "",
                f"{median['beyond_slowest_task'] / median['seconds']:.1%}",
                *(_milliseconds(median[name]) for name in parts),
            ]
        )
    return table


def bare_rounds(found: Results) -> Table:
    """Spark's own rounds."""
    both = [found.get(f"spark_rounds_bare_{mode}") for mode in ("local", "cluster")]
    table = [["tasks", "floats", "threads", "executors"]]
    local, cluster = both
    if local is None or cluster is None:
        return table
    for name in local["series"]:
        _, tasks, _, floats = name.split("_")
        table.append(
            [tasks, f"{int(floats):,}", *(_milliseconds(one["series"][name]["median"]) for one in (local, cluster))]
        )
    return table


def accuracy(found: Results) -> Table:
    """Test accuracy by workers."""
    results = {
        name.removeprefix("spark_accuracy_"): result
        for name, result in found.items()
        if name.startswith("spark_accuracy_")
    }
    table = [["trained by", *(f"{data}, {result['epochs']} epochs" for data, result in results.items())]]
    for name in dict.fromkeys(name for result in results.values() for name in result["series"]):
        cells = []
        for result in results.values():
            series = result["series"].get(name)
            mean = 0.0 if series is None else sum(series["values"]) / len(series["values"])
            cells.append("" if series is None else f"{mean:.4f} ({series['minimum']:.4f} … {series['maximum']:.4f})")
        table.append([name.replace("_", " "), *cells])
    return table


def time_to_accuracy(found: Results) -> Table:
    """Seconds to equal accuracy."""
    table = [["data", "accuracy", "contender", "seconds of training", "min … max", "ours is faster"]]
    for name, result in found.items():
        if not name.startswith("spark_time_to_accuracy_"):
            continue
        ours = result["series"][result["ours"]]["median"]
        for contender, series in result["series"].items():
            table.append(
                [
                    name.removeprefix("spark_time_to_accuracy_"),
                    f"{result['accuracy']}",
                    contender,
                    f"{series['median']:.1f}",
                    f"{series['minimum']:.1f} … {series['maximum']:.1f}",
                    "" if contender == result["ours"] else f"{series['median'] / ours:.2f} times",
                ]
            )
    return table


def memory(found: Results) -> Table:
    """Resident memory over many epochs."""
    table = [["process", "after 20 epochs", "after all", "growth an epoch after the first tenth"]]
    if "spark_memory" in found:
        result = found["spark_memory"]
        for name, series in result["series"].items():
            values = series["values"]
            table.append(
                [
                    name.replace("_", " "),
                    quantity(values[19], "bytes"),
                    f"{quantity(values[-1], 'bytes')} ({len(values)} epochs)",
                    f"{result['growth'][name] / 1024:+,.1f} KiB",
                ]
            )
    return table


def memory_transform(found: Results) -> Table:
    """Resident memory while a model is applied to many pictures."""
    table = [["process", "first tenth of the time", "second", "half", "last", "from the second to the last"]]
    result = found.get("spark_memory_transform", {"series": {}})
    for name, series in result["series"].items():
        first, second, *_, last = values = series["values"]
        cells = [quantity(value, "bytes") for value in (first, second, values[len(values) // 2], last)]
        table.append([name.replace("_", " "), *cells, f"{(last - second) / 2**20:+,.1f} MiB"])
    return table


def cost_constants(found: Results) -> Table:
    """The constants of the cost model."""
    table = [["constant", "value"]]
    if "spark_cost_model" in found:
        result = found["spark_cost_model"]
        for name, network in result["networks"].items():
            table += [
                [f"{name}: images/s of a worker", f"{network['images_per_second']:,.0f}"],
                [f"{name}: floats of a state", f"{network['floats']:,}"],
                [f"{name}: a round of two workers, besides their minibatches", _milliseconds(network["round_seconds"])],
            ]
        table += [
            ["each further task", f"{result['spark']['task_seconds'] * 1e3:.3f} ms"],
            ["each float of each further task's result", f"{result['spark']['float_seconds'] * 1e9:.2f} ns"],
        ]
    return table


def cost_checks(found: Results) -> Table:
    """The cost model beside what was measured."""
    table = [["network", "workers", "minibatches a round", "measured", "model", "error", "constants from it"]]
    for row in found["spark_cost_model"]["checks"] if "spark_cost_model" in found else []:
        table.append(
            [
                row["network"],
                str(row["workers"]),
                str(row["averaging_frequency"]),
                quantity(row["measured"], "images/s"),
                quantity(row["model"], "images/s"),
                f"{row['model'] / row['measured'] - 1:+.1%}",
                "yes" if row["fitted"] else "no",
            ]
        )
    return table


def cost_workers(found: Results) -> Table:
    """What the cost model says of many workers."""
    curves = found["spark_cost_model"]["curves"] if "spark_cost_model" in found else []
    columns = list(dict.fromkeys((row["network"], row["gigabits"]) for row in curves))
    table = [["workers", *(f"{network}, {gigabits} Gbit/s" for network, gigabits in columns)]]
    for workers in dict.fromkeys(row["workers"] for row in curves):
        by_column = {
            (row["network"], row["gigabits"]): row["images_per_second"] for row in curves if row["workers"] == workers
        }
        table.append([f"{workers:,}", *(quantity(by_column[column], "images/s") for column in columns)])
    return table


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"


TABLES: dict[str, Callable[[Results], Table]] = {
    "spark_train": train,
    "spark_peers": peers,
    "spark_rounds": rounds,
    "spark_bare_rounds": bare_rounds,
    "spark_accuracy": accuracy,
    "spark_time_to_accuracy": time_to_accuracy,
    "spark_memory": memory,
    "spark_memory_transform": memory_transform,
    "spark_cost_constants": cost_constants,
    "spark_cost_checks": cost_checks,
    "spark_cost_workers": cost_workers,
}
