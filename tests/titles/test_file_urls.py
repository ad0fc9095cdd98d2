"""File titles and upload addresses, both ways, and their repair."""

import hashlib
import json
import re
import string
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.records.errors import PageError
from pipeline.titles.file_url_repair import repair_file_url, repair_scheme
from pipeline.titles.file_urls import (
    COMMONS,
    file_name,
    hash_dirs,
    local_repo,
    read_upload_url,
    thumbnail_url,
    upload_url,
    upload_urls,
    wiki_of,
)
from pipeline.titles.thumb_names import STANDARD_WIDTHS, Thumb, read_thumb_name, standard_width, thumb_name
from tests.support.cases import load_cases

CASES = load_cases("file_urls.case")
EXTENSIONS = ("jpg", "JPG", "jpeg", "png", "gif", "svg", "tif", "tiff", "pdf", "djvu", "webm", "ogv", "webp")


def cases_with(key):
    found = [case for case in CASES if key in case]
    assert found
    return pytest.mark.parametrize("case", found, ids=[case["name"] for case in found])


@cases_with("title")
def test_title_to_address(case):
    url = upload_url(case["title"], case.get("repo", COMMONS))
    if "url" in case:
        assert url == case["url"]
    if "like" in case:
        assert url == upload_url(case["like"])
        assert read_upload_url(url).title == case["like"]
    if "thumb" in case:
        thumb = Thumb(*case["thumb"])
        assert thumb_name(file_name(case["title"]), thumb) == case["thumb_name"]


@cases_with("broken")
def test_repair(case):
    found = repair_file_url(case["broken"])
    assert found.url == case["url"]
    assert list(found.kinds) == case["kinds"]
    assert list(found.unresolved) == case.get("left", [])


def test_the_md5_rule_by_hand():
    digits = hashlib.md5("Élan_vital.png".encode()).hexdigest()
    assert hash_dirs("Élan vital.png") == f"{digits[0]}/{digits[:2]}"
    assert upload_url("élan vital.png").endswith(f"/{digits[0]}/{digits[:2]}/%C3%89lan_vital.png")


def test_commons_comes_first_then_the_wiki():
    first, second = upload_urls("A.jpg", "enwikinews")
    assert "/wikipedia/commons/" in first
    assert "/wikinews/en/" in second
    assert len(upload_urls("A.jpg", "commonswiki")) == 1


@pytest.mark.parametrize(
    ("wiki", "repo"),
    [
        ("enwiki", "wikipedia/en"), ("enwikinews", "wikinews/en"), ("commonswiki", "wikipedia/commons"),
        ("simplewiki", "wikipedia/simple"), ("mediawikiwiki", "wikipedia/mediawiki"), ("zh_yuewiki", "wikipedia/zh-yue"), ("dewiktionary", "wiktionary/de"),
    ],
)  # fmt: skip
def test_a_wikis_folder(wiki, repo):
    assert local_repo(wiki) == repo
    assert wiki_of(repo) == wiki


@pytest.mark.parametrize("wiki", ["", "en", "../wiki", "EnWiki"])
def test_no_wikis_folder(wiki):
    with pytest.raises(PageError, match="wiki"):
        local_repo(wiki)


@pytest.mark.parametrize(
    "title",
    [
        "",
        "File:",
        " _ ",
        "A<b.jpg",
        "A|b.jpg",
        "A#b.jpg",
        "A/b.jpg",
        "A:b.jpg",
        "A\nb.jpg",
        "..",
        "x%41.jpg",
        "é" * 121,
        "a\ud800.jpg",
    ],
)
def test_no_file_titles(title):
    with pytest.raises(PageError, match="no file title") as caught:
        file_name(title)
    assert caught.value.reason == "bad_file_title"


@pytest.mark.parametrize(
    ("name", "wanted", "original", "width"),
    [
        ("a.jpg", 300, 4000, 330), ("a.jpg", 330, 4000, 330), ("a.jpg", 331, 4000, 500), ("a.jpg", 5000, None, 3840),
        ("a.jpg", 500, 400, 330), ("a.jpg", 330, 330, 250), ("a.tif", 330, 330, 330), ("a.jpg", 60, 20, None),
        ("a.svg", 960, 10, 960), ("a.pdf", 960, 10, 960), ("a.webm", 960, 640, 500), ("a.tif", 60, 19, None),
    ],
)  # fmt: skip
def test_standard_widths(name, wanted, original, width):
    assert standard_width(name, wanted, original) == width


