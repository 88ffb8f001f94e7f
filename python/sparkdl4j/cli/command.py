"""The commands with their options, and the exit codes."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sparkdl4j import errors, options, recipes
from sparkdl4j.cli import arguments as types
from sparkdl4j.cli import (
    completion,
    configuration,
    evaluate,
    find_learning_rate,
    import_keras,
    inspect,
    predict,
    search,
    serve,
    train,
)
from sparkdl4j.cli.arguments import EXIT_USAGE, add_option, add_reading, add_reading_of_pictures
from sparkdl4j.cli.console import Console

EXIT_ERROR = 1
EXIT_INTERRUPTED = 130

_DATA = (
    "folder with one subfolder a class; CSV or Parquet file with labels and paths below its own folder; or IDX file "
    "of pictures"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        the exit code: 0, 1 for an error, 2 for wrong usage, 130 when interrupted.
    """
    try:
        parsed = parser().parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        if parsed.config is not None:
            parsed = _with_defaults(parsed, arguments)
        if getattr(parsed, "recipe", None) is not None:
            parsed = _with_defaults(parsed, arguments)
        run: Callable[[argparse.Namespace], Any] = parsed.run
        console = parsed.console = Console(parsed)
        with console.for_people():
            result = run(parsed)
        console.for_programs(result)
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


def _with_defaults(parsed: argparse.Namespace, arguments: Sequence[str] | None) -> argparse.Namespace:
    """The same command line with the values of its `--config` where it says nothing, and those of its recipe where
    neither does."""
    again = parser()
    command = commands(again)[parsed.command]
    if getattr(parsed, "recipe", None) is not None:
        command.set_defaults(**recipes.command_options(parsed.recipe))
    if parsed.config is not None:
        configuration.apply(parsed.config, command, command.checks)
    return again.parse_args(arguments)


def commands(top: argparse.ArgumentParser) -> dict[str, types.Parser]:
    """The parsers of the commands, by their names."""
    found: dict[str, types.Parser] = {}
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= action.choices
    return found


