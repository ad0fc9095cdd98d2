"""A real Chromium for tests of pages: what a page logs, breaks or asks of the network fails its test.

Import `browser` and `page` in the `conftest.py` of a folder and mark the tests `browser`. The browser lives as long as
a test module: Playwright keeps an event loop running in its thread, and tests elsewhere must be free to start theirs.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request

CHROMIUM_VARIABLE = "MEL_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_LAPTOP = {"width": 1366, "height": 768}
_TIMEOUT_MS = 15_000
# Names of hosts are not even looked up; everything a test needs is a file or a server on this machine.
_ARGUMENTS = ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost", "--disable-gpu"]
_REPORT_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) => console.error(
    `policy violation: ${event.effectiveDirective} ${event.blockedURI}`));"""


class WatchedPage:
    """A page of the browser and everything that went wrong on it.

    Attributes:
        page: Playwright's page, for everything else.
        problems: Console errors and warnings, uncaught errors, dialogs, and requests that left what was opened.
    """

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.problems: list[str] = []
        self.ended: list[str] | None = None
        self.allowed: list[str] = ["data:", "about:", "blob:"]
        page.set_default_timeout(_TIMEOUT_MS)
        page.add_init_script(_REPORT_VIOLATIONS)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("dialog", self._on_dialog)
        page.on("request", self._on_request)
        page.on("popup", lambda other: self.problems.append(f"popup: {other.url}"))

    def open_file(self, path: Path) -> "Page":
        """Open a page of the disk; nothing else may be asked for."""
        return self.open_url(path.resolve().as_uri())

    def open_html(self, html: str, folder: Path) -> "Page":
        """Write a page into `folder` and open it."""
        path = folder / "page.html"
        path.write_text(html, encoding="utf-8")
        return self.open_file(path)

    def open_url(self, url: str, *, allow: str = "") -> "Page":
        """Open an address; requests to it, or to what begins with `allow`, are no problems."""
        self.allowed.append(allow or url)
        self.page.goto(url)
        return self.page

    def take_problems(self) -> list[str]:
        """The problems so far, which then no longer fail the test."""
        self.page.wait_for_timeout(50)  # events of the browser arrive a moment later
        found, self.problems = self.problems, []
        return found if self.ended is None else self.ended

    def end_watching(self) -> None:
        """What went wrong until now counts; what a page meets when its server ends does not."""
        self.ended = self.take_problems()

    def _on_console(self, message: "ConsoleMessage") -> None:
        if message.type in ("error", "warning", "assert"):
            self.problems.append(f"console {message.type}: {message.text}")

    def _on_dialog(self, dialog: "Dialog") -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _on_request(self, request: "Request") -> None:
        if not request.url.startswith(tuple(self.allowed)):
            self.problems.append(f"request: {request.url[:200]}")


def find_chromium() -> str | None:
    """The program of $MEL_CHROMIUM, or of the usual names on the PATH."""
    named = os.environ.get(CHROMIUM_VARIABLE)
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, _NAMES)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Headless Chromium; the test is skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright (extra `dev`)")
    program = find_chromium()
    if program is None:
        pytest.skip(f"needs Chromium: apt install chromium, or set {CHROMIUM_VARIABLE} to its program")
    arguments = [*_ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else _ARGUMENTS  # Chromium as root has no sandbox
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=arguments)
        yield started
        started.close()


@pytest.fixture
def page(browser: "Browser", request: pytest.FixtureRequest) -> Iterator[WatchedPage]:
    """A fresh page of laptop size, with nothing remembered; the test fails with what went wrong on the page.

    Parametrize it indirectly with "dark" or "light" for a colour scheme.
    """
    scheme = getattr(request, "param", "light")
    context = browser.new_context(viewport=_LAPTOP, color_scheme=scheme, reduced_motion="reduce")
    watched = WatchedPage(context.new_page())
    yield watched
    problems = watched.take_problems()
    context.close()
    assert not problems, "\n".join(problems)
