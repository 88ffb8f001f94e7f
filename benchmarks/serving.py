"""The endpoint beside PyTorch behind FastAPI and TorchServe; and what it does under load for long, under too much load,
and when a model is read again.

    apt-get install wrk; benchmarks/peers/install serving
    .venv/bin/python benchmarks/serving.py [--small] [--rounds 3] [--seconds 15] [PART …]

All servers get the same bytes from the same client (wrk) with the same number of connections, one server at a time on
the whole machine, which client and server share. Answers are lists of probabilities.
"""

from __future__ import annotations

import argparse
import functools
import io
import json
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import record
from contenders import DoesNotWorkError
from http_load import Body, Load, Seen, asking, settle, wrk
from record import write_result
from servers import PATHS, SERVERS, Served, sparkdl4j
from turns import take_turns

CLASSES = 10
# How many times the best peer, with small pictures and with all else.
SMALL_AT_LEAST, AT_LEAST = 1.0, 1.3
MANY = 64
# The fewest are what the server has room for: they tell its capacity.
OVERLOAD_CLIENTS = (16, 64, 256)
# Until the heap is as large as this load needs.
WARM_UP_SECONDS = 20
_BOUNDARY = "benchmark-boundary"


def model_file(folder: Path, network: Any, shape: tuple[int, int, int], name: str) -> Path:
    """A model file of a network that has seen one minibatch of noise."""
    from sparkdl4j import ConvNetClassifier

    pictures = np.random.default_rng(1).integers(0, 256, (2 * CLASSES, *shape), dtype=np.uint8)
    classifier = ConvNetClassifier(network, epochs=1, batch_size=2 * CLASSES, verbose=False)
    classifier.fit(pictures, np.arange(2 * CLASSES) % CLASSES).save(folder / f"{name}.zip")
    return folder / f"{name}.zip"


def picture(form: str, height: int, width: int, channels: int) -> bytes:
    """A file of a smooth picture with some noise, as photographs have."""
    from PIL import Image

    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 256, (height // 16 + 2, width // 16 + 2, channels), dtype=np.uint8)
    mode = "RGB" if channels == 3 else "L"
    smooth = Image.fromarray(coarse.squeeze(), mode=mode).resize((width, height), Image.Resampling.BICUBIC)
    pixels = np.asarray(smooth, dtype=np.int16) + rng.normal(0, 6, np.asarray(smooth).shape)
    out = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), mode=mode).save(out, form)
    return out.getvalue()


def one(path: str, content: bytes) -> Body:
    """A request with a picture as it is."""
    return Body(path, content, "application/octet-stream")


def many(path: str, content: bytes, count: int) -> Body:
    """A request with a picture many times, as a form."""
    # FastAPI wants one name for all parts, and TorchServe keeps one part of each name.
    numbered = path == PATHS["torchserve"][1]
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="pictures{number if numbered else ""}"; '
        f'filename="{number}.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for number in range(count)
    ]
    body = b"".join([*parts, f"--{_BOUNDARY}--\r\n".encode()])
    return Body(path, body, f"multipart/form-data; boundary={_BOUNDARY}")


@dataclass(frozen=True)
class Case:
    """What is asked of which network.

    Args:
        served: the network.
        body_of: a request by the paths of a server.
        clients: how many ask at once.
        pictures: of a request.
    """

    served: Served
    body_of: Callable[[tuple[str, str]], Body]
    clients: int
    pictures: int = 1


class Cases:
    """The networks, their pictures, and how they are asked for."""

    def __init__(self, folder: Path, small: bool) -> None:
        large = "fashion" if small else "resnet18"
        size, channels = (28, 1) if small else (224, 3)
        self.large = Served(large, size, channels, model_file(folder, large, (size, size, channels), "large"))
        self.small = Served("fashion", 28, 1, model_file(folder, "fashion", (28, 28, 1), "small"))
        photograph = picture("JPEG", 64 if small else 375, 64 if small else 500, 3)
        digit = picture("PNG", 28, 28, 1)
        self.requests = {
            f"{large}_{size}": Case(self.large, lambda paths: one(paths[0], photograph), 16),
            f"{large}_{size}_{MANY}_pictures": Case(
                self.large, lambda paths: many(paths[1], photograph, MANY), 4, pictures=MANY
            ),
            "small_pictures": Case(self.small, lambda paths: one(paths[0], digit), 32),
        }
        self.digit = digit


