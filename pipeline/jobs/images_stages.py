"""Stages of the image job: list, fetch, normalize, review."""

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.beamx.sink import ShardWriter, finish_artifact
from pipeline.images.rights import Rights
from pipeline.jobs.context import reckoning
from pipeline.jobs.file_rights import RightsKey
from pipeline.jobs.images_api import ApiBook, api_url
from pipeline.jobs.images_fetch import Fetcher, open_client
from pipeline.jobs.images_files import FetchRecord, FileStore, fetched_digest
from pipeline.jobs.images_frames import read_frames
from pipeline.jobs.images_list import (
    input_digest,
    read_wiki,
    wanted_of_corpus,
    wanted_of_entities,
    wanted_of_table,
    wanted_table,
)
from pipeline.jobs.images_normalize import BATCHES, Recipe, make_batches, make_tasks, normalize_batches
from pipeline.jobs.images_options import API_NONE, ImagesOptions
from pipeline.jobs.images_review import REVIEW, review_digest, write_review
from pipeline.jobs.images_rights import gather_rights, read_rights, rights_digest, rights_stage
from pipeline.jobs.images_shards import outcomes_of, write_images
from pipeline.jobs.images_source import read_folder
from pipeline.jobs.stages import Stage, Workspace, is_done
from pipeline.records.artifacts import PICTURES, WANTED
from pipeline.records.corpus_schemas import PAIRS
from pipeline.records.digest import file_digest, options_digest
from pipeline.records.errors import ArtifactError
from pipeline.records.images import ImageOutcome, WantedImage
from pipeline.records.images_schemas import IMAGES, WANTED_IMAGES
from pipeline.records.manifest import open_artifact
from pipeline.records.schemas import ENTITY_IMAGES
from pipeline.titles.file_kinds import may_be_film
from pipeline.transforms.image_task import earlier_ids, failed_to_decode
from pipeline.transforms.normalize_batch import BatchOptions

FORMAT = 1
"""Raised when the same options give other rows than before, so that older stages are not taken for new ones."""


