"""Loss, negatives, and a training that is broken off and goes on."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from modeling.data.entity_samples import EntitySample
from modeling.data.ranking import NO_ENTITY, ranking_of
from modeling.retrieval.blink_encoder import BiEncoder
from modeling.retrieval.blink_training import Trainer, TrainingOptions, contrastive_loss
from modeling.retrieval.hard_negatives import negatives_of
from pipeline.records.errors import ArtifactError, UsageError
from tests.modeling.worlds import ListCatalog

OPTIONS = TrainingOptions(epochs=2, hard_epochs=2, batch=8, negatives=3, lr=2e-3, checkpoint_steps=5)


def test_loss_equals_a_float64_loop():
    draw = np.random.default_rng(0)
    mentions, entities = draw.standard_normal((5, 4)), draw.standard_normal((7, 4))
    gold = [0, 1, 0, 2, 3]  # 0 twice: neither is the other's negative
    mined = [
        [4, 5],
        [2, -1],
        [6, 4],
        [1, 5],
        [3, 6],
    ]  # 2 is in the batch already; -1 is none; the last has its own gold
    total = 0.0
    for row in range(5):
        others = [gold[other] for other in range(5) if gold[other] != gold[row] and gold[other] not in mined[row]]
        kept = [gold[row], *others, *(one for one in mined[row] if one >= 0 and one != gold[row])]
        scores = [mentions[row] @ entities[one] for one in kept]
        total -= scores[0] - np.log(np.sum(np.exp(scores)))
    tensors = (torch.tensor(mentions), torch.tensor(entities), torch.tensor(gold), torch.tensor(mined))
    assert float(contrastive_loss(*tensors)) == pytest.approx(total / 5, rel=1e-5)
    big = contrastive_loss(
        torch.full((2, 1), 300.0), torch.tensor([[1.0], [-1.0]]), torch.tensor([0, 1]), torch.zeros(2, 0).long()
    )
    assert float(big) == pytest.approx(300)  # no overflow


def test_negatives_come_from_all_lists_in_turn():
    own = ranking_of([[(1, 3.0), (2, 2.0), (3, 1.0)], [(5, 1.0)]], 3)
    prior = ranking_of([[(9, 1.0), (2, 0.5), (8, 0.1)], []], 3)
    found = negatives_of([2, 4], [own, prior], 4)
    assert found.tolist() == [[1, 9, 3, 8], [5, NO_ENTITY, NO_ENTITY, NO_ENTITY]]


def weights(encoder):
    return torch.cat([value.flatten() for value in encoder.towers.state_dict().values()])


def trained(sources, folder, stops, options=OPTIONS):
    """Weights and log after a training that stops at those steps, each time in a new trainer."""
    for until in stops:
        encoder = BiEncoder.from_bert(sources.model)
        log = Trainer(encoder, sources.train, sources.entities, options).run(folder, until=until)
    return weights(encoder), log


@pytest.mark.parametrize("stops", [(3, None), (5, 7, 11, None)])
def test_a_training_that_is_broken_off_ends_bit_equal(sources, tmp_path, stops):
    """12 steps, mining after 6; what came after the last checkpoint is done again."""
    whole, log = trained(sources, tmp_path / "whole", (None,))
    parts, log_of_parts = trained(sources, tmp_path / "parts", stops)
    assert torch.equal(whole, parts)
    assert log == log_of_parts
    assert [row["hard"] for row in log] == [False, False, True, True]
    assert "train_recall_10" in log[1]
    start = weights(BiEncoder.from_bert(sources.model))
    assert not torch.equal(whole, start)


def test_seed_matters_and_the_callers_random_numbers_do_not(sources, tmp_path):
    torch.manual_seed(1)
    first, _ = trained(sources, tmp_path / "a", (None,), TrainingOptions(epochs=1, hard_epochs=0, batch=8))
    torch.manual_seed(2)
    expected = torch.rand(3)
    torch.manual_seed(2)
    second, _ = trained(sources, tmp_path / "b", (None,), TrainingOptions(epochs=1, hard_epochs=0, batch=8))
    assert torch.equal(torch.rand(3), expected)
    assert torch.equal(first, second)
    third, _ = trained(sources, tmp_path / "c", (None,), TrainingOptions(epochs=1, hard_epochs=0, batch=8, seed=1))
    assert not torch.equal(first, third)


def test_a_damaged_checkpoint_is_told(sources, tmp_path):
    trained(sources, tmp_path / "run", (5,))
    (folder,) = (tmp_path / "run").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == [
        "optimizer.safetensors", "position.json", "random.safetensors", "weights.safetensors"
    ]  # fmt: skip
    content = (folder / "weights.safetensors").read_bytes()
    (folder / "weights.safetensors").write_bytes(content[:-100])
    with pytest.raises(ArtifactError, match=r"step-000000005 is damaged"):
        trained(sources, tmp_path / "run", (None,))


def test_half_a_checkpoint_is_not_one(sources, tmp_path):
    whole, _ = trained(sources, tmp_path / "whole", (None,))
    (tmp_path / "parts" / ".step-000000005.77").mkdir(parents=True)
    parts, _ = trained(sources, tmp_path / "parts", (None,))
    assert torch.equal(whole, parts)


def test_mentions_without_gold_entity_are_left_out(sources, entities):
    catalog = ListCatalog(entities[:4])
    trainer = Trainer(BiEncoder.from_bert(sources.model), sources.train, catalog, OPTIONS)
    assert {one.entity_id for one in trainer.mentions} == {row.entity_id for row in entities[:4]}
    with pytest.raises(UsageError, match="wants mentions to train on"):
        Trainer(BiEncoder.from_bert(sources.model), [], catalog, OPTIONS)


def test_mining_among_a_sample_draws_from_it_and_the_golds(sources, tmp_path):
    few = TrainingOptions(epochs=1, hard_epochs=1, batch=8, negatives=30, mined_among=3)
    trained(sources, tmp_path / "few", (None,), few)
    trained(sources, tmp_path / "all", (None,), replace(few, mined_among=0))
    gold = [one.entity_id for one in sources.train]
    sample = {row.entity_id for batch in EntitySample(sources.entities, 3, 0, gold[:6]).batches(9) for row in batch}
    some = replace(sources, train=sources.train[:6])
    trained(some, tmp_path / "some", (None,), few)
    mined = {name: np.load(next((tmp_path / name).glob("step-*/negatives.npy"))) for name in ("all", "few", "some")}
    assert mined["all"].tobytes() == mined["few"].tobytes()  # every entity is a gold
    assert set(mined["some"].flatten().tolist()) - {NO_ENTITY} == sample
    assert len(sample) < len(sources.entities)
    assert not list(tmp_path.rglob("mining"))


def test_texts_are_not_held(sources):
    """Only tokens, cut at the tower's length, however long a lead is."""
    long = ListCatalog([replace(row, text=row.text * 500) for batch in sources.entities.batches(9) for row in batch])
    trainer = Trainer(BiEncoder.from_bert(sources.model), sources.train, long, OPTIONS)
    assert {row.nbytes for row in trainer._tokens.values()} == {128 * 4}