def parser() -> argparse.ArgumentParser:
    """The parser of all commands; `run` of what it gives does the work, and returns a result for programs."""
    top = types.Parser(
        prog="sparkdl4j",
        description="Image ConvNets on the JVM (Deeplearning4j).",
        allow_abbrev=False,
    )
    top.add_argument("--version", action=types.Version, nargs=0, help="show the version and leave")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=types.Parser)

    training = _command(commands, "train", train.run, "train a network on labelled pictures")
    _add_trained(training)
    training.add_argument(
        "--validation",
        type=types.data_or_fraction,
        metavar="DATA|FRACTION",
        help="pictures that decide which epoch is kept: as DATA, or a stratified share of what is not test data",
    )
    training.add_argument(
        "--test",
        type=types.data_or_fraction,
        metavar="DATA|FRACTION",
        help="pictures for the final table only: as DATA, or a stratified share of DATA",
    )
    training.add_argument(
        "--model",
        metavar="FILE",
        default="model.zip",
        help="model file to write; with --master also a URL (default: model.zip)",
    )
    training.add_argument("--checkpoint", metavar="FILE", help="file to write checkpoints to (default: none)")
    for name in options.names("checkpoint"):
        add_option(training, "checkpoint", name, prefix="checkpoint_")
    _add_decisions(training)
    training.add_argument("--resume", metavar="FILE", help="checkpoint to go on from, with the same data and options")
    training.add_argument("--csv-log", metavar="FILE", help="CSV file to write a row an epoch to")
    training.add_argument("--json-log", metavar="FILE", help="file to write a line of JSON an event of training to")
    training.add_argument("--tensorboard", metavar="FOLDER", help="folder to write TensorBoard's event files to")
    training.add_argument("--mlflow", metavar="EXPERIMENT", help="experiment of MLflow to make a run in")
    add_reading(training)
    _add_spark(training)

    rates = _command(commands, "find-learning-rate", find_learning_rate.run, "find the learning rate to train with")
    _add_trained(rates)
    for name in options.names("find_learning_rate"):
        add_option(rates, "find_learning_rate", name)
    rates.add_argument("--out", metavar="PNG", help="picture of the loss by learning rate to write")
    add_reading_of_pictures(rates)
    _add_spark(rates)

    searching = _command(commands, "search", search.run, "search for the parameters with which a network does best")
    _add_trained(searching)
    searching.add_argument(
        "--space",
        metavar="FILE",
        required=True,
        help="TOML file with the parameters to try: lists of categories, and ranges as {low = 1e-4, high = 1e-1, log = "
        "true}",
    )
    for name in options.names("search"):
        # --seed is that of training, too, and --validation may name pictures.
        if name not in ("seed", "validation"):
            add_option(searching, "search", name)
    searching.add_argument(
        "--validation",
        type=types.data_or_fraction,
        metavar="DATA|FRACTION",
        help="pictures that trials are compared by: as DATA, or a stratified share of what is not test data "
        f"[{options.default('search', 'validation')}]",
    )
    searching.add_argument(
        "--test",
        type=types.data_or_fraction,
        metavar="DATA|FRACTION",
        help="pictures for the final table only: as DATA, or a stratified share of DATA",
    )
    searching.add_argument("--study", metavar="FILE", help="SQLite file to keep the study in, and to go on from")
    searching.add_argument(
        "--model", metavar="FILE", default="model.zip", help="model file of the best to write (default: model.zip)"
    )
    searching.add_argument("--trials", metavar="FILE", help="CSV file to write a row a trial to")
    searching.add_argument("--tensorboard", metavar="FOLDER", help="folder to write a run of TensorBoard's a trial to")
    _add_decisions(searching)
    add_reading(searching)
    _add_spark(searching)

    evaluation = _command(commands, "evaluate", evaluate.run, "evaluate a model on labelled pictures")
    evaluation.add_argument("model", metavar="MODEL", help="model file; with --master also a URL")
    evaluation.add_argument("data", metavar="DATA", help=_DATA)
    evaluation.add_argument(
        "--intervals",
        action="store_true",
        help="show 95 %% confidence intervals by bootstrap; of whole groups, where --name-pattern names groups",
    )
    evaluation.add_argument("--by-group", action="store_true", help="show how each group of --name-pattern fares")
    evaluation.add_argument(
        "--compare", metavar="OTHER_MODEL", help="compare with another model on the same pictures (McNemar's test)"
    )
    evaluation.add_argument(
        "--threshold",
        type=types.threshold,
        metavar="HOW",
        help="show the best threshold for two classes: by balanced_accuracy, f1, youden, sensitivity=SHARE or "
        "specificity=SHARE",
    )
    add_reading(evaluation)
    _add_spark(evaluation)

    prediction = _command(commands, "predict", predict.run, "predict the classes of pictures")
    prediction.add_argument("model", metavar="MODEL", help="model file; with --master also a URL")
    prediction.add_argument(
        "paths", metavar="PATH", nargs="+", help="picture, folder of pictures, or Parquet table of encoded ones"
    )
    prediction.add_argument(
        "--out",
        metavar="FILE",
        help="file to write (default: standard output): CSV, or JSON lines or Parquet where its name ends with .jsonl "
        "or .parquet; with --master a URL or a name that ends with .parquet is a folder that Spark writes",
    )
    add_option(prediction, "predict", "shard_size")
    _add_spark(prediction)

    serving = _command(commands, "serve", serve.run, "predict over HTTP: an endpoint with a page to try it")
    serving.add_argument(
        "models",
        metavar="[NAME=]MODEL",
        nargs="+",
        help="model file, and its name where that is not the file's; the first answers requests that name none",
    )
    serving.add_argument(
        "--host", default="127.0.0.1", help="address to listen at; 0.0.0.0 for all (default: 127.0.0.1)"
    )
    for group in ("serving", "batching"):
        for name in options.names(group):
            add_option(serving, group, name)
    serving.add_argument(
        "--token-file",
        metavar="FILE",
        help=f"file with the token that requests must bear (default: the environment variable {serve.TOKEN}, or none)",
    )
    serving.add_argument(
        "--request-log",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="write a line of JSON to standard error for every request (default: yes)",
    )

    importing = _command(commands, "import-keras", import_keras.run, "make a model file of a Keras file")
    importing.add_argument("file", metavar="FILE", help="Keras file: .h5 or .keras")
    importing.add_argument(
        "--model", metavar="OUT", help="model file to write (default: FILE's name with .zip, in the present folder)"
    )
    importing.add_argument(
        "--labels", metavar="LABELS", help="classes in the order of the outputs: A,B,… or a file with one a line"
    )
    importing.add_argument("--size", type=types.size, help="75, or height x width as 60x80 (default: the file's)")
    add_option(importing, "keras", "preprocessing")

    inspection = _command(commands, "inspect", inspect.run, "look at labelled pictures: counts, sizes, damaged ones")
    inspection.add_argument("data", metavar="DATA", help="folder with one subfolder a class, or with names that tell")
    inspection.add_argument("--report", metavar="DIR", help="folder for report.html and data.json")
    types.add_names(inspection)
    add_option(inspection, "image", "max_pixels")
    _add_spark(inspection)

    _command(commands, "info", _info, "show versions, Java, processor and jar")

    demo = _command(commands, "demo", _demo, "train, evaluate and apply a network on scikit-learn's digits")
    demo.add_argument("--out", default="demo", metavar="FOLDER", help="folder to write into (default: demo)")

    completing = _command(commands, "completion", _completion, "print a script that completes commands in a shell")
    completing.add_argument("shell", choices=completion.SHELLS, help="the shell that evaluates it")
    return top


