"""Everything that the server of one project holds: doors, desks, library."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from annotation.assignment import ASSIGNMENT, Assignment, Task, read_assignment
from annotation.pairs import ProjectPair
from annotation.project import Project
from annotation.records import Annotation
from annotation.serve.bench import Bench
from annotation.serve.cards import Library
from annotation.serve.desk import Desk
from annotation.serve.docket import Docket
from annotation.serve.doors import Doors
from annotation.serve.fresh import Fresh
from annotation.serve.pictures import Pictures
from annotation.store import Store
from pipeline.records.errors import InputError

CAPTION_LINKS = "caption_links"


@dataclass(frozen=True, slots=True)
class Place:
    """What a person may ask for by which keys.

    Attributes:
        tasks: Key -> task of an annotator, in order.
        pairs: Key -> pair that an expert decides, if there is something to decide.
        keys: Pair -> that key.
    """

    tasks: dict[str, Task]
    pairs: dict[str, str]
    keys: dict[str, str]


class Office:
    """The project with everything that requests need; its methods may be called from any thread."""

    def __init__(
        self, project: Project, library: Library | None, pictures: Pictures, *, preannotate: bool = False
    ) -> None:
        self.project = project
        self.library = library
        self.pictures = pictures
        self.doors = Doors(project.folder)
        self.preannotate = preannotate
        self._assignment = Fresh(project.folder / ASSIGNMENT, lambda: read_assignment(project.folder))
        self._store = Store(project.folder)
        resolve = None if library is None else library.resolve
        self.bench = Bench(project.folder, Docket(project.folder, project.settings.guidelines, resolve))
        self._groups = {pair_id: pair.group for pair_id, pair in project.pairs.items()}
        self._desks: dict[str, Desk] = {}
        self._places: dict[str, tuple[Assignment, Place]] = {}
        self._lock = Lock()

    @property
    def assignment(self) -> Assignment:
        """The assignment of now."""
        return self._assignment.get()

    def desk(self, name: str) -> Desk:
        """The desk of an annotator."""
        with self._lock:
            if name not in self._desks:
                knowledge = None if self.library is None else self.library.knowledge
                self._desks[name] = Desk(self.project, name, self._store.log(name), knowledge)
            return self._desks[name]

    def place(self, name: str) -> Place:
        """The keys under which a person sees things."""
        assignment = self.assignment
        with self._lock:
            known = self._places.get(name)
            if known is None or known[0] is not assignment:
                known = self._places[name] = (assignment, self._made_place(name, assignment))
            return known[1]

    def states(self, expert: str) -> dict[str, str]:
        """Key -> state of everything that an expert has to decide, the costliest first."""
        keys = self.place(expert).keys
        states = self.bench.states(expert, self.assignment, self._groups)
        return {keys[pair_id]: state for pair_id, state in states.items()}

    def disputed(self, expert: str, key: str) -> str | None:
        """The pair that an expert sees under a key; None where there is none, or nothing to decide on it."""
        pair_id = self.place(expert).pairs.get(key)
        return pair_id if pair_id is not None and self.bench.has(pair_id, self.assignment, self._groups) else None

    def suggested(self, pair: ProjectPair) -> tuple[Annotation, ...]:
        """Spans that an annotator begins with: the caption's links, where the project wants that."""
        if not self.preannotate:
            return ()
        spans: list[Annotation] = []
        for link in sorted(pair.caption_links, key=lambda one: one.start):
            if not spans or link.start >= spans[-1].end:
                spans.append(Annotation(link.start, link.end, link.surface, None, self._entity(link.target)))
        return tuple(spans)

    def picture(self, pair: ProjectPair) -> bytes | None:
        """The picture of a pair."""
        return self.pictures.read(pair.image_id) if pair.image_id else None

    def thumbnail(self, entity_id: int) -> bytes | None:
        """A small picture of an entity."""
        id_ = None if self.library is None else self.library.picture_id(entity_id)
        return None if id_ is None else self.pictures.read(id_, small=True)

    def _made_place(self, name: str, assignment: Assignment) -> Place:
        tasks = {
            self.doors.item_key(name, f"{task.batch} {task.pair_id}"): task for task in assignment.tasks.get(name, ())
        }
        own = [id_ for id_, group in self._groups.items() if assignment.adjudicators.get(group) == name]
        keys = {id_: self.doors.item_key(name, f"dispute {id_}") for id_ in own}
        return Place(tasks, {key: id_ for id_, key in keys.items()}, keys)

    def _entity(self, title: str) -> str | None:
        return title if self.library is None else self.library.resolve(title)


def open_office(project: Project, kb: Path | None, images: Sequence[Path], *, preannotate: str) -> Office:
    """Open a project with its KB and pictures.

    Raises:
        InputError: it has an annotator twice, or no pairs.
        UsageError: nothing is assigned yet.
        ArtifactError: KB or pictures are missing, unfinished or damaged.
    """
    pictures = Pictures(images)
    library = None if kb is None else Library(kb, pictures)
    office = Office(project, library, pictures, preannotate=preannotate == CAPTION_LINKS)
    missing = {task.pair_id for tasks in office.assignment.tasks.values() for task in tasks} - set(project.pairs)
    if missing:
        raise InputError(f"{project.folder}: {ASSIGNMENT} names {min(missing)[:40]!r}, which is no pair of the project")
    return office
