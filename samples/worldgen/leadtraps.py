"""Hand-made pages for the traps of leads and hatnotes."""

from worldgen.page import Page


def write_lead_pieces(page: Page) -> None:
    """A lead of hidden and shown pieces."""
    page.raw("{{short description|A page}}\n{{Use dmy dates|date=May 2020}}\n")
    page.say("Lead of many pieces", "'''Lead of many pieces'''")
    page.say(" (")
    page.say("Textus primus", "{{lang|la|Textus primus}}")
    page.say(") is")
    page.raw("<!-- hidden [[Lion]] -->")
    page.say(" a ")
    page.say("page", "''page''")
    page.reference()
    page.raw("hidden too")
    page.close("</ref>")
    page.say(" with ")
    page.link("Lion", "lion", trail="s")
    page.say(", ")
    page.say("100 km", "{{nowrap|100 km}}")
    page.say(" and ")
    page.say("H2O", "H<sub>2</sub>O")
    page.say(".\n\nSecond paragraph ")
    page.say("—", "&mdash;")
    page.say(" with entities ")
    page.say("&", "&amp;")
    page.say(" more.\n")
    page.heading("Body")
    page.raw("Not the lead.\n")


def write_long_lead(page: Page) -> None:
    """A lead longer than the knowledge base keeps."""
    page.say("Long lead", "'''Long lead'''")
    for number in range(120):
        page.say(f" speaks of thing number {number} and of ")
        page.link("Lion", f"lion {number}")
        page.say(".")
    page.heading("Body")


def write_hatnotes(page: Page) -> None:
    """Many hatnotes on one page."""
    page.hatnote("{{About|a page|the cat|Lion|the other cat|Jaguar}}", "About", ("", "Lion"), ("", "Jaguar"))
    page.hatnote("{{For|the dance|Café Müller}}", "For", ("", "Café Müller"))
    page.hatnote("{{for|the hunt|lion#Hunting and diet}}", "For", ("", "Lion"))
    page.hatnote("{{Redirect|Leo the cat|the film|Lion (2016 film)}}", "Redirect", ("Leo the cat", "Lion (2016 film)"))
    page.hatnote("{{Distinguish|Paris}}", "Distinguish")
    page.hatnote("{{For|a page that nobody wrote|No such page at all}}", "For", ("", "No such page at all"))
    page.hatnote("{{For|the king|Beast king}}", "For", ("", "Beast king"))
    page.say(page.title, f"'''{page.title}'''")
    page.say(" has many hatnotes.\n")
