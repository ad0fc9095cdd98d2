"""Contrastive training of a small CLIP on a data set."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from modeling.data.entities import IndexedEntity
from modeling.data.mentions import Mention
from modeling.encoders.image import ImageEncoder
from modeling.retrieval.base import Sources
from pipeline.records.errors import UsageError

_LOG = logging.getLogger(__name__)
_LEAD_CHARACTERS = 200
_LARGEST_SCALE = 100.0


@dataclass(frozen=True, slots=True)
class ClipOptions:
    """How a CLIP is trained.

    Attributes:
        epochs: Rounds over all pairs.
        batch: Pairs a step; all of one kind.
        lr: Peak learning rate; it rises over the first tenth of the steps and falls to zero.
        same_entity: Also pairs of a mention's picture and its gold entity's picture.
        views: Also pairs of two distorted views of one entity's picture.
        seed: Of order, distortion and dropout.
    """

    epochs: int = 8
    batch: int = 64
    lr: float = 1e-3
    same_entity: bool = True
    views: bool = True
    seed: int = 0


@dataclass(frozen=True, slots=True)
class _Pair:
    """A picture and what belongs to it: a text, or the id of another picture; pairs of one group are no negatives."""

    image_id: str
    other: str
    group: str


def train_clip(model: str | Path, folder: Path, sources: Sources, options: ClipOptions | None = None) -> dict[str, Any]:
    """Train the CLIP of a folder and write it to `folder`, on pairs of training captions and of entities alone.

    Pairs: (picture, caption) of training captions; (picture, title and lead) of entities; and what the options add.
    All pictures are held in memory: this is for small sets, not for 16 million.

    Returns:
        Pairs by kind, the loss before the first and after the last step over all pairs, and a row an epoch.

    Raises:
        UsageError: there are no pictures, or no pair.
    """
    chosen = options or ClipOptions()
    if sources.images is None:
        raise UsageError("training CLIP wants pictures (--images)")
    encoder = ImageEncoder.open(model, sources.device)
    kinds = _pairs(sources, chosen)
    if not any(kinds.values()):
        raise UsageError("training CLIP wants training captions or entities with pictures; there are none")
    pictures = _Pictures(encoder, sources, kinds)
    cuda = [torch.cuda.current_device()] if encoder.model.device.type == "cuda" else []
    with torch.random.fork_rng(devices=cuda):
        torch.manual_seed(chosen.seed)
        before = _mean_loss(encoder, pictures, kinds, chosen)
        log = _run(encoder, pictures, kinds, chosen)
        after = _mean_loss(encoder, pictures, kinds, chosen)
    encoder.save(folder)
    counts = {name: len(rows) for name, rows in kinds.items()}
    return {"pairs": counts, "loss_before": before, "loss_after": after, "log": log}


class _Pictures:
    """Pixels of all pictures by id."""

    def __init__(self, encoder: ImageEncoder, sources: Sources, kinds: dict[str, list[_Pair]]) -> None:
        images = sources.images
        assert images is not None
        wanted = {pair.image_id for rows in kinds.values() for pair in rows}
        wanted |= {pair.other for name, rows in kinds.items() if name in _OF_PICTURES for pair in rows}
        ids = sorted(wanted)
        parts = []
        for start in range(0, len(ids), 256):
            some = ids[start : start + 256]
            contents = images.read(some)
            parts.append(encoder.pixels([contents[id_] for id_ in some], start))
        self._pixels = torch.cat(parts)
        self._places = {id_: place for place, id_ in enumerate(ids)}

    def of(self, ids: Sequence[str]) -> Tensor:
        """(B, 3, H, W) float32."""
        return self._pixels[[self._places[id_] for id_ in ids]]


_OF_PICTURES = ("same entity", "views")


def _pairs(sources: Sources, options: ClipOptions) -> dict[str, list[_Pair]]:
    images = sources.images
    assert images is not None
    shown = [m for m in sources.train if m.image_id in images]
    captions = {m.pair_id: _Pair(str(m.image_id), m.caption, f"{m.image_id} {m.caption}") for m in shown}
    entities = [one for batch in sources.entities.batches(1024) for one in batch if one.image_id in images]
    kinds = {
        "captions": list(captions.values()),
        "entities": [_Pair(str(one.image_id), _text(one), str(one.entity_id)) for one in entities],
    }
    if options.same_entity:
        kinds["same entity"] = _same_entity(shown, {one.entity_id: str(one.image_id) for one in entities})
    if options.views:
        kinds["views"] = [_Pair(str(one.image_id), str(one.image_id), str(one.image_id)) for one in entities]
    return kinds


def _same_entity(mentions: Sequence[Mention], images: dict[int, str]) -> list[_Pair]:
    rows = ((m, images.get(m.entity_id)) for m in mentions if m.entity_id is not None)
    return [_Pair(str(m.image_id), other, str(m.entity_id)) for m, other in rows if other is not None]


def _text(entity: IndexedEntity) -> str:
    return f"{entity.title}. {entity.text[:_LEAD_CHARACTERS]}"


def _run(
    encoder: ImageEncoder, pictures: _Pictures, kinds: dict[str, list[_Pair]], options: ClipOptions
) -> list[dict[str, Any]]:
    optimizer = torch.optim.AdamW(encoder.model.parameters(), lr=options.lr, weight_decay=0.05)
    n_steps = options.epochs * len(_batches(kinds, options, 0))
    step, log = 0, []
    encoder.model.train()
    for epoch in range(options.epochs):
        losses: dict[str, list[float]] = {name: [] for name, rows in kinds.items() if rows}
        for name, rows in _batches(kinds, options, epoch):
            rise = max(1, n_steps // 10)
            for group in optimizer.param_groups:
                group["lr"] = options.lr * min((step + 1) / rise, (n_steps - step) / max(1, n_steps - rise))
            loss = _loss(encoder, pictures, name, rows, distort=True)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(encoder.model.parameters(), 1.0)
            optimizer.step()
            losses[name].append(float(loss.detach()))
            step += 1
        log.append({"epoch": epoch, **{name: float(np.mean(values)) for name, values in losses.items()}})
        _LOG.info("clip epoch %d: %s", epoch, ", ".join(f"{name} {np.mean(v):.3f}" for name, v in losses.items()))
    encoder.model.eval()
    return log


def _batches(kinds: dict[str, list[_Pair]], options: ClipOptions, epoch: int) -> list[tuple[str, list[_Pair]]]:
    """Shuffled batches of one kind each, the kinds mixed."""
    draw = np.random.default_rng([options.seed, epoch])
    found = []
    for name, rows in kinds.items():
        order, starts = draw.permutation(len(rows)), range(0, len(rows), options.batch)
        found += [(name, [rows[place] for place in order[start : start + options.batch]]) for start in starts]
    return [found[place] for place in draw.permutation(len(found)) if len(found[place][1]) > 1]


def _mean_loss(
    encoder: ImageEncoder, pictures: _Pictures, kinds: dict[str, list[_Pair]], options: ClipOptions
) -> dict[str, float]:
    """Loss of each kind without distortion, over the batches of a fixed order."""
    encoder.model.eval()
    losses: dict[str, list[float]] = {}
    with torch.inference_mode():
        for name, rows in _batches(
            {key: rows for key, rows in kinds.items() if key != "views"}, options, options.epochs
        ):
            losses.setdefault(name, []).append(float(_loss(encoder, pictures, name, rows, distort=False)))
    return {name: float(np.mean(losses[name])) for name in kinds if name in losses}


def _loss(encoder: ImageEncoder, pictures: _Pictures, name: str, rows: list[_Pair], *, distort: bool) -> Tensor:
    change = distorted if distort else torch.nn.Identity()
    left = encoder.image_features(change(pictures.of([row.image_id for row in rows])))
    if name in _OF_PICTURES:
        right = encoder.image_features(change(pictures.of([row.other for row in rows])))
    else:
        right = encoder.text_features(*encoder.text_ids([row.other for row in rows]))
    groups = sorted({row.group for row in rows})
    numbers = torch.tensor([groups.index(row.group) for row in rows], device=left.device)
    scale = encoder.model.logit_scale.exp().clamp(max=_LARGEST_SCALE)
    return symmetric_loss(left, right, numbers, scale)


def symmetric_loss(left: Tensor, right: Tensor, groups: Tensor, scale: Tensor) -> Tensor:
    """InfoNCE both ways (Radford et al. 2021, section 2.3), float32; pairs of one group are no negatives of each other.

    Args:
        left: (B, D) features, of any length.
        right: (B, D) features; row i belongs to row i of `left`.
        groups: (B,) int64.
        scale: one over the temperature.
    """
    normal = torch.nn.functional.normalize
    scores = scale * normal(left.float(), dim=1) @ normal(right.float(), dim=1).T  # (B, B)
    own = torch.eye(len(groups), dtype=torch.bool, device=groups.device)
    scores = scores.masked_fill((groups[:, None] == groups[None, :]) & ~own, -torch.inf)
    target = torch.arange(len(groups), device=groups.device)
    loss: Tensor = torch.nn.functional.cross_entropy(scores, target) + torch.nn.functional.cross_entropy(
        scores.T, target
    )
    return loss / 2


def distorted(pixels: Tensor) -> Tensor:
    """Each picture turned, moved, scaled and brightened a little, by torch's random numbers."""
    n = len(pixels)
    turn, zoom = (torch.rand(n) - 0.5) * 0.7, 0.75 + 0.6 * torch.rand(n)
    cos, sin = torch.cos(turn) * zoom, torch.sin(turn) * zoom
    shift = (torch.rand(n, 2) - 0.5) * 0.5
    rows = torch.stack([cos, -sin, shift[:, 0], sin, cos, shift[:, 1]], 1).view(n, 2, 3).to(pixels.device)
    grid = torch.nn.functional.affine_grid(rows, list(pixels.shape), align_corners=False)
    moved = torch.nn.functional.grid_sample(pixels, grid, padding_mode="reflection", align_corners=False)
    gain, level = 0.8 + 0.4 * torch.rand(n, 1, 1, 1), 0.4 * (torch.rand(n, 3, 1, 1) - 0.5)
    return moved * gain.to(pixels.device) + level.to(pixels.device)
