"""A training as a page and a table: whole, self-contained, naming nobody, written both or not at all."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from proseg_gui.bundle import read_card
from proseg_gui.errors import UserError
from proseg_gui.locations import data_folder
from proseg_gui.training.log import read_rows
from proseg_gui.training.report import report_html, write_report

LOG = [
    {"step": 1, "seconds": 0.5, "total": 3.0, "segmentation": 2.0},
    {"step": 20, "seconds": 2.0, "total": 1.5, "segmentation": 1.0, "gradient": 2.0},
    {"step": 20, "validation": {"dice_identity_mean": 0.8, "dice_identity_permuted": 0.7, "ged2": 0.3,
                                "dice_identity": [0.8, None, 0.8, 0.8]}, "averaged": False},
    {"step": 20, "event": "calibrated"},
]  # fmt: skip


@pytest.fixture
def card():
    found = read_card(data_folder("models") / "phantom")
    figures = {**found.metrics["validation"], "n_cases": 1}
    return replace(found, notes='<script>alert("x")</script> & more', author="A. Physicist",
                   metrics={**found.metrics, "validation": figures})  # fmt: skip


class Strict(HTMLParser):
    """Every element that is opened is closed, in order."""

    def __init__(self):
        super().__init__()
        self.open, self.texts, self.sources, self.tags = [], [], [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.sources += [value for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_is_whole_and_needs_nothing_beside_it(card):
    page = Strict()
    page.feed(report_html(card, LOG, [np.zeros((8, 8, 3), np.uint8)]))
    text = " ".join(page.texts)
    assert page.open == [] and all(source.startswith("data:image/png;base64,") for source in page.sources)
    assert len(page.sources) == 1 and not page.tags & {"script", "link", "iframe"}
    for word in (card.name, "A. Physicist", '<script>alert("x")</script> & more', "a single case validated it",
                 "Identity Dice", "segmentation", "step 0", "validation case 1", card.training["command"]):  # fmt: skip
        assert word in text
    assert "Not a medical device" in text


def test_the_table_holds_every_step_and_validation(card, tmp_path):
    page, table = write_report(tmp_path / "new" / "r.html", card, LOG)
    assert page.is_file() and table == tmp_path / "new" / "r.csv"
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [row["step"] for row in rows] == ["1", "20", "20"]
    assert rows[0]["total"] == "3.0" and rows[0]["gradient"] == "" and rows[1]["gradient"] == "2.0"
    assert rows[2]["validation ged2"] == "0.3" and rows[2][f"Dice {card.raters[0]}"] == "0.8"
    assert rows[2][f"Dice {card.raters[1]}"] == "" and "validation dice_identity" not in rows[0]


def test_nothing_is_overwritten_unasked_and_both_or_none_are_written(card, tmp_path):
    (tmp_path / "r.csv").write_text("mine")
    with pytest.raises(UserError, match=r"r\.csv"):
        write_report(tmp_path / "r.html", card, LOG)
    assert not (tmp_path / "r.html").exists() and (tmp_path / "r.csv").read_text() == "mine"
    write_report(tmp_path / "r.html", card, (), overwrite=True)
    assert (tmp_path / "r.html").is_file() and sorted(p.name for p in tmp_path.iterdir()) == ["r.csv", "r.html"]
    with pytest.raises(UserError, match="ends in"):
        write_report(tmp_path / "r.pdf", card, LOG)


def test_a_log_that_is_cut_or_missing_gives_the_rows_that_there_are(tmp_path):
    path = tmp_path / "log.jsonl"
    assert read_rows(path) == []
    path.write_text(json.dumps(LOG[0]) + "\n[1]\n" + '{"step": 2, "to')
    assert read_rows(path) == [LOG[0]]


def test_a_model_that_nobody_judged_says_so(card):
    assert "nobody knows how good it is" in report_html(replace(card, metrics={}), ())
