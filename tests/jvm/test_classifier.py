from __future__ import annotations

import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sparkdl4j import (
    Callback,
    Conv2D,
    ConvNetClassifier,
    DataError,
    Dense,
    Dropout,
    EarlyStopping,
    FileError,
    History,
    ImageDataset,
    MaxPool2D,
    ModelFileError,
    NetworkError,
    NotFittedError,
    Output,
    ParameterError,
    ReduceLearningRateOnPlateau,
    Sequential,
    StopTraining,
    StopWhen,
    TrainingError,
)

SMALL = Sequential([Conv2D(8, 3), MaxPool2D(2), Dropout(0.2), Dense(16), Output()])
Pictures = Callable[..., tuple[NDArray[np.uint8], NDArray[np.str_]]]


def small(**options: object) -> ConvNetClassifier:
    given = {"epochs": 6, "batch_size": 16, "learning_rate": 0.01, "verbose": False, **options}
    return ConvNetClassifier(SMALL, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def fitted(colour_pictures: Pictures) -> ConvNetClassifier:
    return small().fit(*colour_pictures(40))


def test_it_learns(fitted: ConvNetClassifier, colour_pictures: Pictures) -> None:
    X, y = colour_pictures(30, seed=1)
    evaluation = fitted.evaluate(X, y)
    assert evaluation.accuracy >= 0.95
    assert fitted.score(X, y) == evaluation.accuracy
    assert fitted.classes_.tolist() == ["blue", "green", "red"]
    probabilities = fitted.predict_proba(X)
    assert probabilities.shape == (90, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (fitted.predict(X) == fitted.classes_[probabilities.argmax(axis=1)]).all()
    losses = [epoch["loss"] for epoch in fitted.history_.epochs]
    assert len(losses) == 6
    assert losses[-1] < losses[0] / 2


def test_few_pictures_are_shown_in_more_epochs(colour_pictures: Pictures, tmp_path: Path) -> None:
    X, y = colour_pictures(10)
    chosen = small(epochs=0, learning_rate_schedule="cosine").fit(X, y)
    assert len(chosen.history_) == 200
    assert chosen.history_.epochs[-1]["learning_rate"] < 1e-5
    warm = small(epochs=0, warm_start=True, callbacks=[StopWhen(lambda epoch: epoch["epoch"] == 202)])
    chosen.save(tmp_path / "model.zip")
    loaded = ConvNetClassifier.load(tmp_path / "model.zip")
    assert loaded.epochs == 200
    assert len(loaded.set_params(**warm.get_params(deep=False)).fit(X, y).history_) == 202


def test_groups_of_the_data_are_those_of_the_evaluation(fitted: ConvNetClassifier, colour_pictures: Pictures) -> None:
    data = ImageDataset.from_arrays(*colour_pictures(10, seed=1))
    assert fitted.evaluate(data).groups is None
    data.groups = np.repeat(np.array(["first", "second", "third"], dtype=object), 10)
    evaluation = fitted.evaluate(data)
    assert [row.examples for row in evaluation.by_group()] == [10, 10, 10]
    assert evaluation.confidence_interval(resamples=10).groups == 3


def test_a_threshold_decides_between_two_classes(fitted: ConvNetClassifier, colour_pictures: Pictures) -> None:
    from sklearn.frozen import FrozenEstimator
    from sklearn.model_selection import FixedThresholdClassifier

    X, y = colour_pictures(20)
    with pytest.raises(ParameterError, match="decides between two classes, but the model has 3"):
        fitted.predict(X, threshold=0.3)
    X, y = X[y != "red"], y[y != "red"]
    classifier = small(epochs=1).fit(X, y)
    assert set(classifier.predict(X, threshold=0.0)) == {"green"}
    evaluation = classifier.evaluate(X, y)
    for positive in ("blue", "green"):
        threshold = evaluation.threshold(sensitivity=0.9, positive=positive)
        predicted = classifier.predict(X, threshold=threshold)
        assert (predicted[y == positive] == positive).mean() == threshold.sensitivity
        assert (predicted[y != positive] != positive).mean() == threshold.specificity
        theirs = FixedThresholdClassifier(
            FrozenEstimator(classifier), threshold=threshold.value, pos_label=positive, response_method="predict_proba"
        ).fit(X, y)
        assert (theirs.predict(X) == predicted).all()


def test_history_goes_through_json_and_pandas(fitted: ConvNetClassifier) -> None:
    history = fitted.history_
    assert History.from_json(history.to_json()).epochs == history.epochs
    frame = history.to_pandas()
    assert len(frame) == 6
    assert {"loss", "accuracy", "validation_loss", "images_per_second", "seconds"} <= set(frame.reset_index().columns)


def test_the_same_seed_gives_the_same_bits(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(20)
    first, second, other = (small(epochs=2, seed=seed).fit(X, y).predict_proba(X) for seed in (1, 1, 2))
    assert first.tobytes() == second.tobytes()
    assert first.tobytes() != other.tobytes()


def test_float_pictures_are_learned_as_the_same_integers(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(20)
    of_bytes = small(epochs=1).fit(X, y).predict_proba(X)
    of_floats = small(epochs=1).fit(X.astype(np.float64), y).predict_proba(X.astype(np.float32))
    np.testing.assert_allclose(of_floats, of_bytes, atol=1e-4)


def test_a_model_file_gives_the_same_classifier(
    fitted: ConvNetClassifier, colour_pictures: Pictures, tmp_path: Path
) -> None:
    X, _ = colour_pictures(10, seed=2)
    fitted.save(tmp_path / "model.zip")
    loaded = ConvNetClassifier.load(tmp_path / "model.zip")
    assert loaded.predict_proba(X).tobytes() == fitted.predict_proba(X).tobytes()
    assert loaded.classes_.tolist() == fitted.classes_.tolist()
    assert loaded.history_.epochs == fitted.history_.epochs
    assert loaded.get_params()["learning_rate"] == 0.01
    assert loaded.network_ == SMALL
    assert [file.name for file in tmp_path.iterdir()] == ["model.zip"]
    again = loaded.set_params(verbose=False, epochs=1).fit(*colour_pictures(10))
    assert len(again.history_.epochs) == 1


@pytest.mark.parametrize("labels", [[3, 5], [True, False], ["a", "b"]])
def test_labels_keep_their_kind(labels: list[object], tmp_path: Path) -> None:
    X = np.random.default_rng(0).integers(0, 256, (20, 16, 16, 3), dtype=np.uint8)
    y = np.array(labels * 10)
    classifier = small(epochs=1).fit(X, y)
    classifier.save(tmp_path / "model.zip")
    for each in (classifier, ConvNetClassifier.load(tmp_path / "model.zip")):
        assert each.classes_.dtype.kind == y.dtype.kind
        assert set(each.predict(X)) <= set(y)


def test_it_pickles_fitted_and_unfitted(fitted: ConvNetClassifier, colour_pictures: Pictures) -> None:
    X, _ = colour_pictures(5)
    copy = pickle.loads(pickle.dumps(fitted))
    assert copy.predict_proba(X).tobytes() == fitted.predict_proba(X).tobytes()
    assert repr(pickle.loads(pickle.dumps(small(seed=7)))) == repr(small(seed=7))


def test_scikit_learn_drives_it(colour_pictures: Pictures) -> None:
    from sklearn.base import clone, is_classifier
    from sklearn.model_selection import GridSearchCV, cross_val_score

    X, y = colour_pictures(20)
    classifier = small(epochs=4)
    assert is_classifier(classifier)
    assert clone(classifier).get_params() == classifier.get_params()
    assert cross_val_score(classifier, X, y, cv=2).mean() > 0.8
    search = GridSearchCV(classifier, {"learning_rate": [1e-6, 0.01]}, cv=2).fit(X, y)
    assert search.best_params_ == {"learning_rate": 0.01}


def test_validation_decides_which_epoch_is_kept(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(20)
    validation = colour_pictures(10, seed=3)
    best = small(epochs=5).fit(X, y, validation_data=validation)
    epochs = best.history_.epochs
    expected = min(epochs, key=lambda epoch: (-epoch["validation_accuracy"], epoch["validation_loss"], epoch["epoch"]))
    assert best.kept_epoch_ == expected["epoch"]
    assert best.score(*validation) == pytest.approx(expected["validation_accuracy"])
    assert best.evaluate(*validation).log_loss == pytest.approx(expected["validation_loss"], rel=1e-4)
    last = small(epochs=5, keep="last").fit(X, y, validation_data=validation)
    assert last.kept_epoch_ == 5
    fraction = small(epochs=1, validation_fraction=0.25).fit(X, y)
    assert fraction.history_.epochs[0]["validation_accuracy"] is not None


def test_the_scaler_sees_the_training_part_only(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(20)
    classifier = small(epochs=1, validation_fraction=0.5, standardize="feature").fit(X, y)
    train, _ = ImageDataset.from_arrays(X, y).split(0.5, seed=classifier.seed)
    np.testing.assert_allclose(classifier.scaler_.mean_, train.X.reshape(30, -1).mean(axis=0), rtol=1e-12)


def test_a_loss_that_is_not_a_number_stops_training(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(20)
    # Each step makes the weights ten thousand times larger.
    classifier = small(learning_rate=100, l2=100, updater="sgd", epochs=50)
    with pytest.raises(TrainingError, match=r"epoch \d+, minibatch \d+") as caught:
        classifier.fit(X, y)
    assert caught.value.code == "TRAINING_DIVERGED"
    assert np.isfinite(classifier.predict_proba(X)).all()
    assert classifier.kept_epoch_ == len(classifier.history_.epochs)


class InterruptAfter(Callback):
    """Presses Ctrl-C when so many epochs have finished."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def on_event(self, event: dict[str, object]) -> None:
        if event["type"] == "epoch" and event["epoch"] == self.epochs:
            import signal

            signal.raise_signal(signal.SIGINT)


def test_ctrl_c_keeps_the_best_model_and_the_process(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(40)
    classifier = small(epochs=2_000, callbacks=[InterruptAfter(3)])
    with pytest.raises(KeyboardInterrupt):
        classifier.fit(X, y)
    assert classifier.kept_epoch_ >= 3
    assert classifier.score(X, y) > 0.5
    assert small(epochs=1).fit(X, y).kept_epoch_ == 1


def test_an_error_in_a_callback_reaches_the_caller_and_nothing_is_lost(colour_pictures: Pictures) -> None:
    def broken(event: dict[str, object]) -> None:
        if event["type"] == "epoch" and event["epoch"] == 3:
            raise ZeroDivisionError("mine")

    seen: list[dict[str, object]] = []
    X, y = colour_pictures(40)
    classifier = small(epochs=2_000, callbacks=[broken, seen.append])
    with pytest.raises(TrainingError, match="broken raised ZeroDivisionError at the event epoch of epoch 3") as caught:
        classifier.fit(X, y)
    assert caught.value.code == "CALLBACK_FAILED"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert 3 <= classifier.kept_epoch_ == len(classifier.history_) < 2_000
    assert classifier.score(X, y) > 0.5
    assert seen[-1]["type"] == "end"
    assert seen[-1]["reason"] == "cancelled"


def test_a_function_ends_training_with_the_epoch_that_it_saw(colour_pictures: Pictures) -> None:
    seen: list[dict[str, object]] = []

    class Slow(Callback):
        def on_epoch_end(self, epoch: dict[str, object]) -> bool:
            time.sleep(0.05)
            return epoch["epoch"] != 3

        def on_event(self, event: dict[str, object]) -> None:
            seen.append(event)

    class Raises(Callback):
        def on_epoch_end(self, epoch: dict[str, object]) -> None:
            raise StopTraining

    for callback, epochs in ((Slow(), 3), (StopWhen(lambda epoch: epoch["epoch"] == 2), 2), (Raises(), 1)):
        classifier = small(epochs=2_000, callbacks=[callback]).fit(*colour_pictures(10))
        assert len(classifier.history_) == classifier.kept_epoch_ == epochs
    assert seen[-1]["reason"] == "stopped"

    class BeforeAnEpoch(Callback):
        def on_event(self, event: dict[str, object]) -> None:
            if event["type"] == "minibatch":
                raise StopTraining

    assert len(small(epochs=2_000, callbacks=[BeforeAnEpoch()]).fit(*colour_pictures(10)).history_) < 2_000


def test_early_stopping_keeps_the_best_epoch_and_the_rate_is_reduced_before(colour_pictures: Pictures) -> None:
    reduction = ReduceLearningRateOnPlateau(0.5, patience=1, metric="loss", min_delta=100)
    classifier = small(
        epochs=50,
        learning_rate=0.004,
        warmup_epochs=1,
        callbacks=[EarlyStopping(3, metric="validation_accuracy", min_delta=1), reduction],
        validation_fraction=0.25,
    )
    classifier.fit(*colour_pictures(40))
    assert classifier.kept_epoch_ == 1
    rates = [epoch["learning_rate"] for epoch in classifier.history_.epochs]
    np.testing.assert_allclose(rates[1:], [0.004, 0.002, 0.001])
    assert 0 < rates[0] < 0.004
    with pytest.raises(ParameterError, match="EarlyStopping follows validation_loss, but there are no validation data"):
        small(callbacks=[EarlyStopping()]).fit(*colour_pictures(8))
    with pytest.raises(ParameterError, match="EarlyStopping 2 times"):
        small(callbacks=[EarlyStopping(), EarlyStopping()]).fit(*colour_pictures(8))
    with pytest.raises(ParameterError, match="warm up in fewer"):
        small(epochs=2, warmup_epochs=2).fit(*colour_pictures(8))


def test_a_learning_rate_is_found_and_nothing_changed(colour_pictures: Pictures) -> None:
    classifier = small()
    before = classifier.get_params()
    found = classifier.find_learning_rate(*colour_pictures(60), high=10, steps=50)
    assert classifier.get_params() == before
    assert not hasattr(classifier, "history_")
    assert found.suggestion is not None
    assert 1e-5 < found.suggestion < 1
    assert len(found.rates) == len(found.losses) == len(found.smoothed)
    assert found.rates[0] == 1e-6
    np.testing.assert_allclose(found.rates[1:] / found.rates[:-1], 1e7 ** (1 / 49))
    assert found.smoothed.min() < 0.9 * found.losses[0]
    again = classifier.find_learning_rate(*colour_pictures(60), high=10, steps=50)
    np.testing.assert_array_equal(found.losses, again.losses)
    assert f"falls fastest at {found.suggestion:.2g}" in str(found)
    assert found._repr_png_().startswith(b"\x89PNG")
    with pytest.raises(ParameterError, match="low must be below high"):
        classifier.find_learning_rate(*colour_pictures(8), low=1, high=0.1)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"epochs": -1}, "PARAMETER_RANGE"),
        ({"epochs": 1.5}, "PARAMETER_TYPE"),
        ({"batch_size": -1}, "PARAMETER_RANGE"),
        ({"learning_rate": float("nan")}, "PARAMETER_RANGE"),
        ({"learning_rate": 1e9}, "PARAMETER_RANGE"),
        ({"updater": "adamm"}, "PARAMETER_RANGE"),
        ({"dropout": 1.0}, "PARAMETER_RANGE"),
        ({"validation_fraction": 1.0}, "PARAMETER_RANGE"),
        ({"seed": -1}, "PARAMETER_RANGE"),
        ({"standardize": "pixel"}, "PARAMETER_RANGE"),
    ],
)
def test_bad_parameters_are_refused(colour_pictures: Pictures, options: dict[str, object], code: str) -> None:
    with pytest.raises(ParameterError) as caught:
        small(**options).fit(*colour_pictures(4))
    assert caught.value.code == code
    assert next(iter(options)) in str(caught.value)


def test_unknown_parameters_name_the_nearest() -> None:
    with pytest.raises(ParameterError, match="learning_rat.*did you mean learning_rate"):
        ConvNetClassifier("fashion", learning_rat=0.1)
    with pytest.raises(ParameterError, match="did you mean epochs"):
        small().set_params(epoch=3)


def test_an_option_set_twice_is_an_error(colour_pictures: Pictures) -> None:
    network = Sequential([Dense(4), Output()], l2=0.1)
    with pytest.raises(ParameterError, match="l2 is set both in the network and as an option") as caught:
        ConvNetClassifier(network, l2=0.2).fit(*colour_pictures(4))
    assert caught.value.code == "PARAMETER_CONFLICT"


def test_a_network_that_does_not_fit_is_named(colour_pictures: Pictures) -> None:
    with pytest.raises(NetworkError, match="Conv2D 5x5 does not fit its 3x3 input: layer 3") as caught:
        ConvNetClassifier("landscape").fit(*colour_pictures(4))
    assert caught.value.code == "NETWORK_DOES_NOT_FIT"


def test_one_class_wrong_shapes_and_strange_labels_are_refused(
    fitted: ConvNetClassifier, colour_pictures: Pictures
) -> None:
    X, y = colour_pictures(4)
    for call, code in (
        (lambda: small().fit(X[:4], y[:4]), "DATA_ONE_CLASS"),
        (lambda: small().fit(X), "DATA_LABELS"),
        (lambda: small().fit(X, y, validation_data=(X[:, :8], y)), "DATA_SHAPE"),
        (lambda: small().fit(X, y, validation_data=(X, ["pink"] * 12)), "DATA_LABELS"),
        (lambda: fitted.predict(X[:, :8]), "DATA_SHAPE"),
        (lambda: fitted.evaluate(X, ["pink"] * 12), "DATA_LABELS"),
    ):
        with pytest.raises(DataError) as caught:
            call()  # type: ignore[no-untyped-call]
        assert caught.value.code == code
    with pytest.raises(ParameterError):
        small(validation_fraction=0.5).fit(X, y, validation_data=(X, y))


def test_before_fit_there_is_nothing_to_use() -> None:
    from sklearn.exceptions import NotFittedError as TheirNotFittedError

    with pytest.raises(NotFittedError):
        small().predict(np.zeros((1, 16, 16, 3)))
    with pytest.raises(TheirNotFittedError):
        small().save("nowhere.zip")


def test_bad_model_files_are_refused(fitted: ConvNetClassifier, tmp_path: Path) -> None:
    whole = tmp_path / "model.zip"
    fitted.save(whole)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:-100])
    with pytest.raises(ModelFileError) as damaged:
        ConvNetClassifier.load(cut)
    assert damaged.value.code == "MODEL_FILE_DAMAGED"
    assert isinstance(damaged.value, OSError)
    with pytest.raises(FileError) as missing:
        ConvNetClassifier.load(tmp_path / "missing.zip")
    assert missing.value.code == "FILE_NOT_FOUND"


def test_saving_where_it_is_impossible_is_an_error(fitted: ConvNetClassifier, tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        fitted.save(tmp_path / "no" / "folder" / "model.zip")
    assert caught.value.code == "FILE_UNWRITABLE"


def test_a_full_disk_while_saving_keeps_the_old_file(fitted: ConvNetClassifier, tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    fitted.save(path)
    old = path.read_bytes()
    # A limit on the size of files fails as a full disk does: in the midst of writing.
    program = f"""
import resource
from sparkdl4j import ConvNetClassifier, FileError
classifier = ConvNetClassifier.load({str(path)!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    classifier.save({str(path)!r})
except FileError as problem:
    print(problem.code)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "FILE_UNWRITABLE\n", done.stderr
    assert path.read_bytes() == old
    assert [file.name for file in tmp_path.iterdir()] == ["model.zip"]


def test_reading_pictures_as_the_model_did(picture_folder: Path, tmp_path: Path) -> None:
    from sparkdl4j import ImageFolder

    data = ImageFolder(picture_folder, size=16)
    classifier = small().fit(data)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    read = classifier.read_images([picture_folder / "red", tmp_path / "broken.png"])
    assert len(read) == 20
    assert [Path(entry.path).name for entry in read.damaged] == ["broken.png"]
    assert set(classifier.predict(read)) == {"red"}
    with pytest.raises(FileError):
        classifier.read_images(tmp_path / "missing.png")


def test_summary_counts_parameters(fitted: ConvNetClassifier) -> None:
    parameters = (3 * 3 * 3 * 8 + 8) + (7 * 7 * 8 * 16 + 16) + (16 * 3 + 3)
    assert f"{parameters:,}" in fitted.summary()


def test_a_weight_of_zero_leaves_a_picture_out(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(20)
    wrong = y.copy()
    wrong[:10] = "red"
    weights = np.ones(len(y))
    weights[:10] = 0
    fitted = small(epochs=8).fit(X, wrong, sample_weight=weights)
    # All pictures that count are labelled rightly, so the wrong labels leave no trace.
    assert fitted.score(X, y) >= 0.95
    assert fitted.history_.epochs[-1]["accuracy"] < 0.9


def test_wrong_weights_are_refused(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(5)
    with pytest.raises(DataError) as caught:
        small().fit(X, y, sample_weight=np.ones(3))
    assert caught.value.code == "DATA_SHAPE"


def test_averaging_workers_learn_and_repeat_themselves(colour_pictures: Pictures) -> None:
    X, y = colour_pictures(40)
    options = {"num_workers": 2, "averaging_frequency": 2, "batch_size": 8}
    first, second = (small(**options).fit(X, y) for _ in range(2))
    assert first.score(X, y) >= 0.95
    assert first.predict_proba(X).tobytes() == second.predict_proba(X).tobytes()
    assert all(epoch["input_waits"] <= 15 for epoch in first.history_.epochs)
