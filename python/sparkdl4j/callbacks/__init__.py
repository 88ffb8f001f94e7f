"""Callbacks: what sees every event of a training run."""

from sparkdl4j.callbacks.callback import Callback
from sparkdl4j.callbacks.progress_bar import ProgressBar
from sparkdl4j.callbacks.tensorboard import TensorBoard

__all__ = ["Callback", "ProgressBar", "TensorBoard"]
