"""`predict --shard-size`: parts, going on, tables of encoded pictures."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from sparkdl4j import ConvNetClassifier, ImageFolder, cli
from sparkdl4j.cli import prediction_rows
from sparkdl4j.network import Conv2D, Output, Sequential


@pytest.fixture(scope="module")
def model(picture_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("model") / "model.zip"
    network = Sequential([Conv2D(4, 3), Output()])
    ConvNetClassifier(network, epochs=1, verbose=False).fit(ImageFolder(picture_folder, size=16)).save(path)
    return str(path)


@pytest.fixture
def inputs(picture_folder: Path, tmp_path: Path) -> list[str]:
    """60 good pictures and a damaged one."""
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "text.png").write_text("no picture")
    return [str(picture_folder), str(tmp_path / "inputs")]


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def predict(model: str, *arguments: Any) -> int:
    return cli.main(["predict", model, *map(str, arguments)])


def test_parts_hold_the_rows_of_one_file(
    model: str, inputs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, parts = tmp_path / "one.csv", tmp_path / "parts"
    assert predict(model, *inputs, "--out", one) == 0
    assert predict(model, *inputs, "--out", parts, "--shard-size", 25) == 0
    assert f"60 predictions and 1 damaged pictures in {parts}" in capsys.readouterr().out
    names = [f"part-{part:05}.csv" for part in range(3)]
    assert sorted(path.name for path in parts.iterdir()) == ["_predictions.json", *names]
    found = [rows_of(parts / name) for name in names]
    assert [len(rows) for rows in found] == [25, 25, 11]
    assert [row for rows in found for row in rows] == rows_of(one)
    assert [row["damaged"].partition(":")[0] for row in found[2]] == [""] * 10 + ["not_a_picture"]
    assert predict(model, *inputs, "--out", tmp_path / "p.parquet", "--shard-size", 50, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "out": str(tmp_path / "p.parquet"),
        "predictions": 60,
        "damaged": 1,
    }
    parquet = pytest.importorskip("pyarrow.parquet")
    assert parquet.read_table(tmp_path / "p.parquet").column("path").to_pylist() == [
        row["path"] for row in rows_of(one)
    ]


def test_a_stopped_run_goes_on(
    model: str, inputs: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parts, whole = tmp_path / "parts", tmp_path / "whole"
    arguments = ["--shard-size", 10]
    assert predict(model, *inputs, "--out", whole, *arguments) == 0
    write_file = prediction_rows.write_file
    written: list[str] = []

    def interrupted(path: Path, *rest: Any) -> tuple[int, int]:
        counts = write_file(path, *rest)
        written.append(path.name)
        if len(written) == 3:
            raise KeyboardInterrupt
        return counts

    monkeypatch.setattr(prediction_rows, "write_file", interrupted)
    assert predict(model, *inputs, "--out", parts, *arguments) == cli.command.EXIT_INTERRUPTED
    assert sorted(path.name for path in parts.iterdir()) == ["_predictions.json", "part-00000.csv", "part-00001.csv"]
    # As a kill leaves it: a file that is not whole, and one that nothing tells of.
    (parts / "part-00002.csv.partial").write_text("half")
    (parts / "part-00003.csv").write_text("stale")
    written.extend(["", ""])
    capsys.readouterr()
    assert predict(model, *inputs, "--out", parts, *arguments) == 0
    assert capsys.readouterr().err.count("is there already") == 2
    assert len(written) == 5 + 5
    assert {path.name: path.read_bytes() for path in parts.iterdir()} == {
        path.name: path.read_bytes() for path in whole.iterdir()
    }


def test_other_jobs_are_refused(
    model: str, inputs: list[str], picture_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = tmp_path / "parts"
    assert predict(model, *inputs, "--out", parts, "--shard-size", 30) == 0
    other = tmp_path / "other.zip"
    ConvNetClassifier(Sequential([Output()]), epochs=1, verbose=False).fit(ImageFolder(picture_folder, size=16)).save(
        other
    )
    for arguments, what in (
        ([model, *inputs, "--shard-size", "31"], "another shard size"),
        ([model, inputs[0], "--shard-size", "30"], "another set of pictures"),
        ([str(other), *inputs, "--shard-size", "30"], "another model"),
    ):
        assert predict(*arguments, "--out", parts) == 1
        assert f"{parts} holds predictions of {what}: name another folder" in capsys.readouterr().err
    assert predict(model, *inputs, "--out", picture_folder, "--shard-size", 30) == 1
    assert "exists, but holds no predictions" in capsys.readouterr().err
    assert predict(model, *inputs, "--shard-size", 30) == 2
    assert "--shard-size needs --out" in capsys.readouterr().err


def test_tables_of_encoded_pictures(
    model: str, picture_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    files = sorted(picture_folder.glob("*/*.png"))
    names = [str(file) for file in files]
    contents = [file.read_bytes() for file in files]
    contents[7], contents[9] = None, b"text"  # type: ignore[call-overload]
    table = arrow.table({"number": list(range(60)), "path": names, "image": arrow.array(contents, arrow.binary())})
    folder = tmp_path / "table.parquet"
    folder.mkdir()
    parquet.write_table(table.slice(0, 33), folder / "a.parquet", row_group_size=8)
    parquet.write_table(table.slice(33), folder / "b.parquet", row_group_size=10)
    assert predict(model, picture_folder, "--out", tmp_path / "files.csv") == 0
    assert predict(model, folder, "--out", tmp_path / "table.csv") == 0
    assert predict(model, folder, "--out", tmp_path / "parts", "--shard-size", 13) == 0
    rows = rows_of(tmp_path / "table.csv")
    assert [row for path in sorted((tmp_path / "parts").glob("*.csv")) for row in rows_of(path)] == rows
    assert [row["path"] for row in rows] == names
    assert rows[7]["damaged"].startswith("empty")
    assert rows[9]["damaged"].startswith("not_a_picture")
    expected = rows_of(tmp_path / "files.csv")
    assert [row for row in rows if not row["damaged"]] == [row for i, row in enumerate(expected) if i not in (7, 9)]
    capsys.readouterr()
    parquet.write_table(table.select(["number"]), tmp_path / "no.parquet")
    assert predict(model, tmp_path / "no.parquet") == 1
    assert "there is no column image or content" in capsys.readouterr().err
    assert predict(model, folder, picture_folder) == 2
    assert "name it alone" in capsys.readouterr().err
