"""Classifiers with the parameters of a trial."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sparkdl4j import network as networks

if TYPE_CHECKING:
    from sparkdl4j.classifier import ConvNetClassifier
    from sparkdl4j.dataset import ImageDataset

_OF_NETWORK = "network__"


def of(estimator: ConvNetClassifier, params: Mapping[str, Any]) -> ConvNetClassifier:
    """A classifier that is not fitted, with the parameters of another one but for some.

    Raises:
        ParameterError, NetworkError: for parameters that do not exist, or values that they do not allow.
    """
    return type(estimator)(**estimator.get_params(deep=False)).set_params(**params)


def with_known_network(estimator: ConvNetClassifier, names: Iterable[str], data: ImageDataset) -> ConvNetClassifier:
    """The classifier with the network that "auto" means for these pictures, where layers of it are searched."""
    names = list(names)
    if estimator.network != networks.AUTO or "network" in names:
        return estimator
    if not any(name.startswith(_OF_NETWORK) for name in names):
        return estimator
    return of(estimator, {"network": networks.network(networks.AUTO, data.image_shape)})


def parameter_names(estimator: ConvNetClassifier) -> list[str]:
    """The names of the classifier's own parameters."""
    return list(estimator.get_params(deep=False))
