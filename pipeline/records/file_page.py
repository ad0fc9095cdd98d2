"""What a media file's page says of its rights."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageCall:
    """One template call on a file page.

    Attributes:
        name: Canonical template name, first letter large, single spaces.
        unnamed: Unnamed arguments and those named by a number, in order, as a reader sees them.
        named: The other arguments as (name in lower case, text).
    """

    name: str
    unnamed: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FilePage:
    """The calls and the author of one file page.

    Attributes:
        calls: Template calls outside the arguments of one another, and those in the arguments of a box that describes
            the file, in document order.
        author: As a reader sees it; None where the page names none.
    """

    calls: tuple[PageCall, ...] = ()
    author: str | None = None
