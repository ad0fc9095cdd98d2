"""What the funnel's rules and reasons are called on pages."""

_RULES = {
    "no_caption": ("no caption", "the caption is empty, or was only a credit of a template or of few words"),
    "too_short": ("too short", "fewer than 3 words; a word is a run of letters, digits and _ (paper 4.1)"),
    "no_image_file": ("no image file", "no file, or no picture, video or document by its extension"),
    "audio": ("audio", "a sound by its extension"),
    "location_map": ("location map", "a map that only points out a place, by its name"),
    "icon": ("icon", "an icon of the interface, by its name; svg, png or gif"),
    "duplicate_pair": ("duplicate pair", "the same file with the same caption stands earlier"),
    "decided": ("decided by reviewers", "a line of the decisions file drops it"),
    "maybe_audio": ("maybe audio", "an .ogg file may be sound or video"),
    "credit_only": ("credit only", "a label such as “Photo:” makes the whole caption read as a credit"),
    "unknown_template": ("unknown template", "the caption has a template that no table knows"),
    "dropped_by_no_rule": ("dropped by no rule", "dropped without a reason that drops"),
    "review_by_no_rule": ("review by no rule", "in review without a reason for it"),
}
_EVIDENCE = {
    "first_line": "the first line of the text",
    "first_revision (fallback)": "the page's first revision",
    "revision (fallback)": "the latest revision, of an article still being written",
    "": "no date",
}
_TERM = "term:"


def rule_label(rule: str) -> str:
    """A rule's name as a heading."""
    if rule.startswith(_TERM):
        return f"{rule.removeprefix(_TERM)} term"
    return _RULES[rule][0] if rule in _RULES else rule.replace("_", " ")


def evidence_label(evidence: str) -> str:
    """Where a date was read, in words."""
    return _EVIDENCE.get(evidence, evidence.replace("_", " "))


def rule_meaning(rule: str) -> str:
    """What a rule looks for, '' for one that this module does not know."""
    if rule.startswith(_TERM):
        return "a word of the reviewed list that is no part of a name"
    return _RULES[rule][1] if rule in _RULES else ""
