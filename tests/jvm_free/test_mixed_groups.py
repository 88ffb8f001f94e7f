"""Groups with pictures of several classes."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from sparkdl4j import DataError, ImageDataset, ParameterError

LABELS = ["ill", "well", "ill", "well", "ill", "well", "ill", "well"]
GROUPS = ["p1", "p1", "p2", "p3", "p4", "p4", "p5", "p6"]


@pytest.fixture
def data() -> ImageDataset:
    return ImageDataset.from_arrays(np.zeros((8, 4, 4), dtype="u1"), LABELS)


def test_a_patient_who_has_both_labels_is_told_of(data: ImageDataset) -> None:
    with pytest.warns(UserWarning, match=r"the group p1 has examples of ill and well \(2 groups are like that\)"):
        data.split(0.5, groups=GROUPS)
    with pytest.warns(UserWarning, match="mixed_groups='allow'"):
        data.k_fold(2, groups=GROUPS)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rest, test = data.split(0.5, groups=GROUPS, mixed_groups="allow")
        data.split(0.5, groups=range(8))
    assert len(rest) + len(test) == 8


def test_it_may_be_an_error(data: ImageDataset) -> None:
    with pytest.raises(DataError, match="the group p1 has examples of ill and well") as caught:
        data.split(0.5, groups=GROUPS, mixed_groups="error")
    assert (caught.value.code, caught.value.details["group"]) == ("DATA_LABELS", "p1")
    with pytest.raises(ParameterError, match="mixed_groups must be one of warn, error, allow"):
        data.split(0.5, groups=GROUPS, mixed_groups="maybe")
