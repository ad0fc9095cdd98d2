"""Who is who: secret links, sessions, and the keys of items."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from annotation.project import SECRETS, read_secrets, write_secrets
from annotation.serve.fresh import Fresh

TOKEN = "token"  # noqa: S105 - the name of a field
_TOKEN_BYTES = 24
_KEY_BYTES = 9


class Doors:
    """Lets people in by their token and knows them again by their session.

    A session is derived from the token: it survives a restart of the server and ends when the token is replaced or
    removed. Neither can be told from the other. All comparisons take the same time whatever is given.
    """

    def __init__(self, folder: Path) -> None:
        """`folder` is the project's."""
        self._tokens = Fresh(folder / SECRETS, lambda: tokens_of(folder))

    def enter(self, token: str) -> tuple[str, str] | None:
        """Pseudonym and session for a token; None for a wrong one."""
        known = self._tokens.get()
        name = _match(token, known)
        return None if name is None else (name, _derived(known[name], "session", name))

    def who(self, session: str) -> str | None:
        """Pseudonym of a session; None for a wrong or ended one."""
        return _match(session, {name: _derived(token, "session", name) for name, token in self._tokens.get().items()})

    def item_key(self, name: str, item: str) -> str:
        """The name under which a person sees an item: nobody can guess another one or tell a repeat by it."""
        return _derived(self._tokens.get().get(name, ""), "item", item)[: 2 * _KEY_BYTES]


def tokens_of(folder: Path) -> dict[str, str]:
    """Pseudonym -> token."""
    return {name: known[TOKEN] for name, known in read_secrets(folder).items() if known.get(TOKEN)}


def make_tokens(folder: Path, names: Iterable[str]) -> None:
    """Give everybody a token who has none."""
    known = read_secrets(folder)
    missing = [name for name in names if not known.get(name, {}).get(TOKEN)]
    for name in missing:
        known.setdefault(name, {})[TOKEN] = secrets.token_urlsafe(_TOKEN_BYTES)
    if missing:
        write_secrets(folder, known)


def links(public_url: str, tokens: Mapping[str, str]) -> list[tuple[str, str]]:
    """(pseudonym, link): the token stands behind #, which browsers send to no server and no log."""
    return [(name, f"{public_url}/enter#{token}") for name, token in sorted(tokens.items())]


def _match(given: str, known: Mapping[str, str]) -> str | None:
    """The name whose secret is `given`; looks at all of them."""
    found = None
    for name, secret in known.items():
        if secrets.compare_digest(given.encode(errors="replace"), secret.encode()):
            found = name
    return found


def _derived(token: str, use: str, text: str) -> str:
    key = hashlib.sha256(token.encode()).digest()
    return hashlib.blake2b(f"{use}\n{text}".encode(), key=key, digest_size=32).hexdigest()
