"""Makes docs/images/preprocessing.png: what each step makes of pictures that are drawn here.

.venv/bin/python benchmarks/preprocessing_gallery.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from sparkdl4j import ImageDataset
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
)

SIDE = 192
TARGET = Path(__file__).parent.parent / "docs" / "images" / "preprocessing.png"
Picture = NDArray[np.uint8]


def skin() -> Picture:
    """A lesion under hair."""
    random = np.random.default_rng(5)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE - 0.5
    edge = 0.24 + 0.05 * np.sin(5 * np.arctan2(y, x)) + 0.02 * np.sin(11 * np.arctan2(y, x))
    inside = np.clip((edge - np.hypot(y, x)) * 18, 0, 1)[..., np.newaxis]
    colors = (1 - inside) * (222, 172, 150) + inside * (126, 78, 62)
    image = Image.fromarray(np.clip(colors + random.normal(0, 5, colors.shape), 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        start, bend = random.uniform(-20, SIDE, 2), random.uniform(-0.9, 0.9)
        t = np.linspace(0, 1, 40)
        points = np.stack([start[0] + 190 * t * np.cos(bend + t), start[1] + 190 * t * np.sin(bend + t)], axis=1)
        draw.line([tuple(point) for point in points], fill=(42, 30, 28), width=2)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(0.6)))


def chest() -> Picture:
    """Ribs, grey and flat."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    lungs = np.exp(-(((x - 0.28) / 0.16) ** 2) - ((y - 0.5) / 0.33) ** 2)
    lungs += np.exp(-(((x - 0.72) / 0.16) ** 2) - ((y - 0.5) / 0.33) ** 2)
    ribs = np.sin(2 * np.pi * (9 * y + 2.2 * np.abs(x - 0.5))) * 0.12
    grain = np.random.default_rng(1).normal(0, 0.01, y.shape)
    return np.clip(255 * (0.52 - 0.16 * lungs + 0.35 * ribs + grain), 0, 255).astype(np.uint8)


def landscape() -> Picture:
    """Sky, hills and a sun."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    picture = np.stack([0.35 + 0.4 * y, 0.55 + 0.3 * y, 0.9 - 0.15 * y], axis=-1)
    picture[np.hypot(x - 0.72, y - 0.25) < 0.1] = (1, 0.85, 0.3)
    for base, swing, color in ((0.55, 0.1, (0.4, 0.5, 0.35)), (0.72, 0.06, (0.2, 0.42, 0.18))):
        picture[y > base + swing * np.sin(7 * x + 9 * base)] = color
    return np.asarray(255 * picture, dtype=np.uint8)


def salted(picture: Picture) -> Picture:
    """With black and white specks."""
    speckled = picture.copy()
    chance = np.random.default_rng(2).random(picture.shape[:2])
    speckled[chance < 0.04], speckled[chance > 0.96] = 0, 255
    return speckled


def striped(picture: Picture) -> Picture:
    """Lit from one side, each row as much as it likes."""
    light = np.linspace(-70, 70, SIDE)[np.newaxis] * np.random.default_rng(4).uniform(0.2, 1, (SIDE, 1))
    return np.clip(picture + light, 0, 255).astype(np.uint8)


def applied(picture: Picture, step: Step) -> NDArray[Any]:
    return ImageDataset.from_arrays(picture[np.newaxis]).preprocessed([step]).X[0]


def main() -> None:
    """Draws before and after of each step."""
    cases: list[tuple[Picture, Step]] = [
        (skin(), HairRemoval()),
        (chest(), HistogramEqualization()),
        (chest(), CLAHE(4.0)),
        (salted(landscape()), MedianFilter(5)),
        (landscape(), GaussianBlur(4)),
        (landscape(), Grayscale()),
        (landscape(), ColorSpace("hsv")),
        (landscape(), Scale(48, 96)),
        (landscape(), Crop(96, 120, top=20, left=60)),
        (landscape(), CenterCrop(120, 120)),
        (landscape(), Pad(top=30, bottom=30, left=30, right=30, fill="reflect")),
        (striped(chest()), Detrend()),
        (chest(), FourierTransform()),
        (chest(), FourierTransform(output="phase")),
    ]
    columns = 4
    rows = -(-len(cases) // columns)
    figure, axes = pyplot.subplots(rows, 2 * columns, figsize=(2 * columns * 1.7, rows * 2.0))
    for axis in axes.flat:
        axis.axis("off")
    for place, (before, step) in enumerate(cases):
        pair = axes[place // columns, 2 * (place % columns) : 2 * (place % columns) + 2]
        after = applied(before, step)
        for axis, picture in zip(pair, (before, after), strict=True):
            flat = picture[..., 0] if picture.ndim == 3 and picture.shape[2] == 1 else picture
            limits = {"vmin": 0, "vmax": 255} if flat.dtype == np.uint8 else {}
            axis.imshow(flat, cmap="gray", **limits)
        parameters = list(step.to_dict().items())[1:]
        text = ", ".join(f"{name}={value}" for name, value in parameters if value not in (0, True))
        pair[0].set_title(type(step).__name__, fontsize=9, loc="left", fontweight="bold")
        pair[1].set_title(text if len(text) < 34 else text[:31] + "…", fontsize=6, loc="right")
    figure.tight_layout(pad=0.4)
    TARGET.parent.mkdir(exist_ok=True)
    figure.savefig(TARGET, dpi=110)


if __name__ == "__main__":
    main()
