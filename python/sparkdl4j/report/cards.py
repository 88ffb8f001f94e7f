"""Data, networks and classifiers as they show themselves in notebooks: small, in the colours of light or dark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sparkdl4j.report import elements, markup, tables
from sparkdl4j.report import network as network_section
from sparkdl4j.report.markup import Markup, tag

if TYPE_CHECKING:
    from sparkdl4j.classifier import ConvNetClassifier
    from sparkdl4j.dataset import ImageDataset
    from sparkdl4j.inspection import Inspection
    from sparkdl4j.network import Network

_MOST_PICTURES = 10
_MOST_CLASSES = 12
_PICTURE_WIDTH = "4.5em"


def data(inspection: Inspection) -> str:
    """Counts by class, and some pictures."""
    found = inspection.to_dict()
    names = [name for name in found["classes"][0] if name != "class"]
    rows = [[tables.name(row["class"]), *(row[name] for name in names)] for row in found["classes"]]
    return _box(
        f"{found['pictures']:,} pictures, {len(found['damaged'])} damaged",
        _table(["class", *map(elements.words, names)], rows),
        _strip([(picture, tables.name(inspection.classes[label])) for picture, label in _mixed(inspection.samples)]),
    )


def dataset(pictures: ImageDataset) -> str:
    """Counts by class, and some pictures."""
    shape = "\N{MULTIPLICATION SIGN}".join(map(str, pictures.image_shape))
    title = f"{type(pictures).__name__}: {len(pictures):,} pictures {shape}, {len(pictures.damaged)} damaged"
    if pictures.labels is None or not len(pictures):
        step = max(1, len(pictures) // _MOST_PICTURES)
        return _box(title, _strip([(pictures[k], "") for k in range(0, len(pictures), step)]))
    labels = pictures.labels.tolist()
    rows = [[tables.name(name), labels.count(index)] for index, name in enumerate(pictures.classes)]
    step = max(1, len(labels) // _MOST_PICTURES)
    shown = [(pictures[k], tables.name(pictures.classes[labels[k]])) for k in range(0, len(labels), step)]
    return _box(title, _table(["class", "pictures"], rows), _strip(shown))


def network(description: Network) -> str:
    """The summary."""
    return _box("", _pre(description.summary()))


def classifier(estimator: ConvNetClassifier) -> str:
    """State, what differs from the defaults, and the network once it is fitted."""
    fitted = hasattr(estimator, "classes_")
    title = f"{type(estimator).__name__}, {'fitted' if fitted else 'not fitted'}"
    changed = _table(
        ["parameter", "value"], [[name, f"{value!r}"] for name, value in estimator.changed_params().items()]
    )
    if not fitted:
        return _box(title, changed)
    names = ", ".join(tables.name(name) for name in estimator.classes_[:_MOST_CLASSES])
    names += f" and {len(estimator.classes_) - _MOST_CLASSES} more" if len(estimator.classes_) > _MOST_CLASSES else ""
    facts = [
        ["classes", names],
        ["pictures", "\N{MULTIPLICATION SIGN}".join(map(str, estimator.image_shape_))],
        ["epoch kept", f"{estimator.kept_epoch_} of {len(estimator.history_)}"],
    ]
    table = network_section.summary(estimator)
    summary = tag("details", tag("summary", "network"), _pre(table)) if table else None
    return _box(title, changed, _table(["", ""], facts), summary)


def _box(title: str, *content: Any) -> str:
    # Notebooks bring colours and fonts; what is set here is only what both of light and dark can have.
    head = tag("div", tag("b", title)) if title else None
    return str(tag("div", head, content, style="max-width: 60em; overflow-x: auto"))


def _table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> Markup:
    shown = rows[:_MOST_CLASSES]
    head = tag("tr", [tag("th", heading, scope="col", style="text-align: left") for heading in headings])
    body = [
        tag(
            "tr",
            tag("th", row[0], scope="row", style="text-align: left"),
            [tag("td", elements.number(v)) for v in row[1:]],
        )
        for row in shown
    ]
    left = tag("div", f"and {len(rows) - len(shown)} more") if len(shown) < len(rows) else None
    return markup.text([tag("table", tag("thead", head) if any(headings) else None, tag("tbody", body)), left])


def _strip(shown: Sequence[tuple[Any, str]]) -> Markup:
    figures = [
        tag(
            "figure",
            tag("div", elements.picture(picture, name or "a picture"), style=f"width: {_PICTURE_WIDTH}"),
            tag("figcaption", name, style="font-size: small"),
            style=f"margin: 0; width: {_PICTURE_WIDTH}",
        )
        for picture, name in shown[:_MOST_PICTURES]
    ]
    return tag("div", figures, style="display: flex; flex-wrap: wrap; gap: .5em; align-items: flex-start")


def _mixed(samples: Sequence[tuple[Any, int]]) -> list[tuple[Any, int]]:
    """A few of the samples, from all classes."""
    step = max(1, len(samples) // _MOST_PICTURES)
    return list(samples[::step])


def _pre(table: str) -> Markup:
    return tag("pre", table, style="font-size: small; line-height: 1.3; overflow-x: auto")
