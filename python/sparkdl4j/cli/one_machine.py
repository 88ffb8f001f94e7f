"""Commands in this process."""

from __future__ import annotations

import hashlib
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from sparkdl4j import atomic_file, errors, transfer
from sparkdl4j.classifier import ConvNetClassifier
from sparkdl4j.cli import picture_source, prediction_rows
from sparkdl4j.cli.picture_source import PictureSource
from sparkdl4j.cli.place import (
    Evaluated,
    Model,
    Place,
    Training,
    no_size,
    print_damaged,
    require_one_source_of_labels,
    require_reachable,
)
from sparkdl4j.cli.prediction_parts import PredictionParts
from sparkdl4j.dataset import ImageDataset, ImageFolder
from sparkdl4j.history import History
from sparkdl4j.idx import load_idx
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.inspection import Inspection, inspect_images
from sparkdl4j.jvm import in_process
from sparkdl4j.network import Network
from sparkdl4j.picture_table import is_table
from sparkdl4j.urls import is_url

# Pictures decoded and predicted at a time, so that memory does not grow with the folder.
_PREDICT_CHUNK = 2048


def configure_jvm(arguments: Namespace) -> None:
    """Tells the JVM of this process what the options say, before it starts."""
    in_process.configure(java_home=arguments.java_home, heap=arguments.heap, threads=arguments.threads or None)


