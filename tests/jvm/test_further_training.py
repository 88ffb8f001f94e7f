"""partial_fit and warm_start: training goes on from what the classifier has learned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sparkdl4j import (
    BatchNorm,
    Callback,
    Conv2D,
    ConvNetClassifier,
    DataError,
    Dense,
    Dropout,
    ImageDataset,
    Output,
    ParameterError,
    Sequential,
)

NETWORK = Sequential([Conv2D(4, 3), BatchNorm(), Dropout(0.3), Dense(8), Output()])
CLASSES = ["even", "odd"]


@pytest.fixture(scope="module")
def data() -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (50, 12, 12, 1), dtype="u1"), np.array(CLASSES)[np.arange(50) % 2]


def classifier(**options: Any) -> ConvNetClassifier:
    return ConvNetClassifier(NETWORK, **({"epochs": 3, "batch_size": 8, "verbose": False} | options))


def entries(trained: ConvNetClassifier, folder: Path) -> dict[str, bytes]:
    """The bytes of parameters, updater state, and configuration with the counts of steps and epochs."""
    import zipfile

    trained.save(folder / "model.zip")
    with zipfile.ZipFile(folder / "model.zip") as file:
        return {name: file.read(name) for name in ("coefficients.bin", "updaterState.bin", "configuration.json")}


def losses(trained: ConvNetClassifier) -> list[float]:
    return [epoch["loss"] for epoch in trained.history_.epochs]


@pytest.mark.parametrize("options", [{}, {"num_workers": 2, "averaging_frequency": 2}])
def test_calls_of_partial_fit_are_epochs_of_fit(data: tuple[Any, Any], options: dict[str, Any], tmp_path: Path) -> None:
    whole = classifier(**options).fit(*data)
    by_call = classifier(**options)
    for _ in range(3):
        assert by_call.partial_fit(*data, classes=CLASSES) is by_call
    assert entries(by_call, tmp_path) == entries(whole, tmp_path)
    assert losses(by_call) == losses(whole)
    assert by_call.kept_epoch_ == 3
    assert by_call.epochs == 3


def test_a_part_knows_no_whole_run(data: tuple[Any, Any]) -> None:
    with pytest.raises(ParameterError, match="length of the whole run, which partial_fit does not") as refused:
        classifier(learning_rate_schedule="cosine").partial_fit(*data, classes=CLASSES)
    assert refused.value.code == "PARAMETER_CONFLICT"


def test_warm_start_goes_on_with_fit(data: tuple[Any, Any], tmp_path: Path) -> None:
    whole = classifier(epochs=5).fit(*data)
    warm = classifier(epochs=2, warm_start=True).fit(*data)
    warm.set_params(epochs=3).fit(*data)
    assert entries(warm, tmp_path) == entries(whole, tmp_path)
    assert losses(warm) == losses(whole)
    assert [epoch["epoch"] for epoch in warm.history_.epochs] == [1, 2, 3, 4, 5]
    cold = warm.set_params(warm_start=False, epochs=1).fit(*data)
    assert losses(cold) == losses(whole)[:1]


def test_a_model_file_goes_on_too(data: tuple[Any, Any], tmp_path: Path) -> None:
    whole = classifier().fit(*data)
    classifier(epochs=2).fit(*data).save(tmp_path / "part.zip")
    loaded = ConvNetClassifier.load(tmp_path / "part.zip").set_params(verbose=False)
    assert entries(loaded.partial_fit(*data), tmp_path) == entries(whole, tmp_path)


def test_warm_start_keeps_the_best_of_all_epochs(data: tuple[Any, Any]) -> None:
    warm = classifier(epochs=4, warm_start=True)
    for _ in range(2):
        warm.fit(*data, validation_data=data)
    epochs = warm.history_.epochs
    best = min(epochs, key=lambda epoch: (-epoch["validation_accuracy"], epoch["validation_loss"], epoch["epoch"]))
    assert len(epochs) == 8
    assert warm.kept_epoch_ == best["epoch"]
    assert warm.evaluate(*data).log_loss == pytest.approx(best["validation_loss"], rel=1e-4)


def test_the_first_call_decides_classes_means_and_scales(data: tuple[Any, Any]) -> None:
    X, y = data
    by_call = classifier().partial_fit(X[::2], y[::2], classes=[*CLASSES, "prime"])
    assert set(y[::2]) == {"even"}
    mean = by_call.scaler_.mean_.copy()
    by_call.partial_fit(X[:5] // 2, y[:5])
    assert by_call.classes_.tolist() == ["even", "odd", "prime"]
    np.testing.assert_array_equal(by_call.scaler_.mean_, mean)
    assert by_call.predict_proba(X).shape == (50, 3)
    named = ImageDataset.from_arrays(X, y)
    assert classifier().partial_fit(named.subset([0, 2])).classes_.tolist() == CLASSES


def test_options_may_change_between_calls(data: tuple[Any, Any]) -> None:
    by_call = classifier().partial_fit(*data, classes=CLASSES)
    before = by_call.predict_proba(data[0])
    by_call.set_params(learning_rate=1e-30, batch_size=50).partial_fit(*data)
    # The running statistics of the normalisation move on; the weights stay where they are.
    assert np.abs(by_call.predict_proba(data[0]) - before).max() < 0.2
    weights = np.where(data[1] == "odd", 1.0, 0.0)
    by_call.set_params(learning_rate=0.01, batch_size=5)
    for _ in range(8):
        by_call.partial_fit(*data, sample_weight=weights)
    assert (by_call.predict(data[0]) == "odd").mean() > 0.9


class Interrupt(Callback):
    def on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "minibatch":
            raise KeyboardInterrupt


def test_an_interrupted_call_changes_nothing(data: tuple[Any, Any]) -> None:
    by_call = classifier().partial_fit(*data, classes=CLASSES)
    before = by_call.predict_proba(data[0]).tobytes()
    with pytest.raises(KeyboardInterrupt):
        # Long enough to be interrupted on its way.
        by_call.set_params(callbacks=[Interrupt()], batch_size=1).partial_fit(*(np.repeat(one, 60, 0) for one in data))
    assert by_call.predict_proba(data[0]).tobytes() == before
    assert (by_call.kept_epoch_, len(by_call.history_)) == (1, 1)


def test_what_cannot_go_on_is_refused(data: tuple[Any, Any]) -> None:
    X, y = data
    trained = classifier(epochs=1, warm_start=True).fit(X, y)
    other = Sequential([Dense(8), Output()])
    for call, code, words in (
        (lambda: classifier().partial_fit(X, y), "DATA_LABELS", "classes must be given in the first call"),
        (lambda: classifier().partial_fit(X, y, classes=["odd"]), "DATA_ONE_CLASS", "classes has 1"),
        (lambda: classifier().partial_fit(X, y, classes=["odd", "prime"]), "DATA_LABELS", "y has the class 'even'"),
        (lambda: trained.partial_fit(X, y, classes=["odd", "prime"]), "DATA_LABELS", "those of the first call"),
        (lambda: trained.partial_fit(X[:2], ["odd", "prime"]), "DATA_LABELS", "the class 'prime'"),
        (lambda: trained.partial_fit(X[:, :9], y), "DATA_SHAPE", "trained on 12x12x1"),
        (lambda: classifier(validation_fraction=0.2).partial_fit(X, y), "PARAMETER_CONFLICT", "validation_fraction"),
        (lambda: classifier(class_weight="balanced").partial_fit(X, y), "PARAMETER_CONFLICT", "cannot balance classes"),
        (lambda: trained.set_params(standardize="none").fit(X, y), "PARAMETER_CONFLICT", "standardize channel"),
        (lambda: trained.set_params(standardize="channel", updater="sgd").fit(X, y), "PARAMETER_CONFLICT", "updater"),
        (lambda: trained.set_params(updater=None, network=other).fit(X, y), "PARAMETER_CONFLICT", "another network"),
        (lambda: trained.fit(X, y, resume="checkpoint.zip"), "PARAMETER_CONFLICT", "resume"),
    ):
        with pytest.raises((DataError, ParameterError), match=words) as caught:
            call()  # type: ignore[no-untyped-call]
        assert caught.value.code == code
    # Refused calls have left it as it was.
    assert len(trained.history_) == 1
