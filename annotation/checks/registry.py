"""All checks by id."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial

from annotation.checks import boundaries, consistency, form, linking
from annotation.checks.findings import Finding, Note, Severity
from annotation.checks.scene import Scene
from pipeline.records.errors import UsageError
from pipeline.titles.keys import TitleParser
from pipeline.titles.shipped import shipped_siteinfo

E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION  # noqa: E741 - the letters that reports print


@dataclass(frozen=True, slots=True)
class Check:
    """One rule.

    Attributes:
        id: As printed.
        guideline: Number of the guideline (1 to 7), or form, url, consistency, recall, process.
        severity: E, W or I; a heuristic never is E.
        rule: What should hold, a sentence.
        run: Finds where it does not.
        is_heuristic: May be wrong; reports show its precision against adjudicated gold.
    """

    id: str
    guideline: str
    severity: Severity
    rule: str
    run: Callable[[Scene], Iterator[Note]]
    is_heuristic: bool = False


@cache
def _titles() -> TitleParser:
    return TitleParser(shipped_siteinfo("enwiki"))


def _other_namespace(scene: Scene) -> Iterator[Note]:
    return linking.other_namespace(scene, _titles())


CHECKS: tuple[Check, ...] = (
    Check("F001", "form", W, "A caption has three words or more.", form.short_caption),
    Check("F002", "form", W, "A caption holds no invisible characters.", form.odd_characters),
    Check("S001", "form", E, "Offsets lie in the caption.", form.out_of_range),
    Check("S002", "form", E, "The surface is the caption's text at the offsets.", form.wrong_text),
    Check("S003", "form", E, "A span is not empty and has no outer space.", form.outer_space),
    Check("S004", "form", E, "A span does not cut a token.", form.cut_token),
    Check("S010", "4", E, "Spans do not overlap.", form.overlap),
    Check("S011", "4", E, "Of nested mentions only the outer one is annotated.", form.nesting),
    Check("S020", "5", W, "Nationality, title and name are not one span.", boundaries.nationality_chain, True),
    Check("S021", "5", W, "A span is not two entities with a comma, and, or of.", boundaries.chain_of_titles),
    Check("S030", "6", W, "A person's title is treated by the policy.", boundaries.title_of_person, True),
    Check("T001", "3", E, "The type is one of the seven.", form.unknown_type),
    Check("T002", "3", E, "The type is written as in the paper's section 4.2.", form.alias_type),
    Check("T010", "3", W, "The type fits the entity.", linking.type_of_entity),
    Check("E001", "url", E, "An entity is the title of a page, written as the wiki does.", linking.malformed),
    Check("E002", "url", E, "The entity exists.", linking.no_page),
    Check("E003", "url", E, "The entity is no disambiguation page.", linking.disambiguation_page),
    Check("E004", "url", E, "The entity is in the main namespace.", _other_namespace),
    Check("E005", "url", E, "The entity is no redirect.", linking.redirect),
    Check("E006", "url", E, "Every mention has an entity or NIL.", linking.undecided),
    Check("N001", "2", E, "No entity is written NIL.", linking.nil_spelling),
    Check("N002", "2", W, "NIL is not used for what the wiki has.", linking.known_nil),
    Check("M001", "7", W, "A name of a place may stand for a team or government.", boundaries.metonymy, True),
    Check("C001", "consistency", W, "One surface means one entity within an article.", consistency.linked_differently),
    Check("C002", "consistency", W, "The entity is a likely meaning of the surface.", linking.unlikely),
    Check("C003", "recall", W, "What is marked elsewhere is marked here.", consistency.unmarked, True),
    Check("C004", "1", I, "The entity can be told from image and caption.", linking.not_in_caption, True),
    Check("P001", "process", W, "An answer takes time and is no copy.", consistency.careless),
    Check("P002", "process", E, "Both answers to an item come from two people.", consistency.same_person_twice),
)
_BY_ID = {one.id: one for one in CHECKS}


def checks_named(ids: Iterable[str]) -> tuple[Check, ...]:
    """Checks by id, in the order of the registry.

    Raises:
        UsageError: there is no such check.
    """
    wanted = set(ids)
    for id_ in sorted(wanted - set(_BY_ID)):
        raise UsageError(f"{id_!r} is no check; there are {', '.join(_BY_ID)}")
    return tuple(one for one in CHECKS if one.id in wanted)


def run_checks(scene: Scene, checks: Iterable[Check] = CHECKS) -> list[Finding]:
    """What the checks find in one answer, by place; findings of the whole answer last."""
    found = [partial(_finding, scene, check)(note) for check in checks for note in check.run(scene)]
    return sorted(found, key=lambda one: (one.place is None, one.place or 0))


def _finding(scene: Scene, check: Check, note: Note) -> Finding:
    answer = scene.answer
    return Finding(
        check.id, check.severity, answer.pair_id, answer.annotator, note.place, note.message, note.fix, note.span
    )
