from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sparkdl4j import ImageFolder, cli, inspect_images
from sparkdl4j.errors import DataError
from sparkdl4j.inspection import Inspection


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    root = tmp_path / "pictures"
    (root / "ill").mkdir(parents=True)
    (root / "well").mkdir()
    Image.new("RGB", (40, 30)).save(root / "ill" / "p1_1.png")
    Image.new("L", (40, 30)).save(root / "ill" / "p1_2.jpg")
    Image.new("P", (20, 10)).save(root / "ill" / "p2_1.png")
    Image.new("CMYK", (20, 10)).save(root / "well" / "x.jpg")
    Image.fromarray(np.zeros((5, 6), np.uint16)).save(root / "well" / "y.png")
    (root / "well" / "broken.png").write_bytes((root / "ill" / "p1_1.png").read_bytes()[:-20])
    return root


def test_inspection_of_files(pictures: Path) -> None:
    found = inspect_images(pictures, name_pattern=r"(?P<group>p\d)_(?P<shot>\d)", unmatched="own-group").to_dict()
    assert found["pictures"] == 5
    assert found["classes"] == [
        {"class": "ill", "pictures": 3, "groups": 2, "shot": 2, "damaged": 0, "width": 40, "height": 30},
        {"class": "well", "pictures": 2, "groups": 2, "shot": 0, "damaged": 1, "width": 13, "height": 7},
    ]
    assert [group["group"] for group in found["groups"]] == ["p1", "p2", "well/x.jpg", "well/y.png"]
    kinds = {(kind["format"], kind["mode"]) for kind in found["files"]["kinds"]}
    assert kinds == {("PNG", "RGB"), ("JPEG", "grey"), ("PNG", "palette"), ("JPEG", "CMYK"), ("PNG", "16-bit grey")}
    assert [entry["reason"] for entry in found["damaged"]] == ["truncated"]


def test_duplicates_are_found(pictures: Path) -> None:
    shutil.rmtree(pictures / "ill")
    random = np.random.default_rng(0)
    for name in ("ill/1.png", "ill/2.png", "well/3.png"):
        (pictures / name).parent.mkdir(exist_ok=True)
        Image.fromarray(random.integers(0, 256, (96, 96, 3), dtype=np.uint8)).save(pictures / name)
    shutil.copy(pictures / "ill/1.png", pictures / "well/4.png")
    found = inspect_images(pictures).to_dict()["duplicates"]
    assert found["exact"] == {"sets": 1, "pictures": 2}
    assert found["listed"][0]["classes"] == ["ill", "well"]
    assert [Path(path).name for path in found["listed"][0]["pictures"]] == ["1.png", "4.png"]


def test_inspection_of_a_data_set_has_its_files(pictures: Path) -> None:
    data = ImageFolder(pictures, size=8, max_damaged=0.5)
    found = Inspection.of(data).to_dict()
    assert found["shape"] == [8, 8, 3]
    assert found["files"]["read"] == 5
    assert found["files"]["width"] == {"least": 6, "median": 20, "most": 40}
    assert len(found["damaged"]) == 1


def test_a_folder_of_damaged_pictures_is_looked_at_too(pictures: Path) -> None:
    shutil.rmtree(pictures / "ill")
    for sound in ("x.jpg", "y.png"):
        (pictures / "well" / sound).write_bytes(b"")
    found = inspect_images(pictures)
    assert [entry.reason for entry in found.damaged] == ["truncated", "empty", "empty"]
    assert found.to_dict()["classes"] == [{"class": "well", "pictures": 0, "damaged": 3}]


def test_the_command(pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report"
    pattern = ["--name-pattern", r"(?P<group>p\d)_"]
    assert cli.main(["inspect", str(pictures), *pattern, "--unmatched", "own-group", "--report", str(report)]) == 0
    shown = capsys.readouterr().out
    assert "5 pictures, 2 classes, 4 groups, 1 damaged" in shown
    assert "broken.png" in shown
    assert f"Report: {report}/report.html" in shown
    assert json.loads((report / "data.json").read_text())["data"]["pictures"] == 5
    assert (report / "report.html").read_text().count("<img") == 5
    assert cli.main(["inspect", str(pictures), *pattern]) == 1
    assert "does not match name_pattern" in capsys.readouterr().err
    assert cli.main(["inspect", "hdfs://host/x"]) == 2
    assert cli.main(["inspect", str(pictures), "--unmatched", "own-group"]) == 2


def test_leukemia_has_the_papers_counts(test_data: Path) -> None:
    pattern = r"UID_(?P<group>[^_]+)_\d+_(?P<cell>\d+)_(?P<label>\w+)"
    found = inspect_images(test_data / "leukemia", name_pattern=pattern).to_dict()
    counts = {row["class"]: (row["pictures"], row["groups"]) for row in found["classes"]}
    assert counts == {"all": (385, 11), "hem": (180, 3)}
    assert found["files"]["sizes"] == [{"width": 450, "height": 450, "pictures": 565}]
    with pytest.raises(DataError, match="does not match"):
        inspect_images(test_data / "landscapes", name_pattern=pattern)
