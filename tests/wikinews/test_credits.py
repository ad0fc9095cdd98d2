"""Credits in captions: golden cases and the real captions."""

import json
from collections import Counter

import pytest

from pipeline.wikinews.credits import split_credit
from pipeline.wikinews.marks import Rendered
from pipeline.wikinews.rendering import render
from pipeline.wikitext.mask import mask
from tests.support.cases import each_case
from tests.support.timing import assert_linear


@each_case("credits.case")
def test_golden(case, site):
    split = split_credit(render(mask(case["caption"]), site))
    assert [split.caption, split.credit, list(split.forms)] == case["out"]


def test_links_move_with_the_caption_and_go_with_the_credit(site):
    split = split_credit(render("{{w|A}} (Photo: {{w|B}}) sees {{w|Cee}}", site))
    assert split.caption == "A sees Cee"
    assert [(link.start, link.end, link.target) for link in split.links] == [(0, 1, "A"), (7, 10, "Cee")]


@pytest.mark.parametrize(
    "piece",
    [
        ", courtesy of Aa Bb,",
        ". Photo by Aa Bb, ",
        "(source: a ",
        "(Photo: ",
        "[Image from Aa ",
        "A photograph by Aa ",
        "Credit: A. ",
        " - Source Aa -",
    ],
)
def test_time_grows_with_the_caption(piece):
    assert_linear(lambda n: lambda: split_credit(Rendered(piece * n)), 500)


@pytest.mark.data
def test_credits_of_the_released_captions(data_dir):
    captions = json.loads((data_dir / "wikidiverse" / "wikidiverse-captions.json").read_text(encoding="utf-8"))
    forms = Counter()
    for row in captions:
        text = " ".join(row["sentence"].split())
        split = split_credit(Rendered(text))
        forms.update(split.forms)
        assert not split.forms or split.caption not in ("", text), text
    # The reference counts 71 to 74 by the labels "photo", "credit" and "photo credit"; the others come on top.
    assert forms == {
        "photo": 26, "credit": 26, "photo_credit": 21, "source": 20, "courtesy": 7, "photo_by": 7, "copyright": 4,
        "photo_from": 2, "all_photos": 3,
    }  # fmt: skip
    assert 71 <= forms["photo"] + forms["credit"] + forms["photo_credit"] <= 74
