"""StandardScaler: zero mean and unit variance, fitted in one pass that never copies the data."""

from __future__ import annotations

import json
import math
import numbers
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import atomic_file, errors, options

Kind = Literal["feature", "channel"]
KINDS = ("feature", "channel")
_Change = Callable[[NDArray[np.float32]], NDArray[np.float32]]

# Elements taken at a time: bounds the memory that fitting needs beside the data to a few MB.
_CHUNK_ELEMENTS = 1 << 19


class StandardScaler:
    """Standardises pictures as scikit-learn's StandardScaler does rows.

    Statistics of uint8 pixels are exact whatever the order and the parts they come in; those of
    other numbers are merged by Chan's formula in float64. A constant feature has the scale 1.

    Args:
        kind: "feature" (every pixel of every channel on its own) or "channel".

    Attributes:
        mean_, var_, scale_: float64, of length height x width x channels (in this order) for
            "feature", of length channels for "channel". The variance is that of the population;
            it is None in a scaler that was loaded.
        n_samples_seen_: the pictures fitted so far; None in a scaler that was loaded.
        n_features_in_: height x width x channels.
        shape_: (height, width, channels); (1, 1, features) when fitted on rows.
    """

    mean_: NDArray[np.float64]
    var_: NDArray[np.float64] | None
    scale_: NDArray[np.float64]
    n_samples_seen_: int | None
    n_features_in_: int
    shape_: tuple[int, int, int]

    def __init__(self, kind: Kind | str = "feature") -> None:
        self.kind = kind
        self._check_kind()

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's parameters by name."""
        return {"kind": self.kind}

    def set_params(self, **params: Any) -> StandardScaler:
        """Sets constructor parameters by name."""
        options.check_names(params, ("kind",))
        self.kind = params.get("kind", self.kind)
        self._check_kind()
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__}(kind={self.kind!r})"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "scale_")

    # ------------------------------------------------------------------ fitting

    def fit(self, X: ArrayLike, y: object = None) -> StandardScaler:
        """Computes mean and scale.

        Args:
            X: (n, height, width, channels), (n, height, width) or (n, features) of numbers.
            y: ignored.

        Raises:
            DataError: DATA_SHAPE, DATA_TYPE, DATA_EMPTY or DATA_NOT_FINITE.
        """
        return self._fit_more(_checked_array(X), None)

    def partial_fit(self, X: ArrayLike, y: object = None) -> StandardScaler:
        """Goes on fitting with more pictures of the same shape; see `fit`."""
        if not hasattr(self, "scale_"):
            return self.fit(X)
        if self.n_samples_seen_ is None:
            raise errors.error(
                "TRAINING_STATE",
                "a scaler that was loaded cannot be fitted further, since its file holds no "
                "counts: use a new StandardScaler",
            )
        array = _checked_array(X)
        self._check_shape(array)
        return self._fit_more(array, self._moments)

    def _fit_more(self, array: NDArray[Any], before: _Moments | None) -> StandardScaler:
        shape = _picture_shape(array) if before is None else self.shape_
        width = math.prod(shape) if self.kind == "feature" else shape[2]
        moments = before if before is not None else _Moments.none(width)
        for _, chunk in _chunks(array):
            moments = moments.plus(chunk, width)
        mean, variance = moments.closed()
        scale = _scale(mean, variance, moments.count)
        with np.errstate(over="ignore", divide="ignore"):
            for used in (mean, np.sqrt(variance), 1 / scale):
                if not np.isfinite(used.astype(np.float32)).all():
                    raise errors.error(
                        "DATA_NOT_FINITE",
                        "X holds numbers too large, or too close together, for float32",
                        parameter="X",
                    )
        # Nothing of this object changes before everything has succeeded.
        seen = 0 if before is None else cast(int, self.n_samples_seen_)
        self._moments = moments
        self.shape_ = shape
        self.n_features_in_ = math.prod(shape)
        self.n_samples_seen_ = seen + len(array)
        self.mean_ = mean
        self.var_ = variance
        self.scale_ = scale
        return self

    # ------------------------------------------------------------------ use

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """(X - mean) / scale in float32, of the shape of X.

        Raises:
            NotFittedError: NOT_FITTED.
            DataError: DATA_SHAPE, DATA_TYPE or DATA_NOT_FINITE.
        """
        self._check_fitted()
        mean, factor = self.mean_.astype(np.float32), (1 / self.scale_).astype(np.float32)
        return self._by_chunks(X, lambda x: (x - mean) * factor)

    def fit_transform(self, X: ArrayLike, y: object = None) -> NDArray[np.float32]:
        """`fit`, then `transform`."""
        array = _checked_array(X)
        return self.fit(array).transform(array)

    def inverse_transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """X * scale + mean in float32: what `transform` was given."""
        self._check_fitted()
        mean, scale = self.mean_.astype(np.float32), self.scale_.astype(np.float32)
        return self._by_chunks(X, lambda x: x * scale + mean)

    def _by_chunks(self, X: ArrayLike, change: _Change) -> NDArray[np.float32]:
        array = _checked_array(X, may_be_empty=True)
        self._check_shape(array)
        result = np.empty(array.shape, dtype=np.float32)
        for start, chunk in _chunks(array):
            changed = change(chunk.astype(np.float32).reshape(-1, len(self.mean_)))
            stop = start + len(chunk)
            result[start:stop] = changed.reshape(result[start:stop].shape)
        return result

    # ------------------------------------------------------------------ files

    def to_dict(self) -> dict[str, Any]:
        """What a model file holds of a scaler: kind, shape, mean and scale."""
        self._check_fitted()
        return {
            "kind": self.kind,
            "shape": list(self.shape_),
            "mean": self.mean_.tolist(),
            "scale": self.scale_.tolist(),
        }

    @classmethod
    def from_dict(cls, values: Any) -> StandardScaler:
        """The scaler that `to_dict` described.

        Raises:
            DataError: DATA_FORMAT for values that are missing, of the wrong size, or impossible.
        """
        if not isinstance(values, dict) or values.get("kind") not in KINDS:
            raise _damaged("kind must be feature or channel")
        shape = values.get("shape")
        if not (isinstance(shape, list) and len(shape) == 3 and all(type(side) is int and side > 0 for side in shape)):
            raise _damaged("shape must be [height, width, channels]")
        scaler = cls(kind=values["kind"])
        scaler.shape_ = (shape[0], shape[1], shape[2])
        scaler.n_features_in_ = math.prod(shape)
        length = scaler.n_features_in_ if scaler.kind == "feature" else shape[2]
        scaler.mean_ = _vector(values, "mean", length)
        scaler.scale_ = _vector(values, "scale", length)
        if not (scaler.scale_ > 0).all():
            raise _damaged("every scale must be above 0")
        scaler.var_ = None
        scaler.n_samples_seen_ = None
        return scaler

    def save(self, path: str | Path) -> None:
        """Writes the scaler as a JSON file, atomically.

        Raises:
            FileError: FILE_UNWRITABLE; an older file of that name stays intact.
        """
        atomic_file.write(path, json.dumps(self.to_dict()) + "\n")

    @classmethod
    def load(cls, path: str | Path) -> StandardScaler:
        """Reads what `save` wrote.

        Raises:
            FileError: FILE_NOT_FOUND or FILE_UNREADABLE.
            DataError: DATA_FORMAT.
        """
        values = atomic_file.read_json(path)
        try:
            return cls.from_dict(values)
        except errors.DataError as problem:
            raise errors.error("DATA_FORMAT", f"{path}: {problem}", path=str(path)) from None

    # ------------------------------------------------------------------ checks

    def _check_kind(self) -> None:
        if self.kind not in KINDS:
            raise errors.error(
                "PARAMETER_RANGE",
                f"kind must be 'feature' or 'channel', but is {self.kind!r}",
                parameter="kind",
            )

    def _check_fitted(self) -> None:
        if not hasattr(self, "scale_"):
            raise errors.error("NOT_FITTED", "this StandardScaler is not fitted yet: call fit or load first")

    def _check_shape(self, array: NDArray[Any]) -> None:
        fits = array.shape[1] == self.n_features_in_ if array.ndim == 2 else _picture_shape(array) == self.shape_
        if not fits:
            raise errors.error(
                "DATA_SHAPE",
                f"X must have the shape (n, {', '.join(map(str, self.shape_))}), as the pictures "
                f"that the scaler was fitted on, but has {array.shape}",
                parameter="X",
            )


