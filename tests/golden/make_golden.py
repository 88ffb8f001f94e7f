"""Writes the cases that hold Python and Java together: split.json, scaler.json, metrics.json.

Run by hand when a rule changes: python tests/golden/make_golden.py
scikit-learn is the oracle of scaler and metrics; the split is written here a second time, with
plain integers, straight from its rule.
"""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from sklearn import metrics
from sklearn.preprocessing import StandardScaler

Array = np.ndarray[Any, Any]

FOLDER = Path(__file__).parent
MASK = (1 << 64) - 1


def key(seed: int, stream: int, index: int) -> int:
    z = seed * 0x9E3779B97F4A7C15 + stream * 0xD1B54A32D192ED03 + index * 0x8CB92BA72F3D8DD7
    z &= MASK
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def held_out(labels: list[int], fraction: float, seed: int) -> list[int]:
    order = sorted(range(len(labels)), key=lambda index: (key(seed, 0, index), index))
    members = {c: [i for i in order if labels[i] == c] for c in sorted(set(labels))}
    quota = {c: fraction * len(members[c]) for c in members}
    size = {c: math.floor(quota[c]) for c in members}
    missing = math.floor(fraction * len(labels) + 0.5) - sum(size.values())
    for c in sorted(members, key=lambda c: (size[c] - quota[c], c))[:missing]:
        size[c] += 1
    for c in members:
        if len(members[c]) == 1:
            size[c] = 0
        elif size[c] == 0:
            size[c] = 1
        elif size[c] == len(members[c]):
            size[c] -= 1
    return sorted(i for c in members for i in members[c][: size[c]])


def split_cases() -> list[dict[str, Any]]:
    random = np.random.default_rng(1)
    settings: list[tuple[str, list[int], float, int]] = [
        ("balanced", [0, 1, 2] * 20, 0.3, 123),
        ("sorted by class", [0] * 17 + [1] * 9 + [2] * 5, 0.25, 0),
        ("largest remainder, ties to the lower class", [0] * 5 + [1] * 5 + [2] * 5, 0.5, 1),
        ("both parts get one of every class with two", [0] * 40 + [1] * 2 + [2] * 3, 0.05, 7),
        ("nearly everything held out", [0] * 10 + [1] * 2 + [2] * 3, 0.95, 7),
        ("the only example of a class stays in the rest", [0] * 6 + [1] + [2] * 5 + [3], 0.6, 3),
        ("one class", [0] * 11, 0.3, 2147483647),
        ("a class without examples", [0, 3, 3, 0, 3, 0, 3, 0], 0.4, 42),
        ("two examples", [0, 0], 0.5, 5),
        ("0.29 x 100 is below 29 in binary", [0] * 100 + [1] * 50, 0.29, 11),
    ]
    for seed in range(6):
        classes = int(random.integers(2, 8))
        labels = random.integers(0, classes, size=int(random.integers(20, 150))).tolist()
        settings.append(("random", labels, round(float(random.uniform(0.05, 0.9)), 3), seed * 999))
    return [
        {
            "case": case,
            "labels": labels,
            "fraction": fraction,
            "seed": seed,
            "held_out": held_out(labels, fraction, seed),
        }
        for case, labels, fraction, seed in settings
    ]


def scaler_case(case: str, kind: str, pixels: Array) -> dict[str, Any]:
    width = pixels[0].size if kind == "feature" else pixels.shape[-1]
    rows = pixels.reshape(-1, width)
    scaler = StandardScaler().fit(rows.astype(np.float64))
    mean, factor = scaler.mean_.astype(np.float32), (1 / scaler.scale_).astype(np.float32)
    first = pixels[0].astype(np.float32).reshape(-1, len(mean))
    return {
        "case": case,
        "kind": kind,
        "shape": list(pixels.shape),
        "pixels": pixels.ravel().tolist(),
        "mean": scaler.mean_.tolist(),
        "scale": scaler.scale_.tolist(),
        "transformed": ((first - mean) * factor).ravel().tolist(),
    }


