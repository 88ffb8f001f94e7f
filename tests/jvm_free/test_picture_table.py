"""Paths, labels and groups from tables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sparkdl4j import DataError, FileError, ImageDataset, ParameterError, picture_table

COLUMNS = {"path": ["a.png", "b.png", "c.png"], "label": ["x", "y", "x"], "patient": ["p1", None, "p1"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in COLUMNS["path"]:
        (tmp_path / str(name)).touch()
    return tmp_path


def read(table: Any, **given: Any) -> picture_table.PictureTable:
    names = {"path_column": "path", "label_column": "label", "group_column": "patient", "root": None}
    return picture_table.read(table, **{**names, **given})


def as_csv(folder: Path) -> Any:
    (folder / "t.csv").write_text("﻿path, label,patient\na.png,x,p1\nb.png,y,\n\nc.png,x,p1\n", encoding="utf-8")
    return folder / "t.csv"


def as_semicolons(folder: Path) -> Any:
    (folder / "t.csv").write_text('path;label;patient\n"a.png";x;p1\nb.png;y;\nc.png;x;p1\n')
    return str(folder / "t.csv")


def as_parquet(folder: Path) -> Any:
    pytest.importorskip("pyarrow")
    pd.DataFrame(COLUMNS).to_parquet(folder / "t.parquet")
    return folder / "t.parquet"


def as_polars(folder: Path) -> Any:
    return pytest.importorskip("polars").DataFrame(COLUMNS)


@pytest.mark.parametrize(
    "make",
    [as_csv, as_semicolons, as_parquet, as_polars, lambda _: pd.DataFrame(COLUMNS), lambda _: COLUMNS],
    ids=["csv", "semicolons", "parquet", "polars", "pandas", "mapping"],
)
def test_tables_of_every_kind_say_the_same(folder: Path, make: Any) -> None:
    table = make(folder)
    found = read(table, root=None if isinstance(table, (str, os.PathLike)) else folder)
    assert found.paths == [str(folder / name) for name in COLUMNS["path"]]
    assert found.labels == COLUMNS["label"]
    assert found.groups == COLUMNS["patient"]


def test_labels_keep_their_type_and_may_be_left_out(folder: Path) -> None:
    frame = pd.DataFrame({"path": COLUMNS["path"], "label": [3, 1, 3]})
    found = read(frame, root=folder, group_column=None)
    assert found.labels == [3, 1, 3]
    assert found.groups is None
    assert read(frame, root=folder, label_column=None, group_column=None).labels is None


def test_absolute_paths_need_no_root(folder: Path) -> None:
    found = read({"path": [str(folder / "a.png")], "label": ["x"]}, group_column=None, root="/nowhere")
    assert found.paths == [str(folder / "a.png")]


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("path,label\na.png,\nb.png,y\n", "DATA_LABELS", "line 2 of .*t.csv has no label$"),
        ("path,label\n,x\n", "DATA_COLUMN", "line 2 of .*t.csv names no file$"),
        (
            "path,label\na.png,x\nd.png,y\n",
            "FILE_NOT_FOUND",
            "line 3 of .* names the file .*d.png, which does not exist$",
        ),
        (
            "path,label\na.png,x\na.png,y\n",
            "DATA_LABELS",
            "line 3 of .* gives .*a.png the label y, but line 2 of .* x$",
        ),
        ("path,kind\na.png,x\n", "DATA_COLUMN", "has no column label; its columns are path, kind"),
        ("path,label\n", "DATA_EMPTY", "has no rows"),
        ("", "DATA_COLUMN", "has no column path"),
        ("path,label\na.png,x,1\n", "DATA_FORMAT", "line 2 of .* has 3 cells, but the first line 2"),
    ],
)
def test_rows_that_are_wrong_are_named(folder: Path, text: str, code: str, sentence: str) -> None:
    (folder / "t.csv").write_text(text)
    with pytest.raises((DataError, FileError), match=sentence) as caught:
        read(folder / "t.csv", group_column=None)
    assert caught.value.code == code  # type: ignore[attr-defined]


def test_every_wrong_row_gets_a_sentence(folder: Path) -> None:
    frame = pd.DataFrame({"path": [f"{number}.png" for number in range(7)], "label": [float("nan")] * 7})
    with pytest.raises(
        DataError, match=r"row 4 \(counted from 0\) of the table has no label; and 2 more rows$"
    ) as caught:
        read(frame, root=folder, group_column=None)
    assert len(caught.value.details["rows"]) == 7


def test_what_is_no_table_is_refused(folder: Path) -> None:
    with pytest.raises(ParameterError, match="of type int"):
        read(3)
    with pytest.raises(FileError, match="the table .*nowhere.csv does not exist"):
        read(folder / "nowhere.csv")
    (folder / "t.csv").write_bytes(b"path,label\n\xff\xfe,x\n")
    with pytest.raises(DataError, match="is not a CSV file in UTF-8"):
        read(folder / "t.csv", group_column=None)
    (folder / "t.parquet").write_bytes(b"no parquet")
    pytest.importorskip("pyarrow")
    with pytest.raises(DataError, match="is not a Parquet file"):
        read(folder / "t.parquet")


def test_options_are_checked_before_the_table_is_read() -> None:
    with pytest.raises(ParameterError, match="width"):
        ImageDataset.from_table("nowhere.csv", size=(3, 0))
