"""Rights read from dumps: by index, without one, through redirects, and as the sample world says."""

import bz2
import json

import pytest

from pipeline.dump.title_places import ranges_of_titles
from pipeline.images.rights import Rights
from pipeline.jobs.file_rights import rights_from_dump
from pipeline.records.errors import InputError
from tests.support.dumps import SITEINFO, dump_head, page_xml, write_bz2, write_multistream

COMMONS = SITEINFO.replace("testwiki", "commonswiki").replace(
    '<namespace key="14"', '<namespace key="6" case="first-letter">File</namespace>\n      <namespace key="14"'
)
NEWS = COMMONS.replace("commonswiki", "enwikinews")
BOX = "{{Information|author=[[User:Ann|Ann]]}}\n"
TEXTS = {
    "File:Otter.jpg": BOX + "{{cc-by-sa-4.0}}",
    'File:R&D "x".png': BOX + "{{cc-zero}}",
    "File:Empty.png": "",
    "File:Fair.png": BOX + "{{Non-free logo}}",
    "Otter": "{{cc-by-4.0}}",
    "Category:Otter": "{{cc-by-4.0}}",
}
HOME = "https://commons.wikimedia.org/wiki/File:"
OTTER = Rights("CC BY-SA 4.0", "Ann", HOME + "Otter.jpg", True)
RD = Rights("CC0", "Ann", HOME + "R%26D_%22x%22.png", True)
EMPTY = Rights(None, None, HOME + "Empty.png", None)
FAIR = Rights(None, "Ann", HOME + "Fair.png", False)
REDIRECTS = {"File:Old.jpg": "File:Otter.jpg", "File:Gone.jpg": "File:Nowhere.jpg"}


def pages():
    spaces = {"File": 6, "Category": 14}
    rows = []
    for number, title in enumerate([*TEXTS, *REDIRECTS], 1):
        target = REDIRECTS.get(title)
        text = TEXTS.get(title, f"#REDIRECT [[{target}]]")
        rows.append(
            (
                number,
                title,
                page_xml(number, title, text, namespace=spaces.get(title.partition(":")[0], 0), redirect=target),
            )
        )
    return rows


@pytest.fixture
def multistream(tmp_path):
    path = tmp_path / "commonswiki-20210101-pages-articles-multistream.xml.bz2"
    index = tmp_path / "commonswiki-20210101-pages-articles-multistream-index.txt.bz2"
    write_multistream(path, pages(), pages_a_stream=1, index=index, head=dump_head(siteinfo=COMMONS))
    return path


WANTED = ["Otter.jpg", 'R&D "x".png', "File:otter.jpg", "Old.jpg", "Gone.jpg", "Empty.png", "Fair.png", "No.jpg", "a|b"]
REPO, LOCAL = "wikipedia/commons", "wikinews/en"
FOUND = {
    (REPO, "Otter.jpg"): OTTER, (REPO, 'R&D "x".png'): RD, (REPO, "File:otter.jpg"): OTTER, (REPO, "Old.jpg"): OTTER,
    (REPO, "Empty.png"): EMPTY, (REPO, "Fair.png"): FAIR,
}  # fmt: skip


def test_by_index_and_without(multistream, tmp_path):
    assert rights_from_dump([multistream], WANTED) == FOUND
    xml = dump_head(siteinfo=COMMONS) + "".join(page for _, _, page in pages()) + "</mediawiki>\n"
    whole = write_bz2(tmp_path / "all.xml.bz2", xml)
    assert rights_from_dump([whole], WANTED) == FOUND
    assert rights_from_dump([whole], []) == {}
    assert rights_from_dump([], WANTED) == {}


def test_only_the_wanted_streams_are_read(multistream):
    read = []
    assert rights_from_dump([multistream], ["Otter.jpg"], on_bytes=lambda done, total: read.append((done, total)))
    assert len(read) == 1
    assert read[0][0] == read[0][1] < multistream.stat().st_size / 4
    (one,) = ranges_of_titles(multistream, {"File:Otter.jpg"})
    assert b"Otter.jpg" in bz2.decompress(multistream.read_bytes()[one.start : one.end])
    assert ranges_of_titles(multistream, {"File:Unknown.jpg"}) == []


