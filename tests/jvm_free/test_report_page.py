"""report.html: what it holds, that nothing of the data becomes markup, and that it needs no other file."""

from __future__ import annotations

import io
import json
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sparkdl4j import errors
from sparkdl4j.damaged_image import DamagedImage
from sparkdl4j.dataset import ImageDataset
from sparkdl4j.duplicates import Description
from sparkdl4j.evaluation import Evaluation
from sparkdl4j.history import History
from sparkdl4j.inspection import Inspection
from sparkdl4j.learning_curves import LearningCurve, LearningCurvePoint, growing, learning_curve
from sparkdl4j.network import fashion
from sparkdl4j.report import charts, overlay, png, probabilities
from sparkdl4j.report.folder import write_report
from sparkdl4j.report.markup import Markup, tag, text

EVIL = "<script>alert('x')</script>"
VOID = {"br", "hr", "img", "link", "meta"}


class Page(HTMLParser):
    """Elements of a page, in their order, with a check that each is closed."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(content)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag == name]


def evaluation(classes: list[Any], n: int = 90) -> Evaluation:
    random = np.random.default_rng(0)
    actual = np.arange(n) % len(classes)
    return Evaluation(actual, random.dirichlet(np.ones(len(classes)), size=n), classes=classes)


def history() -> History:
    rows = [
        {"epoch": e, "loss": 1 / e, "accuracy": 1 - 1 / e, "validation_loss": 2 / e, "seconds": 30.0}
        for e in range(1, 5)
    ]
    return History(rows, kept_epoch=3)


def pictures(n: int = 90) -> np.ndarray[Any, Any]:
    return np.random.default_rng(1).integers(0, 256, size=(n, 9, 7, 3), dtype=np.uint8)


def inspection(names: list[Any], n: int = 90) -> Inspection:
    labels = (np.arange(n) % len(names)).astype(np.int32)
    return Inspection(
        labels,
        names,
        groups=np.array([f"{EVIL}{k % 7}" for k in range(n)], dtype=object),
        columns={"cell": np.array([str(k % 5) for k in range(n)], dtype=object)},
        headers=[{"format": "PNG", "mode": "RGB", "width": 10 + k % 3, "height": 20} for k in range(n)],
        damaged=[DamagedImage(f"/data/{EVIL}.png", "truncated", "it ends")],
        samples=[(picture, k % len(names)) for k, picture in enumerate(pictures(4))],
    )


def full_report(folder: Path, names: list[Any]) -> str:
    points = tuple(LearningCurvePoint(n, 0.5 + n / 1000, 0.5, 0.7, 0.9, 1.5) for n in (20, 50, 200))
    written = write_report(
        folder,
        evaluation=evaluation(names),
        history=history(),
        pictures=pictures(),
        data={"training": inspection(names), "test": inspection(names, 30)},
        learning_curve=LearningCurve(points),
        title=EVIL,
    )
    assert written[-1] == folder / "report.html"
    assert written[-1].name in written._repr_html_()
    return written[-1].read_text()


def test_the_page_is_whole_and_nothing_of_the_data_becomes_markup(tmp_path: Path) -> None:
    page = Page(full_report(tmp_path, [EVIL, "a & b", "c"]))
    assert page.all("script") == []
    assert EVIL in page.text  # the title
    assert any("script" in part and "alert" in part for part in page.text if part != EVIL)
    headings = Counter(name for name, _ in page.elements if name in ("h1", "h2", "h3"))
    assert headings["h1"] == 1
    sections = [attributes["id"] for attributes in page.all("section")]
    assert sections == [
        "results",
        "probabilities",
        "data",
        "training",
        "learning-curve",
        "predictions",
        "mistakes",
    ]
    assert [a["href"] for a in page.all("a")] == [f"#{identity}" for identity in sections]


def test_the_page_needs_no_other_file(tmp_path: Path) -> None:
    page = Page(full_report(tmp_path, ["a", "b"]))
    addresses = [a.get(k) for _, a in page.elements for k in ("src", "href", "srcset", "data") if a.get(k)]
    assert {str(address)[:10] for address in addresses if not str(address).startswith("#")} == {"data:image"}
    assert "url(" not in "".join(page.text)
    assert "@import" not in "".join(page.text)


def test_the_page_can_be_heard(tmp_path: Path) -> None:
    page = Page(full_report(tmp_path, ["a", "b"]))
    assert page.all("html")[0]["lang"] == "en"
    assert page.all("img")
    assert all(image.get("alt") for image in page.all("img"))
    assert all(heading.get("scope") for heading in page.all("th"))
    assert len(page.all("svg")) == 7
    assert all("from" in str(chart["aria-label"]) for chart in page.all("svg"))
    assert page.all("main")


def test_a_large_report_is_bounded(tmp_path: Path) -> None:
    names = [f"class {k}" for k in range(130)]
    random = np.random.default_rng(3)
    found = Evaluation(random.integers(0, 130, 3000), random.dirichlet(np.ones(130), 3000), classes=names)
    large = random.integers(0, 256, size=(3000, 40, 40, 1), dtype=np.uint8)
    sets = {"training": inspection(names, 3000)}
    write_report(tmp_path, evaluation=found, pictures=large, data=sets)
    page = (tmp_path / "report.html").read_text()
    assert page.count("<img") < 60
    assert len(page) < 1_000_000
    assert "most frequent confusions (20 of" in page


def test_metrics_that_the_report_does_not_know_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = evaluation(["a", "b"]).to_dict()
    more = {
        "brier_score": 0.1234,
        "intervals": {"accuracy": {"low": 0.81, "high": 0.93, "level": 0.95}},
        "class_hardness": [0.5678, 0.25],
        "per_group": [{"group": "p1", "accuracy": 0.75, "pictures": 4}],
        "nothing": None,
    }
    monkeypatch.setattr(Evaluation, "to_dict", lambda self, intervals=None: {**known, **more})
    write_report(tmp_path, evaluation=evaluation(["a", "b"]))
    shown = " ".join(Page((tmp_path / "report.html").read_text()).text)
    for expected in ("brier score", "0.1234", "0.8100 to 0.9300", "hardness", "0.5678", "Per group", "p1", "0.7500"):
        assert expected in shown
    assert "nothing" not in shown


def test_data_overview_counts_classes_groups_sizes_and_damage(tmp_path: Path) -> None:
    found = inspection(["x", "y"]).to_dict()
    assert found["pictures"] == 90
    assert found["classes"][0] == {"class": "x", "pictures": 45, "groups": 7, "cell": 5, "width": 11, "height": 20}
    assert found["columns"] == {"cell": 5}
    assert sum(group["pictures"] for group in found["groups"]) == 90
    assert found["groups"][0]["classes"].keys() == {"x", "y"}
    assert found["files"]["kinds"] == [{"format": "PNG", "mode": "RGB", "pictures": 90}]
    assert found["files"]["width"] == {"least": 10, "median": 11, "most": 12}
    assert len(found["files"]["sizes"]) == 3
    write_report(tmp_path, data=inspection(["x", "y"]))
    assert json.loads((tmp_path / "data.json").read_text()) == {"data": found}
    table = str(inspection(["x", "y"]))
    assert "90 pictures, 2 classes, 7 groups, 5 different values of cell, 1 damaged" in table
    assert max(map(len, table.splitlines())) <= 120


def test_leaks_between_sets_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described: list[int] = []
    describe = Description.of
    monkeypatch.setattr(Description, "of", lambda data: described.append(len(data)) or describe(data))
    pixels = np.random.default_rng(2).integers(0, 256, size=(60, 40, 40, 3), dtype=np.uint8)
    twin = np.clip(pixels[7].astype(np.int16) + 2, 0, 255).astype(np.uint8)
    test = np.concatenate([pixels[:1], twin[np.newaxis], pixels[50:]])
    labels = np.arange(60) % 2
    sets = {
        "training": ImageDataset.from_arrays(pixels[:50], labels[:50]),
        "test": ImageDataset.from_arrays(test, labels[: len(test)]),
    }
    written = write_report(tmp_path, data=sets)
    # Once for the duplicates of each and the leaks between them.
    assert described == [50, 12]
    assert [path.name for path in written] == ["data.json", "leaks.json", "report.html"]
    (found,) = json.loads((tmp_path / "leaks.json").read_text())
    assert (found["between"], found["leaks"], found["exact"]) == (["training", "test"], 2, 1)
    assert [leak["positions"] for leak in found["listed"]] == [[0, 0], [7, 1]]
    page = Page(written[-1].read_text())
    shown = [str(image["alt"]) for image in page.all("img")]
    assert "one of test, the same" in shown
    assert "one of test, nearly the same" in shown
    # Nothing to compare with.
    assert not any(path.name == "leaks.json" for path in write_report(tmp_path / "one", data=sets["test"]))


def test_curves_of_two_classes_are_those_of_the_second() -> None:
    actual = np.array([0, 0, 1, 1])
    sure = np.array([0.1, 0.4, 0.35, 0.8])
    found = Evaluation(actual, np.stack([1 - sure, sure], axis=1), classes=["no", "yes"])
    page = Page(str(probabilities.curves(found)))
    labels = [str(chart["aria-label"]) for chart in page.all("svg")]
    assert labels[0] == "ROC, area by 1 - specificity: yes 0.750 from 0% to 100%"
    assert labels[1].startswith("Precision-recall, average precision by recall: yes 0.833 ")
    one_class = Evaluation(np.zeros(4, int), np.stack([1 - sure, sure], axis=1), classes=["no", "yes"])
    assert str(probabilities.curves(one_class)) == ""
    many = evaluation([f"class {k}" for k in range(9)])
    (roc, *_) = [str(chart["aria-label"]) for chart in Page(str(probabilities.curves(many))).all("svg")]
    worst = np.sort(np.argsort(many.class_roc_auc)[:5])
    assert [f"class {k} " in roc for k in range(9)] == [k in worst for k in range(9)]


def test_data_of_arrays_has_no_files() -> None:
    data = ImageDataset.from_arrays(pictures(6), list("abcabc"))
    found = Inspection.of(data).to_dict()
    assert found["files"] == {}
    assert found["shape"] == [9, 7, 3]
    assert [row["pictures"] for row in found["classes"]] == [2, 2, 2]


def test_notebooks_show_things_and_escape_them() -> None:
    data = ImageDataset.from_arrays(pictures(6), [EVIL, "b", "c"] * 2)
    shown = {"data": data, "network": fashion(), "inspection": inspection([EVIL, "b"])}
    for name, value in shown.items():
        html = value._repr_html_()
        page = Page(html)
        assert page.all("script") == [], name
        assert len(html) < 50_000
    assert "multiply-adds" in fashion()._repr_html_()
    assert data._repr_html_().count("<img") == 6


@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 1), (9, 7, 3), (500, 3, 3), (400, 300, 1)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_pictures_are_png(shape: tuple[int, ...], dtype: type) -> None:
    image = pytest.importorskip("PIL.Image")
    picture = (np.random.default_rng(0).random(shape) * 200).astype(dtype)
    with image.open(io.BytesIO(png.encode(picture))) as read:
        assert np.array_equal(np.asarray(read).reshape((*shape[:2], -1)), png.eight_bits(picture))
    small = png.smaller(png.eight_bits(picture))
    assert max(small.shape[:2]) <= 160 or min(shape[:2]) <= 3  # too narrow to be made smaller
    assert abs(float(small.mean()) - float(png.eight_bits(picture).mean())) < 3


def test_overlay_is_hottest_where_most_is_seen() -> None:
    seen = np.array([[0, 1.0], [0.5, 0]], dtype=np.float32)
    laid = overlay.overlay(np.full((2, 2, 3), 200, np.uint8), seen).astype(int)
    assert laid[0, 0].tolist() == [150, 150, 150]
    assert laid[0, 1].sum() > laid[1, 0].sum()
    assert laid[1, 0, 0] > laid[1, 0, 2]


def test_charts_place_points() -> None:
    line = charts.Line("training", [(1, 0.0), (2, 1.0), (3, 0.5)])
    chart = charts.line_chart("Loss", [line, charts.Line("empty", [])], x="epoch", from_zero=True)
    points = [tuple(map(float, p.split(","))) for p in chart.split('points="')[1].split('"')[0].split()]
    (x1, y1), (x2, y2), (x3, y3) = points
    assert x1 < x2 < x3
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)
    assert y1 > y3 > y2  # up is smaller
    assert y1 - y3 == pytest.approx(y3 - y2, abs=0.2)
    assert "empty" not in chart
    for odd in ([(1, 5.0)], [(1, 0.0), (2, 0.0)], [(0, -3e-9), (1e6, 7e9)]):
        assert "nan" not in charts.line_chart("odd", [charts.Line("line", odd)], x="x")


def test_markup_escapes_whatever_is_not_markup() -> None:
    assert tag("p", EVIL, [1, None, Markup("<b>x</b>")], title='"', class_=None, hidden=True) == (
        '<p title="&quot;" hidden>&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;1<b>x</b></p>'
    )
    assert text("a\x00b\udc80") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("seed", range(5))
def test_parts_of_the_learning_curve_grow_stratified(seed: int) -> None:
    random = np.random.default_rng(seed)
    labels = random.choice(4, size=300, p=[0.55, 0.3, 0.13, 0.02]).astype(np.int32)
    order = growing(labels, seed)
    assert sorted(order.tolist()) == list(range(300))
    present = np.unique(labels)
    assert set(labels[order[: len(present)]]) == set(present)
    shares = np.bincount(labels, minlength=4) / 300
    for count in (30, 100, 200, 300):
        assert np.abs(np.bincount(labels[order[:count]], minlength=4) - shares * count).max() <= 2
    assert not np.array_equal(order, growing(labels, seed + 1))


def test_learning_curve_trains_copies_on_growing_parts() -> None:
    trained: list[set[int]] = []

    class Fake:
        kept_epoch_ = 1
        history_ = History([{"epoch": 1, "accuracy": 0.25}])

        def __init__(self, seed: int = 3) -> None:
            self.seed = seed

        def get_params(self, deep: bool = True) -> dict[str, Any]:
            return {"seed": self.seed}

        def fit(self, data: ImageDataset) -> None:
            trained.append(set(data.X[:, 0, 0, 0].tolist()))

        def evaluate(self, test: ImageDataset) -> Evaluation:
            return evaluation(["a", "b"], 20)

    numbered = np.arange(40, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 1), np.uint8)
    data = ImageDataset.from_arrays(numbered, ["a"] * 30 + ["b"] * 10)
    curve = learning_curve(Fake(), data, data, sizes=[4, 0.5, 1.0])  # type: ignore[arg-type]
    assert [point.pictures for point in curve.points] == [4, 20, 40]
    assert [len(part) for part in trained] == [4, 20, 40]
    assert trained[0] < trained[1] < trained[2]
    assert curve.points[0].train_accuracy == 0.25
    assert json.loads(json.dumps(curve.to_dict()))["points"][1]["pictures"] == 20
    for sizes, message in (
        ([], "ascending"),
        ([20, 4], "ascending"),
        ([1.5], "share"),
        ([41], "from 2 to 40"),
        (["x"], "numbers"),
    ):
        with pytest.raises(errors.ParameterError, match=message):
            learning_curve(Fake(), data, data, sizes=sizes)  # type: ignore[arg-type, list-item]
