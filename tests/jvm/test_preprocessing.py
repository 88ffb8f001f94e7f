"""Steps of preprocessing against SciPy, NumPy and OpenCV's Python; models that carry them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage, signal

from sparkdl4j import ConvNetClassifier, ImageDataset, ImageFolder, ParameterError, cli
from sparkdl4j.network import Conv2D, Output, Sequential
from sparkdl4j.preprocessing import (
    CLAHE,
    CenterCrop,
    ColorSpace,
    Crop,
    Detrend,
    FourierTransform,
    GaussianBlur,
    Grayscale,
    HairRemoval,
    HistogramEqualization,
    MedianFilter,
    Pad,
    Scale,
    Step,
    ToFloat,
)

Pictures = NDArray[Any]
NETWORK = Sequential([Conv2D(4, 3), Output()])


def smooth_pictures(channels: int = 3, n: int = 3) -> NDArray[np.uint8]:
    """Pictures with slopes, edges and noise, of odd and unequal sides."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:31, :44]
    pictures = np.empty((n, 31, 44, channels))
    for i in range(n):
        for c in range(channels):
            wave = 60 * np.sin((x + 7 * i) / (4 + c)) + 40 * np.cos(y / 5) + 2 * x
            pictures[i, ..., c] = 80 + wave + rng.normal(0, 6, (31, 44)) + 50 * (x + y > 40)
    return np.clip(pictures, 0, 255).astype(np.uint8)


def applied(pictures: Pictures, *steps: Step) -> Pictures:
    return ImageDataset.from_arrays(pictures).preprocessed(steps).X


def each(pictures: Pictures, change: Callable[[Pictures], Pictures]) -> Pictures:
    """By channels."""
    changed = [[change(picture[..., c]) for c in range(picture.shape[2])] for picture in pictures]
    return np.moveaxis(np.asarray(changed), 1, -1)


@pytest.mark.parametrize("channels", [1, 3])
def test_filters(channels: int) -> None:
    pictures = smooth_pictures(channels)
    expected = each(pictures, lambda plane: ndimage.median_filter(plane, 7, mode="nearest"))
    assert (applied(pictures, MedianFilter(7)) == expected).all()
    expected = each(pictures.astype(np.float64), lambda plane: ndimage.gaussian_filter(plane, 1.7))
    found = applied(pictures, GaussianBlur(1.7))
    assert found.dtype == np.uint8
    assert np.abs(found - expected).max() < 1
    floats = pictures.astype(np.float32) / 7 - 3.3
    expected = each(floats.astype(np.float64), lambda plane: ndimage.gaussian_filter(plane, 1.7))
    assert np.abs(applied(floats, GaussianBlur(1.7)) - expected).max() < 1e-4
    expected = each(floats, lambda plane: ndimage.median_filter(plane, 5, mode="nearest"))
    assert (applied(floats, MedianFilter(5)) == expected).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_signals(channels: int) -> None:
    pictures = smooth_pictures(channels)
    expected = signal.detrend(pictures.astype(np.float64), axis=2)
    found = applied(pictures, Detrend())
    assert found.dtype == np.float32
    assert np.abs(found - expected).max() < 1e-4
    spectrum = np.fft.fft2(pictures.astype(np.float64), axes=(1, 2))
    plain = FourierTransform(output="magnitude", centered=False)
    assert np.allclose(applied(pictures, plain), np.abs(spectrum), rtol=1e-6, atol=1e-6)
    centered = np.fft.fftshift(np.log1p(np.abs(spectrum)), axes=(1, 2))
    assert np.allclose(applied(pictures, FourierTransform()), centered, rtol=1e-6)
    # Angles that differ by a turn are the same.
    turned = applied(pictures, FourierTransform(output="phase", centered=False)) - np.angle(spectrum)
    assert np.abs(np.angle(np.exp(1j * turned))).max() < 1e-5


def lightness(picture: Pictures, change: Callable[[Pictures], Pictures]) -> Pictures:
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    lab[..., 0] = change(lab[..., 0])
    return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)


