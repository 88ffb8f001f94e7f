"""Pictures as DataFrames."""

from __future__ import annotations

import json
import os
import posixpath
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from sparkdl4j import errors, inspection, options
from sparkdl4j import name_pattern as names
from sparkdl4j.damaged_image import DamagedImage
from sparkdl4j.dataset import ImageDataset
from sparkdl4j.image_options import ImageOptions, Window
from sparkdl4j.inspection import Inspection
from sparkdl4j.pixel_file import PixelFile
from sparkdl4j.preprocessing import Preprocessing
from sparkdl4j.spark import session as sessions
from sparkdl4j.spark.java_errors import translated
from sparkdl4j.spark.splits import GROUP

_FOLDER = "binaryFile"


def read_images(
    session: SparkSession,
    source: str | os.PathLike[str] | DataFrame,
    *,
    format: str = _FOLDER,
    name_pattern: str | None = None,
    unmatched: str = options.default("names", "unmatched"),
) -> DataFrame:
    """The pictures of a folder whose subfolders are classes, or of a table, on any of Hadoop's file systems.

    Of a folder only names are read; the content is, when something uses it.

    Args:
        session: a classic Spark session.
        source: a folder or a table, such as "hdfs://host/pictures"; or a DataFrame.
        format: "binaryFile" for a folder, whose pictures stay encoded until they are used; "image" for a folder that
            Spark's own image source decodes; "parquet" or another of Spark's formats for a table. A table or DataFrame
            must have a column `image` (or `content`) of encoded pictures or of Spark's image structs. Its class is
            what `class` says, else strings in `label`, else the name of the folder in `path` (or `image.origin`);
            numbers in `label` stay.
        name_pattern: of a folder: a regular expression that takes the class `(?P<label>…)`, the group `(?P<group>…)`
            and further columns from a picture's path within it; without a label the subfolder names the class.
        unmatched: what a file is that does not match: an "error", or "own-group": a group of its own, of the class
            that its subfolder names.

    Returns:
        path (string), class (string), label (double: the place of the class among the sorted ones, whose names are in
        the column's metadata as pyspark.ml has them), image (binary: the encoded picture; or Spark's struct), and
        further columns of a table, or of the pattern (string).

    Raises:
        FileError: FILE_NOT_FOUND, FILE_UNREADABLE.
        DataError: DATA_EMPTY; DATA_COLUMN; DATA_LABELS for pictures without a class; DATA_NAME for those that the
            pattern does not fit.
        ParameterError: PARAMETER_CONFLICT for a DataFrame with a format or a pattern, or a table with a pattern;
            PARAMETER_RANGE for a pattern that is none, or has no such group.
    """
    names.of(name_pattern, unmatched)
    gateway = sessions.gateway(session)
    with translated(gateway):
        if not isinstance(source, DataFrame):
            rows = gateway.read(session._jsparkSession, os.fspath(source), format, name_pattern, unmatched)
            return DataFrame(rows, session)
        for name, value, default in (("format", format, _FOLDER), ("name_pattern", name_pattern, None)):
            if value != default:
                raise errors.error(
                    "PARAMETER_CONFLICT",
                    f"{name}={value!r} is for files, but the pictures are those of a DataFrame: leave it out",
                    parameter=name,
                )
        return DataFrame(gateway.table(source._jdf), session)


def read_labelled_images(
    session: SparkSession,
    table: str | os.PathLike[str] | DataFrame,
    *,
    root: str | os.PathLike[str] | None = None,
    path_column: str = options.default("table", "path_column"),
    label_column: str = options.default("table", "label_column"),
    group_column: str | None = None,
) -> DataFrame:
    """The pictures that a table names, with its labels, on any of Hadoop's file systems.

    `ImageDataset.from_table` does the same on one machine. The names of all files below `root` are read at once, the
    content of those that the table names when something uses it.

    Args:
        session: a classic Spark session.
        table: path of a Parquet file (.parquet, .pq), or of a CSV file (UTF-8, with a line of names, and commas); or a
            DataFrame.
        root: the folder that the paths are below; None for the folder of the table's file. A DataFrame needs it.
        path_column, label_column, group_column: names of its columns.

    Returns:
        path, class, label and image, as `read_images` gives them, and the column of groups (string) by its name.

    Raises:
        FileError: FILE_NOT_FOUND for a table, or files that it names, that do not exist; FILE_UNREADABLE.
        DataError: DATA_COLUMN for a column that is missing, or a row without a path; DATA_LABELS for a row without a
            label, and for rows that give one picture different labels; DATA_EMPTY.
        ParameterError: PARAMETER_CONFLICT for a DataFrame without a root.
    """
    gateway = sessions.gateway(session)
    if root is None and isinstance(table, DataFrame):
        raise errors.error(
            "PARAMETER_CONFLICT",
            "a DataFrame of labels lies in no folder: give root, the folder of its pictures",
            parameter="root",
        )
    with translated(gateway):
        if isinstance(table, DataFrame):
            given, read = table._jdf, gateway.labelled
        else:
            given, read = os.fspath(table), gateway.readLabelled
            root = posixpath.dirname(given) if root is None else root
        folder = os.fspath(root or ".")
        rows = read(session._jsparkSession, given, folder, path_column, label_column, group_column)
        return DataFrame(rows, session)


