"""All definitions of agreement by id, each with its sentence."""

from dataclasses import dataclass

from annotation.agreement.f1_items import HitCounter, by_entity, by_span, by_type, exact_hits, partial_hits
from annotation.agreement.items import Itemizer
from annotation.agreement.span_items import is_mention, is_nil, matched_items, ngram_items, union_items
from annotation.agreement.token_items import BIO, IO, entities, token_items, typed, untyped
from pipeline.records.errors import UsageError


@dataclass(frozen=True, slots=True)
class Definition:
    """One way to say what annotators agree on.

    Attributes:
        id: Name in reports and gates.
        sentence: What counts as an item, and as agreement.
        role: Why it is there.
        items: Items with two labels, for the coefficients; None for an F1.
        hits: Spans and common spans, for an F1; None for coefficients.
        paper: The figure of the WikiDiverse paper that it stands beside.
        refused: Why nobody should report it; None for all but one.
    """

    id: str
    sentence: str
    role: str
    items: Itemizer | None = None
    hits: HitCounter | None = None
    paper: float | None = None
    refused: str | None = None


MD_HEADLINE, EL_HEADLINE = "md.token.bio", "el.matched"
NIL_POLICY = "NIL is one category, equal to itself"
_MD, _EL = 0.8898, 0.8375
_ALWAYS_NEGATIVE = (
    "over the union of spans nothing is left that both annotators left unmarked, "
    "so this kappa is never above 0, however well they agree; take md.span.universe8 or md.span.f1"
)

DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        MD_HEADLINE,
        "Every token of a caption is an item; its label says whether it begins a mention, continues one or is outside.",
        "headline for mention detection",
        token_items(BIO, untyped),
        paper=_MD,
    ),
    Definition(
        "md.token.io",
        "Every token is an item; its label says whether it is in a mention.",
        "most lenient: neighbours that were cut differently agree",
        token_items(IO, untyped),
    ),
    Definition(
        "md.token.bio+type",
        "Every token is an item; its label says whether it begins or continues a mention of which type, or is outside.",
        "boundaries and types together",
        token_items(BIO, typed),
    ),
    Definition(
        "md.token.bio+type.marked",
        "Tokens that at least one annotator marked are items, labelled as in md.token.bio+type.",
        "strict bound: tokens outside for both do not count as agreement",
        token_items(BIO, typed, only_marked=True),
    ),
    Definition(
        "md.span.universe8",
        "Every run of up to eight tokens is an item; its label says whether it is a mention.",
        "shows that kappa comes close to F1 as non-mentions prevail",
        ngram_items,
    ),
    Definition(
        "md.span.f1",
        "F1 of one annotator's spans against the other's; same boundaries.",
        "stands beside kappa",
        hits=exact_hits(by_span),
    ),
    Definition(
        "md.span.f1+type",
        "F1 of spans with the same boundaries and type.",
        "stands beside kappa",
        hits=exact_hits(by_type),
    ),
    Definition(
        "md.span.f1partial", "F1 of spans where an overlap counts half.", "stands beside kappa", hits=partial_hits
    ),
    Definition(
        "md.span.union",
        "Spans that at least one annotator marked are items; the label says whether the annotator marked it.",
        "refused",
        union_items(is_mention),
        refused=_ALWAYS_NEGATIVE,
    ),
    Definition(
        "type.matched",
        "Spans that both annotators marked with the same boundaries are items; the label is the type.",
        "types alone",
        matched_items(typed),
    ),
    Definition(
        "type.union",
        "Spans that at least one annotator marked are items; the label is the type, or <none> if not marked.",
        "strict",
        union_items(typed),
    ),
    Definition(
        EL_HEADLINE,
        "Spans that both annotators marked with the same boundaries are items; the label is the entity behind "
        "redirects, NIL being one.",
        "headline for entity linking",
        matched_items(entities),
        paper=_EL,
    ),
    Definition(
        "el.matched.inkb",
        "As el.matched, without the spans that an annotator called NIL.",
        "entities alone",
        matched_items(entities, in_kb=True),
    ),
    Definition(
        "el.nil",
        "Spans that both annotators marked with the same boundaries are items; the label says whether they are NIL.",
        "NIL alone; NIL is rare, so read AC1 and the shares too",
        matched_items(is_nil),
    ),
    Definition(
        "el.union",
        "Spans that at least one annotator marked are items; the label is the entity, or <none> if not marked.",
        "strict, from text to entity",
        union_items(entities),
    ),
    Definition(
        "el.linked.f1",
        "F1 of spans with the same boundaries and entity.",
        "stands beside kappa",
        hits=exact_hits(by_entity),
    ),
    Definition(
        "el.token.entity",
        "Every token is an item; its label is the entity that it is part of, or outside.",
        "third reading of the paper's figure",
        token_items(IO, entities),
    ),
)
_BY_ID = {one.id: one for one in DEFINITIONS}
REPORTED = tuple(one.id for one in DEFINITIONS if one.refused is None)


def definition_named(id_: str) -> Definition:
    """The definition with that id.

    Raises:
        UsageError: there is none, or it is refused; the message says why.
    """
    found = _BY_ID.get(id_)
    if found is None:
        raise UsageError(f"{id_!r} is no definition of agreement; there are {', '.join(REPORTED)}")
    if found.refused is not None:
        raise UsageError(f"{id_} is refused: {found.refused}")
    return found
