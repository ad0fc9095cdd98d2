"""The fixture sees what it promises to see."""

import pytest

from pipeline.report.page import content_security_policy
from tests.support.browser import find_chromium

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<script>console.error('one')</script>", "console error: one"),
        ("<script>console.warn('two')</script>", "console warning: two"),
        ("<script>throw new Error('three')</script>", "error: three"),
        ("<script>Promise.reject(new Error('four'))</script>", "error: four"),
        ("<script>alert('five')</script>", "dialog: five"),
        ("<img src='https://example.org/six.png'>", "request: https://example.org/six.png"),
        ("<link rel=stylesheet href='http://192.0.2.1/seven.css'>", "request: http://192.0.2.1/seven.css"),
        ("<script>fetch('eight.json').catch(() => 0)</script>", "eight.json"),
        ("<script>window.open('about:blank')</script>", "popup: about:blank"),
    ],
)
def test_what_goes_wrong_is_seen(page, tmp_path, body, problem):
    page.open_html(f"<!doctype html><title>t</title>{body}", tmp_path)
    assert any(problem in one for one in page.take_problems())


def test_a_violated_policy_is_seen(page, tmp_path):
    policy = content_security_policy([], [])
    page.open_html(
        f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{policy}"><p style="color: red">', tmp_path
    )
    problems = page.take_problems()
    assert any("policy violation: style-src-attr inline" in one for one in problems)


def test_a_quiet_page_has_no_problems(page, tmp_path):
    page.open_html("<!doctype html><title>t</title><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", tmp_path)
    assert page.take_problems() == []


def test_nothing_is_remembered_from_another_test(page):
    assert page.problems == []


def test_a_named_program_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("MEL_CHROMIUM", str(tmp_path / "none"))
    assert find_chromium() is None
    monkeypatch.setenv("MEL_CHROMIUM", "/bin/sh")
    assert find_chromium() == "/bin/sh"
    monkeypatch.delenv("MEL_CHROMIUM")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_chromium() is None
