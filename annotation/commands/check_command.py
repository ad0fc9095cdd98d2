"""`check`: annotations held to the guidelines."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from annotation.commands.common import add_project, add_project_kb, command_parser, kb_of, note, say, say_json
from pipeline.console.flags import CommandParser

if TYPE_CHECKING:
    from annotation.checks.findings import Finding
    from annotation.checks.scene import Scene
    from annotation.project import Project

WHAT = ("annotations", "reference", "gold")
FAILED = 1


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "check",
        "Hold annotations to form and guidelines; one line a finding, as a linter prints it. [*] marks what --fix "
        "mends: the certain ones only, saved as a new version. Ends with code 1 where an error (E) is left.",
        "data/annotation/news",
        "data/annotation/news --fix --kb data/kb/enwiki-20210101 --json",
    )
    add_project(parser)
    parser.add_argument("--what", choices=WHAT, default=WHAT[0], help="reference: the source's gold labels; gold: ours")
    parser.add_argument("--only", nargs="+", metavar="CODE", help="these checks only, for example S002 E005")
    parser.add_argument("--annotator", nargs="+", metavar="NAME", help="answers of these people only")
    parser.add_argument("--fix", action="store_true", help="mend what is certain, in the annotators' files")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    parser.add_argument("--list", action="store_true", help="list all checks and end")
    add_project_kb(parser, "entities and surfaces are looked up in it")
    return parser


def main(argv: list[str]) -> int:
    """Check, mend, print."""
    parser = make_parser()
    values = parser.parse_args(["--list", ".", *argv] if argv == ["--list"] else argv)
    from annotation.checks.registry import CHECKS, checks_named
    from annotation.project import open_project

    if values.list:
        return _list()
    if values.fix and values.what != WHAT[0]:
        parser.error("--fix mends annotations only: gold follows them, and the reference belongs to its source")
    checks = checks_named(values.only) if values.only else CHECKS
    project, kb = open_project(values.project), kb_of(values, note_down=False)
    scenes = find_scenes(project, values.what, kb, values.annotator or ())
    n_fixed = _fix(project, scenes) if values.fix else 0
    if n_fixed:
        scenes = find_scenes(project, values.what, kb, values.annotator or ())
    from annotation.checks.registry import run_checks

    findings = [finding for scene in scenes for finding in run_checks(scene, checks)]
    if values.json:
        say_json({"fixed": n_fixed, "answers": len(scenes), "findings": [one.to_json() for one in findings]})
    else:
        _print(findings, len(scenes), n_fixed, values.what)
    return FAILED if any(one.severity == "E" for one in findings) else 0


def find_scenes(project: "Project", what: str, kb: "object", people: Sequence[str]) -> "list[Scene]":
    """All answers to check, with their surroundings."""
    from pathlib import Path

    from annotation.checks.scene import Campaign, Scene, TitlePolicy
    from annotation.gold import gold_answers, read_gold
    from annotation.store import Store

    if what == "reference":
        answers = list(project.references.values())
    elif what == "gold":
        answers = list(gold_answers(read_gold(project.folder)).values())
    else:
        answers = Store(project.folder).answers(with_times=True)
    knowledge = None
    if isinstance(kb, Path):
        from annotation.checks.knowledge import StoreKnowledge
        from pipeline.kb.store import MentionStore

        knowledge = StoreKnowledge(MentionStore.open(kb))
    items = {item.pair_id: item for item in project.items}
    for answer in answers:
        project.pair(answer.pair_id)
    campaign = Campaign(items, answers)
    policy = TitlePolicy(project.settings.title_policy)
    wanted = [answer for answer in answers if not people or answer.annotator in people]
    return [Scene(items[answer.pair_id], answer, policy, knowledge, campaign) for answer in wanted]


def _fix(project: "Project", scenes: "Sequence[Scene]") -> int:
    """Save the mended answers as new versions; how many findings were mended."""
    from dataclasses import replace

    from annotation.checks.fixing import fix_answer
    from annotation.store import Store

    logs = {log.history.annotator: log for log in Store(project.folder).logs()}
    n_fixed = 0
    for scene in scenes:
        answer, fixed = fix_answer(scene)
        if not fixed or answer.annotations == scene.answer.annotations:
            continue
        log = logs[answer.annotator]
        now = log.current(answer.pair_id, answer.batch)
        spans = tuple(sorted(answer.annotations, key=lambda one: one.span))
        log.save(replace(now.draft, annotations=spans, base=now.version, origin="check --fix", duration_s=None))
        n_fixed += len(fixed)
    return n_fixed


def _print(findings: "Sequence[Finding]", n_answers: int, n_fixed: int, what: str) -> None:
    from annotation.checks.registry import CHECKS
    from pipeline.console.summary import print_table

    for one in findings:
        say(one.line(f"annotations/mentions/{one.annotator}.jsonl" if what == WHAT[0] else what))
    counts = [(check, [one for one in findings if one.code == check.id]) for check in CHECKS]
    rows = [
        (check.id, check.severity.value, len(found), sum(one.fix is not None for one in found), check.rule)
        for check, found in counts
        if found
    ]
    if rows:
        print_table(("check", "", "findings", "fixable", "rule"), rows, title=f"{n_answers:,} answers checked")
    else:
        say(f"{n_answers:,} answers checked, nothing found")
    if n_fixed:
        note([f"{n_fixed} findings were mended"])


def _list() -> int:
    from annotation.checks.registry import CHECKS
    from pipeline.console.summary import print_table

    rows = [(one.id, one.guideline, one.severity.value, one.rule) for one in CHECKS]
    print_table(("check", "guideline", "", "rule"), rows)
    return 0