@dataclass(frozen=True)
class _Moments:
    """What is known of the data so far: exact sums of uint8 values, and moments of all others."""

    byte_count: int
    byte_sums: NDArray[np.int64]
    byte_squares: NDArray[np.int64]
    float_count: int
    float_mean: NDArray[np.float64]
    float_deviations: NDArray[np.float64]

    @classmethod
    def none(cls, width: int) -> _Moments:
        integers, floats = np.zeros(width, dtype=np.int64), np.zeros(width)
        return cls(0, integers, integers, 0, floats, floats)

    @property
    def count(self) -> int:
        return self.byte_count + self.float_count

    def plus(self, chunk: NDArray[Any], width: int) -> _Moments:
        """These moments and those of rows whose columns repeat `width` features."""
        count = chunk.size // width
        if chunk.dtype == np.uint8:
            sums = chunk.sum(axis=0, dtype=np.int64)
            # 255 squared still fits 16 bits.
            squares = np.square(chunk, dtype=np.uint16).sum(axis=0, dtype=np.int64)
            return _Moments(
                self.byte_count + count,
                self.byte_sums + sums.reshape(-1, width).sum(axis=0),
                self.byte_squares + squares.reshape(-1, width).sum(axis=0),
                self.float_count,
                self.float_mean,
                self.float_deviations,
            )
        values = chunk.reshape(-1, width).astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            mean = values.mean(axis=0)
            deviations = np.square(values - mean).sum(axis=0)
            merged = _merged(
                (self.float_count, self.float_mean, self.float_deviations),
                (count, mean, deviations),
            )
        return _Moments(self.byte_count, self.byte_sums, self.byte_squares, *merged)

    def closed(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and population variance."""
        moments = (self.float_count, self.float_mean, self.float_deviations)
        if self.byte_count:
            n, sums = self.byte_count, self.byte_sums
            # Deviations are summed around the integer nearest to the mean: exactly, and without
            # the cancellation of (sum of squares) - (square of sum) / n.
            centre = (2 * sums + n) // (2 * n)
            excess = sums - centre * n
            deviations = self.byte_squares - centre * (centre * n + 2 * excess)
            around_mean = deviations - excess * (excess / n)
            moments = _merged(moments, (n, sums / n, around_mean))
        count, mean, around_mean = moments
        with np.errstate(over="ignore", invalid="ignore"):
            return mean, around_mean / count


_Part = tuple[int, NDArray[np.float64], NDArray[np.float64]]


def _merged(first: _Part, second: _Part) -> _Part:
    """Counts, means and summed squared deviations of two parts together (Chan et al., 1979)."""
    if first[0] == 0:
        return second
    count = first[0] + second[0]
    difference = second[1] - first[1]
    mean = first[1] + difference * (second[0] / count)
    deviations = first[2] + second[2] + np.square(difference) * (first[0] * second[0] / count)
    return count, mean, deviations


def _scale(mean: NDArray[np.float64], variance: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """The standard deviation; 1 where scikit-learn's rule takes the feature for constant."""
    eps = np.finfo(np.float64).eps
    is_constant = variance <= count * eps * variance + np.square(count * mean * eps)
    return np.where(is_constant, 1.0, np.sqrt(variance))


def _checked_array(X: ArrayLike, *, may_be_empty: bool = False) -> NDArray[Any]:
    array = np.asarray(X)
    if array.dtype == bool:
        array = array.view(np.uint8)
    if array.dtype.kind not in "uif":
        raise errors.error("DATA_TYPE", f"X must hold numbers, but its dtype is {array.dtype}", parameter="X")
    if array.ndim not in (2, 3, 4):
        raise errors.error(
            "DATA_SHAPE",
            "X must have the shape (n, height, width, channels), (n, height, width) or "
            f"(n, features), but has {array.shape}",
            parameter="X",
        )
    if array.size == 0 and not (may_be_empty and math.prod(array.shape[1:])):
        raise errors.error("DATA_EMPTY", f"X is empty: its shape is {array.shape}", parameter="X")
    return array


def _picture_shape(array: NDArray[Any]) -> tuple[int, int, int]:
    if array.ndim == 2:
        return 1, 1, array.shape[1]
    return array.shape[1], array.shape[2], array.shape[3] if array.ndim == 4 else 1


def _chunks(array: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any]]]:
    """Rows of the array, some at a time, checked, with the index of the first."""
    width = math.prod(array.shape[1:])
    step = max(1, _CHUNK_ELEMENTS // width)
    for start in range(0, len(array), step):
        part = array[start : start + step]
        chunk = part.reshape(len(part), width)
        _check_finite(chunk, start)
        yield start, chunk


def _check_finite(chunk: NDArray[Any], start: int) -> None:
    if chunk.dtype.kind == "f" and not np.isfinite(chunk).all():
        row, feature = np.argwhere(~np.isfinite(chunk))[0].tolist()
        raise errors.error(
            "DATA_NOT_FINITE",
            f"X holds {chunk[row, feature]} in example {start + row}, feature {feature}: replace or remove it",
            parameter="X",
            index=start + row,
            feature=feature,
        )


def _vector(values: dict[str, Any], name: str, length: int) -> NDArray[np.float64]:
    given = values.get(name)
    if not isinstance(given, list) or len(given) != length:
        raise _damaged(f"{name} must be a list of {length} numbers")
    if not all(isinstance(value, numbers.Real) and math.isfinite(value) for value in given):
        raise _damaged(f"{name} must hold finite numbers only")
    return np.array(given, dtype=np.float64)


def _damaged(problem: str) -> errors.SparkDl4jError:
    return errors.error("DATA_FORMAT", f"this is not the description of a scaler: {problem}")
