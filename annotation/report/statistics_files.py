"""Writes the statistics of a data set: page, JSON, figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from annotation.files import write_json
from annotation.report.statistics_charts import statistics_charts
from annotation.report.statistics_page import statistics_html
from annotation.report.write import write_parts
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
