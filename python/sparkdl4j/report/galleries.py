"""Sections of pictures: predictions, the surest mistakes, where the network looked, and what augmentation makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sparkdl4j import errors
from sparkdl4j.dataset import ImageDataset
from sparkdl4j.report import elements, overlay, tables
from sparkdl4j.report.markup import Markup, tag, text
from sparkdl4j.report.predictions import PredictedPicture

if TYPE_CHECKING:
    from sparkdl4j.classifier import ConvNetClassifier

# Pictures of which a report shows where the network looked: mistakes, then others.
MOST_SALIENT = 12
_AUGMENTED_PICTURES = 6
_AUGMENTED_EPOCHS = 3


def predictions(shown: Sequence[PredictedPicture], classes: Sequence[Any]) -> Markup:
    """A grid of predictions, right and wrong."""
    if not shown:
        return Markup()
    note = tag("p", "Pictures from every class, chosen evenly, and what was predicted.", class_="quiet")
    return elements.section("predictions", "Predictions", note, _gallery(shown, classes))


def mistakes(shown: Sequence[PredictedPicture], classes: Sequence[Any], wrong: int) -> Markup:
    """The wrong predictions of which the classifier was surest."""
    if not shown:
        return Markup()
    note = tag(
        "p", f"The {len(shown)} of {wrong:,} wrong predictions of which the classifier was surest.", class_="quiet"
    )
    return elements.section("mistakes", "Surest mistakes", note, _gallery(shown, classes))


def saliency(shown: Sequence[PredictedPicture], classes: Sequence[Any], classifier: ConvNetClassifier) -> Markup:
    """Where the network saw the classes that it predicted; nothing for a network without convolutions."""
    if not shown:
        return Markup()
    pixels = np.stack([one.picture for one in shown])
    try:
        seen = classifier.saliency(pixels, [classes[one.predicted] for one in shown])
    except errors.NetworkError:
        return Markup()
    entries = []
    for one, map_ in zip(shown, seen, strict=True):
        name = tables.name(classes[one.predicted])
        pair = [
            elements.picture(one.picture, _description(one, classes)),
            elements.picture(overlay.overlay(one.picture, map_), f"bright where the network saw {name}"),
        ]
        entries.append((tag("div", pair, class_="pair"), _caption(one, classes)))
    note = tag(
        "p",
        "Bright is what spoke for the predicted class: Grad-CAM (Selvaraju et al., 2017) of the last feature maps.",
        class_="quiet",
    )
    return elements.section("saliency", "Where the network looked", note, elements.gallery(entries, pairs=True))


def augmented(train: ImageDataset, classifier: ConvNetClassifier) -> Markup:
    """Some pictures to train on, each as it is and as some epochs see it."""
    chosen = np.linspace(0, len(train) - 1, min(len(train), _AUGMENTED_PICTURES)).astype(int)
    shown = train.subset(chosen)
    epochs = [classifier.augmented(shown, epoch=epoch) for epoch in range(1, _AUGMENTED_EPOCHS + 1)]
    entries = []
    for number in range(len(shown)):
        entries.append((elements.picture(shown[number], "a picture to train on"), "as it is"))
        for epoch, pictures in enumerate(epochs, start=1):
            seen = elements.picture(pictures[number], f"the picture as epoch {epoch} saw it")
            entries.append((seen, f"epoch {epoch}"))
    note = tag("p", "Pictures to train on, and what augmentation made of them.", class_="quiet")
    return elements.section("augmentation", "Augmentation", note, elements.gallery(entries, rows=1 + len(epochs)))


def _gallery(shown: Sequence[PredictedPicture], classes: Sequence[Any]) -> Markup:
    return elements.gallery(
        [(elements.picture(one.picture, _description(one, classes)), _caption(one, classes)) for one in shown]
    )


def _caption(one: PredictedPicture, classes: Sequence[Any]) -> Markup:
    predicted = tables.name(classes[one.predicted])
    if one.actual == one.predicted:
        return text([tag("b", predicted, class_="right"), f" {one.probability:.0%}"])
    named = tag("b", predicted, class_="wrong")
    return text([named, f" {one.probability:.0%}", tag("br"), "is ", tag("b", tables.name(classes[one.actual]))])


def _description(one: PredictedPicture, classes: Sequence[Any]) -> str:
    verdict = "rightly" if one.actual == one.predicted else "wrongly"
    return f"a picture of {tables.name(classes[one.actual])}, {verdict} taken for {tables.name(classes[one.predicted])}"
