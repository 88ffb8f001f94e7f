"""What the examples of the papers have in common: options, Spark, and figures beside the paper's, as table and JSON."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sparkdl4j import Evaluation, atomic_file
from sparkdl4j.jvm import environment

# What a figure depends on, of all that the library knows of where it runs.
_VERSIONS = ("sparkdl4j", "python", "processor", "nd4j", "onednn", "opencv")


@dataclass(frozen=True)
class Figure:
    """A figure of a paper beside ours.

    Args:
        what: is compared.
        paper: the paper's figure as it gives it; empty where it gives none.
        ours: what was found now.
        data: which pictures ours is of.
    """

    what: str
    paper: str
    ours: str
    data: str


class Example:
    """The command of an example, and what it found.

    Args:
        name: the example's.
        doc: what `--help` says.
        pictures: what the argument for the pictures is called.
        takes_urls: the pictures may be on another file system of Spark's.
    """

    def __init__(self, name: str, doc: str | None, pictures: str = "PICTURES", *, takes_urls: bool = False) -> None:
        self._name = name
        self._takes_urls = takes_urls
        self.parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawTextHelpFormatter)
        self.parser.add_argument("pictures", metavar=pictures)
        self.parser.add_argument(
            "--out", type=Path, default=Path(f"{name}-report"), metavar="DIR", help="what is written; %(default)s"
        )
        self.parser.add_argument("--json", type=Path, metavar="FILE", help="the figures; figures.json in DIR")

    def parse(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """The options; makes the folder `out`, and counts seconds from now on."""
        self._given = self.parser.parse_args(arguments)
        if not (self._takes_urls and "://" in self._given.pictures):
            # Spark takes relative paths as those of its default file system, which may be another.
            self._given.pictures = Path(self._given.pictures).absolute()
            if not self._given.pictures.is_dir():
                self.parser.error(f"{self._given.pictures} is no folder: give that of the pictures")
        atomic_file.make_folder(self._given.out)
        self._start = time.perf_counter()
        return self._given

    def tell(self, figures: Sequence[Figure]) -> None:
        """Prints the figures, and writes them with options, seconds and versions."""
        given = {name: value for name, value in vars(self._given).items() if name not in ("pictures", "json")}
        versions = {name: text for name, text in environment.describe() if name in _VERSIONS}
        if "pyspark" in sys.modules:
            versions["pyspark"] = sys.modules["pyspark"].__version__
        found = {
            "example": self._name,
            "figures": [asdict(figure) for figure in figures],
            "options": {name: value for name, value in given.items() if not isinstance(value, Path)},
            "seconds": round(time.perf_counter() - self._start, 1),
            "versions": versions,
        }
        file = self._given.json or self._given.out / "figures.json"
        atomic_file.make_folder(file.parent)
        atomic_file.write(file, json.dumps(found, indent=1) + "\n")
        reports = ", ".join(str(path) for path in sorted(self._given.out.rglob("report.html")))
        print(f"\n{table(figures)}\n\nfigures: {file}; reports: {reports}")


@contextmanager
def spark(name: str, master: str, settings: Mapping[str, str] | None = None) -> Iterator[Any]:
    """A session of Spark for an example, which ends with it.

    Args:
        name: the application's.
        master: Spark's.
        settings: of Spark's, beside those of every example.
    """
    from pyspark.sql import SparkSession

    import sparkdl4j.spark

    builder = SparkSession.builder.master(master).appName(name)
    for key, value in {"spark.ui.showConsoleProgress": "false", **(settings or {})}.items():
        builder = builder.config(key, value)
    session = sparkdl4j.spark.configure(builder).getOrCreate()
    try:
        yield session
    finally:
        session.stop()


def table(figures: Sequence[Figure]) -> str:
    """The figures as text."""
    lines = [("", "paper", "ours", "data"), *((each.what, each.paper, each.ours, each.data) for each in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
    return "\n".join(padded)


def told(evaluation: Evaluation, metric: str) -> str:
    """A metric with its 95 % interval."""
    found = evaluation.confidence_interval(metric)
    return f"{found.value:.4f} ({found.low:.4f} to {found.high:.4f})"
