"""The card of a data set: README.md with its YAML head."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from annotation.publishing.croissant import About
from annotation.publishing.hub_files import HubFile, features
from annotation.publishing.licences import hub_licences
from annotation.publishing.release import CONFIGS, Release
from annotation.publishing.yaml_head import yaml_text

_SIZES = (
    (10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"),
)  # fmt: skip
_LARGEST = "n>10M"
_GOLD = "gold"
_ALONE = (
    "Annotators worked alone on the same captions. What all marked alike is gold; experts decided the rest, each time "
    "with a reason, which stands in `provenance`."
)
_LEAK_NOTE = "`python -m annotation split verify` lists what articles, images and captions two splits share."


def head(release: Release, files: Sequence[HubFile], about: About) -> dict[str, Any]:
    """The YAML head: what Hugging Face shows and filters by, and where the files are."""
    is_gold = release.options.get("format") == _GOLD
    return {
        "language": list(about.languages),
        "license": hub_licences(about.licences),
        "pretty_name": release.name,
        "size_categories": [size_category(release.count("mentions"))],
        "task_categories": ["token-classification", "text-retrieval"],
        "task_ids": ["named-entity-recognition", "entity-linking-retrieval"],
        "tags": ["entity-linking", "multimodal", "image-captions", "news", "croissant"],
        "annotations_creators": ["expert-generated" if is_gold else "found"],
        "language_creators": ["found"],
        "configs": [
            _config(config, [file for file in files if file.config == config], number == 0)
            for number, config in enumerate(release.tables)
        ],
        "dataset_info": [_info(config, [file for file in files if file.config == config]) for config in release.tables],
    }


def size_category(n: int) -> str:
    """The class of sizes that a number of rows belongs to."""
    return next((name for most, name in _SIZES if n < most), _LARGEST)


def card_text(release: Release, files: Sequence[HubFile], about: About) -> str:
    """The whole README.md; equal data sets give equal cards."""
    parts = [
        f"---\n{yaml_text(head(release, files, about))}---\n",
        f"# {_md(release.name)}\n\n{_md(about.description)}\n",
        _loading(release),
        _splits(release, files),
        _content(release),
        _making(release),
        _columns(release),
        _rights(about),
    ]
    return "\n".join(parts)


def _config(config: str, files: Sequence[HubFile], is_default: bool) -> dict[str, Any]:
    places = [{"split": file.split, "path": f"data/{config}/{file.split}-*.parquet"} for file in files]
    return {"config_name": config, **({"default": True} if is_default else {}), "data_files": places}


def _info(config: str, files: Sequence[HubFile]) -> dict[str, Any]:
    return {
        "config_name": config,
        "features": features(config),
        "splits": [{"name": one.split, "num_bytes": one.table_bytes, "num_examples": one.rows} for one in files],
        "download_size": sum(one.size_bytes for one in files),
        "dataset_size": sum(one.table_bytes for one in files),
    }


def _loading(release: Release) -> str:
    split = next(iter(release.splits))
    return (
        "## Use\n\n```python\nfrom datasets import load_dataset\n\n"
        f'mentions = load_dataset("path/or/name", "mentions", split="{split}")\n'
        f'pairs = load_dataset("path/or/name", "pairs", split="{split}")\n```\n\n'
        "`mentions` and `pairs` belong together by `pair_id`. Offsets count code points: `caption[start:end] == "
        "surface`. A mention with `is_nil` means an entity that the knowledge base does not have.\n"
    )


def _splits(release: Release, files: Sequence[HubFile]) -> str:
    rows = Counter({(one.config, one.split): one.rows for one in files})
    lines = [
        (split, rows["pairs", split], rows["mentions", split], f"{rows['mentions', split] / rows['pairs', split]:.2f}")
        for split in release.splits
    ]
    other = [(name, split) for name, split in release.splits.items() if name != split]
    renamed = [f"`{name}` holds what is `{split}` in the column" for name, split in other]
    notes = ([f"{'; '.join(renamed)}."] if renamed else []) + [_LEAK_NOTE]
    table = _table(("split", "pairs", "mentions", "mentions a pair"), lines)
    return f"## Splits\n\n{table}\n" + "\n".join(notes) + "\n"


def _content(release: Release) -> str:
    mentions = release.tables["mentions"]
    types = Counter(one or "not given" for one in mentions["type"].to_pylist())
    topics = Counter(one or "not given" for one in release.tables["pairs"]["topic"].to_pylist())
    n_nil = sum(mentions["is_nil"].to_pylist())
    entities = {one for one in mentions["entity"].to_pylist() if one is not None}
    return (
        f"## Content\n\n{release.count('pairs'):,} captions with {release.count('mentions'):,} mentions of "
        f"{len(entities):,} entities; {n_nil:,} mentions are NIL.\n\n"
        + _table(("type", "mentions"), _shares(types))
        + "\n"
        + _table(("topic", "pairs"), _shares(topics))
    )


def _making(release: Release) -> str:
    told = release.options
    if told.get("format") != _GOLD:
        return f"## How it was made\n\nImported from the format `{_md(str(told.get('format')))}`; repairs are listed.\n"
    sources = Counter(_source(one) for one in release.tables["mentions"]["provenance"].to_pylist())
    source = told.get("source") or {}
    lines = [
        f"Captions: {_md(str(source.get('kind', 'unknown')))}, SHA-256 `{_md(str(source.get('sha256', 'unknown')))}`.",
        f"Guidelines: `{_md(str(told.get('guidelines')))}`; titles of persons: {_md(str(told.get('title_policy')))}.",
        _ALONE,
    ]
    if "split" in told:
        split = told["split"]
        lines.append(f"Splits: preset `{_md(str(split['preset']))}`, seed {split['seed']}, ratio {split['ratio']}.")
    table = _table(("provenance", "mentions"), _shares(sources))
    return "## How it was made\n\n" + "\n".join(lines) + f"\n\n{table}"


def _columns(release: Release) -> str:
    parts = ["## Columns\n"]
    for config in release.tables:
        schema = CONFIGS[config]
        rows = [(f"`{one.name}`", "yes" if one.nullable else "no", one.meaning) for one in schema.columns]
        parts.append(f"### {config}\n\n{schema.meaning}.\n\n{_table(('column', 'null', 'meaning'), rows)}")
    return "\n".join(parts)


def _rights(about: About) -> str:
    texts = ", ".join(_md(one) for one in about.licences) or "as stated by the source"
    cite = f"\n## Citation\n\n{_md(about.cite)}\n" if about.cite else ""
    return (
        f"## Rights and privacy\n\nTexts: {texts}. Images are named by address, not contained; each has its own author "
        "and licence. `LICENSES` counts them, `ATTRIBUTION` names every article and image.\n\n"
        "Nothing here tells who annotated what, or when. Captions name persons of public life, as the news did.\n"
        f"{cite}"
    )


def _source(provenance: str) -> str:
    return provenance.removeprefix(f"{_GOLD}:")


def _shares(counts: Counter[str]) -> list[tuple[str, str]]:
    total = sum(counts.values())
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [(_md(name), f"{n:,} ({100 * n / total:.1f} %)") for name, n in ordered]


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(_cell(one) for one in row) + " |" for row in rows]
    return "".join(f"{line}\n" for line in lines)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|")


def _md(text: str) -> str:
    """Text of others as Markdown shows it: on one line, without markup of its own."""
    flat = " ".join(text.split())
    for sign, shown in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("`", "'"), ("[", "&#91;"), ("]", "&#93;")):
        flat = flat.replace(sign, shown)
    return flat
