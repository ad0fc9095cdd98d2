"""A made-up corpus with gold labels, for plans and tests."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from annotation.pairs import REFERENCE, ProjectPair
from annotation.pairs_source import Source
from annotation.records import NIL, Annotation, Answer
from pipeline.formats.mention_types import TYPES
from pipeline.records.digest import image_id, options_digest
from pipeline.stats.seeding import generator

SYNTHETIC = "synthetic"
ENTITIES, ZIPF, NIL_SHARE = 40_000, 0.9, 0.08
"""Entities, exponent of their frequencies, share of NIL: as in the reference simulation of the paper's campaign."""
_PAIRS_AN_ARTICLE, _REUSED_IMAGES, _WORDS, _MENTIONS = 1.8, 0.09, 6.2, 2.0
_FEWEST_WORDS, _NEAR = 3, 8
_TOPICS = (
    "Politics", "Sports", "Crime", "Disaster", "Economy", "Education", "Entertainment", "Health", "Science", "Culture",
)  # fmt: skip
_TYPE_SHARES = (0.42, 0.19, 0.15, 0.1, 0.04, 0.04, 0.06)
_SYLLABLES = tuple(a + b for a in ("b", "d", "k", "l", "m", "n", "r", "s", "t", "v") for b in ("a", "e", "i", "o", "u"))
_FILLERS = (
    "at the", "speaks to", "in", "during a visit to", "with", "outside", "before", "and a crowd near", "meets",
    "protest over", "on the way to", "after", "seen from", "greets", "a view of", "workers at", "arrives for",
)  # fmt: skip
_FIRST_DAY = date(2005, 9, 25)
_DAYS = 5_580


@dataclass(frozen=True, slots=True)
class MadeEntity:
    """An entity of the made-up world: its title, type, and the words it is called by."""

    title: str
    type: str
    surface: str


def made_entity(rank: int) -> MadeEntity:
    """The entity of that rank; ranks share names now and then, so that surfaces are ambiguous."""
    words = [_word(rank * 7 + 3), _word(rank // 3 * 5 + 1)][: 1 + rank % 3 % 2 + (rank % 3 == 2)]
    type_name = TYPES[int(np.searchsorted(np.cumsum(_TYPE_SHARES), (rank * 0.6180339887) % 1.0))]
    surface = " ".join(words)
    return MadeEntity(f"{surface} ({type_name.lower()} {rank})", type_name, words[-1] if rank % 4 == 1 else surface)


def synthetic_source(n_pairs: int, seed: int) -> Source:
    """`n_pairs` pairs with gold labels: about ten tokens and two mentions each, 1.8 pairs an article."""
    random = generator(seed, "synthetic corpus")
    chances = 1.0 / np.arange(1, ENTITIES + 1) ** ZIPF
    chances /= chances.sum()
    ranks = iter(random.choice(ENTITIES, size=6 * n_pairs + 100, p=chances).tolist())
    pairs: list[ProjectPair] = []
    answers: dict[str, Answer] = {}
    article = 0
    while len(pairs) < n_pairs:
        article += 1
        day = (_FIRST_DAY + timedelta(days=int(random.integers(_DAYS)))).isoformat()
        topic = _TOPICS[int(random.integers(len(_TOPICS)))]
        for position in range(min(int(random.geometric(1 / _PAIRS_AN_ARTICLE)), n_pairs - len(pairs))):
            number = len(pairs)
            is_reused = number > _NEAR and random.random() < _REUSED_IMAGES
            shown = number - 1 - int(random.integers(_NEAR)) if is_reused else number
            pair_id = options_digest([SYNTHETIC, seed, number])[:16]
            n_mentions = min(int(random.poisson(_MENTIONS)), 6)
            made = [(made_entity(next(ranks)), bool(random.random() < NIL_SHARE)) for _ in range(n_mentions)]
            caption, spans = _caption(made, random)
            pairs.append(
                ProjectPair(
                    pair_id, caption, article, f"Article {article}", day, topic, position,
                    image_id("synthetic", f"{seed}-{shown}"), f"Photo {shown}.jpg",
                )
            )  # fmt: skip
            answers[pair_id] = Answer(pair_id, REFERENCE, spans)
    told = {"name": f"synthetic, {n_pairs} pairs, seed {seed}", "sha256": options_digest([SYNTHETIC, n_pairs, seed])}
    return Source(SYNTHETIC, tuple(pairs), answers, told)


def _caption(made: list[tuple[MadeEntity, bool]], random: np.random.Generator) -> tuple[str, tuple[Annotation, ...]]:
    """Filler words with the entities between them."""
    text, spans = "", []
    left = max(0, int(random.poisson(_WORDS)) - 1)
    for entity, is_nil in made:
        filler = _FILLERS[int(random.integers(len(_FILLERS)))]
        left -= len(filler.split())
        text += f"{filler} " if text or random.random() < 0.5 else ""
        spans.append(
            Annotation(
                len(text), len(text) + len(entity.surface), entity.surface, entity.type,
                NIL if is_nil else entity.title,
            )
        )  # fmt: skip
        text += f"{entity.surface} "
    while left > 1 or len(text.split()) < _FEWEST_WORDS:
        filler = _FILLERS[int(random.integers(len(_FILLERS)))]
        left -= len(filler.split())
        text += f"{filler} "
    return text.strip() + ".", tuple(spans)


def _word(number: int) -> str:
    syllables = []
    for _ in range(2 + number % 2):
        syllables.append(_SYLLABLES[number % len(_SYLLABLES)])
        number = number // len(_SYLLABLES) + number % 7
    return "".join(syllables).capitalize()
