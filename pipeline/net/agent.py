"""The name under which this program asks."""

import importlib.metadata
import re

import httpx

from pipeline.records.errors import UsageError

_CONTACT = re.compile(r"[^@\s()]+@[^@\s()]+\.[^@\s()]+|https?://[^\s()]+")
_MOST_CHARS = 200


def user_agent(contact: str) -> str:
    """The User-Agent header, by the rule that Wikimedia asks robots to keep.

    Raises:
        UsageError: the contact is neither a mail address nor a URL.
    """
    contact = contact.strip()
    if not _CONTACT.fullmatch(contact) or not contact.isascii() or len(contact) > _MOST_CHARS:
        raise UsageError(
            f"--contact must be a mail address or URL under which you can be reached, not {contact!r}: hosts block "
            "programs that do not say whose they are"
        )
    try:
        version = importlib.metadata.version("mel-toolkit")
    except importlib.metadata.PackageNotFoundError:
        version = "0"
    return f"mel-toolkit/{version} ({contact}) httpx/{httpx.__version__}"
