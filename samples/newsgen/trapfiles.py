"""Hand-made articles whose files or words are unusual."""

from newsgen.article import Article
from newsgen.caption import Caption, caption
from newsgen.library import Library, Picture


def write_short(article: Article, library: Library) -> None:
    """Captions of few words or none."""
    article.picture(library.neutral(0), None, "File:{}|thumb|250px")
    article.picture(library.neutral(1), None, "File:{}")
    article.picture(library.neutral(2), caption("Two words"))
    article.picture(library.neutral(3), caption("Lions!"))
    article.picture(library.neutral(4), caption("— · —"))
    article.picture(library.neutral(5), caption("Just three words"))
    article.picture(library.neutral(6), caption("5 − 3"))


def write_sounds(article: Article, library: Library) -> None:
    """Files that are no pictures."""
    for name in ("Speech of the mayor.oga", "Anthem.mp3", "Bells.wav", "Bird song.flac"):
        article.picture(name, caption(f"Hear it: {name}"), faults=("audio",))
    library.add(Picture("Song at the gate.ogg", form="sound"))
    article.picture("Song at the gate.ogg", caption("Perhaps a song, perhaps a film"), faults=("maybe_audio",))
    article.picture("Notes of the meeting.txt", caption("A file of plain text"), faults=("no_image_file",))
    article.picture("No ending at all", caption("A file without an ending"), faults=("no_image_file",))


def write_maps(article: Article, library: Library) -> None:
    """Location maps and icons."""
    for name in ("LocationGeorgia.svg", "Jordan location map.svg", "Brazil (orthographic locator).svg"):
        library.add(Picture(name))
        article.picture(name, caption("Where the country lies on Earth"), faults=("location_map",))
    for name in ("Nuvola apps important.svg", "Padlock-silver.svg", "Soccer ball icon.png", "Wikinews-logo.svg"):
        library.add(Picture(name))
        article.picture(name, caption("A sign beside the text"), faults=("icon",))
    words = article.note_image("", caption("A map that a template draws"), ("no_image_file",))
    article.raw(f"{{{{Location map|Georgia|lat=42|long=43|caption={words}}}}}\n")


def write_review(article: Article, library: Library) -> None:
    """Words that a person should look at, and harmless ones that look like them."""
    article.picture(library.neutral(0), Caption().say("The ").term("naked", "pornographic").say(" runner was led away"))
    article.picture(library.neutral(1), Caption().say("A ").term("mass grave", "violent").say(" of the old war"))
    article.picture(
        library.neutral(2), Caption().say("He said ").term("bullshit", "profane").say(" into the microphone")
    )
    words = Caption().say("An ").term("erotic", "pornographic").say(" scene from ")
    article.picture(library.neutral(3), words.unknown_template("Film box", "an old film").say(" of the seventies"))
    harmless = (
        "Dick Cheney speaks in Washington", "A school in the Gaza Strip", "Rudy Gay of the side takes a shot",
        "President Lech Kaczyński in May", "The telescope saw a black hole", "The Naked Chef signs his book",
        "A pawn and a king on the board",
    )  # fmt: skip
    for number, words in enumerate(harmless):
        article.picture(library.neutral(number), caption(words))


def write_twice(article: Article, library: Library) -> None:
    """Repeated pairs."""
    for layout in ("File:{}|thumb|{caption}", "Image:{}|left|{caption}|thumb"):
        article.picture(library.neutral(5), caption("The same view with the same words"), layout)
    article.picture(library.neutral(5), caption("The same view with other words"))
    article.picture(library.neutral(6), caption("The same words on another view"))
    article.picture(library.neutral(7), caption("The same words on another view"))


def write_again(article: Article, library: Library) -> None:
    """Pairs of another article, repeated."""
    article.picture(library.neutral(5).replace(" ", "_"), caption("The same view with the same words"))
    article.picture(library.neutral(5), caption("The same view, new words"))


def write_hostile(article: Article, library: Library) -> None:
    """Captions that attack whoever shows them unescaped."""
    words = caption("The text <script>alert(1)</script> is shown as words")
    words.markup = ["The text &lt;script&gt;alert(1)&lt;/script&gt; is shown as words"]
    article.picture(library.neutral(8), words)
    words = Caption().say(
        'A caption "><img src=x onerror=alert(2)> with quotes',
        'A caption "&gt;&lt;img src=x onerror=alert(2)&gt; with quotes',
    )
    article.picture(library.neutral(9), words)
    article.picture(library.neutral(10), caption("{ braces } ] and ' quotes ; DROP TABLE pairs; -- end"))
    article.picture(library.neutral(11), Caption().say("Line with a right-to-left mark \u202eabc\u202c in the middle"))
    article.picture(library.neutral(12), Caption().say('=HYPERLINK("http://x.example") is no formula here'))


