"""Contact sheets: data blocks, parts, limits."""

import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.contact_sheet import SheetCell, contact_sheet_html, write_contact_sheet
from tests.support.hostile import HOSTILE_TEXTS

JPEG = b"\xff\xd8\xff and more"
BLOCK = re.compile(r'<script type="application/json" data-(cells|thumbnails)>(.*?)</script>', re.DOTALL)


def cell(number=0, **changes):
    values = {"image_id": f"{number:016x}", "file_title": f"{number}.jpg", "caption": "A caption", "outcome": "usable"}
    return SheetCell(**(values | changes))


def read(page):
    """Cells and thumbnails as the page's script reads them."""
    found = {"cells": [], "thumbnails": []}
    for kind, text in BLOCK.findall(page):
        found[kind] += json.loads(text)
    return found["cells"], found["thumbnails"]


def test_cells_come_back_in_order():
    cells, thumbnails = read(contact_sheet_html("T", [cell(n, thumbnail=JPEG if n % 2 else None) for n in range(250)]))
    assert [one["file"] for one in cells] == [f"{n}.jpg" for n in range(250)]
    encoded = "image/jpeg;base64," + base64.b64encode(JPEG).decode()
    assert thumbnails == [encoded if n % 2 else "" for n in range(250)]


def test_facts_reason_and_format():
    one = cell(outcome="failed", reason="timeout", format="svg", facts={"size": "3 kB", "licence": "CC0"})
    [found], _ = read(contact_sheet_html("T", [one]))
    assert found == {
        "id": "0" * 16, "file": "0.jpg", "caption": "A caption", "outcome": "failed", "reason": "timeout", "format": "svg",
        "facts": [["size", "3 kB"], ["licence", "CC0"]],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("thumbnail", "told"),
    [
        (b"\xff\xd8\xff" + b"x" * 64_000, "left out: 64,003 bytes, at most 64,000"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "left out: no JPEG, PNG, WebP or GIF"),
        (b"", "left out: no JPEG, PNG, WebP or GIF"),
    ],
)
def test_a_thumbnail_that_is_left_out_is_told(thumbnail, told):
    [found], thumbnails = read(contact_sheet_html("T", [cell(thumbnail=thumbnail)]))
    assert found["facts"] == [["thumbnail", told]]
    assert thumbnails == [""]


def test_long_texts_are_clipped_with_a_notice():
    one = cell(caption="x" * 1_000_000, facts={str(n): "y" * 1000 for n in range(40)}, file_title="z" * 1000)
    page = contact_sheet_html("T", [one])
    [found], _ = read(page)
    assert found["caption"] == "x" * 2000 + "… [clipped, 1,000,000 characters]"
    assert found["file"].endswith("z… [clipped, 1,000 characters]")
    assert len(found["facts"]) == 16
    assert len(page) < 60_000


@given(st.lists(st.text(max_size=20), min_size=4, max_size=4))
def test_any_text_survives_its_block(texts):
    caption, outcome, reason, fact = texts
    page = contact_sheet_html("T", [cell(caption=caption, outcome=outcome, reason=reason, facts={fact: fact})])
    assert page.count("<script") == 3
    [found], _ = read(page)
    assert len(found["caption"]) == len(caption)
    assert found["facts"][0][0] == found["facts"][0][1]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_texts_change_no_tag(text):
    def tags(value):
        one = cell(caption=value, file_title=value, outcome=value, reason=value, format=value, facts={value: value})
        page = contact_sheet_html(value, [one], note=value)
        page.encode()
        return re.findall(r"<[a-z/!][^>\s]*", page)

    assert tags(text) == tags("plain")


def test_an_empty_sheet_is_a_page():
    page = contact_sheet_html("T", [])
    assert read(page) == ([], [])
    assert "0 images" in page


def test_large_sheets_go_into_linked_parts(tmp_path):
    cells = [cell(n, outcome="failed" if n == 6 else "usable") for n in range(7)]
    paths = write_contact_sheet(tmp_path / "report.html", "T", iter(cells), cells_per_part=3)
    assert [path.name for path in paths] == ["report.html", "report-002.html", "report-003.html"]
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    pages = [path.read_text(encoding="utf-8") for path in paths]
    assert [[one["file"] for one in read(page)[0]] for page in pages] == [
        ["0.jpg", "1.jpg", "2.jpg"], ["3.jpg", "4.jpg", "5.jpg"], ["6.jpg"],
    ]  # fmt: skip
    for place, page in enumerate(pages):
        assert "7 images" in page
        links = re.findall(r'<a href="(report[^"]*)">', page)
        assert links == [path.name for path in paths if path != paths[place]]


def test_a_sheet_that_just_fits_is_one_part(tmp_path):
    paths = write_contact_sheet(tmp_path / "report.html", "T", map(cell, range(3)), cells_per_part=3)
    assert [path.name for path in paths] == ["report.html"]
    assert "Parts of this sheet" not in paths[0].read_text(encoding="utf-8")
    assert len(write_contact_sheet(tmp_path / "report.html", "T", [])) == 1


def test_many_bytes_make_a_new_part(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.report.contact_sheet.BYTES_PER_PART", 1000)
    paths = write_contact_sheet(tmp_path / "r.html", "T", map(cell, range(250)))
    assert [len(read(path.read_text(encoding="utf-8"))[0]) for path in paths] == [100, 100, 50]


def test_the_same_cells_give_the_same_bytes(tmp_path):
    first, second = (
        write_contact_sheet(tmp_path / name, "T", [cell(1, thumbnail=JPEG)])[0].read_bytes() for name in "ab"
    )
    assert first == second
