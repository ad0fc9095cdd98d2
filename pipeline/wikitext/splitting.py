"""Splitting at the bars that stand outside links and templates."""

import re

_TOKEN = re.compile(r"\[\[|\]\]|\{\{|\}\}|\|")


def split_bars(text: str) -> list[str]:
    """The parts of `text` between top-level `|`; brackets that nothing closes still hide their bars."""
    if "[[" not in text and "{{" not in text:
        return text.split("|")
    parts: list[str] = []
    depth = start = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark == "|":
            if not depth:
                parts.append(text[start : token.start()])
                start = token.end()
        elif mark in ("[[", "{{"):
            depth += 1
        else:
            depth = max(0, depth - 1)
    parts.append(text[start:])
    return parts


def bar_after(text: str, start: int, end: int) -> int:
    """Place of the first top-level `|` of text[start:end], or of the bracket that closes around it; else `end`."""
    depth = 0
    for token in _TOKEN.finditer(text, start, end):
        mark = token[0]
        if mark in ("[[", "{{"):
            depth += 1
        elif not depth:
            return token.start()
        elif mark != "|":
            depth -= 1
    return end
