"""Redirects of a knowledge base, for the entities that annotators typed."""

from collections.abc import Iterable
from pathlib import Path

from annotation.agreement.pairing import Rules
from annotation.project_kb import store_digest
from annotation.records import Answer
from pipeline.kb.store import MentionStore


def rules_with(answers: Iterable[Answer], kb: Path | None, guideline: str) -> Rules:
    """The rules of agreement; with a knowledge base entities are followed through its redirects.

    Raises:
        ArtifactError: `kb` holds no finished store.
    """
    if kb is None:
        return Rules(guideline=guideline)
    store = MentionStore.open(kb)
    titles = sorted({one.entity for answer in answers for one in answer.annotations if one.entity and not one.is_nil})
    redirects = {}
    for title in titles:
        hit = store.find_title(title)
        if hit is not None and hit.entity != title:
            redirects[title] = hit.entity
    name = f"{kb.resolve().name} {store_digest(kb)[:12]}"
    return Rules(redirects=redirects, redirects_name=name, guideline=guideline)
