"""The page in a browser, by mouse and by keyboard. Skipped where no Chromium is found."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")
playwright = pytest.importorskip("playwright.sync_api")
Image = pytest.importorskip("PIL.Image")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# Where to leave pictures of the page, to look at.
SCREENS = os.environ.get("SPARKDL4J_SCREENS")

CONTRAST = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = colour => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = colour => {
    const [r, g, b] = rgb(colour).map(x => x / 255).map(x => x <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.tagName === "SCRIPT") continue;
    let behind = element;
    while (behind && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
    const colours = [getComputedStyle(element).color, getComputedStyle(behind || document.body).backgroundColor];
    const pair = colours.map(light);
    const ratio = (Math.max(...pair) + .05) / (Math.min(...pair) + .05);
    found.push([ratio, element.outerHTML.slice(0, 90)]);
  }
  return found;
}
"""


NAMELESS = """
() => [...document.querySelectorAll("input, select, button")]
  .filter(e => e.checkVisibility() && !e.labels?.length && !e.ariaLabel && !e.textContent.trim()).length
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium")
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def server(server_process: Callable[..., Any], colour_models: Path) -> Any:
    return server_process([str(colour_models / "colours.zip"), str(colour_models / "shades.zip")])


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("shown")
    for name, colour in (("red", (210, 40, 30)), ("blue", (30, 60, 200)), ("green", (40, 180, 50))):
        picture = Image.effect_noise((320, 240), 60).convert("RGB")
        Image.blend(picture, Image.new("RGB", picture.size, colour), 0.8).save(folder / f"{name}.jpg")
    (folder / "broken.png").write_bytes(b"this is no picture")
    return {path.stem: str(path) for path in folder.iterdir()}


def opened(browser: Any, server: Any, **options: Any) -> Any:
    """The page, with what it asks for and says: nothing may be of another server, or go wrong."""
    page = browser.new_page(**options)
    page.requested = []
    page.said = []
    page.on("request", lambda request: page.requested.append(request.url))
    page.on("console", lambda message: page.said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda problem: page.said.append(str(problem)))
    page.goto(f"http://127.0.0.1:{server.port}/")
    return page


def screen(page: Any, name: str) -> None:
    if SCREENS:
        page.screenshot(path=f"{SCREENS}/{name}.png", full_page=True)


def test_pictures_are_told_apart(browser: Any, server: Any, pictures: dict[str, str]) -> None:
    page = opened(browser, server, viewport={"width": 1100, "height": 900})
    page.get_by_label("Drop pictures here").set_input_files([pictures[name] for name in ("red", "blue", "broken")])
    playwright.expect(page.get_by_role("status")).to_have_text("Done: 3 pictures")
    results = page.locator(".result")
    assert results.count() == 3
    assert [results.nth(number).locator("h3").inner_text() for number in range(3)] == [
        "red.jpg",
        "blue.jpg",
        "broken.png",
    ]
    assert results.nth(0).locator(".answer").inner_text().startswith("red, ")
    assert results.nth(1).locator(".answer").inner_text().startswith("blue, ")
    assert "cannot be used" in results.nth(2).locator(".answer").inner_text()
    playwright.expect(results.nth(1).locator("img")).to_be_visible()
    playwright.expect(results.nth(2).locator("img")).to_be_hidden()
    assert results.nth(0).locator("tbody tr").count() == 3

    before = results.nth(0).locator("img").get_attribute("src")
    button = results.nth(0).get_by_role("button", name="Show where red is seen in red.jpg")
    button.click()
    image = results.nth(0).get_by_role("img", name="Heat over red.jpg")
    playwright.expect(image).to_be_visible()
    assert button.get_attribute("aria-pressed") == "true"
    assert image.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [16, 16]
    screen(page, "light")
    button.click()
    assert results.nth(0).locator("img").get_attribute("src") == before

    page.get_by_label("Model").select_option("shades")
    page.get_by_label("Drop pictures here").set_input_files(pictures["green"])
    playwright.expect(results.nth(3).locator(".answer")).to_contain_text("dark green")
    page.get_by_role("button", name="Remove all results").click()
    assert results.count() == 0
    assert all(url.startswith((f"http://127.0.0.1:{server.port}/", "blob:", "data:")) for url in page.requested)
    # Of the broken picture the browser itself says that it was refused.
    assert [text for text in page.said if "422" not in text] == []


def test_pictures_can_be_dropped(browser: Any, server: Any, pictures: dict[str, str]) -> None:
    page = opened(browser, server)
    transfer = page.evaluate_handle(
        """bytes => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], "dropped.jpg", {type: "image/jpeg"}));
          return transfer;
        }""",
        list(Path(pictures["green"]).read_bytes()),
    )
    page.dispatch_event("#drop", "dragover", {"dataTransfer": transfer})
    assert page.locator("#drop.over").count() == 1
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})
    playwright.expect(page.get_by_role("status")).to_contain_text("Done: dropped.jpg: green, ")
    assert page.locator("#drop.over").count() == 0


def test_by_keyboard_alone(browser: Any, server: Any, pictures: dict[str, str]) -> None:
    page = opened(browser, server)
    # From here on, not only while it is expected: the browser may see the key before it hears of the expectation.
    page.on("filechooser", lambda _: None)
    playwright.expect(page.get_by_label("Model")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "model"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "files"
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(pictures["blue"])
    playwright.expect(page.get_by_role("status")).to_contain_text("Done: blue.jpg: blue, ")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Show where blue is seen in blue.jpg"
    page.keyboard.press("Space")
    playwright.expect(page.get_by_role("img", name="Heat over blue.jpg")).to_be_visible()
    playwright.expect(page.get_by_role("status")).to_contain_text("The picture shows where blue is seen")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1100])
def test_it_fits_and_stands_out(browser: Any, server: Any, pictures: dict[str, str], scheme: str, width: int) -> None:
    page = opened(browser, server, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.get_by_label("Drop pictures here").set_input_files([pictures["red"], pictures["broken"]])
    playwright.expect(page.get_by_role("status")).to_have_text("Done: 2 pictures")
    page.get_by_role("button", name="Show where green is seen in red.jpg").click()
    playwright.expect(page.get_by_role("img", name="Heat over red.jpg")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = page.evaluate(CONTRAST)
    assert len(found) > 15
    assert [text for ratio, text in found if ratio < 4.5] == []
    screen(page, f"{scheme}_{width}")


def test_what_a_screen_reader_is_told(browser: Any, server: Any, pictures: dict[str, str]) -> None:
    page = opened(browser, server)
    page.get_by_label("Drop pictures here").set_input_files(pictures["red"])
    playwright.expect(page.get_by_role("status")).to_contain_text("Done: red.jpg: red, ")
    for role, name in (
        ("heading", "What is in a picture"),
        ("heading", "red.jpg"),
        ("table", "Classes and their probabilities"),
        ("rowheader", "green"),
        ("columnheader", "Probability"),
        ("img", "The picture red.jpg"),
        ("link", "documentation of the requests"),
    ):
        assert page.get_by_role(role, name=name).count() == 1, (role, name)
    assert page.evaluate(NAMELESS) == 0
    assert page.evaluate("document.documentElement.lang") == "en"


def test_the_token_is_asked_for(
    browser: Any, server_process: Callable[..., Any], colour_models: Path, pictures: dict[str, str]
) -> None:
    guarded = server_process([str(colour_models / "colours.zip")], SPARKDL4J_TOKEN="s3cret")
    page = opened(browser, guarded)
    page.get_by_label("This server asks for a token").fill("s3cret")
    page.keyboard.press("Enter")
    playwright.expect(page.locator("#about")).to_contain_text("colours tells 3 classes apart")
    page.get_by_label("Drop pictures here").set_input_files(pictures["red"])
    playwright.expect(page.get_by_role("status")).to_contain_text("Done: red.jpg: red, ")


def test_the_documentation_needs_no_other_server(browser: Any, server: Any) -> None:
    page = opened(browser, server)
    page.goto(f"http://127.0.0.1:{server.port}/docs")
    playwright.expect(page.get_by_text("/predict", exact=True)).to_be_visible()
    assert all(url.startswith((f"http://127.0.0.1:{server.port}/", "data:")) for url in page.requested)
    screen(page, "docs")
