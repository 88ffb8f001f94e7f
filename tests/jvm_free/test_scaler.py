from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler as Oracle

from sparkdl4j import errors
from sparkdl4j.scaler import StandardScaler

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "scaler.json").read_text())


def pictures(seed=0, shape=(60, 5, 4, 3), dtype=np.uint8):
    random = np.random.default_rng(seed)
    if dtype == np.uint8:
        block = random.integers(0, 256, size=shape, dtype=np.uint8)
    else:
        block = random.normal(1000.0, 3.0, size=shape).astype(dtype)
    block[:, 0, 0] = 200
    return block


def fitted_oracle(block, kind):
    width = block[0].size if kind == "feature" else block.shape[3]
    return Oracle().fit(block.reshape(-1, width).astype(np.float64))


def assert_equal(scaler, oracle):
    np.testing.assert_allclose(scaler.mean_, oracle.mean_, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(scaler.var_, oracle.var_, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(scaler.scale_, oracle.scale_, rtol=1e-9)


@pytest.mark.parametrize("case", GOLDEN, ids=[f"{c['case']}, {c['kind']}" for c in GOLDEN])
def test_golden_cases(case):
    block = np.array(case["pixels"], dtype=np.uint8).reshape(case["shape"])
    scaler = StandardScaler(kind=case["kind"]).fit(block)
    np.testing.assert_allclose(scaler.mean_, case["mean"], rtol=1e-9)
    np.testing.assert_allclose(scaler.scale_, case["scale"], rtol=1e-9)
    first = scaler.transform(block)[0].ravel()
    np.testing.assert_allclose(first, case["transformed"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["feature", "channel"])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_equals_scikit_learn(kind, dtype):
    block = pictures(dtype=dtype)
    scaler, oracle = StandardScaler(kind=kind).fit(block), fitted_oracle(block, kind)
    assert_equal(scaler, oracle)
    assert scaler.n_samples_seen_ == len(block)
    assert scaler.n_features_in_ == block[0].size
    rows = block.reshape(-1, len(oracle.mean_)).astype(np.float64)
    expected = oracle.transform(rows).reshape(block.shape)
    assert scaler.transform(block).dtype == np.float32
    np.testing.assert_allclose(scaler.transform(block), expected, atol=1e-3)


@pytest.mark.parametrize("kind", ["feature", "channel"])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_parts_of_any_size_give_what_the_whole_gives(kind, dtype):
    random = np.random.default_rng(1)
    block = pictures(dtype=dtype)
    oracle = fitted_oracle(block, kind)
    whole = StandardScaler(kind=kind).fit(block)
    for _ in range(10):
        cuts = np.sort(random.choice(np.arange(1, len(block)), size=5, replace=False))
        parts = StandardScaler(kind=kind)
        for part in np.split(block, cuts):
            parts.partial_fit(part)
        assert_equal(parts, oracle)
        if dtype == np.uint8:
            np.testing.assert_array_equal(parts.mean_, whole.mean_)
            np.testing.assert_array_equal(parts.var_, whole.var_)


def test_parts_of_different_types_are_merged():
    block = pictures()
    scaler = StandardScaler().fit(block[:20])
    scaler.partial_fit(block[20:45].astype(np.float32)).partial_fit(block[45:])
    assert_equal(scaler, fitted_oracle(block, "feature"))


def test_one_different_pixel_among_many_is_not_lost():
    block = np.full((50_000, 1, 1, 1), 255, dtype=np.uint8)
    block[7] = 254
    scaler = StandardScaler().fit(block)
    assert scaler.var_[0] == pytest.approx(np.var(block.astype(np.float64)), rel=1e-9)


def test_many_pictures_are_fitted_in_little_memory():
    block = np.zeros((4000, 32, 32, 3), dtype=np.uint8)
    tracemalloc.start()
    try:
        StandardScaler().fit(block)
        assert tracemalloc.get_traced_memory()[1] < 8e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("shape", [(9, 4, 5), (9, 4, 5, 1), (9, 20)])
def test_accepts_grey_pictures_and_rows(shape):
    block = pictures(shape=(9, 4, 5, 1)).reshape(shape)
    scaler = StandardScaler().fit(block)
    assert scaler.transform(block).shape == shape
    np.testing.assert_allclose(scaler.inverse_transform(scaler.transform(block)), block, atol=1e-3)


def test_strided_pictures_are_not_special():
    block = pictures()
    turned = block[::2, :, ::-1]
    assert_equal(StandardScaler().fit(turned), fitted_oracle(turned.copy(), "feature"))


def test_scikit_learn_contract():
    scaler = StandardScaler(kind="channel")
    assert clone(scaler).get_params() == {"kind": "channel"}
    assert scaler.set_params(kind="feature").kind == "feature"
    block = pictures()
    np.testing.assert_array_equal(scaler.fit_transform(block), scaler.fit(block).transform(block))
    with pytest.raises(errors.ParameterError, match="knd"):
        scaler.set_params(knd="feature")
    with pytest.raises(errors.ParameterError, match="'feature' or 'channel'"):
        StandardScaler(kind="pixel")


@pytest.mark.parametrize("kind", ["feature", "channel"])
def test_file_round_trip(kind, tmp_path):
    block = pictures()
    scaler = StandardScaler(kind=kind).fit(block)
    scaler.save(tmp_path / "scaler.json")
    loaded = StandardScaler.load(tmp_path / "scaler.json")
    assert [path.name for path in tmp_path.iterdir()] == ["scaler.json"]
    assert loaded.to_dict() == scaler.to_dict()
    np.testing.assert_array_equal(loaded.transform(block), scaler.transform(block))
    with pytest.raises(errors.TrainingError, match="cannot be fitted further"):
        loaded.partial_fit(block)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"kind": "pixel"}, "kind"),
        ({"shape": [2, 1]}, "shape"),
        ({"shape": [2, 1, 0]}, "shape"),
        ({"mean": [1.0]}, "mean must be a list of 2"),
        ({"mean": [1.0, float("nan")]}, "finite"),
        ({"mean": None}, "mean"),
        ({"scale": [1.0, 0.0]}, "above 0"),
        ({"scale": [1.0, "2"]}, "finite numbers"),
    ],
)
def test_damaged_files(change, problem, tmp_path):
    values = {"kind": "feature", "shape": [2, 1, 1], "mean": [1.0, 2.0], "scale": [1.0, 2.0]}
    path = tmp_path / "scaler.json"
    path.write_text(json.dumps({**values, **change}))
    with pytest.raises(errors.DataError, match=problem) as caught:
        StandardScaler.load(path)
    assert caught.value.code == "DATA_FORMAT"
    assert str(path) in str(caught.value)


