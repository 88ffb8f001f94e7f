"""The tables of what is done with models: search.py, serving.py and batch_transform.py."""

from __future__ import annotations

from collections.abc import Callable

from tables import Results, Table, compared, quantity, share


def search(found: Results) -> Table:
    """What searching costs and brings."""
    table = [["search", "figure", "asked"]]
    for name in ("search_speed", "search_speed_spark"):
        if name in found:
            result = found[name]
            gain = result["share"] * result["cores"]
            figure = f"side by side {gain:.2f} times one by one: {result['share']:.2f} of {result['cores']} cores"
            table.append([result["data"], figure, f"{result['at_least']:.2f}"])
    if "search_plain" in found:
        result = found["search_plain"]
        figure = f"each {result['share']:.2f} times as fast as one alone"
        table.append([result["data"], figure, "what a search can reach"])
    if "search_overhead" in found:
        result = found["search_overhead"]
        figure = f"a trial takes {result['seconds_a_trial']:.2f} s beside its training"
        table.append([result["data"], figure, f"{result['at_most']:.0f} s"])
    if "search_memory" in found:
        result = found["search_memory"]
        most = result["series"]["resident"]["maximum"]
        table.append(
            [result["data"], f"{result['growth']:+.0f} MiB from the second fifth to the last, of {most:,.0f}", "flat"]
        )
    if "search_skin_lesions" in found:
        result = found["search_skin_lesions"]
        default, best = (result["series"][key]["values"] for key in ("default", "best"))
        low, high = result["interval"]
        means = f"{share(sum(default) / len(default))} by default, {share(sum(best) / len(best))} found"
        table.append(
            [result["data"], f"{means}: {result['difference']:+.4f} (95 % interval {low:+.4f} … {high:+.4f})", ""]
        )
    return table


def serving(found: Results) -> Table:
    """Requests a second beside others."""
    return compared([result for name, result in found.items() if name.startswith("serving_") and "ratio" in result])


def serving_times(found: Results) -> Table:
    """Percentiles of the time of a request."""
    table = [["requests", "server", "clients", "p50", "p95", "p99"]]
    for name, result in found.items():
        if name.startswith("serving_") and "contenders" in result:
            for server, times in result["percentiles_seconds"].items():
                cells = [quantity(times[p], "seconds") for p in ("p50", "p95", "p99")]
                table.append([result["data"], server, str(result["clients"]), *cells])
    return table


def serving_http(found: Results) -> Table:
    """What HTTP adds to a request."""
    table = [["one client at a time", "over HTTP", "in the process", "HTTP's share"]]
    for name, result in found.items():
        if name.startswith("serving_http_share_"):
            times = [quantity(result["series"][key]["median"], "seconds") for key in ("over_http", "in_process")]
            title = name.removeprefix("serving_http_share_").replace("_", " ")
            table.append([title, *times, f"{result['http_share']:.0%}"])
    return table


def serving_overload(found: Results) -> Table:
    """A slow network asked by ever more clients."""
    table = [["clients", "served/s", "refused (503)/s", "other answers", "time of a refusal: p50", "p95", "p99"]]
    result = found.get("serving_overload", {"series": {}, "detail": {}})
    for clients, rates in result["series"].items():
        row = result["detail"][clients]
        times = row["refused_seconds"]
        cells = [quantity(times[p], "seconds") if times else "" for p in ("p50", "p95", "p99")]
        others = ", ".join(map(str, row["other_statuses"])) or "none"
        served = f"{rates['median']:.1f} ({rates['minimum']:.1f} … {rates['maximum']:.1f})"
        table.append([clients, served, f"{row['refused_per_second']:.0f}", others, *cells])
    return table


def serving_long(found: Results) -> Table:
    """Long load, and reading a model again under load."""
    table = [["load", "figure"]]
    if "serving_endurance" in found:
        result = found["serving_endurance"]
        values = result["series"]["resident"]["values"]
        figure = (
            f"{result['errors']} errors; resident memory {values[0]:,.0f} MiB at first, {values[-1]:,.0f} in the end"
        )
        table.append([result["data"], figure])
    if "serving_reload" in found:
        result = found["serving_reload"]
        table.append([result["data"], f"{result['failed']} failed"])
    return table


def batch_transform(found: Results) -> Table:
    """Pictures a second of what the command consists of."""
    table = [["batch transform", "pictures/s", "most memory"]]
    result = found.get("batch_transform", {"series": {}, "peak_memory_mib": {}})
    for name, row in result["series"].items():
        memory = result["peak_memory_mib"].get(name)
        peak = "" if memory is None else f"{memory:,.0f} MiB"
        table.append([name, quantity(row["median"], "pictures/s").removesuffix("/s"), peak])
    return table


TABLES: dict[str, Callable[[Results], Table]] = {
    "search": search,
    "serving": serving,
    "serving_times": serving_times,
    "serving_http": serving_http,
    "serving_overload": serving_overload,
    "serving_long": serving_long,
    "batch_transform": batch_transform,
}