def measure(case: Case, loads: dict[str, list[Load]], seconds: float, server: str) -> tuple[float, str]:
    """Requests a second of a server, whose load goes to the others that it had."""
    with SERVERS[server](case.served) as running:
        body = case.body_of(PATHS[server])
        wrk(running.port, body, clients=case.clients, seconds=max(2, seconds / 3))
        settle(running.port, body)
        # Of requests that take seconds fewer are answered.
        load = wrk(running.port, body, clients=case.clients, seconds=seconds if case.pictures == 1 else 3 * seconds)
    if load.errors or not load.requests:
        raise DoesNotWorkError(f"{load.errors} of {load.requests} requests failed")
    loads.setdefault(server, []).append(load)
    return load.rate, server


def throughput(cases: Cases, rounds: int, seconds: float) -> None:
    """Requests a second, and the percentiles of their time."""
    for name, case in cases.requests.items():
        loads: dict[str, list[Load]] = {}
        peers = [each for each in SERVERS if each != "sparkdl4j"]
        turns = take_turns(name, "sparkdl4j", peers, rounds, functools.partial(measure, case, loads, seconds))
        percentiles = {
            server: {p: statistics.median(getattr(load, p) for load in found) for p in ("p50", "p95", "p99")}
            for server, found in loads.items()
            if server in turns.series
        }
        if not turns.can_be_compared:
            continue
        peer = turns.best_peer(higher_is_better=True)
        more: dict[str, Any] = {
            "percentiles_seconds": percentiles,
            "clients": case.clients,
            **turns.comparison(peer, turns.ratio(peer, higher_is_better=True)),
            "at_least": SMALL_AT_LEAST if case.served is cases.small else AT_LEAST,
        }
        pictures = "one picture" if case.pictures == 1 else f"{case.pictures} pictures"
        data = f"{case.served.network} {case.served.size}x{case.served.size}, {pictures} a request"
        write_result(f"serving_{name}", data, "requests/s", turns.series, **more)
        print(json.dumps(percentiles, indent=1))


def http_share(cases: Cases, rounds: int, seconds: float) -> None:
    """What HTTP adds to a request: one client at a time, over HTTP and straight to Java."""
    from sparkdl4j.jvm.serving import ServedModels

    for name, case in cases.requests.items():
        from sparkdl4j.serving.pictures import pictures

        served, body = case.served, case.body_of(PATHS["sparkdl4j"])
        given = pictures(body.content_type, body.content, most=MANY)
        models = ServedModels({})
        models.add("model", served.file)
        series: dict[str, list[float]] = {"over_http": [], "in_process": []}
        for _ in range(rounds):
            end, times = time.perf_counter() + seconds, []
            while time.perf_counter() < end:
                start = time.perf_counter()
                models.predict("model", 1, given.content, given.bounds, "probabilities", 0)
                while not models.poll(1000):
                    pass
                times.append(time.perf_counter() - start)
            series["in_process"].append(statistics.median(times))
            with sparkdl4j(served) as running:
                asking(running.port, body, clients=1, seconds=max(1, seconds / 3))
                seen = asking(running.port, body, clients=1, seconds=seconds)
            series["over_http"].append(statistics.median(each.seconds for each in seen))
        models.close()
        share = 1 - statistics.median(series["in_process"]) / statistics.median(series["over_http"])
        write_result(f"serving_http_share_{name}", served.network, "seconds", series, http_share=share)
        print(f"  HTTP's share: {share:.0%}")


def endurance(cases: Cases, requests: int) -> None:
    """Memory and errors over many requests of 64 clients."""
    with sparkdl4j(cases.small) as running:
        body = one(PATHS["sparkdl4j"][0], cases.digit)
        wrk(running.port, body, clients=64, seconds=WARM_UP_SECONDS)
        residents, loads = [running.resident()], []
        while sum(load.requests for load in loads) < requests:
            loads.append(wrk(running.port, body, clients=64, seconds=5))
            residents.append(running.resident())
        mib = [resident / 2**20 for resident in residents]
        write_result(
            "serving_endurance",
            f"{sum(load.requests for load in loads)} requests of 64 clients",
            "MiB resident",
            {"resident": mib},
            errors=sum(load.errors for load in loads),
            growth=mib[-1] - mib[0],
        )
        print(f"  errors {sum(load.errors for load in loads)}, growth {mib[-1] - mib[0]:.1f} MiB")


