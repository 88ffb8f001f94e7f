"""sparkdl4j: image ConvNets on the JVM (Deeplearning4j), driven from Python.

Importing this package starts no JVM and imports neither numpy nor JPype; public names are resolved on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sparkdl4j.augmentation import Augmentation
    from sparkdl4j.callbacks import (
        Callback,
        CSVLogger,
        JsonLogger,
        MlflowLogger,
        ProgressBar,
        StopTraining,
        StopWhen,
        TensorBoard,
    )
    from sparkdl4j.checkpoint import Checkpoint
    from sparkdl4j.classifier import ConvNetClassifier
    from sparkdl4j.damaged_image import DamagedImage
    from sparkdl4j.dataset import ImageDataset, ImageFolder
    from sparkdl4j.dl4j_import import from_dl4j
    from sparkdl4j.early_stopping import EarlyStopping
    from sparkdl4j.errors import (
        DataError,
        FileError,
        InternalError,
        JvmError,
        ModelFileError,
        NetworkError,
        NotFittedError,
        ParameterError,
        ServingError,
        SparkDl4jError,
        TrainingError,
    )
    from sparkdl4j.evaluation import Evaluation
    from sparkdl4j.feature_check import FeatureWarning
    from sparkdl4j.featurizer import ImageFeaturizer
    from sparkdl4j.history import History
    from sparkdl4j.idx import load_idx
    from sparkdl4j.inspection import Inspection, inspect_images
    from sparkdl4j.jvm.in_process import configure
    from sparkdl4j.keras_import import from_keras
    from sparkdl4j.learning_curves import LearningCurve, learning_curve
    from sparkdl4j.learning_rate_search import LearningRateSearch
    from sparkdl4j.network import (
        Activation,
        Add,
        AvgPool2D,
        BatchNorm,
        Block,
        Concat,
        Conv2D,
        Dense,
        DepthwiseConv2D,
        Dropout,
        Flatten,
        GlobalPool,
        Graph,
        MaxPool2D,
        Multiply,
        Network,
        Normalization,
        Output,
        Rescaling,
        SeparableConv2D,
        Sequential,
        SqueezeExcite,
        ZeroPadding2D,
        fashion,
        landscape,
        pneumonia_vgg,
        resnet18,
        resnet50,
        small_resnet,
        vgg_conv13,
    )
    from sparkdl4j.plateau_reduction import ReduceLearningRateOnPlateau
    from sparkdl4j.recipes import recipe
    from sparkdl4j.report.folder import write_report
    from sparkdl4j.scaler import StandardScaler
    from sparkdl4j.search.search import Search

_HOMES = {
    "augmentation": ("Augmentation",),
    "callbacks": (
        "CSVLogger",
        "Callback",
        "JsonLogger",
        "MlflowLogger",
        "ProgressBar",
        "StopTraining",
        "StopWhen",
        "TensorBoard",
    ),
    "checkpoint": ("Checkpoint",),
    "classifier": ("ConvNetClassifier",),
    "damaged_image": ("DamagedImage",),
    "dataset": ("ImageDataset", "ImageFolder"),
    "dl4j_import": ("from_dl4j",),
    "early_stopping": ("EarlyStopping",),
    "errors": (
        "DataError",
        "FileError",
        "InternalError",
        "JvmError",
        "ModelFileError",
        "NetworkError",
        "NotFittedError",
        "ParameterError",
        "ServingError",
        "SparkDl4jError",
        "SparkError",
        "TrainingError",
    ),
    "evaluation": ("Evaluation",),
    "feature_check": ("FeatureWarning",),
    "featurizer": ("ImageFeaturizer",),
    "history": ("History",),
    "idx": ("load_idx",),
    "inspection": ("Inspection", "inspect_images"),
    "jvm.in_process": ("configure",),
    "keras_import": ("from_keras",),
    "learning_rate_search": ("LearningRateSearch",),
    "learning_curves": ("LearningCurve", "learning_curve"),
    "network": (
        "Activation",
        "Add",
        "AvgPool2D",
        "BatchNorm",
        "Block",
        "Concat",
        "Conv2D",
        "Dense",
        "DepthwiseConv2D",
        "Dropout",
        "Flatten",
        "GlobalPool",
        "Graph",
        "MaxPool2D",
        "Multiply",
        "Network",
        "Normalization",
        "Output",
        "Rescaling",
        "SeparableConv2D",
        "Sequential",
        "SqueezeExcite",
        "ZeroPadding2D",
        "fashion",
        "landscape",
        "pneumonia_vgg",
        "resnet18",
        "resnet50",
        "small_resnet",
        "vgg_conv13",
    ),
    "plateau_reduction": ("ReduceLearningRateOnPlateau",),
    "recipes": ("recipe",),
    "report.folder": ("write_report",),
    "scaler": ("StandardScaler",),
    "search.search": ("Search",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Activation",
    "Add",
    "Augmentation",
    "AvgPool2D",
    "BatchNorm",
    "Block",
    "CSVLogger",
    "Callback",
    "Checkpoint",
    "Concat",
    "Conv2D",
    "ConvNetClassifier",
    "DamagedImage",
    "DataError",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "EarlyStopping",
    "Evaluation",
    "FeatureWarning",
    "FileError",
    "Flatten",
    "GlobalPool",
    "Graph",
    "History",
    "ImageDataset",
    "ImageFeaturizer",
    "ImageFolder",
    "Inspection",
    "InternalError",
    "JsonLogger",
    "JvmError",
    "LearningCurve",
    "LearningRateSearch",
    "MaxPool2D",
    "MlflowLogger",
    "ModelFileError",
    "Multiply",
    "Network",
    "NetworkError",
    "Normalization",
    "NotFittedError",
    "Output",
    "ParameterError",
    "ProgressBar",
    "ReduceLearningRateOnPlateau",
    "Rescaling",
    "Search",
    "SeparableConv2D",
    "Sequential",
    "ServingError",
    "SparkDl4jError",
    "SparkError",
    "SqueezeExcite",
    "StandardScaler",
    "StopTraining",
    "StopWhen",
    "TensorBoard",
    "TrainingError",
    "ZeroPadding2D",
    "configure",
    "fashion",
    "from_dl4j",
    "from_keras",
    "inspect_images",
    "landscape",
    "learning_curve",
    "load_idx",
    "pneumonia_vgg",
    "recipe",
    "resnet18",
    "resnet50",
    "small_resnet",
    "vgg_conv13",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from sparkdl4j.jvm.jar import package_version

        return package_version()
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
