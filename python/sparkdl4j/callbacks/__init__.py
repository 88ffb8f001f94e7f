"""Callbacks: what sees the events of a training run."""

from sparkdl4j.callbacks.callback import Callback, StopTraining, Trained, is_awaited
from sparkdl4j.callbacks.csv_logger import CSVLogger
from sparkdl4j.callbacks.json_logger import JsonLogger
from sparkdl4j.callbacks.mlflow_logger import MlflowLogger
from sparkdl4j.callbacks.observers import EventFunction, Observers
from sparkdl4j.callbacks.progress_bar import ProgressBar
from sparkdl4j.callbacks.stop_when import StopWhen
from sparkdl4j.callbacks.tensorboard import TensorBoard

__all__ = [
    "CSVLogger",
    "Callback",
    "EventFunction",
    "JsonLogger",
    "MlflowLogger",
    "Observers",
    "ProgressBar",
    "StopTraining",
    "StopWhen",
    "TensorBoard",
    "Trained",
    "is_awaited",
]