def _command(commands: Any, name: str, run: Callable[[argparse.Namespace], Any], text: str) -> types.Parser:
    command: types.Parser = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False
    )
    command.set_defaults(run=run)
    command.add_argument("--config", metavar="FILE", help="TOML file with options; those given here win over it")
    command.add_argument("--quiet", action="store_true", help="show nothing but errors")
    command.add_argument("--json", action="store_true", help="print the result as JSON, for programs")
    command.add_argument("--debug", action="store_true", help="show the whole trace of an error")
    command.add_argument("--heap", help="heap of the JVM, such as 2g; with --master that of Spark's driver")
    add_option(command, "training", "threads")
    command.add_argument("--java-home", help="Java installation to use")
    return command


def _add_trained(command: types.Parser) -> None:
    """What is trained with what: DATA, and the options of network, training and pictures."""
    from sparkdl4j.network import reference_names

    command.add_argument("data", metavar="DATA", help=_DATA)
    command.add_argument(
        "--network",
        default="auto",
        help=f"{', '.join(reference_names())}, or a JSON file (default: small_resnet for pictures up to 128 in height "
        "and width, resnet18 above)",
    )
    command.add_argument(
        "--pretrained",
        metavar="MODEL",
        help="model file to begin with: its network, but for the output layer, its size of pictures and its scaler",
    )
    command.add_argument(
        "--size",
        type=types.size,
        help="75, or height x width as 60x80 (default: the network's, small_resnet's where none is named)",
    )
    command.add_argument(
        "--recipe",
        choices=recipes.names(),
        help="options that train well on a kind of picture, where none are given here: "
        + "; ".join(f"{name}: {recipes.describe(name)}" for name in recipes.names()),
    )
    command.add_argument(
        "--window", type=types.window, help="16-bit pictures: full, minmax, or LOW,HIGH (default: full)"
    )
    types.add_preprocessing(command)
    for group in ("training", "network"):
        for name in options.names(group):
            # --validation gives the fraction, and every command has --threads.
            if name not in ("validation_fraction", "threads"):
                add_option(command, group, name)
    for name in options.names("augmentation"):
        add_option(command, "augmentation", name, prefix="augmentation_")
    add_option(command, "image", "channels")
    add_option(command, "image", "max_pixels")


def _add_decisions(command: types.Parser) -> None:
    """What ends a training early, or reduces its learning rate."""
    for group in ("early_stopping", "reduce_on_plateau"):
        add_option(command, group, "patience", target=group)
        for name in options.names(group):
            if name != "patience":
                add_option(command, group, name, prefix=f"{group}_")


def _add_spark(command: types.Parser) -> None:
    command.add_argument(
        "--master",
        metavar="URL",
        help="work on this Spark cluster, such as local[2], spark://host:7077, yarn; pictures may be on any of "
        "Hadoop's file systems then",
    )
    command.add_argument(
        "--conf",
        type=types.setting,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="setting of Spark, with --master; may be given several times",
    )


def _info(arguments: argparse.Namespace) -> dict[str, str]:
    from sparkdl4j.cli.one_machine import configure_jvm
    from sparkdl4j.jvm import environment

    configure_jvm(arguments)
    facts = {}
    for name, value in environment.describe():
        print(f"{name:<10} {value}")
        facts[name] = value
    return facts


def _completion(arguments: argparse.Namespace) -> None:
    print(completion.script(arguments.shell, parser()), file=arguments.console.rows)


def _demo(arguments: argparse.Namespace) -> None:
    from sparkdl4j import demo

    demo.run(Path(arguments.out), main)
