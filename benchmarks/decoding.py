"""Decoding and scaling JPEG files to 75x75 on one core: ours against Pillow with `draft()`.

    .venv/bin/python benchmarks/decoding.py [--small] [--photographs FOLDER] [--x-rays FOLDER]

Photographs are files of a few hundred pixels, X-rays of some 2,000; without folders both are made: smooth noise saved
as JPEG. Ours is one thread of the decoder that `ImageFolder` uses. Pillow opens the file, lets the JPEG decoder shrink
it (`draft`), converts it, scales it with its box filter and copies it to numpy. Both take turns in short runs in one
process that is bound to one core; the median of the rounds' ratios counts, which other work on the machine disturbs
least. `--small` writes nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fresh_process import in_fresh_process
from record import write_result

SIDE = 75
ROUNDS = 15
SECONDS_PER_RUN = 1.0
MOST_FILES = 240
AT_LEAST, TRY_FOR = 0.9, 1.0
# Height, width and channels of the pictures that are made.
MADE = {"photographs": (360, 480, 3), "x_rays": (1800, 2100, 1)}


def make_files(folder: Path, shape: tuple[int, int, int], count: int) -> list[str]:
    """Smooth noise with some grain, as JPEG."""
    from PIL import Image

    random = np.random.default_rng(0)
    height, width, channels = shape
    files = []
    for number in range(count):
        coarse = random.integers(0, 256, (12, 16, channels), dtype=np.uint8)
        picture = Image.fromarray(coarse if channels == 3 else coarse[..., 0]).resize(
            (width, height), Image.Resampling.BICUBIC
        )
        grain = random.normal(0, 6, (height, width, channels))
        pixels = np.clip(np.asarray(picture, dtype=float).reshape(shape) + grain, 0, 255).astype(np.uint8)
        files.append(str(folder / f"{number}.jpg"))
        Image.fromarray(pixels if channels == 3 else pixels[..., 0]).save(files[-1], quality=88)
    return files


def compare(files: Sequence[str], channels: int, rounds: int, seconds: float) -> dict[str, Any]:
    """Pictures a second of ours and of Pillow, run by run."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from PIL import Image

    from sparkdl4j import configure
    from sparkdl4j.image_options import ImageOptions
    from sparkdl4j.jvm import images

    configure(threads=1)
    options = ImageOptions(SIDE, channels=channels)
    mode = "RGB" if channels == 3 else "L"

    def ours() -> None:
        images.read(files, options, max_damaged=0.0)

    def pillow() -> None:
        pixels = np.empty((len(files), *options.shape), dtype=np.uint8)
        for row, file in zip(pixels, files, strict=True):
            with Image.open(file) as picture:
                picture.draft(mode, (SIDE, SIDE))
                scaled = picture.convert(mode).resize((SIDE, SIDE), Image.Resampling.BOX)
            row[...] = np.asarray(scaled).reshape(options.shape)

    contenders: dict[str, Callable[[], None]] = {"sparkdl4j": ours, "pillow": pillow}
    for read in contenders.values():  # the JVM compiles, the page cache fills
        _rate(read, len(files), 3 * seconds)
    series: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        names = list(contenders) if number % 2 else list(contenders)[::-1]
        for name in names:
            series[name].append(_rate(contenders[name], len(files), seconds))
    return series


def _rate(read: Callable[[], None], count: int, seconds: float) -> float:
    done = 0
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        read()
        done += count
    return done / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--small", action="store_true", help="few and short rounds; writes nothing")
    parser.add_argument("--photographs", help="folder of JPEG files")
    parser.add_argument("--x-rays", help="folder of large JPEG files")
    arguments = parser.parse_args()
    for name, shape in MADE.items():
        folder = getattr(arguments, name)
        with tempfile.TemporaryDirectory() as made:
            if folder is None:
                files = make_files(Path(made), shape, MOST_FILES if name == "photographs" else 24)
            else:
                found = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
                # Alternating, so that all parts of the folder have their share.
                files = [str(path) for path in found[:: max(1, len(found) // MOST_FILES)]]
            rounds, seconds = (3, 0.3) if arguments.small else (ROUNDS, SECONDS_PER_RUN)
            series = in_fresh_process(compare, files, shape[2], rounds, seconds)
        ratios = [ours / theirs for ours, theirs in zip(series["sparkdl4j"], series["pillow"], strict=True)]
        ratio = statistics.median(ratios)
        print(f"{name}: {ratio:.3f} times Pillow ({min(ratios):.3f} … {max(ratios):.3f})", flush=True)
        if not arguments.small:
            write_result(
                f"decoding_{name}",
                f"{len(files)} JPEG files of {name.replace('_', '-')}, "
                f"{'made' if folder is None else 'real'}, to {SIDE}x{SIDE}x{shape[2]}, one core",
                "images/s",
                series,
                ratio=ratio,
                at_least=AT_LEAST,
                try_for=TRY_FOR,
            )


if __name__ == "__main__":
    main()
