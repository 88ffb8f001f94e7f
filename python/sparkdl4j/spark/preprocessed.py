"""DataFrames whose pictures have been through steps of preprocessing."""

from __future__ import annotations

import json

from pyspark.sql import DataFrame

from sparkdl4j import options
from sparkdl4j import preprocessing as stages
from sparkdl4j.image_options import ImageOptions, Window
from sparkdl4j.preprocessing import PictureKind, Preprocessing
from sparkdl4j.spark import session as sessions
from sparkdl4j.spark.java_errors import translated
from sparkdl4j.spark.splits import GROUP


def preprocessed(
    images: DataFrame,
    steps: Preprocessing,
    size: tuple[int, int] | int,
    *,
    order: str | None = None,
    group: str = GROUP,
    channels: int = options.default("image", "channels"),
    window: Window = "full",
    max_pixels: int = options.default("image", "max_pixels"),
    preprocessing: Preprocessing = (),
) -> DataFrame:
    """The pictures of a DataFrame after steps of `sparkdl4j.preprocessing`, as of `ImageDataset.preprocessed`.

    The executors decode, scale and change them when something uses the result. Steps with `along="series"` bring all
    pictures of a series to one executor, whose memory must hold them, and give float32: who reads the result begins
    with `preprocessing=[ToFloat()]`, such as `ConvNetClassifier`, `transform` of its model, and `collect_images`.

    Args:
        images: as `read_images` gives them.
        steps: objects, or dicts.
        size, channels, window, max_pixels, preprocessing: how pictures become those that the first step gets, as
            `sparkdl4j.ImageFolder` takes them.
        order: the column by which the pictures of a series follow each other: numbers, or texts that are numbers or
            sort as they should.
        group: the column that names the series.

    Returns:
        the columns of `images`, with `image` as Spark's image struct (of float32 with OpenCV's modes 5 and 21), and
        `damaged`: null, or what is wrong with a picture, which is null then and belongs to no series.

    Raises:
        ParameterError: PARAMETER_TYPE, PARAMETER_RANGE; PARAMETER_CONFLICT for steps that do not take what they would
            get, and for series steps without an order.
        DataError: DATA_COLUMN for a column that does not exist; DATA_LABELS for a picture without a series or a place
            in it, or two of a series with the same place.
        SparkError: SPARK_SESSION, SPARK_JOB.
    """
    image_options = ImageOptions(
        size, channels=channels, window=window, max_pixels=max_pixels, preprocessing=preprocessing
    )
    checked = stages.steps(steps)
    height, width, channels = image_options.shape
    color = "grey" if channels == 1 else "rgb"
    PictureKind(color, image_options.dtype.name, height=height, width=width).after(checked)
    request = {
        "image": image_options.to_dict(),
        "steps": [step.to_dict() for step in checked],
        "order": order,
        "group": group,
    }
    session = sessions.of(images)
    gateway = sessions.gateway(session)
    with translated(gateway):
        return DataFrame(gateway.preprocessed(images._jdf, json.dumps(request)), session)
