"""Model folders of Hugging Face: finding, checking and loading them.

Everything that transformers does silently and wrongly is met here: it wants `transformers>=5,<6`.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from safetensors import SafetensorError

from pipeline.records.digest import file_digest, options_digest
from pipeline.records.errors import InputError

_READ = ("*.json", "*.txt", "*.safetensors", "*.model")
_PROBED_WORDS = 500
Tokenizer = Any
Model = Any


def model_folder(name: str | Path) -> Path:
    """The folder of a model: itself, or the local copy of that name on the hub.

    Raises:
        InputError: there is no such folder, and the hub does not give one.
    """
    folder = Path(name)
    if folder.is_dir():
        return folder
    try:
        return Path(snapshot_download(str(name), allow_patterns=list(_READ)))
    except (HFValidationError, HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise InputError(f"{name} is no folder, and no model of that name can be had: {error}") from error


def model_digest(folder: Path) -> str:
    """Changes with any weight, setting or word of a model folder."""
    files = sorted({path for pattern in _READ for path in folder.rglob(pattern)})
    return options_digest({path.relative_to(folder).as_posix(): file_digest(path) for path in files})


def read_config(folder: Path) -> dict[str, Any]:
    """What config.json says.

    Raises:
        InputError: it is missing or no JSON object.
    """
    path = folder / "config.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{path} is no configuration of a model: {error}") from error


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a model folder, sure to know words.

    Without its files transformers makes one up that turns every word into [UNK], and says nothing.

    Raises:
        InputError: the folder has none, or it knows no word.
    """
    quiet()
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder} holds no tokenizer that can be read: {error}") from error
    check_tokenizer(tokenizer, folder)
    return tokenizer


def check_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """Refuse a tokenizer that turns every word into [UNK].

    Raises:
        InputError: it does.
    """
    special = set(tokenizer.all_special_tokens) | set(tokenizer.get_added_vocab())
    words = sorted(word for word in tokenizer.get_vocab() if word not in special and not word.startswith("##"))
    probe = " ".join(words[:: len(words) // _PROBED_WORDS + 1])
    ids = token_ids(tokenizer, [probe])[0] if words else []
    if all(id_ == tokenizer.unk_token_id for id_ in ids):
        raise InputError(
            f"the tokenizer of {folder} turns every word into {tokenizer.unk_token}: its vocabulary has {len(words)} "
            "words (is tokenizer.json or vocab.txt missing?)"
        )


def unknown_share(tokenizer: Tokenizer, texts: list[str]) -> float:
    """Share of [UNK] among the tokens of `texts`; 0 where there are no tokens."""
    ids = [id_ for row in token_ids(tokenizer, texts) for id_ in row]
    return ids.count(tokenizer.unk_token_id) / len(ids) if ids else 0.0


def token_ids(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """All token ids of texts, no special ones added; who asks cuts them, so no length is warned of."""
    ids: list[list[int]] = tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"] if texts else []
    return ids


def load_model(kind: Any, folder: Path, device: str, **settings: Any) -> Model:  # noqa: ANN401 - transformers' own
    """A model of class `kind` in evaluation mode, in float32, with every weight from the folder.

    Only safetensors are read. Weights that the folder lacks would be drawn at random, with no more than a warning.

    Raises:
        InputError: the weights are missing, pickled, damaged or of another shape.
    """
    quiet()
    try:
        model, loading = kind.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
            **settings,
        )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise InputError(f"{folder} holds no model that can be read as {kind.__name__}: {error}") from error
    if missing := sorted(loading["missing_keys"]):
        raise InputError(f"{folder} lacks {len(missing)} weights of {kind.__name__}, such as {missing[0]}")
    return model.to(device).eval()


def add_markers(tokenizer: Tokenizer, model: Model, markers: tuple[str, ...]) -> None:
    """Make each marker one token; new rows of the embedding are the mean of the old ones."""
    tokenizer.add_tokens(list(markers), special_tokens=True)
    rows = model.get_input_embeddings().weight
    known = len(rows)
    if len(tokenizer) > known:
        mean = rows.detach().mean(0)
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
            model.get_input_embeddings().weight[known:] = mean


def quiet() -> None:
    """No progress bars and hints of transformers between our own lines; what matters is checked here."""
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
