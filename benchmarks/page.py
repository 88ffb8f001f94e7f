"""One page with all results and their pictures: results/index.html, which needs no other file; and its charts as PNG.

.venv/bin/python benchmarks/page.py
"""

from __future__ import annotations

import html
import io
from collections.abc import Iterator
from typing import Any

import matplotlib
from matplotlib.figure import Figure

import accuracy_tables
import figures
import spark_charts
import spark_tables
from charts import MISSED, OURS, PEER, chart
from record import RESULTS
from tables import Results, Table, results

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1f2937 }
table { border-collapse: collapse; margin: 1rem 0 }
td, th { padding: .25rem .7rem; border-bottom: 1px solid #e5e7eb; text-align: left; vertical-align: top }
td:not(:first-child) { font-variant-numeric: tabular-nums }
figure { margin: 1.5rem 0 } figcaption { color: #4b5563 } svg { max-width: 100%; height: auto }
"""


def ratios(found: Results) -> Figure | None:
    """How many times better ours is, row by row, beside what it must reach."""
    chosen = figures.plan_results(found)[::-1]
    if not chosen:
        return None
    figure, axes = chart(len(chosen))
    values = [result["ratio"] for result in chosen]
    reached = [result["ratio"] >= result["at_least"] for result in chosen]
    places = range(len(chosen))
    axes.barh(places, values, color=[OURS if good else MISSED for good in reached], height=0.6)
    targets = [result["at_least"] for result in chosen]
    axes.plot(targets, places, "|", color="black", markersize=14, markeredgewidth=2, label="at least")
    hopes = {place: result["try_for"] for place, result in enumerate(chosen) if result["try_for"] is not None}
    axes.plot(list(hopes.values()), list(hopes), "|", color="#6b7280", markersize=14, label="try for")
    for place, value in enumerate(values):
        # Behind the marks, which stand at the right of values that miss them.
        right = max(mark for mark in (value, targets[place], hopes.get(place)) if mark is not None)
        axes.annotate(f"{value:.2f}", (right, place), (6, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(places, [figures.title(result) for result in chosen])
    axes.set_xscale("log")
    ticks = [tick for tick in (0.1, 0.2, 0.5, 1, 1.5, 2, 3, 5, 10, 20, 50) if tick <= 2 * max(values + targets)]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlim(left=0.8 * min(1.0, *values))
    axes.margins(y=0.01)
    axes.set_xlabel("times better than the best peer")
    axes.legend(loc="lower right", frameon=False)
    return figure


def roofline(found: Results) -> Figure | None:
    """What training reaches beneath the roof of the machine."""
    if "roofline" not in found:
        return None
    peak, bandwidth = found["roofline"]["peak_gflops"], found["roofline"]["peak_gigabytes_per_second"]
    figure, axes = chart(10)
    intensities = [0.5, peak / bandwidth, 2000]
    axes.plot(intensities, [min(peak, bandwidth * intensity) for intensity in intensities], color="black")
    axes.annotate(f"{peak:.0f} GFLOP/s", (2000, peak), (0, 4), textcoords="offset points", ha="right")
    axes.annotate(f"{bandwidth:.0f} GB/s", (0.6, bandwidth * 0.8))
    for row in found["roofline"]["networks"]:
        if "train" in row:
            intensity = 2 * row["training_multiply_adds"] / row["training_bytes"]
            axes.plot(intensity, row["train"]["gflops"], "o", color=OURS)
            axes.annotate(
                row["network"], (intensity, row["train"]["gflops"]), (6, -3), textcoords="offset points", fontsize=9
            )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("FLOP per byte of activations (training)")
    axes.set_ylabel("GFLOP/s")
    return figure


def series(result: dict[str, Any]) -> Figure:
    """The medians of one result, with minimum and maximum."""
    names = list(result["series"])[::-1]
    figure, axes = chart(len(names))
    for place, name in enumerate(names):
        row = result["series"][name]
        median, least, most = row["median"], row["minimum"], row["maximum"]
        axes.barh(place, median, color=OURS if name.startswith("sparkdl4j") else PEER, height=0.6)
        axes.errorbar(median, place, xerr=[[median - least], [most - median]], color="black", capsize=3)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel(result["unit"])
    return figure


def _svg(figure: Figure) -> str:
    stream = io.StringIO()
    # Without a date and random names, equal results give an equal page.
    with matplotlib.rc_context({"svg.hashsalt": "sparkdl4j", "svg.fonttype": "none"}):
        figure.savefig(stream, format="svg", metadata={"Date": None})
    text = stream.getvalue()
    return text[text.index("<svg") :]


def _table(table: Table) -> str:
    if len(table) == 1:
        return "<p>Not measured yet.</p>"
    head, *rows = ["".join(f"<td>{html.escape(cell)}</td>" for cell in line) for line in table]
    lines = "\n".join(f"<tr>{row}</tr>" for row in [head.replace("td>", "th>"), *rows])
    return f"<table>\n{lines}\n</table>"


def _figure(figure: Figure, caption: str) -> str:
    return f"<figure>{_svg(figure)}<figcaption>{html.escape(caption)}</figcaption></figure>"


def page(found: Results) -> Iterator[str]:
    """The parts of the page."""
    yield f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Benchmarks</title><style>{_STYLE}</style>'
    yield "<h1>Benchmarks of sparkdl4j</h1>"
    machines = sorted({f"{result['processor']}, {result['threads']} threads" for result in found.values()})
    yield f"<p>{html.escape('; '.join(machines))}. Ratios can be compared; times on other machines differ.</p>"
    yield "<h2>The compute plan beside its peers</h2>"
    overview = ratios(found)
    if overview is not None:
        yield _figure(overview, "Orange: less than what it must reach.")
    yield _table(figures.plan(found))
    yield _table(figures.peers(found))
    yield "<h2>Roofline</h2>"
    roof = roofline(found)
    if roof is not None:
        yield _figure(roof, "Training of each network beneath the peak of the machine.")
    yield _table(figures.peak(found)) + _table(figures.networks(found)) + _table(figures.step_shares(found))
    yield "<h2>Accuracy</h2>"
    for table in accuracy_tables.TABLES.values():
        yield _table(table(found))
    yield "<h2>On Spark</h2>"
    for picture, caption in (
        (spark_charts.scaling(found), "Time by cores, as in the thesis behind this project."),
        (spark_charts.cost_model(found), "The cost model, drawn to 1,000 workers of one core each."),
    ):
        if picture is not None:
            yield _figure(picture, caption)
    for table in spark_tables.TABLES.values():
        yield _table(table(found))
    yield "<h2>All measurements</h2>"
    for name, result in found.items():
        yield f"<h3>{html.escape(name)}</h3>"
        yield _figure(series(result), f"{result['data']}. Bars are medians, lines go from minimum to maximum.")


def main() -> None:
    found = results()
    (RESULTS / "index.html").write_text("\n".join(page(found)) + "\n")
    for name, figure in (
        ("ratios", ratios(found)),
        ("roofline", roofline(found)),
        ("spark_scaling", spark_charts.scaling(found)),
        ("spark_cost_model", spark_charts.cost_model(found)),
    ):
        if figure is not None:
            figure.savefig(RESULTS / f"{name}.png", dpi=120)
    print(f"wrote {RESULTS / 'index.html'}")


if __name__ == "__main__":
    main()
