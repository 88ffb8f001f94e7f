"""Recipes: options by a name."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from sparkdl4j import Augmentation, ConvNetClassifier, ParameterError, cli, options, recipe, recipes
from sparkdl4j.cli import command

PAGE = Path(__file__).parents[2] / "docs" / "training.md"


@pytest.mark.parametrize("name", recipes.names())
def test_every_recipe_has_options_of_the_contract_and_a_place_in_the_docs(name: str) -> None:
    parameters = ConvNetClassifier("landscape", **recipe(name)).get_params()
    for group in ("training", "network"):
        for option in options.names(group):
            if parameters[option] is not None:
                options.check(group, option, parameters[option])
    assert isinstance(parameters["augmentation"], Augmentation)
    assert ConvNetClassifier("landscape").get_params() != parameters
    assert f"| `{name}` | {recipes.describe(name)} |" in PAGE.read_text()


def test_what_is_given_wins() -> None:
    changed = recipe("photographs", epochs=7, updater="sgd", augmentation=None)
    assert (changed["epochs"], changed["updater"], changed["augmentation"]) == (7, "sgd", None)
    assert recipe("photographs")["updater"] == "adamw"


@pytest.mark.parametrize("name", ["photos", "", 3])
def test_an_unknown_recipe_is_refused(name: object) -> None:
    with pytest.raises(ParameterError, match="the recipes are photographs") as refused:
        recipe(name)  # type: ignore[arg-type]
    assert refused.value.code == "PARAMETER_RANGE"


def test_the_command_takes_a_recipe_where_nothing_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given: list[argparse.Namespace] = []
    monkeypatch.setattr(command.train, "run", given.append)
    (tmp_path / "train.toml").write_text('recipe = "photographs"\nlearning_rate = 0.5\naugmentation_shift = 0.25')
    assert cli.main(["train", "data", "--recipe", "photographs", "--updater", "sgd"]) == 0
    assert cli.main(["train", "data", "--config", f"{tmp_path}/train.toml", "--no-augmentation-horizontal-flip"]) == 0
    of_recipe = recipe("photographs")
    of_option, of_file = (command.train.given_options(each) for each in given)
    assert of_option == {**of_recipe, "updater": "sgd"}
    assert of_file["learning_rate"] == 0.5
    assert of_file["updater"] == "adamw"
    assert (of_file["augmentation"].shift, of_file["augmentation"].horizontal_flip) == (0.25, False)
    (tmp_path / "train.toml").write_text('recipe = "photos"')
    assert cli.main(["train", "data", "--config", f"{tmp_path}/train.toml"]) == 2
    assert "there is no recipe 'photos'; the recipes are photographs" in capsys.readouterr().err
