"""Pages: the policy, escaping, templates of other folders."""

import base64
import hashlib
import html
import re
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from pipeline.report.page import TEMPLATES, content_security_policy, render_page
from tests.support.hostile import HOSTILE_TEXTS

TEMPLATE = '{% extends "page.html" %}{% block main %}<p title="{{ told }}">{{ told }}</p>{{ drawn }}{% endblock %}'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "one.html").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "one.css").write_text("p { margin: 0 }\n", encoding="utf-8")
    (tmp_path / "one.js").write_text("document.title += '!';\n", encoding="utf-8")
    return tmp_path


def rendered(folder, *, told="told", drawn="", **options):
    return render_page("one.html", title="A title", values={"told": told, "drawn": drawn}, folder=folder, **options)


def hash_of(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_policy_names_exactly_what_is_inline(folder):
    page = rendered(folder, styles=["one.css"], scripts=["one.js"])
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    [script] = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
    assert style.endswith("p { margin: 0 }\n")
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{hash_of(style)}';"
        f" script-src 'sha256-{hash_of(script)}'; base-uri 'none'; form-action 'none'"
    )


def test_a_page_without_scripts_allows_none(folder):
    assert "script-src &#39;none&#39;" in rendered(folder)
    assert "unsafe" not in content_security_policy(["a"], ["b"])


class Names(HTMLParser):
    """Tags and attribute names of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_text_stays_text(folder, text):
    plain, hostile = Names(rendered(folder)), Names(rendered(folder, told=text))
    assert hostile.tags == plain.tags
    assert hostile.attributes == plain.attributes
    rendered(folder, told=text).encode()


def test_markup_is_not_escaped(folder):
    assert "<svg></svg>" in rendered(folder, drawn=Markup("<svg></svg>"))
    assert "&lt;svg&gt;" in rendered(folder, drawn="<svg>")


def test_a_missing_value_is_an_error(folder):
    with pytest.raises(UndefinedError, match="drawn"):
        render_page("one.html", title="A", values={"told": ""}, folder=folder)


@pytest.mark.parametrize("source", ["a = '</script>'", "b = '<!--'", "a\0b"])
def test_a_script_that_would_change_inside_a_page_is_refused(folder, source):
    (folder / "bad.js").write_bytes(source.encode())
    with pytest.raises(ValueError, match=r"bad\.js"):
        rendered(folder, scripts=["bad.js"])


def test_our_own_templates_carry_nothing_inline_and_nothing_from_elsewhere():
    for path in sorted(TEMPLATES.glob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|https?:|\|\s*safe", text), path.name
    for path in sorted([*TEMPLATES.glob("*.css"), *TEMPLATES.glob("*.js")]):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?:|@import|url\(|innerHTML|insertAdjacent|document\.write|eval\(", text), path.name
