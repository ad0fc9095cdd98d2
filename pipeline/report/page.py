"""Renders a template as one self-contained page.

A page holds its style and scripts inline, named by their hashes in a content-security policy that forbids everything
else: no request leaves it and no text in it can run. Pictures are `data:` URLs.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.report.text import readable

TEMPLATES = Path(__file__).parent / "templates"
BASE_STYLE = "page.css"


def render_page(
    template: str,
    *,
    title: str,
    values: Mapping[str, object],
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    folder: Path = TEMPLATES,
) -> str:
    """The page as one text; see `page_parts`."""
    return "".join(page_parts(template, title=title, values=values, styles=styles, scripts=scripts, folder=folder))


def page_parts(
    template: str,
    *,
    title: str,
    values: Mapping[str, object],
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    folder: Path = TEMPLATES,
) -> Iterator[str]:
    """The page in pieces, for one that is large.

    Args:
        template: A file of `folder` that extends `page.html`.
        title: Of the page; its first heading, unless the template has another.
        values: What the template shows; each value is escaped unless it is `Markup`.
        styles: Files of `folder`, after the style that all pages share.
        scripts: Files of `folder`; each runs as a module when the page is there.
        folder: Where these files are; `page.html` and `macros.html` are found from any.
    """
    style = "\n".join([_source(TEMPLATES, BASE_STYLE), *(_source(folder, name) for name in styles)])
    sources = [_source(folder, name) for name in scripts]
    found = _environment(folder).get_template(template)
    yield from found.generate(
        {
            **values,
            "title": title,
            "policy": content_security_policy([style], sources),
            "style": Markup(style),  # noqa: S704 - our own file
            "scripts": [Markup(source) for source in sources],  # noqa: S704 - the same
        }
    )


def content_security_policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    """A policy under which these inline styles and scripts work and nothing else does."""
    parts = ["default-src 'none'", "img-src data:", _allow("style-src", styles), _allow("script-src", scripts)]
    return "; ".join([*parts, "base-uri 'none'", "form-action 'none'"])


def _allow(directive: str, sources: Sequence[str]) -> str:
    hashes = (base64.b64encode(hashlib.sha256(source.encode()).digest()).decode() for source in sources)
    allowed = " ".join(f"'sha256-{one}'" for one in hashes) or "'none'"
    return f"{directive} {allowed}"


@cache
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(list(dict.fromkeys((folder, TEMPLATES)))),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _finalize(value: object) -> object:
    return readable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _source(folder: Path, name: str) -> str:
    """A style or script whose hash holds once it is inline: no end tag, no comment, no code that a parser replaces."""
    text = (folder / name).read_text(encoding="utf-8")
    if "</" in text or "<!--" in text or "\0" in text:
        raise ValueError(f"{name} holds text that would not stay the same inside a page")
    return text
