"""Croissant: a data set described for machines (JSON-LD, version 1.0)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from annotation.publishing.hub_files import HubFile
from annotation.publishing.licences import licence_url
from annotation.publishing.release import CONFIGS, Release

_CROISSANT_VERSION = "http://mlcommons.org/croissant/1.0"
_PARQUET = "application/x-parquet"
_TYPES = {pa.string(): "sc:Text", pa.int64(): "sc:Integer", pa.int32(): "sc:Integer", pa.bool_(): "sc:Boolean"}
_TERMS = (
    "citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty", "fileSet", "format",
    "includes",
    "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex", "repeated",
    "replace", "samplingRate", "separator", "source", "subField", "transform",
)  # fmt: skip
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{name: f"cr:{name}" for name in _TERMS},
}


@dataclass(frozen=True, slots=True)
class About:
    """What is told of a data set beside its rows.

    Attributes:
        description: A sentence.
        languages: Codes of the languages of its captions.
        licences: Licences of its texts, as they are named there.
        url: Where it is published.
        published: ISO day on which it was published; None where nobody said.
        cite: How to cite it.
    """

    description: str
    languages: tuple[str, ...]
    licences: tuple[str, ...]
    url: str | None = None
    published: str | None = None
    cite: str | None = None


def croissant(release: Release, files: Sequence[HubFile], about: About) -> dict[str, Any]:
    """The description as JSON-LD."""
    told = {
        "citeAs": about.cite,
        "datePublished": about.published,
        "url": about.url,
        "license": [licence_url(one) or one for one in about.licences],
    }
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": _CROISSANT_VERSION,
        "name": release.name,
        "description": about.description,
        "inLanguage": list(about.languages),
        "version": "1.0.0",
        **{name: value for name, value in told.items() if value},
        "distribution": [_file_object(file) for file in files],
        "recordSet": [_record_set(file) for file in files],
    }


def _file_object(file: HubFile) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": f"{file.config}-{file.split}",
        "contentUrl": file.path,
        "contentSize": f"{file.size_bytes} B",
        "encodingFormat": _PARQUET,
        "sha256": file.sha256,
    }


def _record_set(file: HubFile) -> dict[str, Any]:
    """One set of records a file: each file has a digest, which a set of files has not."""
    name = f"{file.config}_{file.split}"
    schema = CONFIGS[file.config]
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"{name}/{column.name}",
            "name": column.name,
            "description": column.meaning,
            **_data_type(column.type),
            "source": {"fileObject": {"@id": file.path}, "extract": {"column": column.name}},
        }
        for column in schema.columns
    ]
    key = next(one for one in schema.key if one != "split")
    meaning = f"{schema.meaning}: {file.split}, {file.rows:,} rows"
    keyed = {"key": {"@id": f"{name}/{key}"}} if len([one for one in schema.key if one != "split"]) == 1 else {}
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "description": meaning, **keyed, "field": fields}


def _data_type(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_list(kind):
        return {"dataType": _TYPES[kind.value_type], "repeated": True}
    return {"dataType": _TYPES[kind]}
