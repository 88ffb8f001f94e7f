"""Training and prediction on Spark: the estimator and the model of pyspark.ml, and what goes with them."""

from sparkdl4j.spark.classifier import ConvNetClassificationModel, ConvNetClassifier, TrainingSummary
from sparkdl4j.spark.featurizer import ImageFeaturizer
from sparkdl4j.spark.images import (
    collect_images,
    inspect_images,
    read_images,
    read_labelled_images,
    read_unlabelled_images,
)
from sparkdl4j.spark.preprocessed import preprocessed
from sparkdl4j.spark.session import configure
from sparkdl4j.spark.splits import random_split_by_group, stratified_split, with_group_folds

__all__ = [
    "ConvNetClassificationModel",
    "ConvNetClassifier",
    "ImageFeaturizer",
    "TrainingSummary",
    "collect_images",
    "configure",
    "inspect_images",
    "preprocessed",
    "random_split_by_group",
    "read_images",
    "read_labelled_images",
    "read_unlabelled_images",
    "stratified_split",
    "with_group_folds",
]
