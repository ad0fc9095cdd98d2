"""Hand-made pages for the traps of wikitext, titles and redirects."""

from collections.abc import Callable
from dataclasses import dataclass

from worldgen.leadtraps import write_hatnotes, write_lead_pieces, write_long_lead
from worldgen.page import Page

LONG_CHAIN = 9
# Title, wikitext, target, fragment, status as the page's own text tells it.
REDIRECTS = [
    ("Simba (king)", "#REDIRECT [[Lion]]", "Lion", "", "ok"),
    ("King of beasts", "#REDIRECT [[Simba (king)]]", "Simba (king)", "", "ok"),
    ("Beast king", "#REDIRECT [[King of beasts#Hunting]]", "King of beasts", "Hunting", "ok"),
    ("Lion hunting", "#REDIRECT [[Lion#Hunting and diet]]\n{{R to section}}", "Lion", "Hunting and diet", "ok"),
    ("Round A", "#REDIRECT [[Round B]]", "Round B", "", "ok"),
    ("Round B", "#REDIRECT [[Round C]]", "Round C", "", "ok"),
    ("Round C", "#REDIRECT [[Round A]]", "Round A", "", "ok"),
    ("Way into the round", "#REDIRECT [[Round A]]", "Round A", "", "ok"),
    ("Selfish redirect", "#REDIRECT [[Selfish redirect]]", "Selfish redirect", "", "ok"),
    ("Nowhere road", "#REDIRECT [[No such page at all]]", "No such page at all", "", "ok"),
    ("Second nowhere road", "#REDIRECT [[Nowhere road]]", "Nowhere road", "", "ok"),
    ("French lion", "#REDIRECT [[fr:Lion]]", "fr:Lion", "", "interwiki"),
    ("Lion abroad", "#REDIRECT [[French lion]]", "French lion", "", "ok"),
    ("Lion portal", "#REDIRECT [[Portal:Sample]]", "Portal:Sample", "", "namespace"),
    ("Lion category", "#REDIRECT [[:Category:Cats]]", "Category:Cats", "", "namespace"),
    ("Many lions", "#REDIRECT [[Lions]]", "Lions", "", "ok"),
    ("Lower case target", "#REDIRECT [[lion]]", "Lion", "", "ok"),
    ("Underscore target", "#REDIRECT [[Detroit_Lions#Early_years]]", "Detroit Lions", "Early years", "ok"),
    ("Spaced target", "#REDIRECT  [[ Detroit  Lions ]]", "Detroit Lions", "", "ok"),
    ("Blank line target", "\n\n#REDIRECT [[Lion]]", "Lion", "", "ok"),
    ("Percent target", "#REDIRECT [[Caf%C3%A9 M%C3%BCller]]", "Café Müller", "", "ok"),
    ("Entity target", "#REDIRECT [[AT&amp;T]]", "AT&T", "", "ok"),
    ("Lions (dab)", "#REDIRECT [[Lions]]", "Lions", "", "ok"),
    ("The many lions", "#REDIRECT [[Many lions]]", "Many lions", "", "ok"),
    *((f"Hop {n}", f"#REDIRECT [[Hop {n - 1}]]", f"Hop {n - 1}", "", "ok") for n in range(2, LONG_CHAIN + 1)),
    ("Hop 1", "#REDIRECT [[Lion]]", "Lion", "", "ok"),
]
# Title, namespace, model, text; None is a deleted text.
OTHER_PAGES = [
    ("Template:Infobox person", 10, "wikitext", "<noinclude>[[Lion]]</noinclude>{{{name}}}"),
    ("Category:Cats", 14, "wikitext", "Animals such as the [[lion]].\n[[Category:Animals]]"),
    ("File:Lion in the wild.jpg", 6, "wikitext", "== Summary ==\nA [[lion]]."),
    ("Portal:Sample", 100, "wikitext", "[[Lion]] of the week"),
    ("Wikipedia:Sample policy", 4, "wikitext", "Be kind to the [[lion]]."),
    ("MediaWiki:Common.css", 8, "css", "/* [[Lion]] */ body { color: black }"),
    ("MediaWiki:Common.js", 8, "javascript", "var lion = '[[Lion]]';"),
    ("Template:R to section", 10, "wikitext", "#REDIRECT [[Template:Redirect to section]]"),
    ("Lions.json", 0, "json", '{"lion": "[[Lion]]"}'),
]


