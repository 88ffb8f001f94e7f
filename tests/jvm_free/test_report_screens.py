"""report.html in a browser: narrow and wide, light and dark, and printed. Skipped where no Chromium is found."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sparkdl4j.damaged_image import DamagedImage
from sparkdl4j.evaluation import Evaluation
from sparkdl4j.history import History
from sparkdl4j.inspection import Inspection
from sparkdl4j.report.folder import write_report

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DARK, LIGHT = "--blink-settings=preferredColorScheme=0", "--blink-settings=preferredColorScheme=1"
# The least contrast for text, WCAG 2.2, success criterion 1.4.3.
LEAST_CONTRAST = 4.5

COLOURS = """
(() => {
  const found = {};
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || ["STYLE", "SCRIPT"].includes(element.tagName) || element.closest("svg")) continue;
    let behind = element;
    while (behind && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
    const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const rgb = colour => {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const pair = [rgb(getComputedStyle(element).color), rgb(getComputedStyle(behind || document.body).backgroundColor)];
    found[JSON.stringify(pair)] = element.outerHTML.slice(0, 80);
  }
  return found;
})()
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if CHROMIUM is None:
        pytest.skip("no Chromium")
    random = np.random.default_rng(0)
    names = ["a class with a rather long name", "b", "c", "d", "e", "f", "g", "h"]
    labels = (np.arange(160) % 8).astype(np.int32)
    shares = random.dirichlet(np.ones(8), size=160)
    shares[np.arange(160), labels] += 0.7 * (np.arange(160) % 3)
    pixels = random.integers(0, 256, size=(160, 20, 20, 3), dtype=np.uint8)
    data = Inspection(
        labels,
        names,
        groups=np.array([f"patient {k % 40}" for k in range(160)], dtype=object),
        headers=[{"format": "JPEG", "mode": "RGB", "width": 640, "height": 480}] * 160,
        damaged=[DamagedImage("/a/long/path/" + "to/the/pictures/" * 8 + "x.png", "truncated", "the file ends early")],
        samples=[(pixels[k], int(labels[k])) for k in range(16)],
    )
    rows = [{"epoch": e, "loss": 1 / e, "accuracy": 1 - 1 / e, "seconds": 9.0} for e in range(1, 9)]
    folder = tmp_path_factory.mktemp("report")
    evaluation = Evaluation(labels, shares / shares.sum(axis=1, keepdims=True), classes=names)
    history = History(rows, kept_epoch=7)
    return write_report(folder, evaluation=evaluation, history=history, pictures=pixels, data=data)[-1]


def browser(page: Path, *options: str) -> str:
    fixed = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={page.parent}/browser"]
    command = [str(CHROMIUM), *fixed, *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def measured(page: Path, script: str, width: int, *options: str) -> Any:
    """What a script gives in the page, shown in a frame: no window is narrower than 500 pixels."""
    probe = f"<script>parent.postMessage(JSON.stringify({script}), '*')</script></body>"
    page.with_name("measured.html").write_text(page.read_text().replace("</body>", probe))
    frame = page.with_name("frame.html")
    frame.write_text(
        "<title></title><script>onmessage = event => document.title = event.data</script>"
        f'<iframe src="measured.html" width="{width}" height="900" style="border: 0"></iframe>'
    )
    shown = browser(frame, "--dump-dom", "--window-size=1300,950", "--virtual-time-budget=5000", *options)
    title = re.search(r"<title>(.*?)</title>", shown, re.DOTALL)
    assert title is not None
    return json.loads(html.unescape(title[1]))


@pytest.mark.parametrize("width", [400, 1100])
def test_nothing_is_wider_than_the_window(page: Path, width: int) -> None:
    script = "[innerWidth, document.documentElement.scrollWidth]"
    inner, content = measured(page, script, width)
    assert inner == width
    assert content <= width


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out(page: Path, scheme: str) -> None:
    found = measured(page, COLOURS, 1100, scheme)
    ratios = {pair: contrast(*json.loads(pair)) for pair in found}
    assert len(ratios) >= 5
    assert {found[pair]: ratio for pair, ratio in ratios.items() if ratio < LEAST_CONTRAST} == {}
    darkest = min(luminance(json.loads(pair)[1]) for pair in found)
    assert (darkest < 0.02) == (scheme == DARK)


def test_it_prints(page: Path) -> None:
    file = page.with_name("report.pdf")
    browser(page, f"--print-to-pdf={file}", DARK)
    content = file.read_bytes()
    assert content.startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 12


def luminance(colour: list[int]) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: list[int], other: list[int]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
