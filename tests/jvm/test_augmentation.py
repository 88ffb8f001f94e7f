"""Augmentation, weights of classes and oversampling in trainings of this machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sparkdl4j import Augmentation, Checkpoint, ConvNetClassifier, DataError, ImageDataset, ModelFileError, write_report

Pictures = Callable[..., tuple[NDArray[np.uint8], NDArray[np.str_]]]
NETWORK = {
    "layers": [
        {"type": "Conv2D", "filters": 4, "kernel_size": [3, 3]},
        {"type": "MaxPool2D"},
        {"type": "Dropout", "rate": 0.2},
        {"type": "Output"},
    ]
}
EVERYTHING = Augmentation(
    horizontal_flip=True, shift=0.1, rotation=15, zoom=0.2, brightness=0.2, contrast=0.2, erasing=0.3, mixup=0.4
)


def _classifier(**options: Any) -> ConvNetClassifier:
    return ConvNetClassifier(NETWORK, **({"epochs": 4, "batch_size": 8, "verbose": False} | options))


@pytest.fixture(scope="module")
def uneven(colour_pictures: Pictures) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
    """24 red, 8 green and 3 blue pictures."""
    X, y = colour_pictures(24)
    keep = np.concatenate([np.flatnonzero(y == name)[:n] for name, n in (("red", 24), ("green", 8), ("blue", 3))])
    return X[keep], y[keep]


def test_pictures_as_training_sees_them() -> None:
    X = np.random.default_rng(0).integers(0, 256, (50, 7, 11, 3), dtype="u1")
    classifier = _classifier(augmentation={"horizontal_flip": True, "vertical_flip": True})
    shown = classifier.augmented(X, n=40)
    assert shown.shape == (40, 7, 11, 3)
    assert shown.dtype == np.uint8
    flips = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    found = [
        [bool((picture == original[::down, ::right]).all()) for down, right in flips]
        for picture, original in zip(shown, X, strict=False)
    ]
    assert np.sum(found, axis=1).tolist() == [1] * 40
    assert (np.sum(found, axis=0) >= 2).all()
    assert (classifier.augmented(X, n=50)[:40] == shown).all()
    assert (classifier.augmented(X, n=40, epoch=2) != shown).any()
    assert (_classifier().augmented(X, n=40) == X[:40]).all()
    floats = classifier.augmented(X.astype("f4") - 100, n=40)
    np.testing.assert_array_equal(floats, shown.astype("f4") - 100)
    assert classifier.augmented(X, n=100).shape == (50, 7, 11, 3)


@pytest.mark.parametrize("options", [{}, {"num_workers": 2, "averaging_frequency": 1}])
def test_resumed_it_ends_with_the_same_bits(uneven: tuple[Any, Any], tmp_path: Path, options: dict[str, Any]) -> None:
    X, y = uneven
    options = {"augmentation": EVERYTHING, "class_weight": "balanced", "sampling": "oversample", **options}
    checkpoint = tmp_path / "checkpoint.zip"
    # The last one of the first two epochs: within an epoch.
    writing = Checkpoint(checkpoint, every=13, unit="step")
    whole = _classifier(**options).fit(X, y)
    _classifier(**options | {"epochs": 2, "callbacks": [writing]}).fit(X, y)
    resumed = _classifier(**options).fit(X, y, resume=checkpoint)
    np.testing.assert_array_equal(resumed.predict_proba(X), whole.predict_proba(X))
    assert [row["loss"] for row in resumed.history_.epochs] == [row["loss"] for row in whole.history_.epochs]
    other = _classifier(**options | {"augmentation": None}).fit(X, y)
    assert (other.predict_proba(X) != whole.predict_proba(X)).any()

    again = ConvNetClassifier.load(checkpoint)
    assert again.augmentation == EVERYTHING
    assert again.class_weight == "balanced"
    assert again.sampling == "oversample"
    for changed, sentence in (
        ({"augmentation": {**EVERYTHING.to_dict(), "shift": 0.2}}, "written with the augmentation's shift 0.1, but"),
        ({"augmentation": None}, "augmentation's horizontal_flip is false now"),
        ({"class_weight": {"red": 2}}, "written with class_weight balanced, but class_weight is {red=2.0} now"),
        ({"sampling": "all"}, "written with sampling oversample"),
    ):
        with pytest.raises(ModelFileError, match=sentence):
            _classifier(**options | changed).fit(X, y, resume=checkpoint)


def test_threads_that_augment_change_nothing(uneven: tuple[Any, Any]) -> None:
    """Other numbers of threads round differently where they compute, but an identity is the same in all."""
    X, y = uneven
    one, three = (_classifier(augmentation=EVERYTHING, threads=threads, epochs=1).fit(X, y) for threads in (1, 3))
    np.testing.assert_allclose(one.predict_proba(X), three.predict_proba(X), atol=1e-4)


def test_the_report_shows_what_augmentation_makes(colour_pictures: Pictures, tmp_path: Path) -> None:
    X, y = colour_pictures(4)
    train = ImageDataset.from_arrays(X, y)
    sections = []
    for augmentation in (EVERYTHING, None):
        classifier = _classifier(augmentation=augmentation, epochs=1).fit(train)
        page = write_report(tmp_path, data={"training": train}, classifier=classifier)[-1].read_text()
        sections.append(page.partition('<section id="augmentation">')[2].partition("</section>")[0])
    # Six pictures as they are and as three epochs see them, all different.
    addresses = re.findall(r'src="(data:[^"]+)"', sections[0])
    assert len(addresses) == len(set(addresses)) == 24
    assert sections[1] == ""


def test_weights_of_classes_are_weights_of_their_pictures(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(15)
    options: dict[str, Any] = {"epochs": 2, "validation_fraction": 0.2}
    by_class = _classifier(**options, class_weight={"red": 3.0, "blue": 0.5}).fit(X, y)
    by_picture = _classifier(**options).fit(X, y, sample_weight=np.select([y == "red", y == "blue"], [3.0, 0.5], 1.0))
    plain = _classifier(**options).fit(X, y)
    balanced = _classifier(**options, class_weight="balanced").fit(X, y)
    probabilities = [each.predict_proba(X).tobytes() for each in (by_class, by_picture, plain, balanced)]
    assert probabilities[0] == probabilities[1] != probabilities[2]
    # All classes have as many pictures: balanced weights are 1.
    assert probabilities[3] == probabilities[2]
    with pytest.raises(DataError, match="purple"):
        _classifier(class_weight={"purple": 2}).fit(X, y)
    with pytest.raises(DataError, match="class_weight is 0 for all pictures"):
        _classifier(class_weight={"red": 0, "green": 0, "blue": 0}).fit(X, y)


def test_balanced_weights_are_those_of_scikit_learn(uneven: tuple[Any, Any]) -> None:
    utils = pytest.importorskip("sklearn.utils.class_weight")
    X, y = uneven
    balanced = _classifier(class_weight="balanced").fit(X, y)
    given = _classifier().fit(X, y, sample_weight=utils.compute_sample_weight("balanced", y))
    assert balanced.predict_proba(X).tobytes() == given.predict_proba(X).tobytes()


def test_a_grid_of_class_weights_and_augmentations(colour_pictures: Pictures) -> None:
    selection = pytest.importorskip("sklearn.model_selection")
    X, y = colour_pictures(8)
    grid = {"class_weight": [None, "balanced"], "augmentation__shift": [0.0, 0.2]}
    search = selection.GridSearchCV(_classifier(epochs=1), grid, cv=2, error_score="raise").fit(X, y)
    assert len(search.cv_results_["params"]) == 4


class _Examples:
    def __init__(self) -> None:
        self.examples = 0

    def on_event(self, event: dict[str, Any]) -> None:
        self.examples = event.get("examples", self.examples) if event["type"] == "start" else self.examples


def test_oversampling_is_training_with_repeated_pictures(uneven: tuple[Any, Any]) -> None:
    X, y = uneven
    seen = _Examples()
    sampled = _classifier(sampling="oversample", callbacks=[seen], standardize="none").fit(X, y)
    assert seen.examples == 3 * 24
    # Three times eight greens and eight times three blues, after all pictures once.
    order = list(range(35))
    for time in range(1, 8):
        order += [i for i in range(35) if (y[i] == "green" and time < 3) or y[i] == "blue"]
    repeated = _classifier(standardize="none").fit(X[order], y[order])
    assert sampled.predict_proba(X).tobytes() == repeated.predict_proba(X).tobytes()


def test_mixup_tells_of_losses_and_hits(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(40)
    mixed = _classifier(epochs=12, learning_rate=0.01, augmentation={"mixup": 1.0}).fit(X, y)
    last = mixed.history_.epochs[-1]
    # Pictures of two classes cannot be told with certainty, those of one can.
    assert last["loss"] > 0.3
    assert 0.5 < last["accuracy"] < 1
    assert mixed.score(X, y) >= 0.9
