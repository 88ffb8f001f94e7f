"""Training on more pictures than memory holds: a cache file under a limit of memory, against pictures in memory.

    .venv/bin/python benchmarks/larger_than_memory.py [--small] [--folder FOLDER]

JPEG files of 75x75 colour pictures are made once (links to 400 different ones), then the cache is built, the landscape
network is trained on it, and all pictures are predicted, in a process with a limit: that of a control group where one
can be made (as root; the page cache counts there, too), else none; in any case the most memory that it had resident is
measured and held against the limit. The same training on pictures in memory takes turns with it. `--small` writes
nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from fresh_process import in_fresh_process
from record import write_result

GIGABYTE = 2**30
SIDE = 75
DIFFERENT = 400
BATCH = 128
HEAP = "256m"
ROUNDS = 3
AT_LEAST = 0.9
_GROUPS = (
    # Version 2 of control groups, and version 1.
    (Path("/sys/fs/cgroup"), "memory.max", "memory.swap.max"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.memsw.limit_in_bytes"),
)


def make_pictures(folder: Path, count: int) -> None:
    """Two classes of JPEG files, links to some different ones."""
    from PIL import Image

    random = np.random.default_rng(0)
    for label in range(2):
        (folder / str(label)).mkdir(parents=True)
    for number in range(count):
        label = number % 2
        path = folder / str(label) / f"{number:07}.jpg"
        if number < DIFFERENT:
            coarse = random.integers(0, 128, (9, 9, 3), dtype=np.uint8) + np.uint8(100 * label)
            Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(path, quality=90)
        else:
            os.link(folder / str(label) / f"{number % DIFFERENT:07}.jpg", path)


class _Rate:
    """Pictures a second of the last epoch, between its first and its last minibatch."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.first: dict[str, Any] | None = None
        self.last: dict[str, Any] = {}

    def on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "minibatch" and event["epoch"] == self.epochs:
            self.first = self.first or event
            self.last = event

    def value(self) -> float:
        assert self.first is not None
        seconds: float = self.last["seconds"] - self.first["seconds"]
        return float((self.last["examples"] - self.first["examples"]) / seconds)


def train(folder: str, cache: str | None, limit: int | None, epochs: int) -> dict[str, Any]:
    """Reads, trains and predicts; images/s of the last epoch, seconds of reading, bytes resident at most."""
    group = _limited(limit) if limit is not None else None
    import sparkdl4j
    from sparkdl4j import ConvNetClassifier, ImageFolder

    sparkdl4j.configure(heap=HEAP)
    try:
        start = time.perf_counter()
        data = ImageFolder(folder, SIDE, cache=cache)
        reading = time.perf_counter() - start
        rate = _Rate(epochs)
        classifier = ConvNetClassifier(
            "landscape",
            epochs=epochs,
            batch_size=BATCH,
            verbose=False,
            callbacks=[rate],  # type: ignore[list-item]
        )
        classifier.fit(data)
        if cache is not None:
            classifier.predict(data)
        return {
            "images_per_second": rate.value(),
            "reading_seconds": reading,
            "resident_bytes": _most_resident(),
            "bytes": data.pixels.nbytes,
            "limit_held_by": "control group" if group else "measuring only",
        }
    finally:
        if group is not None:
            _leave(group)


def _limited(limit: int) -> Path | None:
    """Puts this process into a control group of its own, where that is possible."""
    for root, memory, swap in _GROUPS:
        group = root / f"sparkdl4j-{os.getpid()}"
        if not (root / "cgroup.procs").exists():
            continue
        with suppress(OSError):
            group.mkdir()
            try:
                (group / memory).write_text(str(limit))
                with suppress(OSError):
                    # Version 2 counts swap alone, version 1 memory and swap together.
                    (group / swap).write_text("0" if memory == "memory.max" else str(limit))
                (group / "cgroup.procs").write_text(str(os.getpid()))
                return group
            except OSError:
                group.rmdir()
    return None


def _leave(group: Path) -> None:
    (group.parent / "cgroup.procs").write_text(str(os.getpid()))
    with suppress(OSError):
        group.rmdir()


def _most_resident() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise OSError("this system does not tell the most memory that was resident")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--small", action="store_true", help="200 MB of pictures; writes nothing")
    parser.add_argument("--folder", help="where to put the files (5 GB); default: a temporary one")
    arguments = parser.parse_args()
    size = 4 * GIGABYTE if not arguments.small else 200 * 2**20
    limit = GIGABYTE
    count = -(-size // (SIDE * SIDE * 3))
    rounds = 1 if arguments.small else ROUNDS
    work = Path(tempfile.mkdtemp(prefix="larger_than_memory-", dir=arguments.folder))
    try:
        pictures, cache = str(work / "pictures"), str(work / "cache.pixels")
        make_pictures(work / "pictures", count)
        built = in_fresh_process(train, pictures, cache, limit, 1)
        print(f"built with training: {built}", flush=True)
        series: dict[str, list[float]] = {"cache": [], "memory": []}
        resident = [built["resident_bytes"]]
        for _ in range(rounds):
            for name in series:
                found = in_fresh_process(
                    train, pictures, cache if name == "cache" else None, limit if name == "cache" else None, 1
                )
                print(f"{name}: {found}", flush=True)
                series[name].append(found["images_per_second"])
                if name == "cache":
                    resident.append(found["resident_bytes"])
    finally:
        shutil.rmtree(work)
    ratio = statistics.median(series["cache"]) / statistics.median(series["memory"])
    print(f"{ratio:.3f} times the rate in memory; {max(resident) / 2**20:,.0f} MiB resident at most")
    if max(resident) > limit:
        raise SystemExit("more memory was resident than the limit allows")
    if not arguments.small:
        write_result(
            "larger_than_memory",
            f"landscape network, {count} pictures {SIDE}x{SIDE}x3 ({built['bytes'] / GIGABYTE:.1f} GiB), batch {BATCH}",
            "images/s",
            series,
            ratio=ratio,
            at_least=AT_LEAST,
            limit_bytes=limit,
            limit_held_by=built["limit_held_by"],
            resident_bytes=resident,
            building_seconds=built["reading_seconds"],
        )


if __name__ == "__main__":
    main()