def write_scripts(article: Article, library: Library) -> None:
    """Captions in other scripts."""
    words = Caption().link("თბილისი", "თბილისი", "{{w|თბილისი}}").say(", დედაქალაქი მდინარეზე")
    article.picture(library.neutral(13), words)
    words = Caption().say("Река у города ").link("Москва", "Москва", "[[w:москва|Москва]]").say(" зимой")
    article.picture(library.neutral(0), words)
    article.picture(library.neutral(1), caption("東京の 川 と 橋"))
    article.picture(library.neutral(2), caption("نهر الأردن عند الغروب"))
    article.picture(
        library.neutral(3), Caption().say("Émile à la Fête de l’été", "E\u0301mile à la Fe\u0302te de l’été")
    )


def write_broken(article: Article, library: Library) -> None:
    """Markup that never ends."""
    article.picture(library.neutral(4), caption("The only picture that is whole"))
    article.raw("'''unclosed bold and {{unclosed template and ]] }} <ref>unclosed note\n")


def write_plain(article: Article, library: Library) -> None:
    """One ordinary image."""
    article.picture(library.neutral(7), caption("A clock at the station here"))


def write_nothing(article: Article, _library: Library) -> None:
    """No image."""
    article.raw("No image stands here.\n")


def write_fates(article: Article, library: Library) -> None:
    """Files that cannot be used: cut off, missing, with a false ending; and the rare formats that can."""
    for picture, words in RARE:
        library.add(picture)
        article.picture(picture.file_title, caption(words))


RARE = [
    (Picture("Storm over the bay.ogv", ("Jordan River",), "video"), "A film of the storm coming in"),
    (Picture("Parade in spring.webm", ("Brazil",), "video"), "A film of the spring parade"),
    (Picture("Launch from the pad.mp4", ("Phoenix (spacecraft)",), "video"), "A film of the launch at dawn"),
    (Picture("Dark then light.webm", ("Mercury (planet)",), "dark video"), "A film that begins in the dark"),
    (Picture("Four inks.tif", ("Jaguar",), "cmyk"), "A print of four inks on paper"),
    (Picture("Deep scan.tif", ("Apple",), "deep"), "A scan of sixteen bits a pixel"),
    (Picture("Two pages.tiff", ("Python (genus)",), "pages"), "A file of two pages and more"),
    (Picture("Compressed scan.tif", ("Paris",), "lzw"), "A scan that was packed well"),
    (Picture("Four inks.jpg", ("Lion",), "cmyk"), "A picture of four inks in one"),
    (Picture("Blank at first.gif", ("Katrina and the Waves",), "blank first"), "A picture that begins empty and white"),
    (Picture("Moving sign.apng", ("Interpol (band)",), "animated"), "A sign that moves without sound"),
    (Picture("Moving sign.webp", ("Interpol",), "animated"), "Another sign that moves without sound"),
    (Picture("Words in a drawing.svg", ("Met Office",), "text"), "A drawing with words in it"),
    (Picture("Colours that fade.svg", ("Solar corona",), "gradient"), "A drawing whose colours fade away"),
    (Picture("Sideways.jpg", ("Oxford",), "exif"), "A picture that was taken sideways"),
    (Picture("Colour profile.jpg", ("London",), "icc"), "A picture with a colour profile inside"),
    (Picture("False ending.png", ("Chelsea, London",), "still", "mislabelled"), "A file whose name tells another type"),
    (Picture("Nobody has it.jpg", (), fate="missing"), "A file that is nowhere to be found"),
    (Picture("Page of an error.jpg", (), fate="html"), "A file that is a page of words"),
    (Picture("No bytes.png", (), fate="empty"), "A file that is there and empty"),
    *((Picture(f"Cut off.{ending}", ("Titanic Belfast",), form, "broken"), f"A file of {ending} that was cut off")
      for ending, form in (("jpg", "still"), ("png", "still"), ("svg", "still"), ("gif", "still"), ("webp", "still"),
                           ("tif", "lzw"), ("ogv", "video"), ("webm", "video"), ("mp4", "video"),
                           ("apng", "animated"))),
]  # fmt: skip
