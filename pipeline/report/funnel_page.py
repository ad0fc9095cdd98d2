"""The funnel of a corpus as a self-contained page."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pipeline.records.funnel import Funnel, FunnelGroup, FunnelStep
from pipeline.report.charts import FunnelBar, Stack, funnel_bars, stacked_bars
from pipeline.report.funnel_words import evidence_label, rule_label, rule_meaning
from pipeline.report.page import render_page

PAPER_RAW, PAPER_CLEAN = "about 14,000", "about 8,000 (7,969 in its Table 3)"
PAPER_WIKI = "enwikinews"
LISTED_MAX = 200
_KEPT, _REVIEW, _DROPPED = 0, 1, 2
_COLOURS = {"dropped": _DROPPED, "decided": _DROPPED, "review": _REVIEW}
_SERIES = ("kept", "in review", "dropped")
_NUMBER, _WORDS = True, False


def funnel_html(funnel: Funnel) -> str:
    """A page with headline figures, pairs in and out per rule, by year and topic, and examples."""
    values = {
        "subtitle": _subtitle(funnel),
        "cards": _cards(funnel),
        "paper_note": _paper_note(funnel),
        "rules_chart": _rules_chart(funnel),
        "rule_columns": _columns(
            "rule", ("what it looks for", "a pair is"), ("in", "taken out", "share", "out", "spoke")
        ),
        "rule_rows": [*map(_rule_row, funnel.steps), ["kept", "", "", "", "", "", funnel.n_kept, ""]],
        "n_articles": funnel.n_articles,
        "article_rows": _article_rows(funnel),
        "groups": [
            _group_section("years", "By year", "year", funnel.years, funnel.steps),
            _group_section("topics", "By topic", "topic", funnel.topics, funnel.steps),
        ],
        "examples": [_step_examples(step) for step in funnel.steps if step.examples],
        "lists": _lists(funnel),
    }
    title = f"Funnel of {funnel.wiki}"
    return render_page("funnel.html", title=title, values=values, styles=["funnel.css"])


def _subtitle(funnel: Funnel) -> str:
    day = _day(funnel.date)
    source = f"the dump of {day}" if day else "its dump"
    return (
        f"Image-caption pairs of {funnel.wiki}, from {source}: what was found, what each rule took out, what is left."
    )


def _day(date: str) -> str:
    try:
        day = datetime.strptime(date, "%Y%m%d")  # noqa: DTZ007 - a day of no time zone
    except ValueError:
        return date
    return f"{day.day} {day:%B %Y}"


def _cards(funnel: Funnel) -> list[dict[str, object]]:
    is_paper = funnel.wiki == PAPER_WIKI
    usable = funnel.n_kept + funnel.n_review
    raw_notes = [f"from {_figure(funnel.n_articles_used)} of {_figure(funnel.n_articles)} articles"]
    clean_notes = [_share(funnel.n_kept, funnel.n_pairs), f"{_figure(usable)} with those in review"]
    if is_paper:
        raw_notes.append(f"the paper: {PAPER_RAW}")
        clean_notes.append(f"the paper: {PAPER_CLEAN}")
    return [
        _card("Pairs found", funnel.n_pairs, raw_notes, ""),
        _card("Kept", funnel.n_kept, clean_notes, str(_KEPT)),
        _card(
            "In review", funnel.n_review, [_share(funnel.n_review, funnel.n_pairs), "a person decides"], str(_REVIEW)
        ),
        _card("Dropped", funnel.n_dropped, [_share(funnel.n_dropped, funnel.n_pairs)], str(_DROPPED)),
    ]


def _card(name: str, figure: int, notes: list[str], colour: str) -> dict[str, object]:
    return {"name": name, "figure": _figure(figure), "notes": [note for note in notes if note], "colour": colour}


def _paper_note(funnel: Funnel) -> str:
    if funnel.wiki != PAPER_WIKI:
        return ""
    return (
        "The paper's figures (WikiDiverse, section 4.1) are for all English Wikinews articles of 2007 to 2020; of its"
        " rules it names only two, offensive content and captions shorter than 3 words."
    )


def _rules_chart(funnel: Funnel) -> str:
    rows = [FunnelBar("pairs found", funnel.n_pairs, funnel.n_pairs, _figure(funnel.n_pairs))]
    for step in funnel.steps:
        note = f"−{_figure(step.n_taken)}  ({_share(step.n_taken, step.n_in)})" if step.n_taken else "0"
        rows.append(FunnelBar(rule_label(step.rule), step.n_in, step.n_out, note, _COLOURS.get(step.status, _DROPPED)))
    rows.append(FunnelBar("kept", funnel.n_kept, funnel.n_kept, _figure(funnel.n_kept)))
    told = f"Of {_figure(funnel.n_pairs)} pairs {_figure(funnel.n_kept)} are kept; the table below has every figure."
    return funnel_bars("Pairs that each rule takes out", told, rows)


def _rule_row(step: FunnelStep) -> list[object]:
    share = _share(step.n_taken, step.n_in)
    words = [rule_label(step.rule), rule_meaning(step.rule), "dropped" if step.status == "decided" else step.status]
    return [*words, step.n_in, step.n_taken, share, step.n_out, step.n_spoke]


def _article_rows(funnel: Funnel) -> list[list[object]]:
    taken = [[reason.replace("_", " "), n, _share(n, funnel.n_articles)] for reason, n in funnel.article_steps]
    used = funnel.n_articles_used
    return [["all articles", funnel.n_articles, ""], *taken, ["taken", used, _share(used, funnel.n_articles)]]


def _group_section(
    name: str, heading: str, word: str, groups: Sequence[FunnelGroup], steps: Sequence[FunnelStep]
) -> dict[str, object]:
    rules = [step.rule for step in steps if any(group.by_rule.get(step.rule) for group in groups)]
    rows = [_group_row(group.name or f"no {word}", [group], rules) for group in groups]
    stacks = [Stack(group.name or f"no {word}", (group.n_kept, group.n_review, group.n_dropped)) for group in groups]
    told = f"Kept, in review and dropped per {word}; the table below has every figure."
    numbers = ("articles", "pairs found", "kept", "in review", "dropped", *map(rule_label, rules))
    return {
        "id": name,
        "heading": heading,
        "chart": stacked_bars(f"Pairs {heading.lower()}", told, _SERIES, stacks),
        "caption": f"Pairs {heading.lower()}",
        "columns": _columns(word, (), numbers),
        "rows": [*rows, _group_row("all", groups, rules)] if rows else [],
    }


def _group_row(name: str, groups: Sequence[FunnelGroup], rules: Iterable[str]) -> list[object]:
    parts = [(one.n_articles, one.n_in, one.n_kept, one.n_review, one.n_dropped) for one in groups]
    by_rule = [sum(one.by_rule.get(rule, 0) for one in groups) for rule in rules]
    return [name, *(sum(column) for column in zip(*parts, strict=True)), *by_rule]


def _columns(first: str, words: Iterable[str], numbers: Iterable[str]) -> list[tuple[str, bool]]:
    return [(first, _WORDS), *((name, _WORDS) for name in words), *((name, _NUMBER) for name in numbers)]


def _step_examples(step: FunnelStep) -> dict[str, object]:
    told = f"{_figure(step.n_taken)} taken out, spoke of {_figure(step.n_spoke)}; here {len(step.examples)}"
    status = "dropped" if step.status == "decided" else step.status
    return {"label": rule_label(step.rule), "status": status, "told": told, "examples": step.examples}


def _lists(funnel: Funnel) -> list[dict[str, object]]:
    return [
        {
            "id": "weak-dates",
            "heading": "Dates that may be wrong",
            "told": f"Of {_figure(funnel.n_articles)} articles these have no date template and no category of a day.",
            "caption": "Articles per source of the date",
            "columns": _columns("source", (), ("articles",)),
            "rows": [[evidence_label(name), n] for name, n in funnel.weak_dates],
            "hint": "",
        },
        {
            "id": "terms",
            "heading": "Terms that ask for review",
            "told": "Words of the reviewed list as they were met. No pair is dropped for a word alone.",
            "caption": "Pairs per term",
            "columns": _columns("term", ("kind",), ("pairs",)),
            "rows": [[*reversed(_term(name)), n] for name, n in funnel.terms[:LISTED_MAX]],
            "hint": _more(funnel.terms),
        },
        {
            "id": "templates",
            "heading": "Unknown templates",
            "told": "Templates in captions of all articles that no table knows; each shows its last unnamed argument.",
            "caption": "Captions per template",
            "columns": _columns("template", (), ("captions",)),
            "rows": [list(pair) for pair in funnel.unknown_templates[:LISTED_MAX]],
            "hint": _more(funnel.unknown_templates),
        },
    ]


def _term(name: str) -> tuple[str, str]:
    kind, _, term = name.partition(":")
    return kind, term


def _more(rows: Sequence[object]) -> str:
    return f"The first {LISTED_MAX} of {_figure(len(rows))}." if len(rows) > LISTED_MAX else ""


def _figure(count: int) -> str:
    return f"{count:,}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""
