"""Data sets and networks go through pickle."""

from __future__ import annotations

import pickle

import numpy as np

from sparkdl4j import Dense, ImageDataset, Network, Output


class Plain(Network):
    width: int = 8
    l2 = 1e-4

    def build(self) -> list[Dense | Output]:
        return [Dense(self.width), Output()]


def test_a_part_takes_only_its_own_pictures_along() -> None:
    X = np.random.default_rng(0).integers(0, 256, (100, 20, 20, 1), dtype="u1")
    whole = ImageDataset.from_arrays(X, np.arange(100) % 2)
    part = whole.subset([3, 99, 4])
    pickled = pickle.dumps(part)
    assert len(pickled) < 5_000
    again = pickle.loads(pickled)
    np.testing.assert_array_equal(again.X, part.X)
    np.testing.assert_array_equal(again.y, part.y)
    np.testing.assert_array_equal(again.subset([1]).X, X[[99]])
    assert str(again) == str(part)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(whole)).X, X)


def test_networks_of_one_s_own() -> None:
    plain = Plain(width=3)
    again = pickle.loads(pickle.dumps(plain))
    assert type(again) is Plain
    assert (again, again.width, again.l2) == (plain, 3, 1e-4)