def test_an_index_that_does_not_fit_is_not_used(multistream):
    index = multistream.with_name("commonswiki-20210101-pages-articles-multistream-index.txt.bz2")
    lines = bz2.decompress(index.read_bytes()).decode().splitlines()
    moved = [f"{int(line.partition(':')[0]) + 1}:{line.partition(':')[2]}" for line in lines]
    index.write_bytes(bz2.compress("\n".join(moved).encode()))
    assert ranges_of_titles(multistream, {"File:Otter.jpg"}) is None
    assert rights_from_dump([multistream], ["Otter.jpg"]) == {(REPO, "Otter.jpg"): OTTER}
    index.write_bytes(b"nonsense")
    assert rights_from_dump([multistream], ["Otter.jpg"]) == {(REPO, "Otter.jpg"): OTTER}


def test_entities_in_an_old_index(multistream):
    index = multistream.with_name("commonswiki-20210101-pages-articles-multistream-index.txt.bz2")
    text = bz2.decompress(index.read_bytes()).decode()
    index.write_bytes(bz2.compress(text.replace("R&D", "R&amp;D").replace('"x"', "&quot;x&quot;").encode()))
    assert len(ranges_of_titles(multistream, {'File:R&D "x".png'})) == 1


def test_each_dump_speaks_for_its_own_repository(multistream, tmp_path):
    rows = [
        page_xml(1, "File:Empty.png", "{{Fair use}}", namespace=6),
        page_xml(2, "File:Otter.jpg", "{{GFDL}}", namespace=6),
    ]
    news = write_bz2(tmp_path / "news.xml.bz2", dump_head(siteinfo=NEWS) + "".join(rows) + "</mediawiki>\n")
    found = rights_from_dump([multistream, news], ["Empty.png", "Otter.jpg"])
    home = "https://en.wikinews.org/wiki/File:"
    assert found == {
        (REPO, "Otter.jpg"): OTTER,
        (REPO, "Empty.png"): EMPTY,
        (LOCAL, "Otter.jpg"): Rights("GFDL", None, home + "Otter.jpg", True),
        (LOCAL, "Empty.png"): Rights(None, None, home + "Empty.png", False),
    }


def test_a_silent_page_lets_the_next_dump_of_the_wiki_speak(multistream, tmp_path):
    rows = [
        page_xml(1, "File:Empty.png", "{{Fair use}}", namespace=6),
        page_xml(2, "File:Otter.jpg", "{{Fair use}}", namespace=6),
    ]
    more = write_bz2(tmp_path / "more.xml.bz2", dump_head(siteinfo=COMMONS) + "".join(rows) + "</mediawiki>\n")
    found = rights_from_dump([multistream, more], ["Empty.png", "Otter.jpg"])
    assert found == {(REPO, "Otter.jpg"): OTTER, (REPO, "Empty.png"): Rights(None, None, HOME + "Empty.png", False)}


def test_a_dump_of_no_known_wiki_is_refused(tmp_path):
    head = dump_head(siteinfo=COMMONS.replace("commonswiki", "my wiki"))
    path = write_bz2(tmp_path / "mine.xml.bz2", head + "</mediawiki>\n")
    with pytest.raises(InputError, match="of no known repository"):
        rights_from_dump([path], ["A.jpg"])


def test_a_broken_dump_is_named(tmp_path):
    (tmp_path / "broken.xml").write_text("<html>")
    with pytest.raises(InputError, match=r"broken\.xml"):
        rights_from_dump([tmp_path / "broken.xml"], ["A.jpg"])


def test_the_sample_worlds_rights(world_dir):
    dumps = [
        *sorted((world_dir / "commons").glob("*.xml.bz2")),
        *sorted(world_dir.glob("enwikinews/**/*multistream*.xml.bz2")),
    ]
    truth = [json.loads(line) for line in (world_dir / "truth/media.jsonl").read_text(encoding="utf-8").splitlines()]
    found = rights_from_dump(dumps, [row["file_title"] for row in truth])
    assert len(found) > 100
    checked = 0
    for row in truth:
        one = found.get((row["repo"], row["file_title"]))
        if one is not None:
            assert (one.licence, one.author, one.redistributable) == (
                row["licence"],
                row["author"],
                row["redistributable"],
            )
            checked += 1
    assert checked > 100
