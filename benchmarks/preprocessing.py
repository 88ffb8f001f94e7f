"""Steps of preprocessing on one core beside Pillow and OpenCV's own Python; a pipeline over the cores of Spark.

    .venv/bin/python benchmarks/preprocessing.py [--small]

The pictures are made: smooth noise with grain, 450x600, uint8. First each step changes 64 of them in memory, in turns
with the same calls of OpenCV's Python (threads off) and of Pillow, where it has such a step, in one process that is
bound to one core. Then files are decoded, cropped to a square, equalised and scaled to 75x75 by `ImageFolder` and by
OpenCV's Python, on one core too, and by Spark with 1, 2, … local cores, as a plain count of decoded pictures. Each
series has its own median; `--small` works on little, and writes nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decoding import make_files
from fresh_process import in_fresh_process
from peers.spark_folder import spark_folder
from record import write_result

SHAPE = (450, 600, 3)
SIDE = 75
PICTURES, FILES, ROUNDS = 64, 2000, 7
SMALL_PICTURES, SMALL_FILES, SMALL_ROUNDS = 8, 40, 2
Pictures = NDArray[np.uint8]


def steps_on_one_core(count: int, rounds: int) -> dict[str, list[float]]:
    """Pictures a second by step and contender."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    import cv2
    from PIL import Image, ImageFilter, ImageOps

    from sparkdl4j import ImageDataset, configure
    from sparkdl4j import preprocessing as stages

    configure(threads=1)
    cv2.setNumThreads(0)
    random = np.random.default_rng(0)
    coarse = random.integers(0, 256, (count, 9, 12, 3), dtype=np.uint8)
    smooth = np.stack([cv2.resize(each, (SHAPE[1], SHAPE[0]), interpolation=cv2.INTER_CUBIC) for each in coarse])
    pictures = np.clip(smooth + random.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8)
    # Grain is all hair to a step that looks for what is thin and dark, so these have none.
    hairy = (150 + smooth / 10).astype(np.uint8)
    for picture in hairy:
        for ends in random.integers(0, SHAPE[0], (20, 2, 2)).tolist():
            cv2.line(picture, *ends, (40, 30, 20), 2)
    clahe = cv2.createCLAHE(2.0, (8, 8))
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (17, 17))

    def lightness(picture: Pictures, change: Callable[[Any], Any]) -> Any:
        lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
        lab[..., 0] = change(np.ascontiguousarray(lab[..., 0]))
        return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)

    def without_hair(picture: Pictures) -> Any:
        black_hat = cv2.morphologyEx(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.MORPH_BLACKHAT, cross)
        hair = cv2.threshold(black_hat, 10, 255, cv2.THRESH_BINARY)[1]
        return cv2.inpaint(picture, hair, 3, cv2.INPAINT_TELEA)

    cases: dict[str, tuple[stages.Step, Callable[[Pictures], Any], Callable[[Any], Any] | None]] = {
        "median 5": (
            stages.MedianFilter(5),
            lambda p: cv2.medianBlur(p, 5),
            lambda image: image.filter(ImageFilter.MedianFilter(5)),
        ),
        "blur 2": (
            stages.GaussianBlur(2),
            lambda p: cv2.GaussianBlur(p, (17, 17), 2, borderType=cv2.BORDER_REFLECT),
            lambda image: image.filter(ImageFilter.GaussianBlur(2)),
        ),
        "equalisation": (stages.HistogramEqualization(), lambda p: lightness(p, cv2.equalizeHist), ImageOps.equalize),
        "clahe": (stages.CLAHE(), lambda p: lightness(p, clahe.apply), None),
        "greyscale": (
            stages.Grayscale(),
            lambda p: cv2.cvtColor(p, cv2.COLOR_RGB2GRAY),
            lambda image: image.convert("L"),
        ),
        "hair removal": (stages.HairRemoval(), without_hair, None),
        "scale": (
            stages.Scale(SIDE),
            lambda p: cv2.resize(p, (SIDE, SIDE), interpolation=cv2.INTER_AREA),
            lambda image: image.resize((SIDE, SIDE), Image.Resampling.BOX),
        ),
    }
    measured: dict[str, list[float]] = {}
    for name, (step, of_opencv, of_pillow) in cases.items():
        given = hairy if name == "hair removal" else pictures
        data = ImageDataset.from_arrays(given)
        images = [Image.fromarray(picture) for picture in given]
        contenders: dict[str, Callable[[], Any]] = {
            "sparkdl4j": lambda step=step, data=data: data.preprocessed([step]),
            "opencv-python": lambda change=of_opencv, given=given: [change(picture) for picture in given],
        }
        if of_pillow is not None:
            contenders["pillow"] = lambda change=of_pillow, images=images: [
                np.asarray(change(image)) for image in images
            ]
        for round_number in range(rounds + 1):
            for contender, run in contenders.items():
                started = time.perf_counter()
                run()
                # The first round warms up.
                if round_number:
                    rate = count / (time.perf_counter() - started)
                    measured.setdefault(f"{name}: {contender}", []).append(rate)
    return measured


