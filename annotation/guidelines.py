"""The seven rules (paper, appendix A.1) as annotators read them."""

from annotation.project import INCLUDE

_TITLES_IN = (
    "A title before a person's name is part of the mention: “President Obama”. After a nationality rule 5 wins."
)
_TITLES_OUT = "In this project the title before a person's name stays outside: only “Obama” of “President Obama”."


def rules(title_policy: str) -> list[str]:
    """The rules in order, a sentence or two each."""
    return [
        "Mark what image and caption tell, not what only the whole news story could.",
        "An entity that the wiki does not have is NIL.",
        "Seven types: person, organization, location, country, event, works, misc (currencies, others).",
        "No mention inside another, no overlap: of nested names only the outer one.",
        "The smallest span that names one thing: “French” and “Nicolas Sarkozy” in “French President Nicolas Sarkozy”.",
        _TITLES_IN if title_policy == INCLUDE else _TITLES_OUT,
        "Link what is meant, not what is said: “England” on the pitch is the national team.",
    ]