@dataclass(slots=True)
class Trap:
    """One hand-made page of the main namespace."""

    title: str
    write: Callable[[Page], None]
    state: str = "text"


def _begin(page: Page, sentence: str = "is a page of the sample world.") -> None:
    page.say(page.title, f"'''{page.title}'''")
    page.say(f" {sentence}\n")
    page.heading("Body")


def _masked(page: Page) -> None:
    _begin(page)
    page.raw("<!-- [[Lion]] {{nowrap|[[Jaguar]]}} --> <nowiki>[[Lion|none]]</nowiki> <pre>[[Jaguar]]</pre>\n")
    page.raw('<math>[[x]]^2</math> <syntaxhighlight lang="c">a[[Lion]]</syntaxhighlight> <source>[[Lion]]</source>\n')
    page.link("Oxford", "real<!-- [[Lion]] --> link", seen="real link")
    page.raw(" <nowiki/> ")
    page.link("Paris", "<nowiki>[[</nowiki>Paris", seen="[[Paris")
    page.raw(" [[Lion|]] [[ ]] [[]] [[Lion<b>]] [[a|b [[Lion] ]\n")


def _targets(page: Page) -> None:
    _begin(page)
    page.link("Café Müller", "a café", written="Caf%C3%A9_M%C3%BCller")
    page.raw(", ")
    page.link("AT&T", written="AT&amp;T", seen="AT&T")
    page.raw(", ")
    page.link("Lion", written="lion", trail="esses")
    page.raw(", ")
    page.link("Lion", written=":Lion")
    page.raw(", ")
    page.link("Detroit Lions", "the  Lions", written="  detroit__Lions ", seen="the Lions", fragment="")
    page.raw(", ")
    page.link("Star Trek: Picard")
    page.raw(", ")
    page.link("Éclair", written="éclair", trail="s")
    page.raw(", ")
    page.link("Café Müller", "Cafe\u0301", written="Cafe\u0301 Mu\u0308ller", seen="Café")
    page.raw(", ")
    page.link("თბილისი", "Tbilisi")
    page.raw(", ")
    page.link("Москва", "Moscow", written="москва")
    page.raw(", ")
    page.link("ß", written="ß", trail="es")
    page.raw(", ")
    page.link("ŉ (letter)", "ŉ")
    page.raw(", ")
    page.link("IPhone", written="iPhone", trail="s")
    page.raw(", ")
    page.link("Lion", "the lion", written="Lion#Hunting_and diet", fragment="Hunting and diet")
    page.raw(", ")
    page.link('"Heroes" (album)', "Heroes", written="&quot;Heroes&quot; (album)")
    page.raw("\n")


def _uncounted(page: Page) -> None:
    _begin(page)
    for written, shown in (
        (page.title, "itself"), ("#Body", "below"), ("Category:Cats", None), ("Template:Infobox person", "a template"),
        (":File:Lion in the wild.jpg", "a file"), ("fr:Lion", None), (":fr:Lion", "in French"), ("wikt:lion", "lion"),
        ("Special:Search", "search"), ("Media:Roar.ogg", "roar"), ("{{PAGENAME}}", "who"), ("User:Example", None),
    ):  # fmt: skip
        if written.startswith("Category:"):
            page.category("Cats")
        else:
            page.link("", shown, written=written, counted=False)
        page.raw(" ")
    page.link(page.title, "its own body", fragment="Body")
    page.raw(" ")
    page.link("Lion", "lions at home", written="w:Lion")
    page.raw("\n")


def _surfaces(page: Page) -> None:
    _begin(page)
    page.link("Lion", "{{unknown thing}}", seen="")
    page.raw(" ")
    page.link("Lion", "'' ''", seen=" ")
    page.raw(" ")
    page.link("Lion", "{{nowrap|the {{small|big}} cat}}", seen="the big cat")
    page.raw(" ")
    page.link("Lion", "{{lang|la|leo}}", seen="leo")
    page.raw(" ")
    page.link("Lion", "'''''leo''''' <i>m.</i>", seen="leo m.")
    page.raw(" ")
    page.link("Lion", "lion&nbsp;king &ndash; it", seen="lion\u00a0king – it")
    page.raw(" ")
    page.link("Lion", "a|b", seen="a|b")
    page.raw(" ")
    page.link("Lion", "King's", trail="man")
    page.raw(" ")
    page.link("Lion", "“Löwe”", trail="n")
    page.raw(" ")
    page.link("London", "x" * 300)
    page.raw(" ")
    page.link("Lion", "lion", trail="")
    page.raw("é ")
    page.link("Lion", "3")
    page.raw("D\n")


