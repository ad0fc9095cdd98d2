"""Hand-made articles whose captions are hard to read."""

from newsgen.article import Article
from newsgen.caption import NEWS_WIKI, WIKIPEDIA, Caption, caption
from newsgen.library import Library

# Surface, target, markup, wiki.
LINKS: tuple[tuple[str, str, str, str], ...] = (
    ("Jordan", "Jordan", "{{w|Jordan}}", WIKIPEDIA),
    ("Michael", "Michael Jordan", "{{W|Michael Jordan|Michael}}", WIKIPEDIA),
    ("Paris", "Paris, Texas", "[[w:Paris, Texas|Paris]]", WIKIPEDIA),
    ("London", "London", "[[:w:London|London]]", WIKIPEDIA),
    ("Oxford", "Oxford", "[[Wikipedia:Oxford|Oxford]]", WIKIPEDIA),
    ("Łódź", "Lodz", "[[w:lodz|Łódź]]", WIKIPEDIA),
    ("Brazil", "Brazil", "[[w:Brazil]]", WIKIPEDIA),
    ("Lions", "Lion", "[[w:Lion]]s", WIKIPEDIA),
    ("Phoenix", "Phoenix, Arizona", "{{w|Phoenix, Arizona|''Phoenix''}}", WIKIPEDIA),
    ("Nashville", "Nashville", "[[Nashville]]", NEWS_WIKI),
    ("the Fed", "Federal Reserve", "[[w:Federal_Reserve#History|the Fed]]", WIKIPEDIA),
    ("Berlin", "Berlin", "[[w:de:Berlin|Berlin]]", "dewiki"),
    ("Moulin", "Le Moulin", "{{w|Le Moulin|Moulin|lang=fr}}", "frwiki"),
    ("AT&T", "AT&T", "{{w|AT&amp;T}}", WIKIPEDIA),
    ("Café", "Café Müller", "[[w:Caf%C3%A9 M%C3%BCller|Café]]", WIKIPEDIA),
)
DEFAULT = "File:{}|thumb|{caption}"


def write_options(article: Article, library: Library) -> None:
    """Options in any order around the caption."""
    layouts = (
        "File:{}|thumb|right|220px|{caption}", "File:{}|{caption}|right|thumb|220px", "Image:{}|220px|{caption}|thumb",
        "file:{}|thumb|upright|alt=Words that no reader sees|{caption}", "IMAGE:{}|border|300x200px|center|{caption}",
        "File:{}|thumb|class=notpageimage|link=Main Page|{caption}", "File:{}|thumbnail=Other.jpg|lang=en|{caption}",
        "File:{}|frameless|baseline|{caption}", "File:{}|thumb|an older caption|{caption}", "File:{}|{caption}",
        "File: {} | thumb | {caption}",
    )  # fmt: skip
    for number, layout in enumerate(layouts):
        words = (
            Caption()
            .say(f"Option set {number} around ")
            .link("the river", "Jordan River", "{{w|Jordan River|the river}}")
        )
        article.picture(library.neutral(number), words.say(" at noon"), layout)


def write_links(article: Article, library: Library) -> None:
    """Every form of a link."""
    for number, (surface, target, markup, wiki) in enumerate(LINKS):
        words = Caption().say("Seen here: ").link(surface, target, markup, wiki).say(f", case {number}")
        article.picture(library.neutral(number), words, DEFAULT)
    words = Caption().say("A word of ").say("the dictionary", "{{wikt|word|the dictionary}}").say(" and more ")
    article.picture(library.neutral(3), words.say("pictures", "[[commons:Lion|pictures]]"), DEFAULT)


def write_templates(article: Article, library: Library) -> None:
    """Templates, tags and entities that show text."""
    pieces = (
        ("3 km", "{{nowrap|3 km}}"), ("das Haus", "{{lang|de|das Haus}}"), ("100 feet (30 m)", "{{convert|100|ft|m}}"),
        ("50 miles (80 km)", "{{mi to km|50}}"), ("70 °F (21 °C)", "{{F to C|70}}"), ("US$1,500", "{{money|USD|1500}}"),
        ("12,345 visitors", "{{formatnum:12345}} visitors"), ("Good day", "{{translated quote|fr|Bonjour|Good day}}"),
        ("small words", "<small>small words</small>"), ("leo", "<i>leo</i>"), ("a & b – c", "a &amp; b &ndash; c"),
        ("bold and plain", "'''bold''' and plain"), ("[[brackets]]", "<nowiki>[[brackets]]</nowiki>"),
        ("no note", "no note<ref>{{cite web|title=A}}</ref>"), ("no comment", "no comment<!-- [[File:N.jpg|x]] -->"),
        ("a site", "[https://news.example/ a site]"), ("H2O", "H<sub>2</sub>O"),
    )  # fmt: skip
    for number, (shown, markup) in enumerate(pieces):
        words = Caption().say("The text says ").say(shown, markup).say(f" in case {number}")
        article.picture(library.neutral(number), words, DEFAULT)