class ImageStages:
    """The stages of one run; each is asked for when the one before it is finished."""

    def __init__(self, options: ImagesOptions, workspace: Workspace) -> None:
        self.options = options
        self.workspace = workspace
        self.store = FileStore(workspace.staging)
        self.frames = read_frames(options.frames) if options.frames else {}
        self.recipe = Recipe(options.normalize_options(), options.decode, options.batch_files)
        self.records: dict[str, FetchRecord] = {}
        self.rights_of_pages: Mapping[RightsKey, Rights] = {}

    @cached_property
    def book(self) -> ApiBook:
        """What APIs have said so far."""
        fetch = self.options.fetch
        return ApiBook(self.workspace.staging / "api", fetch.api, asks_again=fetch.retry_failed)

    @cached_property
    def images(self) -> list[WantedImage]:
        """The wanted files, once `list` is finished."""
        return wanted_of_table(open_artifact(self.workspace.place(WANTED), WANTED_IMAGES).table())

    def listing(self) -> Stage:
        """Find out which files are wanted."""
        options = self.options
        own: dict[str, Any] = {"stage": "list", "format": FORMAT, "schema": WANTED_IMAGES.version}
        if options.corpus is not None:
            own["wiki"] = read_wiki(options.corpus, "corpus")
            own["pairs"] = input_digest(options.corpus, PAIRS.name)
        if options.kb is not None and options.entities is not None:
            own["wiki"] = read_wiki(options.kb, "kb")
            own["entity_images"] = input_digest(options.kb, ENTITY_IMAGES.name)
            own["entities"] = file_digest(options.entities) if options.entities.is_file() else ""
            own["per_entity"] = options.per_entity
        stage_id = options_digest(own)

        def run(work: Path) -> dict[str, Any]:
            images = wanted_images(options)
            folder = work / WANTED_IMAGES.name
            ShardWriter(str(folder), WANTED_IMAGES).write(0, wanted_table(images))
            finish_artifact(folder, WANTED_IMAGES, stage_id)
            n_uses = sum(image.n_uses for image in images)
            return reckoning(n_uses, len(images), {"same_file": n_uses - len(images)})

        return Stage("list", stage_id, (WANTED,), run)

    def reading_rights(self, upstream: Stage) -> Stage:
        """Look up file pages in dumps."""
        return rights_stage(upstream, self.options.commons_dump, lambda: self.images, self.workspace)

    def take_rights(self, stage: Stage) -> None:
        """Take over what that stage found."""
        self.rights_of_pages = read_rights(stage, self.workspace)

    def fetching(self, upstream: Stage) -> Stage:
        """Get the bytes; done when nothing is left to retry and the bytes are there, or not needed any more."""
        fetch = self.options.fetch
        own = {
            "upstream": upstream.stage_id,
            "source": "folder" if fetch.source_dir else [fetch.upload, fetch.api],
            "thumb_px": None if fetch.originals else self.options.thumb_px,
            "max_bytes": fetch.max_bytes,
        }

        def run(_: Path) -> dict[str, Any]:
            self.records = self._read() if fetch.source_dir else self._fetch()
            counts = Counter(_words(one.outcome, one.reason) for one in self.records.values())
            n_ok = counts.pop(str(ImageOutcome.OK), 0)
            size = sum(one.size_bytes for one in self.records.values())
            return {**reckoning(len(self.images), n_ok, dict(sorted(counts.items()))), "bytes": size}

        return Stage("fetch", options_digest(own), (), run, is_done=self._is_fetched)

    def normalizing(self) -> Stage:
        """Pictures of all files, once their bytes are there."""
        self.records = self.records or self.store.records()
        rights = gather_rights(self.images, self.records, self.book, self.rights_of_pages)
        earlier = self._earlier()
        frames = {title: seconds for title, seconds in self.frames.items() if title in self._titles}
        own = options_digest(
            {
                "stage": "normalize",
                "format": FORMAT,
                "schema": IMAGES.version,
                "recipe": self.recipe.digest,
                "batch_files": self.options.batch_files,
                "fetched": fetched_digest(self.images, self.records),
                "frames": frames,
                "rights": rights_digest(rights),
                "redistributable_only": self.options.redistributable_only,
            }
        )
        stage_id = f"{own}{self._recipe_mark}"

        def run(work: Path) -> dict[str, Any]:
            tasks = make_tasks(self.images, self.records, self._base, frames)
            batches = make_batches(tasks, self.options.batch_files)
            source = self.batch_folder
            settings = BatchOptions(str(source), self.recipe.normalize, self.recipe.limits, earlier)
            normalize_batches([one for part in batches.values() for one in part], settings, self.options.engine)
            target = work / IMAGES.name
            only = self.options.redistributable_only
            write_images(batches, source, target, rights, redistributable_only=only)
            finish_artifact(target, IMAGES, stage_id)
            reader = open_artifact(target, IMAGES)
            counts = outcomes_of(reader.tables(["outcome", "reason"]))
            n_ok = counts.pop(str(ImageOutcome.OK), 0)
            return {**reckoning(len(self.images), n_ok, dict(sorted(counts.items()))), "shards": len(batches)}

        return Stage("normalize", stage_id, (PICTURES,), run, is_done=lambda: not self._has_decodings_to_retry())

    def reviewing(self, upstream: Stage) -> Stage:
        """Scores of plug-ins for a person to look at."""
        names, thresholds = self.options.scorers, self.options.thresholds
        stage_id = options_digest({"upstream": upstream.stage_id, **review_digest(names, thresholds)})

        def run(work: Path) -> dict[str, Any]:
            return write_review(work / REVIEW, self._pictures().paths, names, thresholds)

        return Stage("review", stage_id, (), run, folders=(REVIEW,))

    def _has_decodings_to_retry(self) -> bool:
        """With --retry-failed: whether the finished rows have failures that a quieter machine may not see."""
        if not self.options.fetch.retry_failed:
            return False
        try:
            tables = self._pictures().tables(["outcome", "reason", "source_sha256"])
            return any(failed_to_decode(row) for table in tables for row in table.to_pylist())
        except ArtifactError:
            return False  # not there: the stage runs anyhow

    @property
    def batch_folder(self) -> Path:
        """Where rows of batches lie, one folder a recipe."""
        return self.workspace.staging / f"{BATCHES}-{self.recipe.digest[:16]}"

    @property
    def is_settled(self) -> bool:
        """Whether no file is left that another run might get."""
        return not any(record.is_passing for record in self.records.values())

    @cached_property
    def _titles(self) -> frozenset[str]:
        return frozenset(image.file_title for image in self.images)

    @cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(image.image_id for image in self.images)

    @property
    def _base(self) -> Path:
        source = self.options.fetch.source_dir
        return source.resolve() if source else self.store.folder.resolve()

    def frame_warnings(self) -> list[str]:
        """What in the frames file has no effect."""
        unwanted = [
            f"--frames names {title!r}, which nobody wants" for title in sorted(set(self.frames) - self._titles)
        ]
        wanted = sorted(set(self.frames) & self._titles)
        stills = [
            f"--frames names {title!r}, whose ending is not that of a film"
            for title in wanted
            if not may_be_film(title)
        ]
        return unwanted + stills

    def _pictures(self) -> Any:  # noqa: ANN401 - a Reader
        return open_artifact(self.workspace.place(PICTURES), IMAGES)

    def _read(self) -> dict[str, FetchRecord]:
        assert self.options.fetch.source_dir is not None
        return read_folder(self.options.fetch.source_dir, self.images, self.options.fetch.max_bytes)

    def _fetch(self) -> dict[str, FetchRecord]:
        fetch, thumb_px = self.options.fetch, None if self.options.fetch.originals else self.options.thumb_px
        hosts = [fetch.upload]
        if fetch.api != API_NONE:
            hosts += sorted({api_url(image.wiki, fetch.api) for image in self.images})
        with open_client(fetch, hosts) as client:
            if fetch.api != API_NONE:
                self.book.ask(client, self.images)
            known = {key: one for key, one in self.store.records().items() if key in self._ids}
            pictured = self._pictured(known)
            fetcher = Fetcher(client, self.store, fetch, thumb_px=thumb_px, book=self.book, pictured=pictured)
            return fetcher.fetch_all(self.images)

    def _pictured(self, records: Mapping[str, FetchRecord]) -> set[str]:
        """Image ids whose row an earlier run made by the same recipe; failures are none that are to be tried again."""
        tasks = make_tasks([one for one in self.images if one.image_id in records], records, self._base, self.frames)
        return earlier_ids(self._earlier(), tasks, failed=not self.options.fetch.retry_failed)

    def _is_fetched(self) -> bool:
        """For local files never: looking at them is the way to know. Else nothing to retry, and the bytes are there."""
        if self.options.fetch.source_dir is not None or self.options.fetch.retry_failed:
            return False
        records = self.store.records()
        known = [records.get(image.image_id) for image in self.images]
        if any(one is None or one.is_passing for one in known):
            return False
        self.records = {image.image_id: records[image.image_id] for image in self.images}
        if is_done(self.normalizing(), self.workspace):
            return True
        pictured = self._pictured(self.records)
        return all(key in pictured or self.store.has(one) for key, one in self.records.items() if one.is_ok)

    def _earlier(self) -> str:
        """images/ of an earlier run by the same recipe, whose rows can be taken over."""
        try:
            there = self._pictures()
        except ArtifactError:
            return ""
        return str(there.folder) if there.stage_id.endswith(self._recipe_mark) else ""

    @property
    def _recipe_mark(self) -> str:
        """End of the stage's id, by which pictures tell their recipe even when the run that made them was killed."""
        return f"-{self.recipe.digest[:16]}"


def wanted_images(options: ImagesOptions) -> list[WantedImage]:
    """The files that the options ask for, by image id."""
    if options.corpus is not None:
        return wanted_of_corpus(options.corpus)
    assert options.kb is not None
    assert options.entities is not None
    return wanted_of_entities(options.kb, options.entities, options.per_entity)


def _words(outcome: str, reason: str) -> str:
    return f"{outcome}:{reason}" if reason else str(outcome)
