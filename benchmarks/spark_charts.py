"""Pictures of the results on Spark."""

from __future__ import annotations

from matplotlib.figure import Figure

from charts import MISSED, OURS, chart
from spark_tables import scaling_results
from tables import Results


def scaling(found: Results) -> Figure | None:
    """Seconds of an epoch by cores, as in the thesis behind this project, beside what twice the cores promise."""
    chosen = scaling_results(found)
    if not chosen:
        return None
    figure, axes = chart(11)
    for result, color in zip(chosen, (OURS, MISSED), strict=False):
        images = result["images"]
        seconds = [images / result["series"][f"sparkdl4j_spark_{cores}"]["median"] for cores in (1, 2)]
        axes.plot((1, 2), seconds, "o-", color=color, label=f"{result['network']}, {images:,} pictures")
        axes.plot((1, 2), (seconds[0], seconds[0] / 2), ":", color=color)
        for cores, value in zip((1, 2), seconds, strict=True):
            axes.annotate(f"{value:.2f} s", (cores, value), (6, 6), textcoords="offset points", fontsize=9)
    axes.set_xticks((1, 2))
    axes.set_xlim(0.8, 2.3)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("cores (averaging workers); dotted: half the time on two")
    axes.set_ylabel("seconds of an epoch")
    axes.legend(frameon=False)
    return figure


def cost_model(found: Results) -> Figure | None:
    """Images a second to a thousand workers."""
    if "spark_cost_model" not in found:
        return None
    result = found["spark_cost_model"]
    figure, axes = chart(14)
    for name, color in (("landscape", OURS), ("large", MISSED)):
        for gigabits, style in ((1, "--"), (10, "-")):
            points = [row for row in result["curves"] if (row["network"], row["gigabits"]) == (name, gigabits)]
            axes.plot(
                [row["workers"] for row in points],
                [row["images_per_second"] for row in points],
                style,
                color=color,
                label=f"{name}, {gigabits} Gbit/s",
            )
        network = result["networks"][name]
        axes.plot((1, 1000), (network["images_per_second"], 1000 * network["images_per_second"]), ":", color=color)
        measured = [
            row
            for row in result["checks"]
            if row["network"] == name and row["averaging_frequency"] == network["frequency"] and row["workers"] <= 2
        ]
        axes.plot([row["workers"] for row in measured], [row["measured"] for row in measured], "o", color=color)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("workers; dots: measured; dotted: averaging for nothing")
    axes.set_ylabel("images/s")
    axes.legend(frameon=False)
    return figure