@pytest.mark.parametrize(("wanted", "original"), [(0, None), (-1, 5), (20, 0)])
def test_widths_are_positive(wanted, original):
    with pytest.raises(ValueError, match="1 or more"):
        standard_width("a.jpg", wanted, original)


@pytest.mark.parametrize("title", ["Talk.oga", "Song.mp3", "Data.json", "noending"])
def test_types_without_thumbnails(title):
    with pytest.raises(PageError) as caught:
        thumbnail_url(title, Thumb(250))
    assert caught.value.reason == "no_thumbnail"


def test_long_names_are_called_thumbnail():
    at_bound, over = "a" * 156 + ".JPG", "a" * 157 + ".JPG"
    assert thumbnail_url(at_bound, Thumb(250)).endswith(f"/250px-A{at_bound[1:]}")
    assert thumbnail_url(over, Thumb(250)).endswith("/250px-thumbnail.jpg")
    assert thumbnail_url("é" * 90 + ".svg", Thumb(250)).endswith("/250px-thumbnail.svg.png")
    assert read_upload_url(thumbnail_url("é" * 90 + ".tif", Thumb(250, 1))).thumb == Thumb(250, 1)


@pytest.mark.parametrize(
    "last", ["", "Map.jpg", "0px-Map.jpg", "250px-", "250pxMap.jpg", "page0-250px-M.pdf.jpg", "9999999px-M.jpg"]
)
def test_no_thumbnail_names(last):
    assert read_thumb_name(last) is None


@pytest.mark.parametrize(
    "url",
    [
        "", "https://upload.wikimedia.org/", "https://upload.wikimedia.org/wikipedia/commons/5/5e/",
        "https://upload.wikimedia.org/wikipedia/commons/5/6e/A.png", "https://upload.wikimedia.org/wikipedia/commons/A.png",
        "https://upload.wikimedia.org/wikipedia/commons/archive/5/5e/A.png", "https://upload.wikimedia.org/wikipedia/commons/5/5e/%FF.png",
        "https://upload.wikimedia.org.evil.org/wikipedia/commons/5/5e/A.png", "https://upload.wikimedia.org/wikipedia/commons/archive",
        "https://upload.wikimedia.org/wikipedia/commons/thumb/5/5e/A.png",
    ],
)  # fmt: skip
def test_no_addresses(url):
    with pytest.raises(PageError):
        read_upload_url(url)


LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"], exclude_characters="<>[]{}|#:/\\\ufffd")
STEMS = st.one_of(
    st.text(LETTERS, min_size=1, max_size=60),
    st.text(string.ascii_letters + " _-.,()'&!?~*+=@$\";%–’éßŉǆ", min_size=1, max_size=80),
)


def legal(stem: str, extension: str) -> str:
    try:
        return file_name(f"{stem}.{extension}").replace("_", " ")
    except PageError:
        assume(False)
        raise AssertionError from None


@given(STEMS, st.sampled_from(EXTENSIONS), st.sampled_from(["wikipedia/commons", "wikinews/en"]))
def test_title_to_address_to_title(stem, extension, repo):
    title = legal(stem, extension)
    url = upload_url(title, repo)
    assert url.isascii()
    address = read_upload_url(url)
    assert (address.title, address.repo, address.thumb, address.is_hashed_right) == (title, repo, None, True)
    assert upload_url(f"File:{title}", repo) == url == address.original_url
    assert repair_file_url(url).kinds == ()


@given(STEMS, st.sampled_from(EXTENSIONS), st.sampled_from(STANDARD_WIDTHS), st.integers(1, 500))
def test_thumbnail_to_address_to_thumbnail(stem, extension, width, page):
    title = legal(stem, extension)
    is_paged = extension in {"tif", "tiff", "pdf", "djvu"}
    thumb = Thumb(width, page if is_paged else None, "7.5" if extension == "webm" else "", extension == "tif")
    url = thumbnail_url(title, thumb)
    address = read_upload_url(url)
    assert (address.title, address.thumb, address.has_thumb_folder) == (title, thumb, True)
    broken = repair_file_url(url.replace("/thumb/", "/", 1))
    assert broken.url == upload_url(title)
    assert broken.kinds == ("thumbnail_without_thumb",)
    assert broken.address is not None
    assert broken.address.thumb == thumb


