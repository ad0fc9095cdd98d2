"""What a person does on the annotation page, for all tests of it."""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotation.project import Project
from annotation.store import Store
from tests.support.annotation_server import CAPTIONS

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from annotation.events import State
    from tests.support.annotation_server import Running
    from tests.support.browser import WatchedPage

_PATIENCE_S = 15


def until(opened: "Page", expression: str, argument: object = None) -> None:
    """Wait until an expression of the page is true; the page's own policy forbids Playwright's way."""
    deadline = time.monotonic() + _PATIENCE_S
    while not opened.evaluate(expression, argument):
        assert time.monotonic() < deadline, expression
        opened.wait_for_timeout(20)


def enter(page: "WatchedPage", running: "Running", name: str = "a01") -> "Page":
    """Open somebody's link; the page of the first item."""
    opened = page.open_url(running.link(name), allow=running.url)
    opened.wait_for_selector("#caption .unit")
    until(opened, "document.activeElement.id === 'caption'")
    return opened


def press(opened: "Page", *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        opened.keyboard.press(key)


def go_to(opened: "Page", caption: str, most: int = len(CAPTIONS)) -> None:
    """Page on until that caption is shown."""
    for _ in range(most):
        if opened.inner_text("#caption").strip() == caption:
            return
        number = opened.get_attribute("#desk", "data-item")
        press(opened, "PageDown")
        until(opened, "(old) => document.getElementById('desk').dataset.item !== old", number)
    raise AssertionError(f"no item shows {caption!r}")


def chips(opened: "Page") -> list[str]:
    """Text of the mentions in the list."""
    return [re.sub(r"\s+", " ", one).strip() for one in opened.locator("#mentions .row").all_inner_texts()]


def wait_saved(opened: "Page") -> None:
    """Wait until nothing is unsaved."""
    until(opened, "document.getElementById('saved').dataset.state === 'saved'")


def stored(project: Project, name: str, caption: str) -> "State | None":
    """What is on the disk of an item."""
    log = Store(project.folder).log(name)
    found = [states[-1] for (pair, _), states in log.history.states.items() if project.pairs[pair].caption == caption]
    return found[0] if found else None


def candidates(opened: "Page") -> list[str]:
    """Wait until candidates of the selection are shown; their titles."""
    opened.wait_for_selector("#cards .card")
    return opened.locator("#cards .title").all_inner_texts()


def accessible(opened: "Page") -> list[dict[str, Any]]:
    """Chromium's accessibility tree as a screen reader gets it: role, name, and properties by name, in order."""
    session = opened.context.new_cdp_session(opened)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    by_id = {node["nodeId"]: node for node in nodes}
    found: list[dict[str, Any]] = []
    waiting = [nodes[0]["nodeId"]]
    while waiting:
        node = by_id[waiting.pop()]
        waiting += reversed(node.get("childIds", []))
        if not node.get("ignored"):
            told = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
            value = {name: str(node.get(name, {}).get("value", "")).strip() for name in ("role", "name", "description")}
            found.append({**told, **value})
    return found


def script(name: str) -> str:
    """A script that tests run on a page, from beside them."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
