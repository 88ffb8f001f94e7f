"""Pictures of a report, as PNG bytes; drawn by matplotlib without its global state."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors
from sparkdl4j.report import tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sparkdl4j.evaluation import Evaluation, Metrics
    from sparkdl4j.history import History
    from sparkdl4j.learning_rate_search import LearningRateSearch

_DPI = 120
_TRAINING_COLOUR = "#1f5fa8"
_VALIDATION_COLOUR = "#d9742b"
_GREY = "#6b7280"

# Of curves side by side, told apart by the colour-blind too (Okabe & Ito 2008).
_CURVE_COLOURS = ("#1f5fa8", "#d9742b", "#009e73", "#cc79a7", "#56b4e9", "#e0b000", "#6b7280", "#7b3f00")
_MOST_CURVES = len(_CURVE_COLOURS)

# Above these numbers of classes, a cell has no room for its share, for its count, for its name.
_MOST_WITH_SHARES = 12
_MOST_WITH_COUNTS = 40
_MOST_WITH_NAMES = 60
_LARGEST_MATRIX_INCHES = 16.0


def confusion_matrix(evaluation: Metrics) -> bytes:
    """Heat map of the confusion matrix: colours are shares of the actual class, numbers counts.

    Raises:
        JvmError: EXTRA_MISSING when matplotlib is not installed.
    """
    matrix = evaluation.confusion_matrix
    count = len(matrix)
    support = matrix.sum(axis=1, keepdims=True)
    shares = matrix / np.maximum(support, 1)
    cell = 1.05 if count <= 5 else 0.8 if count <= _MOST_WITH_SHARES else 0.44
    side = min(_LARGEST_MATRIX_INCHES, max(3.2, cell * count))
    names = [tables.name(value, 22) for value in evaluation.classes]
    figure = _figure(side + 3.2, side + 2.2)
    axes = figure.add_subplot()
    # The square root lets rare confusions be seen beside a strong diagonal.
    image = axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)
    zoom = max(1.0, side / 9)
    right = f"{int(matrix.trace()):,} of {int(matrix.sum()):,} right"
    axes.set_title(f"Confusion matrix: {right}", pad=14, fontsize=13 * zoom)
    axes.set_xlabel("predicted", labelpad=8, fontsize=11 * zoom)
    axes.set_ylabel("actual", labelpad=8, fontsize=11 * zoom)
    _name_classes(axes, names)
    if count <= _MOST_WITH_COUNTS:
        _number_cells(axes, matrix, shares)
    bar = figure.colorbar(image, ax=axes, shrink=0.85, pad=0.03, aspect=20 * zoom)
    bar.set_label("share of the actual class", fontsize=10 * zoom)
    ticks = np.array([0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1])
    bar.set_ticks(np.sqrt(ticks), labels=[f"{share:.0%}" for share in ticks])
    bar.outline.set_visible(False)
    return png(figure)


def learning_curves(history: History) -> bytes:
    """Loss and accuracy by epoch, of training and validation, with the kept epoch marked.

    Raises:
        JvmError: EXTRA_MISSING when matplotlib is not installed.
    """
    figure = _figure(11, 4.4)
    left, right = figure.subplots(1, 2)
    for axes, title, key in ((left, "Loss", "loss"), (right, "Accuracy", "accuracy")):
        _curve(axes, history, key, "training", _TRAINING_COLOUR)
        _curve(axes, history, f"validation_{key}", "validation", _VALIDATION_COLOUR)
        if history.kept_epoch:
            axes.axvline(
                history.kept_epoch,
                color=_GREY,
                linestyle=(0, (4, 3)),
                linewidth=1.2,
                label=f"kept: epoch {history.kept_epoch}",
                zorder=1,
            )
        axes.set_title(title)
        axes.set_xlabel("epoch")
        axes.grid(color="#e5e7eb", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.xaxis.get_major_locator().set_params(integer=True)
        if len(history) == 1:
            axes.set_xticks([history.epochs[0]["epoch"]])
        axes.legend(edgecolor="none", framealpha=0.9)
    left.set_ylim(bottom=0)
    if len(history) == 1:
        right.set_ylim(0, 1)
    right.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.4g}%")
    return png(figure)


def learning_rate_search(search: LearningRateSearch) -> Figure:
    """The loss by learning rate, with the suggested one marked.

    Raises:
        JvmError: EXTRA_MISSING when matplotlib is not installed.
    """
    figure = _figure(8, 4.8)
    axes = figure.add_subplot()
    axes.plot(search.rates, search.losses, color=_TRAINING_COLOUR, alpha=0.3, linewidth=1, label="loss of a minibatch")
    axes.plot(search.rates, search.smoothed, color=_TRAINING_COLOUR, linewidth=2, label="smoothed")
    if search.suggestion is not None:
        axes.axvline(
            search.suggestion,
            color=_VALIDATION_COLOUR,
            linestyle=(0, (4, 3)),
            linewidth=1.5,
            label=f"falls fastest: {search.suggestion:.2g}",
        )
    axes.set_xscale("log")
    if len(search.smoothed):
        # What explodes at the end would press the rest flat.
        axes.set_ylim(0, 1.6 * max(search.smoothed[0], np.median(search.smoothed)))
    axes.set_title("Loss by learning rate")
    axes.set_xlabel("learning rate")
    axes.set_ylabel("loss")
    axes.grid(color="#e5e7eb", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(edgecolor="none", framealpha=0.9)
    return figure


def roc_curve(evaluation: Evaluation, positive: Any = None) -> bytes:
    """ROC curves: of two classes that of the positive one with the usual threshold marked, else of each class.

    Args:
        evaluation: of more than 8 classes, the 8 with the smallest areas are drawn.
        positive: one class against the rest; by default the second of two, or each of more.

    Raises:
        JvmError: EXTRA_MISSING when matplotlib is not installed.
        ParameterError: PARAMETER_RANGE for an unknown class.
    """
    figure, axes = _square("ROC curve", "false positive rate (1 - specificity)", "sensitivity (true positive rate)")
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle=(0, (4, 3)), linewidth=1.2, zorder=1)
    for name, colour in _curves_of(evaluation, positive, evaluation.class_roc_auc):
        curve = evaluation.roc_curve(name)
        area = float(evaluation.class_roc_auc[evaluation.classes.index(name)])
        axes.plot(
            curve.false_positive_rate,
            curve.true_positive_rate,
            color=colour,
            linewidth=2,
            label=f"{tables.name(name, 22)}: area {_figures(area)}",
        )
    if len(evaluation.classes) == 2:
        recalls = [entry.recall for entry in evaluation.at_threshold(0.5, positive=positive).per_class]
        index = 1 if positive is None else evaluation.classes.index(positive)
        axes.plot(1 - recalls[1 - index], recalls[index], "o", color=_VALIDATION_COLOUR, label="threshold .5", zorder=3)
    _legend(axes, "lower right")
    return png(figure)


def precision_recall_curve(evaluation: Evaluation, positive: Any = None) -> bytes:
    """Precision-recall curves, and the precision of chance (the class's share) where there is one curve.

    Arguments and errors are those of `roc_curve`.
    """
    figure, axes = _square("Precision and recall", "recall", "precision")
    drawn = _curves_of(evaluation, positive, evaluation.class_average_precision)
    for name, colour in drawn:
        curve = evaluation.precision_recall_curve(name)
        mean = float(evaluation.class_average_precision[evaluation.classes.index(name)])
        axes.plot(
            curve.recall,
            curve.precision,
            color=colour,
            linewidth=2,
            drawstyle="steps-post",
            label=f"{tables.name(name, 22)}: average {_figures(mean)}",
        )
    if len(drawn) == 1:
        share = evaluation.per_class[evaluation.classes.index(drawn[0][0])].support / len(evaluation.actual)
        axes.axhline(share, color=_GREY, linestyle=(0, (4, 3)), linewidth=1.2, label=f"chance: {share:.3f}", zorder=1)
    _legend(axes, "lower left")
    return png(figure)


def calibration_curve(evaluation: Evaluation, positive: Any = None) -> bytes:
    """Reliability diagram: how often that is right which is predicted with a probability, and how many pictures.

    Args:
        evaluation: what is drawn.
        positive: one class's probability; by default that of each picture's predicted class.

    Raises:
        JvmError: EXTRA_MISSING when matplotlib is not installed.
        ParameterError: PARAMETER_RANGE for an unknown class.
    """
    curve = evaluation.calibration_curve(positive)
    figure = _figure(5.6, 6.6)
    axes, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle=(0, (4, 3)), linewidth=1.2, label="as it should be", zorder=1)
    axes.plot(curve.probability, curve.share, "o-", color=_TRAINING_COLOUR, linewidth=2, markersize=5, label="found")
    axes.vlines(curve.probability, curve.probability, curve.share, color=_VALIDATION_COLOUR, linewidth=1.5, alpha=0.7)
    if positive is None:
        axes.set_title(f"Calibration (expected error {_figures(evaluation.calibration_error)})")
        axes.set_ylabel("share that is right")
        below.set_xlabel("probability of the predicted class")
    else:
        shown = tables.name(positive, 22)
        axes.set_title(f"Calibration of {shown}", parse_math=False)
        axes.set_ylabel(f"share that is {shown}", parse_math=False)
        below.set_xlabel(f"probability of {shown}", parse_math=False)
    axes.set_ylim(-0.02, 1.02)
    _legend(axes, "upper left")
    below.bar(curve.low, curve.examples, width=curve.high - curve.low, align="edge", color=_TRAINING_COLOUR, alpha=0.6)
    below.set_ylabel("pictures")
    below.set_xlim(-0.02, 1.02)
    for each in (axes, below):
        each.grid(color="#e5e7eb", linewidth=0.8)
        each.set_axisbelow(True)
        each.spines[["top", "right"]].set_visible(False)
    return png(figure)


def picture_grid(pictures: Sequence[NDArray[Any]], captions: Sequence[str], title: str) -> bytes:
    """Pictures with a caption each, in rows.

    Args:
        pictures: at least one, each (height, width) or (height, width, 1 or 3), uint8 or float; a
            float picture is stretched from its darkest to its brightest value.
        captions: one or two short lines a picture.
        title: above all of them.

    Raises:
        JvmError: EXTRA_MISSING when matplotlib is not installed.
    """
    columns = min(6, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    figure = _figure(max(4.0, 2.0 * columns), 2.45 * rows + 0.6)
    figure.suptitle(title)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, picture, caption in zip(grid, pictures, captions, strict=False):
        axes.imshow(_displayable(np.asarray(picture)), cmap="gray", interpolation="nearest")
        axes.set_title(caption, fontsize=9, parse_math=False)
    return png(figure)


def _square(title: str, x: str, y: str) -> tuple[Figure, Axes]:
    """A figure for shares from 0 to 1 on both axes."""
    figure = _figure(5.8, 5.8)
    axes = figure.add_subplot()
    axes.set_title(title)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_aspect("equal")
    axes.grid(color="#e5e7eb", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _curves_of(evaluation: Evaluation, positive: Any, values: NDArray[np.float64]) -> list[tuple[Any, str]]:
    """The classes to draw, with their colours: those with the lowest values where there are too many."""
    if positive is None and len(evaluation.classes) == 2:
        positive = evaluation.classes[1]
    if positive is not None:
        return [(positive, _CURVE_COLOURS[0])]
    chosen = sorted(np.argsort(values, kind="stable")[:_MOST_CURVES].tolist())
    return [(evaluation.classes[index], _CURVE_COLOURS[place]) for place, index in enumerate(chosen)]


def _legend(axes: Axes, place: Literal["lower right", "lower left", "upper left"]) -> None:
    for text in axes.legend(loc=place, edgecolor="none", framealpha=0.9, fontsize=9).get_texts():
        text.set_parse_math(False)


def _figures(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:.4f}"


def _name_classes(axes: Axes, names: Sequence[str]) -> None:
    count = len(names)
    step = math.ceil(count / _MOST_WITH_NAMES)
    positions = list(range(0, count, step))
    shown = [names[position] for position in positions]
    size = 11 if count <= _MOST_WITH_SHARES else 9 if count <= _MOST_WITH_COUNTS else 7
    short = max(map(len, shown)) * count <= 10 * min(count, 8) and max(map(len, shown)) <= 9
    axes.set_yticks(positions, shown, fontsize=size, parse_math=False)
    axes.set_xticks(
        positions,
        shown,
        fontsize=size,
        rotation=0 if short else 45,
        ha="center" if short else "right",
        rotation_mode="anchor",
        va="top",
        parse_math=False,
    )
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    # Thin white lines between the cells.
    axes.set_xticks(np.arange(count + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(count + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.2 if count <= _MOST_WITH_COUNTS else 0.3)
    axes.tick_params(which="minor", length=0)


def _number_cells(axes: Axes, matrix: NDArray[np.int64], shares: NDArray[np.float64]) -> None:
    count = len(matrix)
    with_shares = count <= _MOST_WITH_SHARES
    digits = len(str(int(matrix.max())))
    size = min(13.0 if count <= 5 else 10.5 if with_shares else 8.5, 26.0 / max(1, digits - 1))
    for (row, column), cases in np.ndenumerate(matrix):
        if not with_shares and not cases:
            continue
        share = float(shares[row, column])
        text = f"{cases}\n{_percent(share)}" if with_shares and cases else f"{cases}"
        colour = "white" if share > 0.33 else "#1f2937" if cases else "#9ca3af"
        axes.text(column, row, text, ha="center", va="center", fontsize=size, color=colour)


def _percent(share: float) -> str:
    """Rounded, but never to nothing or to everything."""
    if 0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"


def _curve(axes: Axes, history: History, key: str, label: str, colour: str) -> None:
    points = [(row["epoch"], row[key]) for row in history.epochs if row[key] is not None]
    if points:
        axes.plot(
            *zip(*points, strict=True),
            color=colour,
            label=label,
            linewidth=2,
            marker="o",
            markersize=4 if len(points) <= 40 else 0,
        )


def _displayable(picture: NDArray[Any]) -> NDArray[Any]:
    if picture.ndim == 3 and picture.shape[2] == 1:
        picture = picture[:, :, 0]
    if picture.dtype == np.uint8:
        # Grey is turned into RGB, since imshow would stretch its contrast.
        return np.stack([picture] * 3, axis=2) if picture.ndim == 2 else picture
    low, high = float(picture.min()), float(picture.max())
    return (picture - low) / ((high - low) or 1.0)


def _figure(width: float, height: float) -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise errors.missing_extra("matplotlib", "report") from None
    return Figure(figsize=(width, height), dpi=_DPI, layout="constrained", facecolor="white")


def png(figure: Figure) -> bytes:
    """A figure as a file."""
    stream = io.BytesIO()
    with warnings.catch_warnings():
        # A class name in a script that the font lacks is drawn as boxes: no reason to warn.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(stream, format="png")
    return stream.getvalue()