def without_hair(picture: Pictures) -> Pictures:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (11, 11))
    _, hair = cv2.threshold(cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, cross), 15, 255, cv2.THRESH_BINARY)
    return cv2.inpaint(picture, hair, 2, cv2.INPAINT_TELEA)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Grayscale(), lambda picture: cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., np.newaxis]),
        (ColorSpace("hsv"), lambda picture: cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)),
        (ColorSpace("lab"), lambda picture: cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)),
        (ColorSpace("ycrcb"), lambda picture: cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)),
        (HistogramEqualization(), lambda picture: lightness(picture, cv2.equalizeHist)),
        (CLAHE(3.0, 4), lambda picture: lightness(picture, cv2.createCLAHE(3.0, (4, 4)).apply)),
        (HairRemoval(size=11, threshold=15, radius=2), without_hair),
        (Crop(7, 9, top=3, left=20), lambda picture: picture[3:10, 20:29]),
        (CenterCrop(), lambda picture: picture[:, 6:37]),
        (CenterCrop(30, 10), lambda picture: picture[0:30, 17:27]),
        (
            Pad(top=1, bottom=2, left=3, right=4, fill="reflect"),
            lambda p: np.pad(p, ((1, 2), (3, 4), (0, 0)), "symmetric"),
        ),
        (Pad(top=1, right=4, fill="nearest"), lambda picture: np.pad(picture, ((1, 0), (0, 4), (0, 0)), "edge")),
        (Pad(left=2), lambda picture: np.pad(picture, ((0, 0), (2, 0), (0, 0)))),
        (Scale(10, 12), lambda picture: cv2.resize(picture, (12, 10), interpolation=cv2.INTER_AREA)),
    ],
    ids=lambda value: repr(value) if isinstance(value, Step) else "",
)
def test_like_opencv(step: Step, expected: Callable[[Pictures], Pictures]) -> None:
    pictures = smooth_pictures()
    found = applied(pictures, step)
    wanted = np.stack([expected(picture) for picture in pictures])
    assert found.shape == wanted.shape
    # Newer versions of OpenCV round the last bit of a colour otherwise, and pass that on where they paint over.
    limit = 12 if isinstance(step, HairRemoval) else 1
    assert np.abs(found.astype(int) - wanted.astype(int)).max() <= limit
    assert (found != wanted).mean() < 0.02


def test_hair_is_removed() -> None:
    skin = np.full((1, 60, 60, 3), (200, 150, 130), np.uint8)
    skin[0, 20:40, 20:40] = (120, 70, 60)  # a lesion, which stays
    hairy = skin.copy()
    for x in (10, 30, 50):
        cv2.line(hairy[0], (x, 0), (x - 8, 59), (40, 30, 30), 2)
    cleaned = applied(hairy, HairRemoval())
    assert np.abs(hairy.astype(int) - skin).mean() > 8
    assert np.abs(cleaned.astype(int) - skin).mean() < 2


def test_series() -> None:
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (11, 5, 6, 3), dtype=np.uint8)
    patients = np.array(list("babbaabbaba"), dtype=object)
    times = np.array(["10", "9", "2", "1", "100", "3", "7", "30", "1", "4", "5"], dtype=object)
    data = ImageDataset(pictures, columns={"patient": patients, "time": times})
    detrended = data.preprocessed([Detrend("series")], order="time", group="patient")
    fourier = FourierTransform("series", output="magnitude")
    spectra = data.preprocessed([fourier], order="time", group="patient")
    for patient in "ab":
        own = np.flatnonzero(patients == patient)
        own = own[np.argsort(times[own].astype(int))]
        series = pictures[own].astype(np.float64)
        assert np.abs(detrended.X[own] - signal.detrend(series, axis=0)).max() < 1e-4
        assert np.allclose(spectra.X[own], np.abs(np.fft.fft(series, axis=0)), rtol=1e-6, atol=1e-6)
    assert detrended.columns["patient"].tolist() == patients.tolist()
    # Picture steps may go before and after.
    mixed = data.preprocessed([Grayscale(), Detrend("series"), GaussianBlur()], order="time", group="patient")
    assert mixed.image_shape == (5, 6, 1)
    with pytest.raises(ParameterError, match=r"step 2 of preprocessing \(clahe\) takes pictures whose number is uint8"):
        data.preprocessed([Detrend("series"), CLAHE()], order="time", group="patient")