def scaler_cases() -> list[dict[str, Any]]:
    random = np.random.default_rng(2)
    constant = random.integers(0, 256, size=(9, 2, 3, 3), dtype=np.uint8)
    constant[:, 0, 1, :] = 255
    constant[..., 2] = 77
    nearly = np.full((40, 1, 2, 1), 254, dtype=np.uint8)
    nearly[3, 0, 1, 0] = 255
    pixels = {
        "colour": random.integers(0, 256, size=(12, 3, 2, 3), dtype=np.uint8),
        "grey": random.integers(0, 256, size=(10, 4, 3, 1), dtype=np.uint8),
        "constant features and a constant channel": constant,
        "nearly constant": nearly,
        "one picture": random.integers(0, 256, size=(1, 2, 2, 3), dtype=np.uint8),
        "all black": np.zeros((4, 2, 2, 1), dtype=np.uint8),
    }
    return [scaler_case(case, kind, block) for case, block in pixels.items() for kind in ("feature", "channel")]


def metrics_case(case: str, actual: Array, probabilities: Array) -> dict[str, Any]:
    k = probabilities.shape[1]
    names = list(range(k))
    predicted = probabilities.argmax(axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        precision, recall, f1, support = metrics.precision_recall_fscore_support(
            actual, predicted, labels=names, zero_division=0
        )
        return {
            "case": case,
            "labels": k,
            "actual": actual.tolist(),
            "probabilities": probabilities.tolist(),
            "accuracy": float(metrics.accuracy_score(actual, predicted)),
            "balanced_accuracy": float(metrics.balanced_accuracy_score(actual, predicted)),
            "precision": float(precision.mean()),
            "recall": float(recall.mean()),
            "f1": float(f1.mean()),
            "cohen_kappa": number(metrics.cohen_kappa_score(actual, predicted, labels=names)),
            "matthews_correlation": float(metrics.matthews_corrcoef(actual, predicted)),
            "sensitivity": float(recall[1]) if k == 2 else None,
            "specificity": float(recall[0]) if k == 2 else None,
            "log_loss": float(metrics.log_loss(actual, probabilities, labels=names)),
            "confusion_matrix": metrics.confusion_matrix(actual, predicted, labels=names).tolist(),
            "per_class": [
                {
                    "precision": float(precision[c]),
                    "recall": float(recall[c]),
                    "f1": float(f1[c]),
                    "support": int(support[c]),
                }
                for c in names
            ],
        }


def number(value: float) -> float | None:
    """None stands for what is undefined."""
    return None if math.isnan(value) else float(value)


def softmax(scores: Array) -> Array:
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def metrics_cases() -> list[dict[str, Any]]:
    random = np.random.default_rng(3)

    def draw(n: int, k: int, skill: float) -> tuple[Array, Array]:
        actual = random.integers(0, k, size=n)
        scores = random.normal(size=(n, k))
        scores[np.arange(n), actual] += skill
        return actual, softmax(scores)

    cases = [
        metrics_case("three classes", *draw(40, 3, 1.5)),
        metrics_case("two classes", *draw(30, 2, 1.0)),
        metrics_case("ten classes", *draw(60, 10, 2.0)),
        metrics_case("chance", *draw(25, 4, 0.0)),
    ]
    actual, probabilities = draw(30, 5, 1.0)
    cases.append(metrics_case("classes absent from the truth", actual % 3, probabilities))
    probabilities[:, 4] = 0
    probabilities[:, 0] = 0
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    cases.append(metrics_case("classes never predicted, zeros clipped", actual, probabilities))
    cases.append(metrics_case("certain and right", np.array([0, 1, 2, 1]), np.eye(3)[[0, 1, 2, 1]]))
    cases.append(metrics_case("certain and wrong", np.array([0, 1, 2, 1]), np.eye(3)[[1, 2, 0, 0]]))
    ties = np.array([[0.5, 0.5, 0.0], [0.25, 0.375, 0.375], [1 / 3, 1 / 3, 1 / 3]])
    cases.append(metrics_case("ties go to the lower class", np.array([1, 2, 0]), ties))
    one_class = np.array([[0.25, 0.75], [0.125, 0.875]])
    cases.append(metrics_case("one class, predicted as it", np.array([1, 1]), one_class))
    cases.append(metrics_case("one class, predicted as the other", np.array([0, 0]), one_class))
    cases.append(metrics_case("one example", np.array([1]), np.array([[0.25, 0.75]])))
    return cases


def write(name: str, cases: list[dict[str, Any]]) -> None:
    lines = ",\n".join(json.dumps(case) for case in cases)
    (FOLDER / name).write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    write("split.json", split_cases())
    write("scaler.json", scaler_cases())
    write("metrics.json", metrics_cases())