def overload(folder: Path, rounds: int, seconds: float) -> None:
    """A network of some twenty pictures a second, asked by few clients and by ever more, in turns."""
    from sparkdl4j import Conv2D, GlobalPool, Output, Sequential

    layers = [*[Conv2D(96, (3, 3), padding="same") for _ in range(5)], GlobalPool(), Output()]
    served = Served("slow", 192, 3, model_file(folder, Sequential(layers), (192, 192, 3), "slow"))
    body = one(PATHS["sparkdl4j"][0], picture("JPEG", 192, 192, 3))
    rates: dict[str, list[float]] = {str(clients): [] for clients in OVERLOAD_CLIENTS}
    refused: dict[str, list[float]] = {name: [] for name in rates}
    others: dict[str, set[int]] = {name: set() for name in rates}
    with sparkdl4j(served, "--max-queue", "32") as running:
        asking(running.port, body, clients=2, seconds=3)
        for _ in range(rounds):
            for name in rates:
                start = time.monotonic()
                seen = asking(running.port, body, clients=int(name), seconds=seconds)
                # Served while all clients asked: what was still waiting then does not count.
                good = [each for each in seen if each.status == 200 and each.at <= start + seconds]
                rates[name].append(len(good) / seconds)
                refused[name] += [each.seconds for each in seen if each.status == 503]
                others[name] |= {each.status for each in seen} - {200, 503}
    detail = {
        name: {
            "refused_per_second": len(waits) / rounds / seconds,
            "refused_seconds": _percentiles(waits),
            "other_statuses": sorted(others[name]),
        }
        for name, waits in refused.items()
    }
    print(json.dumps(detail, indent=1))
    write_result("serving_overload", "requests of one picture; by number of clients", "served/s", rates, detail=detail)


def reload(cases: Cases, seconds: float) -> None:
    """A model is read again and again under load."""
    with sparkdl4j(cases.small) as running:
        body = one(PATHS["sparkdl4j"][0], cases.digit)
        reloads = 0
        stop = threading.Event()

        def read_again() -> None:
            nonlocal reloads
            while not stop.is_set():
                running.post("/models/small/reload")
                reloads += 1
                stop.wait(0.5)

        thread = threading.Thread(target=read_again)
        thread.start()
        seen: list[Seen] = asking(running.port, body, clients=16, seconds=seconds)
        stop.set()
        thread.join()
    failed = sum(each.status != 200 for each in seen)
    write_result(
        "serving_reload",
        f"{len(seen)} requests of 16 clients during {reloads} readings of the model",
        "seconds of a request",
        {"seconds": [each.seconds for each in seen][:: max(1, len(seen) // 100)]},
        failed=failed,
        reloads=reloads,
        percentiles_seconds=_percentiles([each.seconds for each in seen]),
    )
    print(f"  failed {failed} of {len(seen)} during {reloads} reloads")


def _percentiles(seconds: list[float]) -> dict[str, float]:
    if not seconds:
        return {}
    return {**{f"p{p}": float(np.percentile(seconds, p)) for p in (50, 95, 99)}, "maximum": max(seconds)}


def main() -> None:
    parts = ("throughput", "http", "endurance", "overload", "reload")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(parts))
    parser.add_argument("--small", action="store_true", help="small networks and little time: whether it works at all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15)
    given = parser.parse_args()
    chosen = given.parts or parts
    if shutil.which("wrk") is None:
        print("serving: skipped, because there is no wrk: apt-get install wrk")
        return
    rounds, seconds = (1, 2.0) if given.small else (given.rounds, given.seconds)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.small:
            record.RESULTS = folder / "results"
        cases = Cases(folder, given.small)
        if "throughput" in chosen:
            throughput(cases, rounds, seconds)
        if "http" in chosen:
            http_share(cases, rounds, seconds)
        if "endurance" in chosen:
            endurance(cases, 5_000 if given.small else 100_000)
        if "overload" in chosen:
            overload(folder, rounds, 2 * seconds)
        if "reload" in chosen:
            reload(cases, seconds)


if __name__ == "__main__":
    main()