def test_the_same_numbers_as_float32(files: Path) -> None:
    plain = ImageFolder(files, size=20)
    floats = ImageFolder(files, size=20, preprocessing=[Scale(20), ToFloat()])
    assert floats.X.dtype == np.float32
    assert (floats.X == plain.X).all()
    assert (plain.preprocessed([ToFloat()]).X == plain.X).all()
    # Floats stay what they are.
    assert (floats.preprocessed([ToFloat(), GaussianBlur()]).X == floats.preprocessed([GaussianBlur()]).X).all()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Two classes of larger pictures of several sizes, one upside down by its EXIF, one too small for a crop."""
    for number in range(12):
        name = "ab"[number % 2]
        picture = np.kron(smooth_pictures(n=1)[0], np.ones((4, 3, 1), np.uint8))[: 100 + number, : 90 + 2 * number]
        folder = tmp_path / "files" / name
        folder.mkdir(parents=True, exist_ok=True)
        image = Image.fromarray(picture if name == "a" else 255 - picture)
        exif = Image.Exif()
        exif[0x0112] = 6 if number < 4 else 1
        image.save(folder / f"{number:02}.{'jpg' if number < 6 else 'png'}", quality=95, exif=exif)
    return tmp_path / "files"


def test_files_are_changed_before_they_are_scaled(files: Path) -> None:
    crop = [CenterCrop(60, 40), Grayscale()]
    plain = ImageFolder(files, size=(60, 40), channels=1, preprocessing=crop)
    for path, picture in zip(plain.paths, plain.X, strict=True):  # type: ignore[arg-type]
        upright = cv2.imread(str(path))
        top, left = (upright.shape[0] - 60) // 2, (upright.shape[1] - 40) // 2
        grey = cv2.cvtColor(upright[top : top + 60, left : left + 40], cv2.COLOR_BGR2GRAY)
        assert np.abs(picture[..., 0].astype(int) - grey).max() <= 3, path  # another JPEG decoder
    # After a scale it is as if decoded pictures were changed; JPEGs are decoded at a part of their size in both.
    steps = [CLAHE(tiles=2), Detrend()]
    decoded = ImageFolder(files, size=(24, 20))
    assert (
        ImageFolder(files, size=(24, 20), preprocessing=[Scale(24, 20), *steps]).X == decoded.preprocessed(steps).X
    ).all()


def test_too_small_pictures_are_damaged(files: Path) -> None:
    data = ImageFolder(files, size=20, preprocessing=[Crop(20, 112)], max_damaged=1)
    assert 0 < len(data) < 12
    assert {entry.reason for entry in data.damaged} == {"too_small"}
    assert "fewer than a crop to 20x112 needs" in data.damaged[0].detail


def test_caches_know_them(files: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    fourier = [Scale(20), FourierTransform()]
    cached = ImageFolder(files, size=20, preprocessing=fourier, cache=cache)
    assert cached.pixels.dtype == np.float32
    assert (cached.X == ImageFolder(files, size=20, preprocessing=fourier).X).all()
    assert (ImageFolder(files, size=20, cache=cache).X == ImageFolder(files, size=20).X).all()
    assert len(list(cache.iterdir())) == 2
    # Training reads float32 rows of a file.
    options: dict[str, Any] = {
        "epochs": 1,
        "batch_size": 4,
        "verbose": False,
        "augmentation": {"horizontal_flip": True},
    }
    of_file = ConvNetClassifier(NETWORK, **options).fit(cached)
    of_memory = ConvNetClassifier(NETWORK, **options).fit(ImageFolder(files, size=20, preprocessing=fourier))
    assert (of_file.predict_proba(cached) == of_memory.predict_proba(cached)).all()


@pytest.mark.parametrize("steps", [[HairRemoval(), CenterCrop()], [Scale(24), Grayscale(), FourierTransform()]])
def test_a_model_takes_them_along(files: Path, tmp_path: Path, steps: list[Step]) -> None:
    channels = 1 if len(steps) == 3 else 3
    data = ImageFolder(files, size=24, channels=channels, preprocessing=steps)
    classifier = ConvNetClassifier(NETWORK, epochs=2, verbose=False).fit(data)
    classifier.save(tmp_path / "model.zip")
    again = ConvNetClassifier.load(tmp_path / "model.zip")
    assert again.image_options_ == data.image_options
    expected = classifier.predict_proba(data)
    assert (again.predict_proba(again.read_images(files)) == expected).all()
    assert (again.predict_proba(data) == expected).all()
    rows = tmp_path / "rows.csv"
    assert cli.main(["predict", str(tmp_path / "model.zip"), str(files), "--out", str(rows), "--quiet"]) == 0
    shares = np.genfromtxt(rows, delimiter=",", skip_header=1, usecols=(3, 4))
    assert np.abs(shares - expected).max() < 1e-6


def test_a_classifier_changes_arrays_and_files_alike(files: Path, tmp_path: Path) -> None:
    plain = ImageFolder(files, size=24)
    steps = [MedianFilter(3), CenterCrop(16, 16), Detrend()]
    classifier = ConvNetClassifier(NETWORK, epochs=2, verbose=False, preprocessing=steps).fit(plain.X, plain.y)
    assert classifier.image_shape_ == (16, 16, 3)
    expected = classifier.predict_proba(plain.X)
    by_hand = ConvNetClassifier(NETWORK, epochs=2, verbose=False).fit(plain.preprocessed(steps).X, plain.y)
    assert (by_hand.predict_proba(plain.preprocessed(steps).X) == expected).all()
    classifier.save(tmp_path / "model.zip")
    again = ConvNetClassifier.load(tmp_path / "model.zip")
    assert again.preprocessing == tuple(steps)
    assert (again.predict_proba(plain.X) == expected).all()
    assert (again.predict_proba(plain) == expected).all()
    assert (again.predict_proba(plain.preprocessed(steps)) == expected).all()
    assert (again.predict_proba(again.read_images(files)) == expected).all()
    assert again.evaluate(plain).accuracy == classifier.evaluate(plain.X, plain.y).accuracy
    with pytest.raises(ParameterError, match="other steps"):
        again.set_params(preprocessing=()).partial_fit(plain.preprocessed(steps))


def test_the_command_trains_with_them(files: Path, tmp_path: Path) -> None:
    steps = tmp_path / "steps.toml"
    steps.write_text('[[preprocessing]]\nstep = "center_crop"\n[[preprocessing]]\nstep = "clahe"\ntiles = 4\n')
    model = tmp_path / "model.zip"
    arguments = ["--size", "24", "--network", "small_resnet", "--epochs", "1", "--model", str(model), "--quiet"]
    assert cli.main(["train", str(files), "--preprocessing", str(steps), *arguments]) == 0
    assert ConvNetClassifier.load(model).image_options_.steps == (CenterCrop(), CLAHE(tiles=4))