@given(st.sampled_from(EXTENSIONS), st.integers(1, 9000), st.one_of(st.none(), st.integers(1, 9000)))
def test_widths_never_pass_the_original(extension, wanted, original):
    width = standard_width(f"a.{extension}", wanted, original)
    if width is None:
        assert original is not None
        return
    assert width in STANDARD_WIDTHS
    if original is not None and extension not in {"svg", "pdf", "djvu"}:
        assert width <= original


URLS = st.sampled_from([case["broken"] for case in CASES if "broken" in case])
FAULTS = st.sampled_from(["", "n", "h", "]", "[", " ", '"', "(", "'", "<"])


@given(FAULTS, FAULTS, URLS, st.integers(0, 9), st.sampled_from(["", "]", ")", " ", ">", "'", '"']))
def test_repairs_are_idempotent(one, other, url, cut, end):
    for text in (f"{one}{other}{url}{end}", url[cut:], one + url[cut:] + end):
        first = repair_file_url(text)
        again = repair_file_url(first.url)
        assert again.url == first.url
        assert again.kinds == ()


def test_endless_addresses_are_left():
    url = "https://upload.wikimedia.org/" + ")" * 1_000_000
    assert repair_file_url(url).url == url
    assert repair_file_url("(" * 3_900 + ")" * 90).kinds == ("url_brackets",)


@given(st.text(max_size=60))
def test_any_text_is_repaired_or_left(text):
    bare, _ = repair_scheme(text)
    assert repair_scheme(bare) == (bare, ())
    assert repair_file_url(repair_file_url(text).url).kinds == ()


@pytest.fixture(scope="module")
def real_urls(data_dir: Path) -> list[str]:
    rows = json.loads((data_dir / "wikidiverse/wikidiverse-captions.json").read_text(encoding="utf-8"))
    return [row["img-url"] for row in rows if "img-url" in row]


@pytest.mark.data
def test_real_addresses_obey_the_md5_rule(real_urls):
    assert len(real_urls) == 7_179
    assert len(set(real_urls)) == 6_629
    read = [read_upload_url(url) for url in real_urls]
    # The reference counts an old version as an exception: its folders are those of the name after the timestamp.
    assert sum(one.is_hashed_right and not one.archived for one in read) == 7_175
    assert [one.title for one in read if not one.is_hashed_right] == ["Warm up athletics 2607.JPG"] * 3
    assert [(one.archived, one.is_hashed_right) for one in read if one.archived] == [("20190719181903", True)]
    assert Counter(one.repo for one in read) == {"wikipedia/commons": 6_460, "wikinews/en": 719}


@pytest.mark.data
def test_real_plain_addresses_come_back_byte_for_byte(real_urls):
    plain = [
        url for url in real_urls if read_upload_url(url) and re.search(r"org/\w+/\w+/[0-9a-f]/[0-9a-f]{2}/[^/]+$", url)
    ]
    same = [url for url in plain if upload_url(unquote(url.rsplit("/", 1)[1]), read_upload_url(url).repo) == url]
    assert (len(plain), len(same)) == (7_012, 7_009)


@pytest.mark.data
def test_real_repairs(real_urls):
    found = [repair_file_url(url) for url in real_urls]
    kinds = Counter(kind for one in found for kind in one.kinds)
    # 60 addresses have /thumb/; one of them is of a standard width and stays.
    assert kinds == {"thumbnail_without_thumb": 106, "thumbnail_width": 59}
    assert Counter(kind for one in found for kind in one.unresolved) == {"hash_mismatch": 3}
    assert sum("/thumb/" in url for url in real_urls) == 60
    assert sum("/thumb/" in one.url for one in found) == 1
    for one in found:
        assert repair_file_url(one.url).kinds == ()


@pytest.mark.data
def test_real_types(real_urls):
    ends = Counter(read_upload_url(url).title.rpartition(".")[2].lower() for url in real_urls)
    ends["jpg"] += ends.pop("jpeg")
    assert ends == {
        "jpg": 5_918,
        "png": 739,
        "svg": 350,
        "gif": 66,
        "ogv": 58,
        "tif": 32,
        "webm": 11,
        "pdf": 4,
        "ogg": 1,
    }
    broken = [read_upload_url(url) for url in real_urls]
    odd = [one for one in broken if not one.has_thumb_folder]
    assert {one.title.rpartition(".")[2] for one in odd} == {"ogv", "tif", "webm", "pdf", "ogg"}
    assert Counter(url.rpartition(".")[2].lower() for url in real_urls) == {
        "jpg": 5_910, "png": 741, "svg": 349, "jpeg": 113, "gif": 66,
    }  # fmt: skip