class OneMachine(Place):
    """Pictures in memory, and the JVM of this process."""

    def __init__(self, arguments: Namespace) -> None:
        self._arguments = arguments
        configure_jvm(arguments)

    def __enter__(self) -> OneMachine:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is to be given back: the JVM lasts as long as the process."""

    def read(self, path: str, image_options: ImageOptions | None) -> ImageDataset:
        require_reachable(path)
        is_labelled = self._arguments.labels is not None and path == self._arguments.data
        if not (is_labelled or is_table(path)) and Path(path).is_file():
            return load_idx(path)
        if image_options is None:
            raise no_size()
        if self._arguments.cache is not None:
            atomic_file.make_folder(self._arguments.cache)
        how: dict[str, Any] = {
            "max_damaged": self._arguments.max_damaged,
            "cache": self._arguments.cache,
            "progress": reading_progress(path),
            **vars(image_options),
        }
        data: ImageDataset
        if is_labelled:
            data = self._read_table(self._arguments.labels, root=path, **how)
        elif is_table(path):
            data = self._read_table(path, **how)
        else:
            data = ImageFolder(
                path, name_pattern=self._arguments.name_pattern, unmatched=self._arguments.unmatched, **how
            )
        print_damaged(data.damaged)
        return data

    def inspect(self, path: str, max_pixels: int) -> Inspection:
        require_reachable(path)
        return inspect_images(
            path,
            name_pattern=self._arguments.name_pattern,
            unmatched=self._arguments.unmatched,
            max_pixels=max_pixels,
            progress=reading_progress(path),
        )

    def gather(self, path: str, image_options: ImageOptions | None) -> ImageDataset:
        return self.read(path, image_options)

    def spark(self) -> None:
        return None

    def _read_table(self, table: str, **how: Any) -> ImageDataset:
        require_one_source_of_labels(self._arguments, table)
        return ImageDataset.from_table(
            table,
            path_column=self._arguments.path_column,
            label_column=self._arguments.label_column,
            group_column=self._arguments.group_column,
            **how,
        )

    def split(self, pictures: ImageDataset, fraction: float, seed: int) -> tuple[ImageDataset, ImageDataset]:
        return pictures.split(fraction, seed=seed)

    def training(
        self, network: str | Network, image_options: ImageOptions | None, options: dict[str, Any]
    ) -> OneMachineTraining:
        return OneMachineTraining(ConvNetClassifier(network, **options))

    def metadata(self, pretrained: str) -> dict[str, Any]:
        require_reachable(pretrained)
        return transfer.metadata(pretrained)

    def writes(self, path: str) -> bool:
        return is_url(path)

    def require_writable(self, url: str) -> None:
        require_reachable(url)

    def load(self, path: str) -> OneMachineModel:
        require_reachable(path)
        return OneMachineModel(ConvNetClassifier.load(path))


class OneMachineTraining(Training):
    """A `sparkdl4j.ConvNetClassifier` to fit."""

    def __init__(self, classifier: ConvNetClassifier) -> None:
        self._classifier = classifier

    def fit(self, train: ImageDataset, validation: ImageDataset | float | None, resume: str | None) -> None:
        if isinstance(validation, float):
            self._classifier.set_params(validation_fraction=validation)
            validation = None
        self._classifier.fit(train, validation_data=validation, resume=resume)

    @property
    def kept_epoch(self) -> int:
        return int(getattr(self._classifier, "kept_epoch_", 0))

    def save(self, path: str) -> None:
        self._classifier.save(path)

    def evaluate(self, pictures: ImageDataset) -> Evaluated:
        return _evaluated(self._classifier, pictures)

    def history(self) -> History:
        return self._classifier.history_

    def to_report(self, train: ImageDataset, test: ImageDataset | None) -> dict[str, Any]:
        found = {"data": {"training": train} | ({} if test is None else {"test": test})}
        # Evaluated pictures bring it along.
        return found if test is not None else {**found, "classifier": self._classifier}


class OneMachineModel(Model):
    """A `sparkdl4j.ConvNetClassifier` from a file."""

    def __init__(self, classifier: ConvNetClassifier) -> None:
        self._classifier = classifier
        self.image_options = classifier.image_options_

    def evaluate(self, pictures: ImageDataset) -> Evaluated:
        return _evaluated(self._classifier, pictures)

    def history(self) -> History:
        return self._classifier.history_

    def predictions(self, paths: Sequence[str]) -> tuple[list[str], Iterator[list[str]]]:
        source = picture_source.of(paths)
        return self._columns, self._predicted_rows(source, 0, len(source))

    def write_parts(self, paths: Sequence[str], folder: str, shard_size: int, model: str) -> tuple[int, int]:
        if is_url(folder):
            self.write_predictions(paths, folder)
        source = picture_source.of(paths)
        job = {
            "model": hashlib.sha256(Path(model).read_bytes()).hexdigest(),
            "set_of_pictures": source.identity(),
            "shard_size": shard_size,
        }
        parts = PredictionParts(folder, job)
        count = -(-len(source) // shard_size)
        ending = prediction_rows.ending(folder)

        def write_part(part: int, path: Path) -> tuple[int, int]:
            first = part * shard_size
            rows = self._predicted_rows(source, first, min(first + shard_size, len(source)))
            return prediction_rows.write_file(path, ending, self._columns, rows)

        started, predicted = time.monotonic(), 0
        for part, is_old in parts.write(count, lambda part: f"part-{part:05}{ending}", write_part):
            predicted += 0 if is_old else min(shard_size, len(source) - part * shard_size)
            rate = predicted / (time.monotonic() - started)
            how = "is there already" if is_old else f"{rate:,.0f} pictures/s"
            print(f"Part {part + 1} of {count}: {how}", file=sys.stderr)
        return parts.counts()

    def write_predictions(self, paths: Sequence[str], folder: str) -> NoReturn:
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"{folder} can be written on Spark only: give --master, or the name of a file",
            parameter="out",
        )

    @property
    def _columns(self) -> list[str]:
        return ["path", "prediction", "probability", *(f"p_{name}" for name in self._classes), "damaged"]

    @property
    def _classes(self) -> list[str]:
        return [str(name) for name in self._classifier.classes_]

    def _predicted_rows(self, source: PictureSource, first: int, end: int) -> Iterator[list[str]]:
        """One row a picture, in their order."""
        classes = self._classes
        for start in range(first, end, _PREDICT_CHUNK):
            piece = source.read(start, min(start + _PREDICT_CHUNK, end), self.image_options)
            data = ImageDataset(piece.pixels, image_options=self.image_options)
            predicted = iter(self._classifier.predict_proba(data)) if len(data) else iter(())
            damaged = iter(piece.damaged)
            is_good = np.zeros(len(piece.names), dtype=bool)
            is_good[piece.good] = True
            for name, good in zip(piece.names, is_good.tolist(), strict=True):
                if not good:
                    entry = next(damaged)
                    yield [name, "", "", *("" for _ in classes), f"{entry.reason}: {entry.detail}"]
                    continue
                probabilities = next(predicted)
                best = int(probabilities.argmax())
                shares = [f"{share:.6f}" for share in probabilities.tolist()]
                yield [name, classes[best], shares[best], *shares, ""]


def _evaluated(classifier: ConvNetClassifier, pictures: ImageDataset) -> Evaluated:
    evaluation = classifier.evaluate(pictures)
    return Evaluated(str(pictures), evaluation, lambda: {"pictures": pictures, "classifier": classifier})


def reading_progress(path: str) -> Callable[[int, int], None] | None:
    """What shows on a terminal how far reading is; None elsewhere."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        print(
            f"\rReading {path}: {done}/{total}",
            end="\n" if done == total else "",
            file=sys.stderr,
            flush=True,
        )

    return show
