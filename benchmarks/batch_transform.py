"""A model applied to many pictures: `predict --shard-size` on one machine and on Spark's local cores.

    .venv/bin/python benchmarks/batch_transform.py [--small]

100,000 made pictures of 28x28 as PNG files, and as a Parquet table, go through the network "fashion". Measured are the
command's pictures a second without its start (the last part against the first), the peak of its memory with a tenth of
the pictures and with all of them, decoding alone, and predicting decoded pictures alone. Without decoding, the
command's time is to be that of predicting: images/s >= .9 of it. `--small` writes nothing.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from fresh_process import in_fresh_process
from peers.spark_folder import spark_folder
from record import write_result

COUNT, SMALL = 100_000, 4_000
SIDE = 28


def make_pictures(folder: str, count: int) -> None:
    """PNG files in ten folders, and the same in a table."""
    import pyarrow
    from PIL import Image
    from pyarrow import parquet

    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (count, SIDE, SIDE), dtype=np.uint8)
    names, contents = [], []
    for number, picture in enumerate(pixels):
        place = Path(folder, "files", f"{number % 10}")
        place.mkdir(parents=True, exist_ok=True)
        stream = io.BytesIO()
        Image.fromarray(picture).save(stream, "png")
        names.append(str(place / f"{number:06}.png"))
        contents.append(stream.getvalue())
        Path(names[-1]).write_bytes(contents[-1])
    table = pyarrow.table({"path": names, "image": pyarrow.array(contents, pyarrow.binary())})
    parquet.write_table(table, Path(folder, "table.parquet"), row_group_size=2048)


def alone(folder: str, model: str, count: int) -> tuple[float, float]:
    """Pictures a second of decoding, and of predicting what was decoded."""
    from sparkdl4j import ConvNetClassifier
    from sparkdl4j.network import fashion

    random = np.random.default_rng(1)
    X, y = random.integers(0, 256, (200, SIDE, SIDE), dtype=np.uint8), np.arange(200) % 10
    classifier = ConvNetClassifier(fashion(), epochs=1, verbose=False).fit(X, y)
    classifier.save(model)
    classifier.read_images(Path(folder, "files", "0"))
    started = time.perf_counter()
    data = classifier.read_images(Path(folder, "files"))
    decoding = count / (time.perf_counter() - started)
    classifier.predict_proba(data.subset(np.arange(1000)))
    started = time.perf_counter()
    classifier.predict_proba(data)
    return decoding, count / (time.perf_counter() - started)


def command(model: str, source: str, out: str, shard_size: int, *more: str) -> tuple[float, float]:
    """The command's pictures a second between its first part and its end, and the peak of its memory in MiB."""
    program = [sys.executable, "-m", "sparkdl4j", "predict", model, source, "--out", out, "--shard-size"]
    path = os.pathsep.join([str(spark_folder(4)), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path}
    process = subprocess.Popen([*program, str(shard_size), *more], stderr=subprocess.PIPE, text=True, env=environment)
    times, last = [], ""
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Part "):
            times.append(time.perf_counter())
        last = line
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"the command ended with {status}: {last}")
    return (len(times) - 1) * shard_size / (times[-1] - times[0]), used.ru_maxrss / 1024


def main() -> None:
    """Measures everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="few pictures, nothing is written")
    small = parser.parse_args().small
    count = SMALL if small else COUNT
    part = count // 10
    rates: dict[str, list[float]] = {}
    memory: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        in_fresh_process(make_pictures, folder, count)
        model = str(Path(folder, "model.zip"))
        decoding, predicting = in_fresh_process(alone, folder, model, count)
        rates["decoding alone"], rates["predicting alone"] = [decoding], [predicting]
        files, table = str(Path(folder, "files")), str(Path(folder, "table.parquet"))
        # Memory grows with a part's pictures, and must not with all of them.
        for name, source in ((f"{part} files in ten parts", f"{files}/0"), (f"{count} files in a hundred", files)):
            rate, memory[name] = command(model, source, f"{folder}/{name}", part // 10)
            rates[name] = [rate]
        rate, memory["files"] = command(model, files, f"{folder}/of_files", part)
        rates["files"] = [rate]
        rates["files, without decoding"] = [1 / (1 / rate - 1 / decoding)]
        rate, memory["table"] = command(model, table, f"{folder}/of_table", part)
        rates["table"] = [rate]
        for cores in range(1, len(os.sched_getaffinity(0)) + 1):
            out = f"{folder}/of_spark_{cores}"
            rates[f"files, spark on {cores} cores"] = [
                command(model, files, out, part, "--master", f"local[{cores}]")[0]
            ]
    for name, peak in memory.items():
        print(f"{name:32} {peak:10,.0f} MiB at most")
    if small:
        for name, (rate,) in rates.items():
            print(f"{name:32} {rate:10,.0f} pictures/s")
        return
    write_result("batch_transform", f"{count} PNG files {SIDE}x{SIDE}", "pictures/s", rates, peak_memory_mib=memory)


if __name__ == "__main__":
    main()
