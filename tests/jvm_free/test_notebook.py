from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from sparkdl4j.evaluation import Evaluation, Metrics
from sparkdl4j.history import History


def tables_of(html):
    """The texts of all tables, row by row; fails where the HTML is not well-formed."""
    page = ElementTree.fromstring(html)
    assert "<script" not in html
    return [[["".join(cell.itertext()) for cell in row] for row in table] for table in page.iter("table")]


def test_evaluation():
    shares = [[0.8, 0.2], [0.3, 0.7], [0.6, 0.4]]
    result = Evaluation([0, 1, 1], shares, classes=["<b>beach</b>", "desert"])
    overall, classes, matrix = tables_of(result._repr_html_())
    assert ["accuracy", "0.6667"] in overall
    assert ["ROC-AUC", "1.0000"] in overall
    assert classes[1] == ["<b>beach</b>", "0.5000", "1.0000", "0.6667", "1"]
    assert matrix[1:] == [["<b>beach</b>", "1", "0"], ["desert", "1", "1"]]
    counted = Metrics(result.confusion_matrix, result.log_loss, classes=result.classes)
    assert len(tables_of(counted._repr_html_())[0]) < len(overall)


@pytest.mark.parametrize("count", [1, 30])
def test_evaluation_of_any_number_of_classes(count):
    result = Evaluation(np.arange(count), np.random.default_rng(0).dirichlet(np.ones(count), count))
    assert len(tables_of(result._repr_html_())) == (3 if count == 1 else 2)


def test_history():
    rows = [{"epoch": e, "loss": 1 / e, "accuracy": 0.5, "images_per_second": 3000.6} for e in range(1, 101)]
    (table,) = tables_of(History(rows, kept_epoch=99)._repr_html_())
    assert table[0] == ["epoch", "loss", "accuracy", "images per second"]
    assert table[1] == ["1", "1.0000", "0.5000", "3,001"]
    assert len(table) == 42
    assert table[21] == ["…"] * 4
    assert History(rows, kept_epoch=99)._repr_html_().count("font-weight:bold") == 4
    assert "no finished epoch" in History()._repr_html_()
