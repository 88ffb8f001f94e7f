"""The command `sparkdl4j`: train, evaluate, predict, info, demo."""

from __future__ import annotations

import argparse
import csv
import difflib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from sparkdl4j import atomic_file, errors, options

if TYPE_CHECKING:
    from sparkdl4j.classifier import ConvNetClassifier
    from sparkdl4j.dataset import ImageDataset
    from sparkdl4j.evaluation import Evaluation

EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

# Pictures decoded and predicted at a time by `predict`, so that memory does not grow with the folder.
_PREDICT_CHUNK = 2048
_DAMAGED_SHOWN = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        the exit code: 0, 1 for an error, 2 for wrong usage, 130 when interrupted.
    """
    parser = _parser()
    try:
        parsed = parser.parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        if parsed.command != "demo":
            _configure_jvm(parsed)
        run: Callable[[argparse.Namespace], None] = parsed.run
        run(parsed)
        return 0
    except KeyboardInterrupt:
        print("sparkdl4j: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output (head, say) has gone: not an error, but nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_ERROR
    except errors.SparkDl4jError as problem:
        if parsed.debug:
            traceback.print_exc()
            for detail in problem.details.items():
                print("  {}: {}".format(*detail), file=sys.stderr)
        print(f"sparkdl4j: error: {problem}", file=sys.stderr)
        return EXIT_USAGE if isinstance(problem, errors.ParameterError) else EXIT_ERROR


# ---------------------------------------------------------------------- commands


def _train(arguments: argparse.Namespace) -> None:
    from sparkdl4j import network as networks
    from sparkdl4j.classifier import ConvNetClassifier

    # Until the pictures' size is known.
    network = None if arguments.network == networks.AUTO else networks.network(arguments.network)
    model_path = Path(arguments.model)
    atomic_file.check_folder(model_path.parent)
    if arguments.report:
        atomic_file.make_folder(arguments.report)
    if arguments.size is None:
        # "auto" without a size takes the network of small pictures, and the size that it was made for.
        arguments.size = (network or networks.small_resnet()).image_size
    if arguments.size is not None and network is not None and not Path(arguments.data).is_file():
        # Before pictures are read, which may take long; the number of classes does not matter to the fit.
        networks.shapes(network, (*arguments.size, arguments.channels), 2)
    data = _read_data(arguments.data, arguments)
    validation, test = arguments.validation, arguments.test
    if isinstance(test, float):
        data, test = data.split(test, seed=arguments.seed)
    elif test is not None:
        test = _read_data(test, arguments)
    if isinstance(validation, str):
        validation = _read_data(validation, arguments)
    fraction = validation if isinstance(validation, float) else 0.0

    classifier = ConvNetClassifier(
        network=networks.AUTO if network is None else network,
        validation_fraction=fraction,
        **{
            name: getattr(arguments, name)
            for group in ("training", "network")
            for name in options.names(group)
            if name != "validation_fraction"
        },
    )
    print(f"Training: {data}", file=sys.stderr)
    try:
        classifier.fit(data, validation_data=None if fraction else validation)
    except (KeyboardInterrupt, errors.TrainingError):
        if getattr(classifier, "kept_epoch_", 0):
            classifier.save(model_path)
            print(
                f"The model of epoch {classifier.kept_epoch_} is saved in {model_path}",
                file=sys.stderr,
            )
        raise
    classifier.save(model_path)
    evaluation = None
    if test is not None:
        evaluation = classifier.evaluate(test)
        print(f"Test: {test}\n\n{evaluation}\n")
    if arguments.report:
        _write_report(arguments.report, classifier, evaluation, test)
    print(f"Model: {model_path} (epoch {classifier.kept_epoch_} of {classifier.epochs})")


def _evaluate(arguments: argparse.Namespace) -> None:
    classifier = _load(arguments.model)
    if arguments.report:
        atomic_file.make_folder(arguments.report)
    data = _read_data(arguments.data, arguments, classifier)
    evaluation = classifier.evaluate(data)
    print(f"{data}\n\n{evaluation}")
    if arguments.report:
        print()
        _write_report(arguments.report, classifier, evaluation, data)


def _write_report(
    folder: str, classifier: ConvNetClassifier, evaluation: Evaluation | None, pictures: ImageDataset | None
) -> None:
    from sparkdl4j.report.folder import write_report

    write_report(folder, evaluation=evaluation, history=classifier.history_, pictures=pictures)
    print(f"Report: {folder}")


def _predict(arguments: argparse.Namespace) -> None:
    from sparkdl4j.jvm import images

    classifier = _load(arguments.model)
    if arguments.out:
        atomic_file.check_folder(Path(arguments.out).parent)
    files: list[str] = []
    for path in arguments.paths:
        if not Path(path).exists():
            raise errors.error("FILE_NOT_FOUND", f"{path} does not exist", path=path)
        files += images.find(Path(path))
    partial = Path(f"{arguments.out}.partial") if arguments.out else None
    damaged = 0
    try:
        with open(partial, "w", newline="") if partial else nullcontext(sys.stdout) as stream:
            damaged = _write_predictions(classifier, files, stream)
        if partial:
            partial.replace(arguments.out)
    except OSError as problem:
        if isinstance(problem, (errors.SparkDl4jError, BrokenPipeError)):
            raise
        raise errors.error("FILE_UNWRITABLE", f"{arguments.out} cannot be written: {problem.strerror}") from None
    finally:
        if partial:
            partial.unlink(missing_ok=True)
    if arguments.out:
        print(f"{len(files) - damaged} predictions and {damaged} damaged pictures in {arguments.out}")
    if damaged == len(files):
        raise errors.error("DATA_EMPTY", f"none of the {len(files)} pictures could be read")


def _write_predictions(classifier: ConvNetClassifier, files: Sequence[str], stream: TextIO) -> int:
    """Writes one row a picture, in the order of the files; returns the number of damaged ones."""
    classes = [str(name) for name in classifier.classes_]
    writer = csv.writer(stream)
    writer.writerow(["path", "prediction", "probability", *(f"p_{name}" for name in classes), "damaged"])
    damaged_count = 0
    for start in range(0, len(files), _PREDICT_CHUNK):
        chunk = files[start : start + _PREDICT_CHUNK]
        data = classifier.read_images(chunk)
        damaged = {entry.path: entry for entry in data.damaged}
        damaged_count += len(damaged)
        rows = iter(classifier.predict_proba(data)) if len(data) else iter(())
        for path in chunk:
            if path in damaged:
                reason = f"{damaged[path].reason}: {damaged[path].detail}"
                writer.writerow([path, "", "", *("" for _ in classes), reason])
                continue
            probabilities = next(rows)
            best = int(probabilities.argmax())
            shares = [f"{share:.6f}" for share in probabilities]
            writer.writerow([path, classes[best], shares[best], *shares, ""])
    return damaged_count


def _info(arguments: argparse.Namespace) -> None:
    from sparkdl4j.jvm import environment

    for name, value in environment.describe():
        print(f"{name:<10} {value}")


def _demo(arguments: argparse.Namespace) -> None:
    from sparkdl4j import demo

    demo.run(Path(arguments.out), main)


# ---------------------------------------------------------------------- data


def _read_data(path: str, arguments: argparse.Namespace, classifier: ConvNetClassifier | None = None) -> ImageDataset:
    """Reads a folder of class folders, or an IDX file, as the options or else the model say."""
    from sparkdl4j.dataset import ImageFolder
    from sparkdl4j.idx import load_idx

    if Path(path).is_file():
        return load_idx(path)
    if classifier is not None:
        decoding: dict[str, Any] = dict(vars(classifier.image_options_))
    else:
        if arguments.size is None:
            raise errors.error(
                "PARAMETER_TYPE",
                "this network names no picture size: give --size, such as --size 75 or --size 60x80",
            )
        decoding = {name: getattr(arguments, name) for name in ("size", "channels", "window", "max_pixels")}
    data = ImageFolder(
        path,
        max_damaged=arguments.max_damaged,
        name_pattern=arguments.name_pattern,
        progress=_reading_progress(path),
        **decoding,
    )
    for damaged in data.damaged[:_DAMAGED_SHOWN]:
        print(f"damaged: {damaged.path}: {damaged.reason}: {damaged.detail}", file=sys.stderr)
    if len(data.damaged) > _DAMAGED_SHOWN:
        print(f"damaged: and {len(data.damaged) - _DAMAGED_SHOWN} more", file=sys.stderr)
    return data


def _reading_progress(path: str) -> Callable[[int, int], None] | None:
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        print(
            f"\rReading {path}: {done}/{total}",
            end="\n" if done == total else "",
            file=sys.stderr,
            flush=True,
        )

    return show


def _load(path: str) -> ConvNetClassifier:
    from sparkdl4j.classifier import ConvNetClassifier

    return ConvNetClassifier.load(path)


def _configure_jvm(arguments: argparse.Namespace) -> None:
    from sparkdl4j.jvm.in_process import configure

    configure(java_home=arguments.java_home, heap=arguments.heap, threads=arguments.threads or None)


# ---------------------------------------------------------------------- arguments


class _Parser(argparse.ArgumentParser):
    """Suggests the nearest option for one that does not exist."""

    def error(self, message: str) -> NoReturn:
        if message.startswith("unrecognized arguments: --"):
            given = message.split()[2].split("=")[0]
            near = difflib.get_close_matches(given, self._option_names(), n=1)
            message = f"there is no option {given}" + (f"; did you mean {near[0]}?" if near else "")
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: error: {message}\n")

    def _option_names(self) -> list[str]:
        names = list(self._option_string_actions)
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                for parser in action.choices.values():
                    names += parser._option_string_actions
        return names


def _parser() -> argparse.ArgumentParser:
    from sparkdl4j.network import reference_names

    parser = _Parser(
        prog="sparkdl4j",
        description="Image ConvNets on the JVM (Deeplearning4j).",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and leave")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    train = _command(commands, "train", _train, "train a network on labelled pictures")
    train.add_argument("data", metavar="DATA", help="folder with one subfolder a class, or an IDX file of pictures")
    train.add_argument(
        "--network",
        default="auto",
        help=f"{', '.join(reference_names())}, or a JSON file (default: small_resnet for pictures up to 128 in height "
        "and width, resnet18 above)",
    )
    train.add_argument(
        "--validation",
        type=_data_or_fraction,
        metavar="DATA|FRACTION",
        help="pictures that decide which epoch is kept: a folder, or a stratified share of what is not test data",
    )
    train.add_argument(
        "--test",
        type=_data_or_fraction,
        metavar="DATA|FRACTION",
        help="pictures for the final table only: a folder, or a stratified share of DATA",
    )
    train.add_argument("--model", default="model.zip", help="model file to write (default: model.zip)")
    train.add_argument(
        "--size",
        type=_size,
        help="75, or height x width as 60x80 (default: the network's, small_resnet's where none is named)",
    )
    train.add_argument("--window", type=_window, default="full", help="16-bit pictures: full, minmax, or LOW,HIGH")
    for group in ("training", "network"):
        for name in options.names(group):
            # --validation gives the fraction, and every command has --threads.
            if name not in ("validation_fraction", "threads"):
                _add_option(train, group, name)
    _add_option(train, "image", "channels")
    _add_option(train, "image", "max_pixels")
    _add_reading(train)

    evaluate = _command(commands, "evaluate", _evaluate, "evaluate a model on labelled pictures")
    evaluate.add_argument("model", metavar="MODEL", help="model file")
    evaluate.add_argument("data", metavar="DATA", help="folder with one subfolder a class, or an IDX file")
    _add_reading(evaluate)

    predict = _command(commands, "predict", _predict, "predict the classes of pictures")
    predict.add_argument("model", metavar="MODEL", help="model file")
    predict.add_argument("paths", metavar="PATH", nargs="+", help="picture, or folder of pictures")
    predict.add_argument("--out", help="CSV file to write (default: standard output)")

    _command(commands, "info", _info, "show versions, Java, processor and jar")

    demo = _command(commands, "demo", _demo, "train, evaluate and apply a network on scikit-learn's digits")
    demo.add_argument("--out", default="demo", help="folder to write into (default: demo)")
    return parser


def _command(commands: Any, name: str, run: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False
    )
    command.set_defaults(run=run)
    command.add_argument("--debug", action="store_true", help="show the whole trace of an error")
    command.add_argument("--heap", help="heap of the JVM, such as 2g")
    _add_option(command, "training", "threads")
    command.add_argument("--java-home", help="Java installation to use")
    return command


def _add_reading(command: argparse.ArgumentParser) -> None:
    command.add_argument("--report", metavar="DIR", help="folder for metrics.json, history.json and pictures")
    command.add_argument(
        "--name-pattern",
        metavar="REGEX",
        help="takes the class (?P<label>…) from file names instead of folders",
    )
    _add_option(command, "data", "max_damaged")


def _add_option(command: argparse.ArgumentParser, group: str, name: str) -> None:
    option = options.option(group, name)
    kind = options.PYTHON_TYPES[option["type"]]
    flag = f"--{name.replace('_', '-')}"
    # A network option that is not given is left to the network, which may set it itself.
    default = None if group == "network" else option["default"]
    choices = f" ({', '.join(map(str, option['choices']))})" if "choices" in option else ""
    text = f"{option['doc']}{choices} [{option['default']}]".replace("%", "%%")
    if kind is bool:
        command.add_argument(flag, dest=name, action=argparse.BooleanOptionalAction, default=default, help=text)
        return

    def checked(text: str) -> Any:
        try:
            return options.check(group, name, kind(text))
        except errors.ParameterError as problem:
            raise argparse.ArgumentTypeError(str(problem)) from None

    checked.__name__ = option["type"]
    command.add_argument(flag, dest=name, type=checked, default=default, metavar=name.split("_")[-1].upper(), help=text)


def _size(text: str) -> tuple[int, int]:
    parts = text.lower().split("x")
    try:
        height, width = (int(parts[0]), int(parts[-1]))
    except ValueError:
        height = width = 0
    if len(parts) > 2 or height < 1 or width < 1:
        raise argparse.ArgumentTypeError(f"size must be a number such as 75, or height x width as 60x80, not {text!r}")
    return height, width


def _window(text: str) -> Any:
    if text in ("full", "minmax"):
        return text
    try:
        low, high = map(int, text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"window must be full, minmax, or LOW,HIGH, not {text!r}") from None
    return low, high


def _data_or_fraction(text: str) -> str | float:
    try:
        fraction = float(text)
    except ValueError:
        return text
    if not 0 < fraction < 1:
        raise argparse.ArgumentTypeError(f"a fraction must be above 0 and below 1, not {text}")
    return fraction


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from sparkdl4j.jvm.jar import package_version

        print(f"sparkdl4j {package_version()}")
        parser.exit()
