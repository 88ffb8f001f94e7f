from __future__ import annotations

import gzip
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

# Tests started in the background inherit an ignored SIGINT, and so do their children: Ctrl-C must mean something here.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent
COLOURS = {"blue": (30, 60, 200), "green": (40, 180, 50), "red": (210, 40, 30)}


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real pictures; the test is skipped where there is none."""
    folder = Path(os.environ.get("SPARKDL4J_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no real pictures: set SPARKDL4J_TEST_DATA")
    return folder


@pytest.fixture(scope="session")
def keras_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small Keras files of tests/golden/keras/make_files.py, and of what Keras predicts."""
    folder = tmp_path_factory.mktemp("keras")
    for path in (ROOT / "tests" / "golden" / "keras").iterdir():
        if path.suffix == ".gz":
            (folder / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
        elif path.suffix in (".keras", ".json"):
            shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="session")
def colour_pictures() -> Callable[[int], tuple[NDArray[np.uint8], NDArray[np.str_]]]:
    """Makes n noisy 16x16 pictures of each of three colours, with their labels."""

    def make(n: int, seed: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
        rng = np.random.default_rng(seed)
        names = np.repeat(list(COLOURS), n)
        base = np.array([COLOURS[name] for name in names])[:, np.newaxis, np.newaxis, :]
        noise = rng.normal(0, 60, (len(names), 16, 16, 3))
        return np.clip(base + noise, 0, 255).astype(np.uint8), names

    return make


@pytest.fixture(scope="session")
def picture_folder(tmp_path_factory: pytest.TempPathFactory, colour_pictures: Callable[..., object]) -> Path:
    """Twenty PNG pictures of each colour, in one subfolder a colour; not to be changed by tests."""
    from PIL import Image

    root = tmp_path_factory.mktemp("pictures")
    pixels, names = colour_pictures(20)  # type: ignore[misc]
    for number, (picture, name) in enumerate(zip(pixels, names, strict=True)):
        (root / name).mkdir(exist_ok=True)
        Image.fromarray(picture).save(root / name / f"{name}-{number:03}.png")
    return root
