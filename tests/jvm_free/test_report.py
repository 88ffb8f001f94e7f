from __future__ import annotations

import builtins
import io
import json
import warnings

import numpy as np
import pytest

from sparkdl4j import errors
from sparkdl4j.evaluation import Evaluation
from sparkdl4j.history import History
from sparkdl4j.report import plots
from sparkdl4j.report.folder import write_report


def evaluation(count=3, n=60, classes=None):
    random = np.random.default_rng(count)
    return Evaluation(random.integers(0, count, size=n), random.dirichlet(np.ones(count), size=n), classes=classes)


def history(epochs=4, kept_epoch=3):
    rows = [{"epoch": e, "loss": 1 / e, "accuracy": 1 - 1 / e} for e in range(1, epochs + 1)]
    return History(rows, kept_epoch=kept_epoch)


def size(png):
    image = pytest.importorskip("PIL.Image")
    with image.open(io.BytesIO(png)) as picture:
        picture.load()
        assert picture.format == "PNG"
        return picture.size


def test_full_report(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, size=(60, 8, 8, 3), dtype=np.uint8)
    result, folder = evaluation(classes=["beach", "desert", "forest"]), tmp_path / "a" / "b"
    written = write_report(folder, evaluation=result, history=history(), pictures=pictures)
    names = [path.name for path in written]
    assert names == [
        "metrics.json",
        "history.json",
        "confusion_matrix.png",
        "learning_curves.png",
        "misclassified.png",
        "report.html",
    ]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    assert json.loads((folder / "metrics.json").read_text()) == result.to_dict()
    assert History.load(folder / "history.json") == history()
    # Again, over the older files.
    assert write_report(folder, evaluation=result) == [written[0], written[2], written[5]]


def test_history_without_finished_epochs_has_no_curves(tmp_path):
    assert [path.name for path in write_report(tmp_path, history=History())] == ["history.json", "report.html"]


@pytest.mark.parametrize("count", [1, 2, 3, 12, 13, 40, 41, 130])
def test_confusion_matrix_of_any_number_of_classes(count):
    width, height = size(plots.confusion_matrix(evaluation(count)))
    assert 500 < height < width < 2500


def test_class_names_of_any_kind_are_drawn_without_a_warning():
    classes = ["$x_1$ \\frac", "数字", "tab\there", "a name much longer than any axis has room for"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        size(plots.confusion_matrix(evaluation(4, classes=classes)))


@pytest.mark.parametrize("epochs", [1, 2, 200])
def test_learning_curves(epochs):
    rows = history(epochs).epochs
    with_validation = [{**row, "validation_loss": 2.0, "validation_accuracy": 0.5} for row in rows]
    for curves in (History(rows), History(with_validation, kept_epoch=epochs)):
        assert size(plots.learning_curves(curves))[0] > 1000


@pytest.mark.parametrize("count", [2, 3, 30])
def test_curves_of_probabilities(count):
    result = evaluation(count, 400)
    curves = (plots.roc_curve, plots.precision_recall_curve, plots.calibration_curve)
    sizes = [size(curve(result)) for curve in curves] + [size(curve(result, count - 1)) for curve in curves]
    assert sizes == 2 * [(696, 696), (696, 696), (672, 792)]


def test_curves_of_what_is_undefined_are_drawn_all_the_same():
    result = Evaluation([0, 0, 1], np.eye(3)[[0, 1, 1]], classes=["a", "b", "$c"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for curve in (plots.roc_curve, plots.precision_recall_curve, plots.calibration_curve):
            size(curve(result))
            size(curve(result, "$c"))


@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 1), (9, 7, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_picture_grid(shape, dtype):
    picture = (np.random.default_rng(0).random(shape) * 200).astype(dtype)
    for count in (1, 7):
        size(plots.picture_grid([picture] * count, ["caption"] * count, "title"))
    size(plots.picture_grid([picture * 0], ["black"], "title"))


def test_matplotlib_keeps_no_figures_of_ours(tmp_path):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    write_report(tmp_path, evaluation=evaluation(), history=history())
    assert pyplot.get_fignums() == []


def test_unwritable_folder(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(errors.FileError, match="cannot be") as caught:
            write_report(folder, history=history())
        assert caught.value.code == "FILE_UNWRITABLE"
    (tmp_path / "history.json").mkdir()
    with pytest.raises(errors.FileError, match="cannot be written"):
        write_report(tmp_path, history=history())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "history.json"]


def test_pictures_of_something_else(tmp_path):
    with pytest.raises(errors.DataError, match="59 for 60"):
        write_report(tmp_path, evaluation=evaluation(), pictures=np.zeros((59, 2, 2, 1)))


def test_missing_matplotlib_is_named_and_the_figures_are_not_lost(tmp_path, monkeypatch):
    real = builtins.__import__

    def without_matplotlib(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_matplotlib)
    with pytest.raises(errors.JvmError, match="matplotlib") as caught:
        write_report(tmp_path, evaluation=evaluation(), history=history())
    assert caught.value.code == "EXTRA_MISSING"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["history.json", "metrics.json", "report.html"]