def write_unknown(article: Article, library: Library) -> None:
    """Templates that no table knows."""
    words = Caption().say("The team wore ").unknown_template("Kit colour", "dark blue").say(" that day")
    article.picture(library.neutral(0), words)
    words = (
        Caption()
        .say("One ")
        .unknown_template("Zeta", "late")
        .say(" and one ")
        .unknown_template("Alpha box", "early")
        .say(" train")
    )
    article.picture(library.neutral(1), words)


def write_lines(article: Article, library: Library) -> None:
    """Captions over several lines."""
    words = Caption().say("First line").say(" second line", "\nsecond line").say(" third line", "\n\nthird line")
    article.picture(library.neutral(2), words)
    words = (
        Caption().say("A caption with ").link("the old river", "Amazon River", "{{w|Amazon River\n| the old\n river}}")
    )
    article.picture(library.neutral(4), words.say(" in it"))
    words = Caption().say("Above and below", "Above<br>and below").say(" the break")
    article.picture(library.neutral(5), words)


def write_galleries(article: Article, library: Library) -> None:
    """Galleries of several spellings."""
    words = (
        Caption().say("From ").link("Georgia", "Georgia (country)", "{{w|Georgia (country)|Georgia}}").say(" by train")
    )
    article.gallery([(library.neutral(6), words), (library.neutral(7), caption("A clock without numbers"))])
    lines = [(library.neutral(8), Caption().raw("an older text|").say("Poles of a flag")), (library.neutral(9), None)]
    article.gallery(lines, '<gallery caption="Views" widths="120px">', "Image:")
    article.gallery([(library.neutral(10), caption("A line without prefix here"))], "<gallery mode=slideshow>", "")


def write_boxes(article: Article, library: Library) -> None:
    """Images in templates."""
    article.box("Infobox event", ("image", "caption"), library.neutral(11), caption("A gate in a box"))
    article.box("Multiple image", ("image1", "caption1"), library.neutral(12), caption("An image of several"))
    article.box("image box", ("image", "text"), library.neutral(13), caption("A text under it"))
    wikitext = article.note_image(library.neutral(1), caption("A link inside a box"))
    article.raw(f"{{{{Infobox|title=A box|image=[[File:{library.neutral(1)}|200px]]|caption={wikitext}}}}}\n")


def write_credits(article: Article, library: Library) -> None:
    """Credits of several spellings."""
    forms = (
        ("Photo: B. Reader", "<br /><small>Photo: B. Reader</small>"), ("B. Reader", "{{Image source|B. Reader}}"),
        ("Photo credit: B. Reader", "<br>Photo credit: B. Reader"),
        ("Image: B. Reader", " <small>(Image: B. Reader)</small>"),
        ("Photo: B. Reader", " (Photo: B. Reader)"), ("Photo credit: B. Reader", "Photo credit: B. Reader"),
        ("Courtesy of NOAA", " (Courtesy of NOAA)"), ("© B. Reader", "<br/>© B. Reader"),
        ("Photo by Bea Reader", " (Photo by Bea Reader)"),
        ("B. Reader", "{{image source|file=Old gate.png|[[User:B|B. Reader]]}}"),
    )  # fmt: skip
    for number, (words, markup) in enumerate(forms):
        shown = Caption().say(f"Guests at dinner number {number} of the year")
        article.picture(library.neutral(number), shown.credit_line(words, markup))
    shown = Caption().say("A gate").credit_line("Photo: B. Reader", " (Photo: B. Reader)").say(" near ")
    article.picture(library.neutral(12), shown.link("Oxford", "Oxford", "{{w|Oxford}}").say(" in winter"))
    article.picture(library.neutral(0), Caption().credit_alone("Photo: B. Reader"))
    article.picture(library.neutral(1), Caption().credit_line("Photo: Reader", "Photo: Reader"))
    article.picture(library.neutral(2), Caption().credit_alone("Image: a satellite view of the storm"))
    shown = Caption().say("A gate.").credit_line("Photo: B. Reader.", " Photo: B. Reader.").say(" It was open.")
    article.picture(library.neutral(3), shown)
    article.picture(library.neutral(4), caption("The keeper (source: police) said the gate was open"))
