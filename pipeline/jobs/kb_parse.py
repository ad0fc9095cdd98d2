"""Stages `extract` and `compact` of the KB job."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from pipeline.dump.page_props import build_page_props
from pipeline.jobs.dump_units import plan_units
from pipeline.jobs.kb_context import KbContext
from pipeline.jobs.read_dump import DumpReading, reading_stages
from pipeline.jobs.stages import Stage
from pipeline.transforms.extract_range import ARTIFACTS, ExtractOptions, RangeExtractor
from pipeline.transforms.read_range import RangeReader

_PAGE_PROPS = "page_props.arrow"


def parse_stages(context: KbContext) -> tuple[Stage, Stage]:
    """Read the dump once, merge what every range left."""
    plan = context.plan
    reading = DumpReading(
        units=lambda: plan_units(plan.ranges, plan.headers, plan.options.limit_pages),
        reader=lambda work: _reader(context, work),
        schemas=ARTIFACTS,
        max_error_rate=plan.options.max_error_rate,
        sums=("links",),
    )
    return reading_stages(context, reading)


def _reader(context: KbContext, work: Path) -> Callable[[], RangeReader]:
    plan = context.plan
    page_props = None
    if plan.page_props is not None:
        page_props = work / _PAGE_PROPS
        if not page_props.is_file():
            build_page_props(plan.page_props, page_props)
    options = ExtractOptions(
        folder=str(work),
        siteinfo=plan.siteinfo,
        headers=plan.headers,
        page_props=None if page_props is None else str(page_props),
        namespaces=plan.options.namespaces,
        lead=plan.options.lead,
    )
    return partial(RangeExtractor, options)
