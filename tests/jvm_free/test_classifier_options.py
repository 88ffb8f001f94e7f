"""Options of the contract in the classifier's constructor and on the command line."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from sparkdl4j import ConvNetClassifier, cli, options
from sparkdl4j.cli import command


def test_the_constructor_has_every_option_with_its_default() -> None:
    parameters = inspect.signature(ConvNetClassifier.__init__).parameters
    for name in options.names("training"):
        assert parameters[name].default == options.default("training", name)
    for name in options.names("network"):
        assert parameters[name].default is None


def test_the_constructor_keeps_every_option() -> None:
    values: dict[str, Any] = {name: object() for group in ("training", "network") for name in options.names(group)}
    params = ConvNetClassifier(**values).get_params()
    assert {name: params[name] for name in values} == values


def test_the_documentation_names_every_option_choice_and_default() -> None:
    text = inspect.getdoc(ConvNetClassifier)
    assert text is not None
    for group in ("training", "network"):
        for name in options.names(group):
            found = re.search(rf"^    (?:\w+, )*{name}(?:, \w+)*: (.*?)(?=^    \w|^\w)", text, re.DOTALL | re.MULTILINE)
            assert found is not None, name
            option = options.option(group, name)
            assert [choice for choice in option.get("choices", []) if f'"{choice}"' not in found[1]] == []
            if group == "network":
                default = option["default"]
                shown = f'"{default}"' if isinstance(default, str) else f"{default:g}"
                assert f"[{shown}]" in found[1], name


def parsed(*arguments: str) -> Any:
    return command.parser().parse_args(["train", "data", *arguments])


def test_the_command_line_has_every_option() -> None:
    plain = parsed()
    for name in options.names("training"):
        if name != "validation_fraction":
            assert getattr(plain, name) is None
    for name in options.names("network"):
        assert getattr(plain, name) is None
    assert plain.network == "auto"


def test_options_of_every_type() -> None:
    given = parsed("--tune", "--threads", "3", "--memory-limit", "0.5", "--precision", "bf16", "--focal-gamma", "1")
    assert (given.tune, given.threads, given.memory_limit) == (True, 3, 0.5)
    assert (given.precision, given.focal_gamma) == ("bf16", 1.0)
    assert parsed("--no-tune").tune is False


@pytest.mark.parametrize("wrong", [("--threads", "-1"), ("--precision", "f16"), ("--tune", "yes"), ("--loss", "hinge")])
def test_values_that_are_refused(wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", "data", *wrong]) == cli.EXIT_USAGE
    assert wrong[1] in capsys.readouterr().err
