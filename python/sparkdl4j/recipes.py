"""Recipes: options that train well together on a kind of picture, from `spec/recipes.json`, their one home."""

from __future__ import annotations

from typing import Any

from sparkdl4j import contract, errors
from sparkdl4j.augmentation import Augmentation

_RECIPES: dict[str, dict[str, Any]] = contract.read("recipes.json")


def names() -> list[str]:
    """The names of the recipes."""
    return list(_RECIPES)


def describe(name: str) -> str:
    """Which pictures a recipe is for, in some words.

    Raises:
        ParameterError: PARAMETER_RANGE.
    """
    return str(_checked(name)["doc"])


def recipe(name: str, **changes: Any) -> dict[str, Any]:
    """Parameters that train well on a kind of picture: `ConvNetClassifier("landscape", **recipe("photographs"))`.

    They are parameters like others: `get_params` shows them, and a model file keeps them. `sparkdl4j.spark` takes the
    same ones. `docs/training.md` says what each of them brought, on which pictures.

    Args:
        name: "photographs": pictures that stand upright and could as well be mirrored. "cells": those that have neither
            top nor left, as those of microscopes and of the skin. "x_rays": bodies, whose left is not their right.
        changes: parameters that are to be others, or come in addition, such as `epochs=50` or `augmentation=None`.

    Returns:
        parameters of `ConvNetClassifier` by name.

    Raises:
        ParameterError: PARAMETER_RANGE for a recipe that there is not.
    """
    chosen = _checked(name)
    return {**chosen["options"], "augmentation": Augmentation(**chosen["augmentation"]), **changes}


def command_options(name: str) -> dict[str, Any]:
    """The same as options of the commands, by destination.

    Raises:
        ParameterError: PARAMETER_RANGE.
    """
    chosen = _checked(name)
    changes = {f"augmentation_{change}": value for change, value in chosen["augmentation"].items()}
    return {**chosen["options"], **changes}


def _checked(name: str) -> dict[str, Any]:
    if not isinstance(name, str) or name not in _RECIPES:
        raise errors.error(
            "PARAMETER_RANGE",
            f"there is no recipe {name!r}; the recipes are {', '.join(_RECIPES)}",
            parameter="recipe",
        )
    return _RECIPES[name]
