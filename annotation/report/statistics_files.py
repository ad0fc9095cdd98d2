"""Writes the statistics of a data set: page, JSON, figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from annotation.files import write_json
from annotation.report.statistics_charts import statistics_charts
from annotation.report.statistics_page import statistics_html
from annotation.report.write import write_parts
from annotation.statistics.ambiguity import AMBIGUITIES
from pipeline.records.errors import InputError
from pipeline.report.svg_files import chart_file

PAGE, FIGURES, CHARTS = "statistics.html", "statistics.json", "figures"


def write_statistics(
    name: str, found: Mapping[str, Any], folder: Path, formats: Sequence[str] = ("svg",)
) -> list[Path]:
    """Write `statistics.html`, `statistics.json` and one file a figure and format; what was written.

    Args:
        name: Of the data set.
        found: What `dataset_statistics` found.
        folder: Where to.
        formats: svg, png, pdf.

    Raises:
        UsageError: a format is none, or needs cairosvg and it does not load.
    """
    drawn = {
        f"{chart}.{format_}": chart_file(picture, format_)
        for chart, picture in statistics_charts(found).items()
        for format_ in formats
    }
    (folder / CHARTS).mkdir(parents=True, exist_ok=True)
    write_parts(folder / PAGE, [statistics_html(name, found)])
    write_json(folder / FIGURES, found)
    for file, content in drawn.items():
        (folder / CHARTS / file).write_bytes(content)
    return [folder / PAGE, folder / FIGURES, *(folder / CHARTS / file for file in drawn)]


def read_ambiguity(path: Path) -> dict[str, str]:
    """Classes of Figure 2(b) that a person chose: lines of mention id, tab, class.

    Raises:
        InputError: the file cannot be read, or a line is no such line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text: {error}") from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        mention_id, _, kind = line.partition("\t")
        if not mention_id or kind not in AMBIGUITIES or mention_id in found:
            raise InputError(
                f"{path}, line {number}: should be a mention id, named once, a tab and one of {', '.join(AMBIGUITIES)}"
            )
        found[mention_id] = kind
    return found
