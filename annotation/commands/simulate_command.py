"""`simulate`: people who are none, for demos, tests and plans."""

from typing import TYPE_CHECKING

from annotation.commands.common import add_project, add_project_kb, add_seed, command_parser, count, kb_of, share
from pipeline.console.flags import CommandParser

if TYPE_CHECKING:
    import argparse

NOISES = ("paper", "low", "none")


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "simulate",
        "Let simulated annotators do the assigned work of a project that has gold labels, or simulated experts decide "
        "what they disagree on; or plan how many pairs an interval of agreement needs.",
        "data/annotation/demo --synthetic 500 --annotators 13 --seed 1",
        "data/annotation/demo --experts",
        "data/annotation/plan --plan --half-width 0.02 --definition md.token.bio",
    )
    add_project(parser)
    parser.add_argument("--synthetic", type=count, metavar="N", help="make the project first: N made-up pairs")
    parser.add_argument("--annotators", type=count, default=13, metavar="N", help="people, with --synthetic and --plan")
    parser.add_argument("--noise", choices=NOISES, default="paper", help="paper: agreement near the paper's figures")
    parser.add_argument("--miss", type=share, metavar="RATE", help="mentions that the average person overlooks")
    parser.add_argument("--boundary", type=share, metavar="RATE", help="mentions that they cut differently")
    parser.add_argument("--spurious", type=share, metavar="RATE", help="other words that they mark, for each mention")
    parser.add_argument("--entity", type=share, metavar="RATE", help="mentions that they link elsewhere")
    parser.add_argument("--type", type=share, metavar="RATE", help="mentions to which they give another type")
    parser.add_argument("--share", type=share, default=1.0, metavar="SHARE", help="part of everybody's tasks to do")
    parser.add_argument("--experts", action="store_true", help="decide all open disputes, by the gold labels")
    parser.add_argument("--plan", action="store_true", help="only say how many pairs it takes; PROJECT is not touched")
    parser.add_argument("--half-width", type=share, default=0.02, metavar="W", help="with --plan: plus and minus W")
    parser.add_argument("--definition", default="md.token.bio", metavar="ID", help="with --plan: what is measured")
    add_project_kb(parser, "with --experts, entities are compared behind its redirects")
    add_seed(parser)
    return parser


def main(argv: list[str]) -> int:
    """Simulate and say what was done."""
    values = make_parser().parse_args(argv)
    if values.plan:
        return _plan(values)
    if values.experts:
        return _experts(values)
    return _annotators(values)


def _annotators(values: "argparse.Namespace") -> int:
    from annotation.assign import Plan, assign
    from annotation.assignment import has_assignment, read_assignment, write_assignment
    from annotation.commands.assign_command import add_tokens
    from annotation.project import LAYERS, Settings, make_project, open_project
    from annotation.simulate import simulate_campaign
    from annotation.synthetic import synthetic_source
    from pipeline.console.summary import print_table

    if values.synthetic is not None:
        make_project(values.project, synthetic_source(values.synthetic, values.seed), Settings(layers=LAYERS))
    project = open_project(values.project)
    if values.synthetic is not None and not has_assignment(project.folder):
        made = assign(project.groups(), Plan(values.annotators, min(2, values.annotators), seed=values.seed))
        write_assignment(made, project.folder)
        add_tokens(project, (*made.annotators, *made.experts))
    assignment = read_assignment(project.folder)
    done = simulate_campaign(project, assignment, noise_of(values), values.seed, share=values.share)
    rows = [(name, n, len(assignment.tasks[name])) for name, n in done.items()]
    print_table(("annotator", "done now", "assigned"), rows, title="Simulated annotators")
    return 0


def _experts(values: "argparse.Namespace") -> int:
    from annotation.assignment import read_assignment
    from annotation.campaign import read_campaign
    from annotation.decisions import add_decisions
    from annotation.simulate import simulate_experts
    from pipeline.console.summary import print_table

    campaign = read_campaign(values.project, kb_of(values))
    adjudicators = read_assignment(campaign.project.folder).adjudicators
    found = simulate_experts(campaign.project, campaign.merged, adjudicators, campaign.undecided)
    for expert in sorted(found):
        add_decisions(campaign.project.folder, expert, found[expert])
    print_table(
        ("expert", "decisions"), [(name, len(found[name])) for name in sorted(found)], title="Simulated experts"
    )
    return 0


def _plan(values: "argparse.Namespace") -> int:
    from annotation.assign import Plan
    from annotation.simulate import plan_pairs
    from pipeline.console.summary import print_summary

    plan = Plan(values.annotators, min(2, values.annotators), seed=values.seed)
    found = plan_pairs(values.half_width, values.definition, plan, noise_of(values))
    print_summary(
        f"{found.definition}: plus and minus {100 * found.wanted:g} points",
        [
            ("value in the simulation", f"{found.value:.4f}"),
            (f"half of the 95 % interval at {found.n_pairs:,} pairs", f"{found.half_width:.4f}"),
            ("pairs that it takes", found.needed),
        ],
    )
    return 0


def noise_of(values: "argparse.Namespace") -> "Noise":
    """The error rates that the flags ask for."""
    from dataclasses import replace

    from annotation.noise import PRESETS

    rates = {name: getattr(values, name) for name in ("miss", "boundary", "spurious", "entity", "type")}
    return replace(PRESETS[values.noise], **{name: rate for name, rate in rates.items() if rate is not None})


if TYPE_CHECKING:
    from annotation.noise import Noise