def _places(page: Page) -> None:
    _begin(page)
    page.open("", "{{#if: yes | ", seen=True)
    page.link("Lion", "in a function")
    page.close(" }} ")
    page.open("reference", "{{#tag:ref|")
    page.link("Lion", "in a function's note")
    page.close("}} ")
    page.open("template", "{{nowrap|{{small|")
    page.link("Lion", "deep in templates")
    page.close("}}}} ")
    page.reference("named")
    page.open("template", "{{cite web|title=")
    page.link("Jaguar", "cited")
    page.close("}}")
    page.close("</ref><ref name=named /> ")
    page.open("list", "\n; ")
    page.link("Oxford", "a term")
    page.raw(" : ")
    page.link("Cambridge, Massachusetts", "its meaning")
    page.close("\n")
    page.open("list", "* ")
    page.open("template", "{{nowrap|")
    page.link("Paris", "listed in a template")
    page.close("}}")
    page.reference()
    page.link("London", "listed in a note")
    page.close("</ref>")
    page.close("\n")
    _nested_places(page)


def _nested_places(page: Page) -> None:
    page.open("table", "{|\n|-\n|\n")
    page.open("list", "* ")
    page.link("Jordan", "a list in a table")
    page.close("\n")
    page.raw("|-\n| ")
    page.open_image("Map.png", "frameless", "Image:")
    page.say("where ")
    page.link("Jordan River", "it", trail="s")
    page.say(" flow")
    page.open("reference", "<ref>")
    page.link("Brazil", "a note in a caption")
    page.close("</ref>")
    page.close_image()
    page.raw("\n|-\n| ")
    page.open("template", "{{flag|")
    page.link("France", "a template in a table")
    page.close("}}\n")
    page.close("|}\n")
    page.raw("\n=== A heading with ")
    page.link("Interpol", "a link")
    page.raw(" ===\nEnd.\n")


def _infobox(page: Page) -> None:
    page.infobox_type = "company"
    page.open("infobox", "{{Infobox company\n| name = Boxed\n| logo = ")
    page.open_image("Boxed logo.svg", "100px")
    page.say("The logo")
    page.close_image()
    page.raw("\n| hq = {{nowrap|")
    page.open("template", "")
    page.link("London")
    page.close("}}\n| owners = {{ubl|")
    page.link("Apple Inc.", "Apple")
    page.raw("|")
    page.link("Hilton Worldwide")
    page.raw("}}\n| list =\n")
    page.open("list", "* ")
    page.link("Jaguar Cars", "Jaguar")
    page.close("\n")
    page.reference()
    page.link("Bank of England", "the Bank")
    page.close("</ref>")
    page.close("\n}}\n")
    _begin(page, "is a company with a large box.")
    page.raw("Nothing else.\n")


def _gallery(page: Page) -> None:
    _begin(page)
    page.raw('<gallery caption="Views" widths=120>\n')
    for number, prefix in enumerate(("File:", "Image:", "")):
        page.open_gallery_line(f"Gallery view {number}.jpg", prefix)
        page.say("From ")
        page.link("Paris, Texas", "Paris")
        page.close_gallery_line()
    page.raw("</gallery>\n")
    page.open_image("Late.jpg", "thumb|left|upright=1.2|alt=A cat")
    page.say("A late picture of ")
    page.link("Lion", "''Panthera''", seen="Panthera")
    page.close_image()
    page.raw("\n")


def _broken(page: Page) -> None:
    _begin(page)
    page.raw("'''unclosed bold and {{unclosed template and <ref>unclosed note [[\n")


def _nothing(page: Page) -> None:
    """An empty text."""


TRAPS = [
    Trap("Masked links", _masked), Trap("Odd targets", _targets), Trap("Links that give no row", _uncounted),
    Trap("Odd surfaces", _surfaces), Trap("Places of links", _places), Trap("Boxed company", _infobox),
    Trap("Gallery page", _gallery), Trap("Broken markup", _broken), Trap("Empty page", _nothing, "empty"),
    Trap("Deleted text", _nothing, "deleted"), Trap("R&B \"Live\" 'n' More", _begin), Trap("Unlinked page", _begin),
    Trap("Lead of many pieces", write_lead_pieces), Trap("Long lead", write_long_lead),
    Trap("Hatnotes (trap)", write_hatnotes),
]  # fmt: skip