def files_on_one_core(folder: str, rounds: int) -> dict[str, list[float]]:
    """Pictures a second from files to small equalised squares."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    import cv2

    from sparkdl4j import configure
    from sparkdl4j.image_options import ImageOptions
    from sparkdl4j.jvm import images
    from sparkdl4j.preprocessing import CLAHE, CenterCrop

    configure(threads=1)
    cv2.setNumThreads(0)
    files = sorted(str(path) for path in Path(folder).iterdir())
    options = ImageOptions(SIDE, preprocessing=[CenterCrop(), CLAHE()])
    clahe = cv2.createCLAHE(2.0, (8, 8))

    def of_opencv() -> None:
        for file in files:
            picture = cv2.imread(file)
            height, width = picture.shape[:2]
            left = (width - height) // 2
            lab = cv2.cvtColor(picture[:, left : left + height], cv2.COLOR_BGR2LAB)
            lab[..., 0] = clahe.apply(np.ascontiguousarray(lab[..., 0]))
            cv2.resize(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), (SIDE, SIDE), interpolation=cv2.INTER_AREA)

    contenders: dict[str, Callable[[], Any]] = {
        "files: sparkdl4j": lambda: images.read(files, options, max_damaged=0.0),
        "files: opencv-python": of_opencv,
    }
    measured: dict[str, list[float]] = {name: [] for name in contenders}
    for round_number in range(rounds + 1):
        for name, run in contenders.items():
            started = time.perf_counter()
            run()
            if round_number:
                measured[name].append(len(files) / (time.perf_counter() - started))
    return measured


def files_on_spark(folder: str, model: str, cores: int, rounds: int) -> list[float]:
    """Pictures a second from files to predictions of a tiny network behind the steps, on so many local cores."""
    sys.path.insert(0, str(spark_folder(4)))
    from pyspark.sql import SparkSession

    from sparkdl4j.spark import ConvNetClassificationModel, configure
    from sparkdl4j.spark.images import read_unlabelled_images

    builder = SparkSession.builder.master(f"local[{cores}]").config("spark.ui.enabled", "false")
    session = configure(builder).config("spark.log.level", "ERROR").getOrCreate()
    try:
        classifier = ConvNetClassificationModel(model, session=session)
        rows = read_unlabelled_images(session, [folder]).repartition(4 * cores).cache()
        count = rows.count()
        rates = []
        for round_number in range(rounds + 1):
            started = time.perf_counter()
            classifier.transform(rows).selectExpr("sum(prediction)").collect()
            if round_number:
                rates.append(count / (time.perf_counter() - started))
        return rates
    finally:
        session.stop()


def make_model(folder: str, path: str) -> None:
    """A classifier whose network costs next to nothing beside its steps."""
    from sparkdl4j import ConvNetClassifier, ImageDataset
    from sparkdl4j.image_options import ImageOptions
    from sparkdl4j.jvm import images
    from sparkdl4j.network import AvgPool2D, Output, Sequential
    from sparkdl4j.preprocessing import CLAHE, CenterCrop

    files = sorted(str(file) for file in Path(folder).iterdir())[:16]
    options = ImageOptions(SIDE, preprocessing=[CenterCrop(), CLAHE()])
    pixels, _, _ = images.read(files, options, max_damaged=0.0)
    labels = np.arange(len(pixels), dtype=np.int32) % 2
    data = ImageDataset(pixels, labels=labels, classes=["a", "b"], image_options=options)
    network = Sequential([AvgPool2D(15), Output()])
    ConvNetClassifier(network, epochs=1, verbose=False).fit(data).save(path)


def main() -> None:
    """Measures everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a few pictures, nothing is written")
    small = parser.parse_args().small
    rounds = SMALL_ROUNDS if small else ROUNDS
    measured = in_fresh_process(steps_on_one_core, SMALL_PICTURES if small else PICTURES, rounds)
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder, "pictures")
        pictures.mkdir()
        make_files(pictures, SHAPE, SMALL_FILES if small else FILES)
        model = str(Path(folder, "model.zip"))
        in_fresh_process(make_model, str(pictures), model)
        measured |= in_fresh_process(files_on_one_core, str(pictures), rounds)
        for cores in range(1, len(os.sched_getaffinity(0)) + 1):
            rates = in_fresh_process(files_on_spark, str(pictures), model, cores, rounds)
            measured[f"files: spark on {cores} cores"] = rates
    if small:
        for name, rates in measured.items():
            print(f"{name:32} {np.median(rates):10,.0f} pictures/s")
        return
    write_result("preprocessing", f"made, {SHAPE[0]}x{SHAPE[1]}", "pictures/s", measured)


if __name__ == "__main__":
    main()
