"""Words that name nothing by themselves, by language."""

_WORDS = {
    "en": (
        "a an the and or nor but so yet if of in on at by to for from with without into onto over under up down out "
        "off as is are was were be been being am do does did has have had will would shall should can could may might "
        "must he she it they we you i him her them us me his hers its their theirs our ours your yours my mine this "
        "that these those who whom whose which what when where why how than then there here not no all any both each "
        "few more most other some such only own same too very just about after before during between through against "
        "while until since because also s t"
    ),
    "de": (
        "der die das den dem des ein eine einer eines einem einen und oder aber in im an am auf aus bei beim mit nach "
        "von vom zu zum zur für über unter vor um als ist sind war waren wird werden wurde wurden hat haben er sie es "
        "wir ihr ihre sein seine sich nicht auch nur so wie dass"
    ),
    "fr": (
        "le la les l un une des de du d et ou mais à au aux en dans sur sous par pour avec sans chez vers est sont "
        "était étaient a ont il elle ils elles on ce cet cette ces son sa ses leur leurs qui que qu ne pas plus se s "
        "comme lors"
    ),
    "es": (
        "el la los las un una unos unas de del y e o u pero a al en por para con sin sobre entre es son era eran fue "
        "ha han su sus que se no como lo le"
    ),
    "it": (
        "il lo la i gli le l un uno una di del dello della dei degli delle d e o ma a al allo alla ai agli alle da "
        "dal dalla in nel nella su sul sulla con per tra fra è sono era erano che si non come suo sua"
    ),
}  # fmt: skip


def function_words(lang: str) -> frozenset[str]:
    """Articles, prepositions, pronouns and the like in small letters; none for a language that is not listed."""
    return frozenset(_WORDS.get(lang, _WORDS["en"] if lang == "simple" else "").split())
