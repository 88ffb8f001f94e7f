"""Resident memory of driver and executors over many epochs, and while a model is applied to many pictures.

    .venv/bin/python benchmarks/spark_memory.py [train | transform] [--epochs 200] [--pictures 100000]

train: two executors (local-cluster) train the landscape network on few pictures. The growth is the slope of a straight
line through the values after the first tenth of the epochs.
transform: the model classifies a Parquet table of PNG pictures, which takes more memory than the executors have. The
values are the most of every tenth of the time, so that the first holds the start, and the growth is from the second to
the last. Java's heap takes all of its memory at the start: what grows is not it.
Fewer epochs or pictures than these write nothing.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np

from fresh_process import in_fresh_process
from plan import WORKS
from record import write_result

MASTER = "local-cluster[2,1,1024]"
EPOCHS = 200
COUNT = 640
BATCH = 64
PICTURES = 100_000
ROW_GROUP = 2000
INTERVAL_SECONDS = 0.2
TENTHS = 10
HEAP_MIB = 1024
WHOLE_HEAP = f"-Xms{HEAP_MIB}m -XX:+AlwaysPreTouch"
EXECUTOR = b"org.apache.spark.executor.CoarseGrainedExecutorBackend"
DRIVER = b"org.apache.spark.deploy.SparkSubmit"


class _Memory:
    """Resident memory of the processes after every epoch."""

    def __init__(self, processes: dict[str, int]) -> None:
        self.processes = processes
        self.series: dict[str, list[float]] = {name: [] for name in processes}

    def on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "epoch":
            self.read()

    def read(self) -> None:
        for name, process in self.processes.items():
            self.series[name].append(_resident(process))

    @contextmanager
    def often(self) -> Iterator[None]:
        """Reads again and again, in a thread, until the context ends."""
        ended = Event()

        def read() -> None:
            while not ended.wait(INTERVAL_SECONDS):
                self.read()

        thread = Thread(target=read)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def train(epochs: int) -> dict[str, list[float]]:
    """Bytes of every process after every epoch."""
    import os

    import sparkdl4j_cluster as clusters

    from sparkdl4j.spark import ConvNetClassifier

    work = WORKS["landscape"]
    pixels = np.random.default_rng(1).integers(0, 256, (COUNT, *work.shape), dtype=np.uint8)
    with clusters.cluster(MASTER, spark_driver_memory="1g") as session:
        frame = clusters.pictures_frame(session, pixels, np.arange(COUNT) % work.classes)
        memory = _Memory(_processes(os.getpid()))
        ConvNetClassifier(
            work.network, epochs=epochs, batch_size=BATCH, num_workers=2, verbose=False, callbacks=[memory]
        ).fit(frame)
    return memory.series


def transform(table: str) -> dict[str, list[float]]:
    """The most bytes of every process in each tenth of the time in which a table's pictures are classified."""
    import os

    import sparkdl4j_cluster as clusters

    from sparkdl4j.spark import ConvNetClassifier

    work = WORKS["landscape"]
    pixels = np.random.default_rng(1).integers(0, 256, (COUNT, *work.shape), dtype=np.uint8)
    settings = {
        "spark_driver_memory": f"{HEAP_MIB}m",
        "spark_driver_extraJavaOptions": WHOLE_HEAP,
        "spark_executor_extraJavaOptions": WHOLE_HEAP,
    }
    with clusters.cluster(MASTER, **settings) as session, tempfile.TemporaryDirectory() as folder:
        frame = clusters.pictures_frame(session, pixels, np.arange(COUNT) % work.classes)
        model = ConvNetClassifier(work.network, epochs=1, batch_size=BATCH, num_workers=2, verbose=False).fit(frame)
        memory = _Memory(_processes(os.getpid()))
        with memory.often():
            model.transform(session.read.parquet(table)).drop("image").write.parquet(f"{folder}/predictions")
    return {
        name: [float(tenth.max()) for tenth in np.array_split(np.asarray(values), TENTHS)]
        for name, values in memory.series.items()
    }


def make_table(path: str, count: int) -> None:
    """A Parquet table of random pictures as PNG, without compression."""
    import pyarrow
    from PIL import Image
    from pyarrow import parquet

    random = np.random.default_rng(2)
    columns = pyarrow.schema([("image", pyarrow.binary())])
    with parquet.ParquetWriter(path, columns, compression="none") as writer:
        for start in range(0, count, ROW_GROUP):
            rows = []
            for _ in range(min(ROW_GROUP, count - start)):
                stream = io.BytesIO()
                picture = random.integers(0, 256, WORKS["landscape"].shape, dtype=np.uint8)
                Image.fromarray(picture).save(stream, "png", compress_level=0)
                rows.append(stream.getvalue())
            writer.write_table(pyarrow.table({"image": rows}, schema=columns))


def _processes(root: int) -> dict[str, int]:
    """The JVMs below a process: the driver and its executors."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                # After the name, which may hold anything, in brackets: state and parent.
                stat = (folder / "stat").read_text().rpartition(")")[2].split()
                parents[int(folder.name)] = (int(stat[1]), (folder / "cmdline").read_bytes())
            except OSError:
                continue
    found: dict[str, int] = {}
    executors = 0
    for process, (parent, command) in sorted(parents.items()):
        above = parent
        while above in parents and above != root:
            above = parents[above][0]
        if above != root:
            continue
        if EXECUTOR in command:
            executors += 1
            found[f"executor_{executors}"] = process
        elif DRIVER in command:
            found["driver"] = process
    if "driver" not in found or not executors:
        raise RuntimeError(f"driver and executors are not among the processes below {root}: {sorted(found)}")
    return found


def _resident(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1]) * 1024
    raise OSError(f"process {process} has no VmRSS")


def growth(values: list[float]) -> float:
    """Bytes an epoch, of a straight line through all but the first tenth."""
    rest = np.asarray(values[len(values) // 10 :])
    return float(np.polyfit(np.arange(len(rest)), rest, 1)[0])


def measure_training(epochs: int) -> None:
    """Measures, tells, and writes."""
    series = in_fresh_process(train, epochs)
    slopes = {name: growth(values) for name, values in series.items()}
    for name, slope in slopes.items():
        print(f"{name}: {series[name][-1] / 2**20:,.0f} MiB after {epochs} epochs, {slope / 1024:+,.1f} KiB an epoch")
    if epochs >= EPOCHS:
        write_result(
            "spark_memory",
            f"landscape network, {COUNT} random pictures, minibatch {BATCH}, {MASTER}, {epochs} epochs",
            "bytes",
            series,
            growth=slopes,
        )


def measure_transform(pictures: int) -> None:
    """Measures, tells, and writes."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "pictures.parquet")
        in_fresh_process(make_table, str(table), pictures)
        size = table.stat().st_size
        series = in_fresh_process(transform, str(table))
    for name, values in series.items():
        print(f"{name}: {', '.join(f'{value / 2**20:,.0f}' for value in values)} MiB")
    if pictures >= PICTURES:
        height, width, _ = WORKS["landscape"].shape
        data = f"{pictures:,} pictures of {height}x{width} in colour ({size / 2**30:.1f} GiB)"
        write_result("spark_memory_transform", f"landscape network, {data}, {MASTER}", "bytes", series)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", nargs="*", choices=("train", "transform"), default=("train", "transform"))
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--pictures", type=int, default=PICTURES)
    arguments = parser.parse_args()
    if "train" in arguments.what:
        measure_training(arguments.epochs)
    if "transform" in arguments.what:
        measure_transform(arguments.pictures)


if __name__ == "__main__":
    main()
