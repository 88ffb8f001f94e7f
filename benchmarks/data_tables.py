"""The tables of what happens to pictures before a network: decoding, preprocessing, augmentation, memory."""

from __future__ import annotations

from collections.abc import Callable

from tables import Results, Table, quantity, spread


def decoding(found: Results) -> Table:
    """Ours beside Pillow, on one core."""
    table = [["files", "sparkdl4j", "Pillow", "times as fast", "at least", "try for"]]
    for result in (result for name, result in found.items() if name.startswith("decoding_")):
        table.append(
            [
                result["data"],
                *(quantity(result["series"][side]["median"], "images/s") for side in ("sparkdl4j", "pillow")),
                *(f"{result[key]:.2f}" for key in ("ratio", "at_least", "try_for")),
            ]
        )
    return table


def preprocessing(found: Results) -> Table:
    """Steps on one core, and files on one core and on Spark's."""
    sides = ("sparkdl4j", "opencv-python", "pillow")
    table = [["on one core, pictures/s", *sides]]
    series = found.get("preprocessing", {"series": {}})["series"]
    for case in dict.fromkeys(key.rpartition(": ")[0] for key in series if key.rpartition(": ")[2] in sides):
        rates = [series.get(f"{case}: {side}") for side in sides]
        table.append([case, *("" if rate is None else quantity(rate["median"], "pictures/s") for rate in rates)])
    return table


def preprocessing_on_spark(found: Results) -> Table:
    """Pictures a second by cores."""
    table = [["cores of Spark", "pictures/s", "min … max", "times one core"]]
    series = found.get("preprocessing", {"series": {}})["series"]
    rates = {key.split()[-2]: rate for key, rate in series.items() if " spark on " in key}
    for cores, rate in rates.items():
        times = rate["median"] / rates["1"]["median"]
        median = quantity(rate["median"], "pictures/s")
        table.append([cores, median, spread(rate, "pictures/s"), f"{times:.2f}"])
    return table


def augmentation(found: Results) -> Table:
    """What augmentation costs, by network."""
    costs = {name.split("_")[-1]: result for name, result in found.items() if name.startswith("augmentation_cost_")}
    table = [["augmentation", *(f"{network}: {what}" for network in costs for what in ("images/s", "of plain"))]]
    for kind in next(iter(costs.values()))["series"] if costs else []:
        cells = [kind.replace("_", " ")]
        for result in costs.values():
            cells.append(quantity(result["series"][kind]["median"], "images/s"))
            cells.append(f"{result['share_of_plain_training'][kind]:.2f}")
        table.append(cells)
    return table


def memory(found: Results) -> Table:
    """Resident memory of long trainings, and of one on a file larger than its limit."""
    table = [["training", "figure", "asked"]]
    steady = found.get("steady_memory")
    if steady is not None:
        low, high = (steady["differences"][key] for key in ("least", "most"))
        reference = quantity(steady["at_step_1000"], "bytes")
        table.append(
            [
                steady["data"],
                f"{low:+.2%} … {high:+.2%} of the {reference} at step 1,000",
                f"± {steady['at_most']:.0%}",
            ]
        )
    large = found.get("larger_than_memory")
    if large is not None:
        most, limit = (quantity(value, "bytes") for value in (max(large["resident_bytes"]), large["limit_bytes"]))
        table.append([f"{large['data']}, from a cache file", f"{most} resident at most", f"{limit}"])
        rates = (quantity(large["series"][side]["median"], "images/s") for side in ("cache", "memory"))
        table.append(
            [
                "the same beside pictures in memory",
                f"{large['ratio']:.2f} times its rate ({' beside '.join(rates)})",
                f"{large['at_least']:.2f}",
            ]
        )
    return table


TABLES: dict[str, Callable[[Results], Table]] = {
    "decoding": decoding,
    "preprocessing": preprocessing,
    "preprocessing_on_spark": preprocessing_on_spark,
    "augmentation": augmentation,
    "memory": memory,
}
