"""Whose rights a picture has: those of the file whose bytes were read, never of another file of its name."""

import pytest

from pipeline.images.rights import Rights
from pipeline.jobs.images import build_images
from pipeline.jobs.images_api import ApiBook
from pipeline.jobs.images_files import FetchRecord
from pipeline.jobs.images_options import FetchOptions, ImagesOptions
from pipeline.jobs.images_rights import gather_rights, rights_digest
from pipeline.records.images import WantedImage
from tests.jobs.test_file_rights import COMMONS, NEWS
from tests.support import image_inputs as inputs
from tests.support import images
from tests.support.dumps import dump_head, page_xml, write_bz2

HOME, LOCAL = "wikipedia/commons", inputs.LOCAL
PNG = images.saved(images.quarters(), "PNG")
FREE, FAIR = Rights("CC0", None, None, True), Rights(None, None, None, False)
IMAGE = WantedImage("0" * 16, inputs.NEWS, "Logo.png", 1, "", "")


@pytest.fixture
def place(tmp_path):
    """Logo.png is free on Commons and fair use on the wiki itself."""
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    for name, siteinfo, text in (("commons", COMMONS, "{{cc-zero}}"), ("news", NEWS, "{{Non-free logo}}")):
        page = page_xml(1, "File:Logo.png", text, namespace=6)
        write_bz2(dumps / f"{name}.xml.bz2", dump_head(siteinfo=siteinfo) + page + "</mediawiki>\n")
    inputs.make_corpus(tmp_path / "corpus", ["Logo.png"])
    return tmp_path


def build(place, **changed):
    options = ImagesOptions(
        out=place / "images",
        corpus=place / "corpus",
        fetch=FetchOptions(source_dir=place / "media"),
        commons_dump=(place / "dumps/commons.xml.bz2", place / "dumps/news.xml.bz2"),
        redistributable_only=True,
        **changed,
    )
    return inputs.rows_of(build_images(options).out)["Logo.png"]


def test_bytes_of_the_wiki_itself_have_its_rights(place):
    inputs.put_files(place / "media", {"Logo.png": PNG}, repo=LOCAL)
    row = build(place)
    assert (row["repo"], row["outcome"], row["reason"]) == (LOCAL, "withheld", "not_redistributable")
    assert row["image_bytes"] is None
    assert row["description_url"] == "https://en.wikinews.org/wiki/File:Logo.png"


def test_bytes_of_commons_have_the_rights_of_commons(place):
    inputs.put_files(place / "media", {"Logo.png": PNG}, repo=HOME)
    row = build(place)
    assert (row["repo"], row["outcome"], row["licence"]) == (HOME, "ok", "CC0")


def test_of_bytes_from_anywhere_the_page_that_forbids_counts(place):
    (place / "media").mkdir()
    (place / "media/Logo.png").write_bytes(PNG)
    row = build(place)
    assert (row["repo"], row["outcome"], row["reason"]) == ("", "withheld", "not_redistributable")


def test_a_page_of_the_other_repository_alone_tells_nothing(place):
    inputs.put_files(place / "media", {"Logo.png": PNG}, repo=LOCAL)
    write_bz2(place / "dumps/news.xml.bz2", dump_head(siteinfo=NEWS) + "</mediawiki>\n")
    row = build(place)
    assert (row["outcome"], row["reason"]) == ("withheld", "rights_unknown")


@pytest.mark.parametrize(
    ("repo", "pages", "expected"),
    [
        (HOME, {HOME: FREE, LOCAL: FAIR}, FREE),
        (LOCAL, {HOME: FREE, LOCAL: FAIR}, FAIR),
        (LOCAL, {HOME: FREE}, None),
        ("", {HOME: FREE}, FREE),
        ("", {HOME: FAIR, LOCAL: FREE}, FAIR),
        ("", {HOME: FREE, LOCAL: Rights("GFDL", None, None, True)}, Rights("GFDL", None, None, True)),
        ("", {HOME: FREE, LOCAL: Rights(description_url="https://x.example/")}, FREE),
        ("wikipedia/de", {HOME: FREE, LOCAL: FREE}, None),
    ],
)
def test_rights_by_repository(tmp_path, repo, pages, expected):
    record = {IMAGE.image_id: FetchRecord("", "ok", repo=repo)}
    of_pages = {(one, IMAGE.file_title): rights for one, rights in pages.items()}
    found = gather_rights([IMAGE], record, ApiBook(tmp_path), of_pages)
    assert found.get(IMAGE.image_id) == expected


def test_an_answer_of_the_api_for_another_repository_does_not_count(tmp_path):
    book = ApiBook(tmp_path)
    url = "https://en.wikinews.org/w/api.php"
    info = {"repo": HOME, "title": IMAGE.file_title, "width_px": 9}
    said = {"is_missing": False, "info": info, "rights": {"licence": "CC0", "redistributable": True}}
    book._log.finish("one", {"api": url, "said": {IMAGE.image_id: said}})
    for repo, expected in ((HOME, FREE), (LOCAL, None), ("", FREE)):
        record = {IMAGE.image_id: FetchRecord("", "ok", repo=repo)}
        assert gather_rights([IMAGE], record, ApiBook(tmp_path), {}).get(IMAGE.image_id) == expected


def test_the_digest_is_of_what_rows_hold():
    marked = Rights("CC0", None, None, True, restrictions=("trademarked",))
    assert rights_digest({"a": FREE}) == rights_digest({"a": marked}) != rights_digest({"a": FAIR})