def read_unlabelled_images(session: SparkSession, paths: Sequence[str]) -> DataFrame:
    """Pictures without labels, on any of Hadoop's file systems.

    Args:
        session: a classic Spark session.
        paths: folders of pictures, and pictures.

    Returns:
        path (string), image (binary: the encoded picture).

    Raises:
        FileError: FILE_NOT_FOUND, FILE_UNREADABLE.
        DataError: DATA_EMPTY.
    """
    gateway = sessions.gateway(session)
    with translated(gateway):
        return DataFrame(gateway.readUnlabelled(session._jsparkSession, list(paths)), session)


def inspect_images(images: DataFrame, *, max_pixels: int = options.default("image", "max_pixels")) -> Inspection:
    """What the pictures of a DataFrame are, as `sparkdl4j.inspect_images` says it of a folder.

    The executors look at them. Up to 20,000 pictures are compared with each other on this machine, as small ones.

    Args:
        images: as `read_images` gives them; a column `group` becomes the groups, further ones are columns.
        max_pixels: as `sparkdl4j.ImageFolder` takes it.

    Raises:
        ParameterError: PARAMETER_TYPE, PARAMETER_RANGE.
        DataError: DATA_COLUMN, DATA_EMPTY, DATA_LABELS.
        SparkError: SPARK_SESSION, SPARK_JOB.
    """
    image_options = inspection.image_options_of(max_pixels)
    gateway = sessions.gateway(sessions.of(images))
    with translated(gateway):
        found = json.loads(gateway.inspect(images._jdf, json.dumps(image_options.to_dict())))
    if not found:
        raise errors.error("DATA_EMPTY", "there are no pictures: the DataFrame is empty")
    for picture in found:
        if picture["class"] is None:
            raise errors.error("DATA_LABELS", f"the class of {picture['path']} is null: remove such rows")
    pictures = [found[place] for place in _order([picture["path"] for picture in found])]
    files = [DamagedImage(**each["file"]) if "reason" in each["file"] else each["file"] for each in pictures]
    paths = [picture["path"] for picture in pictures]
    columns = {
        name: np.array([each["columns"][name] for each in pictures], dtype=object) for name in found[0]["columns"]
    }
    sound = sum(isinstance(file, dict) for file in files)

    def read(numbers: NDArray[np.int64], how: ImageOptions) -> ImageDataset:
        if len(numbers) == sound:
            chosen = images
        else:
            chosen = images.where(sql.col("path").isin([paths[k] for k in numbers]))
        return collect_images(chosen.select("path", "class", "image"), max_damaged=1.0, **vars(how))

    return inspection.of_files(
        [picture["class"] for picture in pictures],
        files,
        paths=paths,
        groups=columns.pop(GROUP, None),
        columns=columns,
        max_pixels=max_pixels,
        read=read,
    )


def collect_images(
    images: DataFrame,
    size: tuple[int, int] | int,
    *,
    channels: int = options.default("image", "channels"),
    window: Window = "full",
    max_damaged: float = options.default("data", "max_damaged"),
    max_pixels: int = options.default("image", "max_pixels"),
    preprocessing: Preprocessing = (),
) -> ImageDataset:
    """The pictures of a DataFrame in one place, for what needs them there, such as `sparkdl4j.Search`.

    The executors decode; pixels come to a file in the driver's folder for temporary files, which goes with the data
    set. The order is that of the paths, as `sparkdl4j.ImageFolder` has it: the same pictures give the same splits.

    Args:
        images: as `read_images` gives them; a column `group` becomes the groups.
        size, channels, window, max_damaged, max_pixels, preprocessing: as `sparkdl4j.ImageFolder` takes them.

    Raises:
        ParameterError: PARAMETER_TYPE, PARAMETER_RANGE.
        DataError: DATA_COLUMN, DATA_EMPTY, DATA_DAMAGED, DATA_LABELS.
        FileError: FILE_UNWRITABLE.
        SparkError: SPARK_SESSION, SPARK_JOB.
    """
    image_options = ImageOptions(
        size, channels=channels, window=window, max_pixels=max_pixels, preprocessing=preprocessing
    )
    max_damaged = options.check("data", "max_damaged", max_damaged)
    gateway = sessions.gateway(sessions.of(images))
    folder = tempfile.TemporaryDirectory(prefix="sparkdl4j-pictures-")
    file = PixelFile(str(Path(folder.name, "pixels")), 0)
    with translated(gateway):
        found = json.loads(gateway.collect(images._jdf, json.dumps(image_options.to_dict()), file.path, max_damaged))
    files: list[str] = found["paths"]
    order = _order(files)
    classes, labels = np.unique(np.array(found["classes"], dtype=object), return_inverse=True)
    paths, groups = np.empty(len(files), dtype=object), np.empty(len(files), dtype=object)
    paths[:], groups[:] = files, found["groups"]
    data = ImageDataset(
        file.map((len(files), *image_options.shape), image_options.dtype),
        labels=labels.astype(np.int32)[order],
        classes=classes.tolist(),
        paths=paths[order],
        groups=None if all(group is None for group in found["groups"]) else groups[order],
        damaged=[DamagedImage(**entry) for entry in found["damaged"]],
        image_options=image_options,
        rows=order,
        pixel_file=file,
    )
    # Views share the pixels, and need the file as long.
    weakref.finalize(data.pixels, folder.cleanup)
    return data


def _order(paths: Sequence[str]) -> NDArray[np.int32]:
    """As the folder's reader sorts: parts of the path one by one."""
    return np.array(sorted(range(len(paths)), key=lambda place: (paths[place] or "").split("/")), dtype=np.int32)
