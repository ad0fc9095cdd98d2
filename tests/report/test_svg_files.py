"""Charts as files: SVG by ourselves, PNG and PDF by cairosvg."""

import io
import sys
import xml.etree.ElementTree as ET

import pytest
from markupsafe import Markup

from pipeline.records.errors import UsageError
from pipeline.report.charts import Bar, bars
from pipeline.report.svg_files import PNG_SCALE, chart_file, standalone

CHART = bars("Types & more", "D", [Bar("<Person>", 3), Bar("Misc", 1)])


def test_an_svg_file_is_whole_and_has_its_size():
    root = ET.fromstring(chart_file(CHART, "svg").decode())
    assert (root.get("width"), root.get("height")) == ("960", "52")
    assert "font:13px" in root.find("{http://www.w3.org/2000/svg}style").text
    assert chart_file(CHART, "svg").endswith(b"</svg>\n")


def test_a_png_has_pixels_in_the_chart_s_colour():
    pillow = pytest.importorskip("PIL.Image")
    pytest.importorskip("cairosvg")
    picture = chart_file(CHART, "png")
    image = pillow.open(io.BytesIO(picture)).convert("RGB")
    assert image.size == (960 * PNG_SCALE, 52 * PNG_SCALE)
    assert image.getpixel((500, 25)) == (0, 114, 178)
    assert image.getpixel((1915, 100)) == (255, 255, 255)
    assert chart_file(CHART, "png") == picture


def test_a_pdf_is_the_same_at_any_time():
    pytest.importorskip("cairosvg")
    document = chart_file(CHART, "pdf")
    assert document.startswith(b"%PDF-")
    assert b"/CreationDate (D:20000101000000Z)" in document
    assert document == chart_file(CHART, "pdf")


def test_other_formats_and_other_texts_are_errors():
    with pytest.raises(UsageError, match="'gif' is no format of figures; there are svg, png, pdf"):
        chart_file(CHART, "gif")
    with pytest.raises(ValueError, match="view box"):
        standalone(Markup("<p>"))


def test_a_missing_cairosvg_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    with pytest.raises(UsageError, match=r"figures as png need cairosvg .*mel-toolkit\[images\]"):
        chart_file(CHART, "png")
    assert chart_file(CHART, "svg")