def test_file_that_is_missing_or_no_json(tmp_path):
    with pytest.raises(errors.FileError, match="does not exist"):
        StandardScaler.load(tmp_path / "none.json")
    (tmp_path / "half.json").write_text('{"kind": "fea')
    with pytest.raises(errors.DataError, match="not a JSON file"):
        StandardScaler.load(tmp_path / "half.json")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(errors.DataError, match="not text"):
        StandardScaler.load(tmp_path / "bytes.json")


def test_unwritable_target_leaves_the_old_file(tmp_path):
    scaler = StandardScaler().fit(pictures())
    with pytest.raises(errors.FileError, match="cannot be written") as caught:
        scaler.save(tmp_path / "no" / "scaler.json")
    assert caught.value.code == "FILE_UNWRITABLE"
    (tmp_path / "scaler.json").mkdir()
    with pytest.raises(errors.FileError):
        scaler.save(tmp_path / "scaler.json")
    assert [path.name for path in tmp_path.iterdir()] == ["scaler.json"]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_named(value):
    block = pictures(dtype=np.float32)
    block[17, 2, 1, 0] = value
    with pytest.raises(errors.DataError, match="example 17, feature 27") as caught:
        StandardScaler().fit(block)
    assert caught.value.code == "DATA_NOT_FINITE"
    assert caught.value.details["index"] == 17
    scaler = StandardScaler().fit(block[:17])
    before = scaler.to_dict()
    with pytest.raises(errors.DataError):
        scaler.partial_fit(block)
    assert scaler.to_dict() == before
    assert scaler.n_samples_seen_ == 17
    with pytest.raises(errors.DataError):
        scaler.transform(block)


def test_values_too_large_for_float32():
    with pytest.raises(errors.DataError, match="too large"):
        StandardScaler().fit(np.array([[1e200], [-1e200]]))


@pytest.mark.parametrize(
    ("block", "code"),
    [
        (np.zeros(3), "DATA_SHAPE"),
        (np.zeros((0, 2, 2, 3)), "DATA_EMPTY"),
        (np.zeros((2, 0)), "DATA_EMPTY"),
        (np.array([["a"]]), "DATA_TYPE"),
        (np.zeros((2, 2), dtype=complex), "DATA_TYPE"),
    ],
)
def test_arrays_that_cannot_be_fitted(block, code):
    with pytest.raises(errors.DataError) as caught:
        StandardScaler().fit(block)
    assert caught.value.code == code


def test_wrong_use():
    with pytest.raises(errors.NotFittedError, match="not fitted"):
        StandardScaler().transform(pictures())
    scaler = StandardScaler().fit(pictures())
    for block in (pictures(shape=(3, 4, 5, 3)), np.zeros((3, 59))):
        with pytest.raises(errors.DataError, match="must have the shape"):
            scaler.transform(block)
        with pytest.raises(errors.DataError, match="must have the shape"):
            scaler.partial_fit(block)
    assert scaler.transform(np.zeros((0, 5, 4, 3))).shape == (0, 5, 4, 3)
