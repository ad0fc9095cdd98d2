"""A small world that two towers can learn: people, and captions that name them by a word."""

import pytest

from modeling.data.entities import IndexedEntity
from modeling.encoders.tiny import save_tiny_bert
from modeling.retrieval.base import Sources
from tests.modeling.worlds import ListCatalog, mention_in

TRADES = ("singer", "painter", "goalkeeper", "senator", "chemist", "chef", "pilot", "judge")
NAMES = ("Jordan", "Mercury", "Georgia")


@pytest.fixture(scope="session")
def entities():
    rows = []
    for number, name in enumerate(NAMES):
        for place, trade in enumerate(TRADES):
            id_ = 100 * number + place + 1
            rows.append(IndexedEntity(id_, f"{name} ({trade})", f"{name} is a {trade} of renown.", None))
    return rows


@pytest.fixture(scope="session")
def mentions(entities):
    found = []
    for row in entities:
        name, trade = row.title[:-1].split(" (")
        found.append(mention_in(f"The {trade} {name} was seen", name, row.entity_id, mention_id=f"a{row.entity_id}"))
        found.append(mention_in(f"{name}, a {trade}, won", name, row.entity_id, mention_id=f"b{row.entity_id}"))
    return found


@pytest.fixture(scope="session")
def bert(tmp_path_factory, entities, mentions):
    texts = [text for row in entities for text in (row.title, row.text)] + [one.caption for one in mentions]
    return str(save_tiny_bert(tmp_path_factory.mktemp("models") / "bert", texts, width=32, layers=1))


@pytest.fixture
def sources(entities, mentions, bert):
    return Sources(ListCatalog(entities), train=mentions[::2], model=bert)
