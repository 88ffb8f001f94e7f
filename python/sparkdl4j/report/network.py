"""The section on the classifier: its network, its options, and the versions that it ran with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sparkdl4j.report import elements
from sparkdl4j.report.markup import Markup, tag

if TYPE_CHECKING:
    from sparkdl4j.classifier import ConvNetClassifier

# Of no meaning to what was computed.
_NOT_SHOWN = ("callbacks", "verbose", "network")
_VERSIONS = ("sparkdl4j", "python", "system", "processor", "java", "nd4j", "onednn", "opencv")


def network(classifier: ConvNetClassifier) -> Markup:
    """Summary of the network, and options."""
    table = summary(classifier)
    shown = tag("pre", table, tabindex="0", role="region", aria_label="summary of the network") if table else None
    return elements.section("network", "Network", shown, tag("h3", "Options"), options(classifier))


def summary(classifier: ConvNetClassifier) -> str | None:
    """The network's table; None for one that was made in Java, and has no description."""
    return classifier.summary() if classifier.network_ is not None else None


def options(classifier: ConvNetClassifier) -> Markup:
    """The options that were given, or had a default; those that the network sets are in its settings."""
    return elements.table(["option", "value"], [[name, _shown(value)] for name, value in option_values(classifier)])


def option_values(classifier: ConvNetClassifier) -> list[tuple[str, Any]]:
    """The options, those that the network sets itself with the network's value."""
    values = []
    for name, value in classifier.get_params(deep=False).items():
        if name in _NOT_SHOWN:
            continue
        if value is None:
            value = getattr(getattr(classifier, "network_", None), name, None)
        if value is not None:
            values.append((name, value))
    return values


def versions() -> Markup:
    """What it ran with; starts the JVM."""
    from sparkdl4j.jvm import environment

    rows = [[name, value] for name, value in environment.describe() if name in _VERSIONS]
    return elements.section("versions", "Versions", elements.table(["what", "version"], rows))


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else f"{value!r}"
