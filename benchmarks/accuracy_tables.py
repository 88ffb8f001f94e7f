"""The tables of recipes.py and ablation.py."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from tables import Results, Table, share


def _spread(values: list[float]) -> str:
    return f"{share(min(values))} … {share(max(values))}" if len(values) > 1 else ""


def recipes(found: Results) -> Table:
    """What the recipes reach."""
    table = [["work", "figure", "seeds", "mean", "min … max", "at least", "try for"]]
    for name, result in found.items():
        if name.startswith("recipe_"):
            values = result["series"]["sparkdl4j"]["values"]
            hope = result["try_for"]
            table.append(
                [
                    *(result["data"], result["unit"], str(len(values)), share(result["mean"]), _spread(values)),
                    *(share(result["at_least"]), "" if hope is None else share(hope)),
                ]
            )
    return table


def ablation(found: Results) -> Table:
    """What each ingredient brings, in hundredths beside the whole recipe, seed by seed."""
    table = [["trained with", "mean", "min … max", "beside the whole recipe", "± (standard error)"]]
    result = found.get("ablation_landscapes")
    if result is None:
        return table
    whole = result["series"][result["whole"]]["values"]
    for title, series in result["series"].items():
        values = series["values"]
        differences = [value - full for value, full in zip(values, whole, strict=True)]
        is_whole = title == result["whole"]
        table.append(
            [
                title,
                share(statistics.fmean(values)),
                _spread(values),
                "" if is_whole else f"{statistics.fmean(differences):+.4f}".replace("0.", ".", 1),
                "" if is_whole else share(statistics.stdev(differences) / len(differences) ** 0.5),
            ]
        )
    return table


TABLES: dict[str, Callable[[Results], Table]] = {"recipes": recipes, "ablation": ablation}
