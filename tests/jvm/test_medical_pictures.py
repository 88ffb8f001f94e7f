"""Pictures as hospitals have them: 12 bits in 16, grey and colour mixed, of any size; and too small ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sparkdl4j import ConvNetClassifier, ImageFolder, NetworkError

Image = pytest.importorskip("PIL.Image")


def test_exports_of_dicom_by_their_window(tmp_path: Path) -> None:
    folder = tmp_path / "ill"
    folder.mkdir()
    values = np.tile(np.arange(0, 4096, 256, dtype=np.uint16), (16, 1))
    Image.fromarray(values).save(folder / "twelve.png")
    found = {window: ImageFolder(tmp_path, 16, channels=1, window=window).X for window in ("full", "minmax", (0, 4095))}
    assert found["full"].max() == 15
    np.testing.assert_allclose(found[0, 4095][0, :, :, 0], values / 4095 * 255, atol=0.51)
    assert (found["minmax"].min(), found["minmax"].max()) == (0, 255)


def test_grey_and_colour_of_any_size_and_depth_are_read_together(tmp_path: Path) -> None:
    folder = tmp_path / "ill"
    folder.mkdir()
    grey = np.full((40, 30), 96, dtype=np.uint8)
    Image.fromarray(grey).save(folder / "grey.png")
    Image.fromarray(np.repeat(grey[:25, :, None], 3, axis=2)).save(folder / "colour.jpeg")
    Image.fromarray(np.full((300, 200), 96 * 257, dtype=np.uint16)).save(folder / "deep.png")
    Image.fromarray(grey).convert("LA").save(folder / "transparent.png")
    Image.fromarray(grey).convert("P").save(folder / "palette.png")
    for channels in (1, 3):
        data = ImageFolder(tmp_path, (20, 24), channels=channels)
        assert data.X.shape == (5, 20, 24, channels)
        assert not data.damaged
        np.testing.assert_allclose(data.X, 96, atol=1)


def test_the_originals_of_the_x_rays_are_read(test_data: Path) -> None:
    data = ImageFolder(test_data / "chest-xray" / "originals", 64, channels=1)
    assert (len(data), len(data.damaged), data.classes) == (60, 0, ["NORMAL", "PNEUMONIA"])
    assert 40 < data.X.mean() < 200


def test_pictures_that_are_too_small_for_the_network() -> None:
    X, y = np.zeros((4, 20, 20, 3), dtype="u1"), [0, 1, 0, 1]
    with pytest.raises(NetworkError, match=r"20x20|does not fit|too small|larger than") as caught:
        ConvNetClassifier("landscape").fit(X, y)
    assert caught.value.code == "NETWORK_DOES_NOT_FIT"
