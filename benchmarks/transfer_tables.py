"""The tables of transfer.py, featurizer.py and keras_import.py."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from tables import Results, Table, compared, quantity, share, spread

# How the series of a curve are called, and what people call them.
_WAYS = {
    "scratch": "from scratch",
    "from_same_kind": "pretrained on other classes of its kind, all layers",
    "head_same_kind": "the same, the head alone",
    "from_other": "pretrained on the other set, all layers",
    "head_other": "the same, the head alone",
}


def featurizer(found: Results) -> Table:
    """Ours beside a pandas UDF, and imported networks beside Keras."""
    names = ("featurizer", "keras_import_predict_", "keras_import_train_")
    return compared([result for name, result in found.items() if name.startswith(names)])


def keras_equality(found: Results) -> Table:
    """How far imported networks' predictions are from Keras's."""
    table = [["imported", "largest difference of a probability", "at most"]]
    result = found.get("keras_import_equality", {"series": {}})
    for network, row in result["series"].items():
        table.append([network, f"{row['maximum']:.1e}", f"{result['at_most']:.0e}"])
    return table


def transfer_epochs(found: Results) -> Table:
    """Seconds of an epoch of head training."""
    table = [["an epoch of training", "median", "min … max", "times the cached"]]
    series = found.get("transfer_epochs", {"series": {}})["series"]
    for way, row in series.items():
        times = row["median"] / series["cached"]["median"]
        median = quantity(row["median"], "seconds")
        table.append([way.replace("_", " "), median, spread(row, "seconds"), f"{times:.1f}"])
    return table


def transfer_curves(found: Results) -> Table:
    """Accuracy by pictures of each class."""
    curves = [result for name, result in found.items() if "per_class" in result and name.startswith("transfer_")]
    counts = curves[0]["per_class"] if curves else []
    table = [["data", "trained", *(f"{count} a class" for count in counts)]]
    for result in curves:
        for way, title in _WAYS.items():
            if f"{way}_{counts[0]}" not in result["series"]:
                continue
            values = [result["series"][f"{way}_{count}"]["values"] for count in counts]
            table.append([result["title"], title, *(share(statistics.fmean(each)) for each in values)])
    return table


TABLES: dict[str, Callable[[Results], Table]] = {
    "featurizer": featurizer,
    "keras_equality": keras_equality,
    "transfer_epochs": transfer_epochs,
    "transfer_curves": transfer_curves,
}
