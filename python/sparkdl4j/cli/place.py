"""Where a command works: in this process, or on a Spark cluster. The commands are the same."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sparkdl4j import errors
from sparkdl4j.urls import is_url

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from sparkdl4j.damaged_image import DamagedImage
    from sparkdl4j.dataset import ImageDataset
    from sparkdl4j.evaluation import Metrics
    from sparkdl4j.history import History
    from sparkdl4j.image_options import ImageOptions
    from sparkdl4j.inspection import Inspection
    from sparkdl4j.network import Network

_DAMAGED_SHOWN = 5


@dataclass(frozen=True)
class Evaluated:
    """What an evaluation gave.

    Args:
        pictures: one line on those that were evaluated.
        metrics: of their predictions.
        to_report: gives what `write_report` shows of them: pictures or mistakes, and the classifier.
    """

    pictures: str
    metrics: Metrics
    to_report: Callable[[], dict[str, Any]]


class Training(ABC):
    """A classifier that is to be trained."""

    @abstractmethod
    def fit(self, train: Any, validation: Any, resume: str | None) -> None:
        """Trains.

        Args:
            train: pictures of the place.
            validation: pictures of the place, a share of `train`, or None.
            resume: a checkpoint to go on from, where the place has files, or None.

        Raises:
            KeyboardInterrupt, TrainingError: with an epoch kept, or none.
        """

    @property
    @abstractmethod
    def kept_epoch(self) -> int:
        """The epoch whose parameters were kept; 0 while there is none."""

    @abstractmethod
    def save(self, path: str) -> None:
        """Writes the model file."""

    @abstractmethod
    def evaluate(self, pictures: Any) -> Evaluated:
        """Evaluates what was trained, with pictures of the place."""

    @abstractmethod
    def history(self) -> History:
        """How the epochs went."""

    @abstractmethod
    def to_report(self, train: Any, test: Any) -> dict[str, Any]:
        """What `write_report` shows of pictures of the place; `test` may be None."""


class Model(ABC):
    """The classifier of a model file.

    Attributes:
        image_options: how it decodes pictures.
    """

    image_options: ImageOptions

    @abstractmethod
    def evaluate(self, pictures: Any) -> Evaluated:
        """Evaluates it with pictures of the place."""

    @abstractmethod
    def history(self) -> History:
        """How it was trained."""

    @abstractmethod
    def predictions(self, paths: Sequence[str]) -> tuple[list[str], Iterator[list[str]]]:
        """The names of the columns of a CSV file, and its rows; the last column says what is wrong with a picture."""

    @abstractmethod
    def write_parts(self, paths: Sequence[str], folder: str, shard_size: int, model: str) -> tuple[int, int]:
        """Writes predictions as a folder of parts, or goes on with it.

        Args:
            shard_size: pictures in a part.
            model: the model file.

        Returns:
            rows, and those of them that are of damaged pictures.
        """

    @abstractmethod
    def write_predictions(self, paths: Sequence[str], folder: str) -> None:
        """Writes predictions where only a cluster can."""


class Place(ABC):
    """Reads pictures, and has classifiers for them. A context manager, which gives back what it has taken."""

    @abstractmethod
    def __enter__(self) -> Place: ...

    @abstractmethod
    def __exit__(self, *_: object) -> None: ...

    @abstractmethod
    def read(self, path: str, image_options: ImageOptions | None) -> Any:
        """Labelled pictures, which say in one line what they are.

        Args:
            path: a folder with one subfolder a class, or another source that the place knows.
            image_options: how they are decoded.
        """

    @abstractmethod
    def inspect(self, path: str, max_pixels: int) -> Inspection:
        """What the pictures of a folder are.

        Args:
            path: a folder with one subfolder a class, or with names that tell.
            max_pixels: above which a picture is a damaged one.
        """

    @abstractmethod
    def gather(self, path: str, image_options: ImageOptions | None) -> ImageDataset:
        """Labelled pictures, as `read` finds them, decoded and on this machine."""

    @abstractmethod
    def spark(self) -> SparkSession | None:
        """The Spark session of a cluster."""

    @abstractmethod
    def split(self, pictures: Any, fraction: float, seed: int) -> tuple[Any, Any]:
        """The rest, and a stratified share that is held out."""

    @abstractmethod
    def training(self, network: str | Network, image_options: ImageOptions | None, options: dict[str, Any]) -> Training:
        """A training, which has not started.

        Args:
            network: its name or description.
            image_options: how pictures are decoded; None where they tell themselves.
            options: of the groups "training" and "network", and callbacks.

        Raises:
            ParameterError, NetworkError: before anything is read.
        """

    @abstractmethod
    def metadata(self, pretrained: str) -> dict[str, Any]:
        """What a model file says of itself, as `transfer.Origin.of` takes it."""

    @abstractmethod
    def writes(self, path: str) -> bool:
        """Whether predictions for this path are for the place to write, rather than a file of this machine."""

    @abstractmethod
    def load(self, path: str) -> Model:
        """The classifier of a model file."""

    @abstractmethod
    def require_writable(self, url: str) -> None:
        """Makes sure, before long work, that a model file can be written where only a cluster can.

        Raises:
            FileError: FILE_UNWRITABLE.
            ParameterError: PARAMETER_CONFLICT on one machine.
        """


def of(arguments: Namespace) -> Place:
    """The place that the options name.

    Raises:
        ParameterError: PARAMETER_CONFLICT for settings of Spark without a master.
        JvmError: EXTRA_MISSING where PySpark is needed and not installed.
    """
    if arguments.master is not None:
        try:
            import pyspark  # noqa: F401
        except ImportError:
            raise errors.missing_extra("pyspark", "spark") from None
        from sparkdl4j.cli.cluster import Cluster

        return Cluster(arguments)
    if arguments.conf:
        raise errors.error(
            "PARAMETER_CONFLICT",
            "--conf is a setting of Spark: give --master too, such as --master local[2]",
            parameter="conf",
        )
    from sparkdl4j.cli.one_machine import OneMachine

    return OneMachine(arguments)


def require_reachable(path: str) -> None:
    """Refuses what this process cannot read.

    Args:
        path: a file or folder.

    Raises:
        ParameterError: PARAMETER_CONFLICT.
    """
    if is_url(path):
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"{path} can be reached on Spark only: give --master, such as --master local[2]",
            parameter="master",
        )


def require_one_source_of_labels(arguments: Namespace, table: str) -> None:
    """Refuses names that tell labels beside a table that does.

    Raises:
        ParameterError: PARAMETER_CONFLICT.
    """
    if arguments.name_pattern is not None:
        raise errors.error(
            "PARAMETER_CONFLICT",
            f"labels come both from --name-pattern and from {table}: leave one out",
            parameter="name_pattern",
        )


def print_damaged(damaged: Sequence[DamagedImage]) -> None:
    """Says which pictures were left out, or the first of many."""
    for entry in damaged[:_DAMAGED_SHOWN]:
        print(f"damaged: {entry.path}: {entry.reason}: {entry.detail}", file=sys.stderr)
    if len(damaged) > _DAMAGED_SHOWN:
        print(f"damaged: and {len(damaged) - _DAMAGED_SHOWN} more", file=sys.stderr)


def no_size() -> errors.SparkDl4jError:
    """The error for pictures of whose size nothing is known."""
    return errors.error(
        "PARAMETER_TYPE",
        "this network names no picture size: give --size, such as --size 75 or --size 60x80",
    )
