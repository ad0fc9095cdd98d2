"""Where a training stands: weights, optimizer, random numbers and position, without pickle."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from modeling.data.ranking import Ids
from pipeline.records.errors import ArtifactError
from pipeline.records.manifest import write_json

_MINED = "-mined"
"""Ends the name of the checkpoint after mining, which stands at the same step as the one before."""


@dataclass(slots=True)
class Position:
    """How far a training is.

    Attributes:
        step: Finished steps.
        log: What was logged so far.
        negatives: (N, H) mined negatives; None before mining.
    """

    step: int
    log: list[dict[str, Any]]
    negatives: Ids | None = None


def save_checkpoint(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer, position: Position) -> Path:
    """Write `folder/step-NNNNNNNNN` by temporary name and rename, unless it is there; older ones go."""
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / f"step-{position.step:09d}{'' if position.negatives is None else _MINED}"
    if final.exists():  # it was the place to go on from
        return final
    staged = folder / f".{final.name}.{os.getpid()}"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, staged / "weights.safetensors")
    save_file(_flat(optimizer), staged / "optimizer.safetensors")
    save_file(_random_state(), staged / "random.safetensors")
    if position.negatives is not None:
        np.save(staged / "negatives.npy", position.negatives, allow_pickle=False)
    write_json(staged / "position.json", {"step": position.step, "log": position.log})
    staged.rename(final)
    for old in folder.iterdir():
        if old != final:
            shutil.rmtree(old)
    return final


def load_checkpoint(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer) -> Position | None:
    """Put model, optimizer and torch's random numbers where the newest checkpoint has them; None without one.

    Raises:
        ArtifactError: it is damaged.
    """
    finished = sorted(folder.glob("step-*"))
    if not finished:
        return None
    place = finished[-1]
    try:
        value = _read_position(place)
        model.load_state_dict(load_file(place / "weights.safetensors"))
        _unflatten(optimizer, load_file(place / "optimizer.safetensors"))
        _set_random_state(load_file(place / "random.safetensors"))
        mined = place / "negatives.npy"
        value.negatives = np.load(mined, allow_pickle=False) if mined.is_file() else None
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise ArtifactError(f"the checkpoint {place} is damaged ({error}); remove it to start again") from error
    return value


def _read_position(place: Path) -> Position:
    value = json.loads((place / "position.json").read_text(encoding="utf-8"))
    return Position(int(value["step"]), list(value["log"]))


def _flat(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """State of every parameter by its place, as tensors; the hyperparameters come from the options."""
    state = optimizer.state_dict()["state"]
    return {f"{number}.{name}": value.contiguous() for number, one in state.items() for name, value in one.items()}


def _unflatten(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        number, _, name = key.partition(".")
        state.setdefault(int(number), {})[name] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _random_state() -> dict[str, Tensor]:
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states |= {f"cuda{number}": state for number, state in enumerate(torch.cuda.get_rng_state_all())}
    return states


def _set_random_state(states: dict[str, Tensor]) -> None:
    torch.set_rng_state(states["cpu"])
    if torch.cuda.is_available():
        torch.cuda.set_rng_state_all([states[name] for name in sorted(states) if name.startswith("cuda")])
