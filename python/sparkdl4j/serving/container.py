"""What a container runs: SageMaker's `train` and `serve`, or any other command.

SageMaker's contract is a folder, /opt/ml: hyper-parameters in input/config/hyperparameters.json, all as texts; pictures
in input/data/training (and validation, test), one subfolder a class; the model goes to model/, and why a training has
failed to output/failure.
"""

from __future__ import annotations

import contextlib
import io
import json
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from sparkdl4j import cli, errors
from sparkdl4j.cli import command

ROOT = Path("/opt/ml")
_MODEL = "model.zip"
# What SageMaker's own tools add.
_THEIRS = "sagemaker_"
_CHANNELS = {"--validation": ("validation",), "--test": ("test", "testing")}
_TRAINING = ("training", "train")


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Runs `train` or `serve` without anything behind it as SageMaker means them, and else a command of ours.

    Returns:
        the exit code.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["train"]:
        return _train(root)
    if given == ["serve"]:
        models = sorted(str(path) for path in (root / "model").glob("*.zip"))
        if not models:
            print(f"sparkdl4j: error: there is no model file (*.zip) in {root / 'model'}", file=sys.stderr)
            return cli.EXIT_ERROR
        return cli.main(["serve", *models, "--host", "0.0.0.0", "--port", "8080"])
    return cli.main(given)


def _train(root: Path) -> int:
    words = _LastWords()
    try:
        with contextlib.redirect_stderr(words), _told_to_stop():
            code = cli.main(train_command(root))
    except errors.SparkDl4jError as problem:
        print(f"sparkdl4j: error: {problem}", file=words)
        code = cli.EXIT_ERROR
    except Exception:
        print(traceback.format_exc(), file=words)
        code = cli.EXIT_ERROR
    if code == cli.EXIT_INTERRUPTED and (root / "model" / _MODEL).is_file():
        return 0  # stopped by SageMaker: the model of the best epoch so far is there
    if code:
        (root / "output").mkdir(parents=True, exist_ok=True)
        (root / "output" / "failure").write_text(words.last(), encoding="utf-8")
    return code


def train_command(root: Path) -> list[str]:
    """The command that the folder describes.

    Raises:
        FileError: FILE_NOT_FOUND when there are no training data.
        DataError: DATA_FORMAT for hyper-parameters that are no JSON object of texts.
    """
    data = root / "input" / "data"
    training = _channel(data, _TRAINING)
    if training is None:
        raise errors.error("FILE_NOT_FOUND", f"there is no channel of training data: {data}/training", path=str(data))
    arguments = ["train", str(training), "--model", str(root / "model" / _MODEL)]
    for option, names in _CHANNELS.items():
        channel = _channel(data, names)
        if channel is not None:
            arguments += [option, str(channel)]
    (root / "model").mkdir(parents=True, exist_ok=True)
    booleans = _booleans()
    for name, value in _hyperparameters(root / "input" / "config" / "hyperparameters.json").items():
        option = "--" + name.replace("_", "-")
        if name.startswith(_THEIRS):
            continue
        if option in booleans and value.lower() in ("true", "false"):
            arguments.append(option if value.lower() == "true" else "--no-" + option[2:])
        else:
            arguments += [option, value]
    return arguments


def _channel(data: Path, names: Sequence[str]) -> Path | None:
    return next((data / name for name in names if (data / name).is_dir()), None)


def _hyperparameters(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    try:
        given: Any = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        given = None
    if not isinstance(given, dict):
        raise errors.error("DATA_FORMAT", f"{file} holds no JSON object of hyper-parameters", path=str(file))
    return {name: _plain(value) for name, value in given.items()}


def _plain(value: Any) -> str:
    # SageMaker's Python SDK writes a text as JSON within the text: "\"resnet18\"".
    if isinstance(value, str) and value.startswith('"'):
        with contextlib.suppress(ValueError):
            return str(json.loads(value))
    return value if isinstance(value, str) else json.dumps(value)


def _booleans() -> set[str]:
    actions = command.commands(command.parser())["train"]._actions
    return {
        option
        for action in actions
        for option in action.option_strings
        if f"--no-{option[2:]}" in action.option_strings
    }


class _LastWords(io.TextIOBase):
    """Standard error, of which the end is kept."""

    def __init__(self) -> None:
        self._stream = sys.stderr
        self._text = ""

    def write(self, text: str) -> int:
        """Writes, and remembers."""
        self._text = (self._text + text)[-2000:]
        return self._stream.write(text)

    def flush(self) -> None:
        """As the stream does."""
        self._stream.flush()

    def isatty(self) -> bool:
        """As the stream does."""
        return self._stream.isatty()

    def last(self) -> str:
        """The end of what was written: at most the 1024 characters that SageMaker shows."""
        return self._text.strip()[-1024:]


@contextlib.contextmanager
def _told_to_stop() -> Iterator[None]:
    """SIGTERM is Ctrl-C meanwhile: training stops, and what it has learned is saved."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    sys.exit(main())
