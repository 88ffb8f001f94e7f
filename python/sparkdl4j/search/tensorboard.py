"""The trials of a search as runs of TensorBoard, whose page HParams compares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sparkdl4j import errors
from sparkdl4j.callbacks.event_file import EventFile
from sparkdl4j.search.results import FAILED, TrialResult

_CURVES = ("loss", "accuracy", "validation_loss", "validation_accuracy", "learning_rate")


def write(folder: Path, trials: Sequence[TrialResult], metric: str) -> None:
    """Writes a run a trial: its parameters, its score after every report, the curves of its epochs.

    Args:
        folder: gets a subfolder a trial.
        trials: those that have ended.
        metric: of the scores.

    Raises:
        JvmError: EXTRA_MISSING.
        FileError: FILE_UNWRITABLE.
    """
    try:
        from tensorboard.plugins.hparams import summary_v2 as hparams
    except ImportError:
        raise errors.missing_extra("tensorboard", "tensorboard") from None
    digits = len(str(len(trials)))
    names = list(trials[0].params) if trials else []
    whole = EventFile(folder)
    metrics = [hparams.Metric(_tag(metric))]
    whole.summary(hparams.hparams_config_pb([hparams.HParam(name) for name in names], metrics))
    whole.close()
    for trial in trials:
        file = EventFile(folder / f"trial-{trial.number:0{digits}}")
        file.summary(hparams.hparams_pb(_plain(trial.params), trial_id=f"trial {trial.number}"))
        for epoch, score in sorted(trial.reports.items()):
            file.scalar(_tag(metric), score, epoch)
        for entry in trial.history:
            for curve in _CURVES:
                if entry.get(curve) is not None:
                    file.scalar(curve, entry[curve], int(entry["epoch"]))
        file.summary(_end(failed=trial.state == FAILED))
        file.close()


def _tag(metric: str) -> str:
    return f"score/{metric}"


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, (bool, int, float)) else str(value) for name, value in params.items()}


def _end(*, failed: bool) -> Any:
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

    status = api_pb2.STATUS_FAILURE if failed else api_pb2.STATUS_SUCCESS
    end = plugin_data_pb2.SessionEndInfo(status=status)
    about = metadata.create_summary_metadata(plugin_data_pb2.HParamsPluginData(session_end_info=end))
    summary = Summary()
    summary.value.add(tag=metadata.SESSION_END_INFO_TAG, metadata=about, tensor=metadata.NULL_TENSOR)
    return summary
