"""One annotator's work: own items in order, saving, live checks."""

from collections.abc import Mapping
from dataclasses import replace
from threading import RLock
from typing import Any

from annotation.assignment import Task
from annotation.checks.findings import Severity
from annotation.checks.registry import CHECKS, run_checks
from annotation.checks.scene import Campaign, Knowledge, Scene, TitlePolicy
from annotation.events import ConflictError, Draft, State
from annotation.project import Project
from annotation.records import MAIN, RETEST, Annotation, Answer
from annotation.serve.drafts import finding_json, read_draft, state_json
from annotation.store import AnnotatorLog
from annotation.tokens import token_spans

LIVE_CHECKS = tuple(one for one in CHECKS if one.guideline != "process" and one.id not in ("F001", "F002"))
"""Not those of process, which watch people, nor those of captions, which no annotator can mend."""
_GUIDELINES = {one.id: one.guideline for one in CHECKS}


class Desk:
    """The work of one annotator. Its methods may be called from any thread."""

    def __init__(self, project: Project, name: str, log: AnnotatorLog, knowledge: Knowledge | None) -> None:
        self.project = project
        self.name = name
        self.lock = RLock()
        self._log = log
        self._knowledge = knowledge
        self._policy = TitlePolicy(project.settings.title_policy)
        self._items = {item.pair_id: item for item in project.items}
        self._campaigns: tuple[tuple[str, str], Campaign] | None = None

    def states(self, tasks: Mapping[str, Task]) -> list[dict[str, Any]]:
        """Key and state of every item, in order of work."""
        with self.lock:
            self._log.refresh()
            return [{"key": key, **self._summary(task)} for key, task in tasks.items()]

    def show(self, task: Task, suggested: tuple[Annotation, ...]) -> dict[str, Any]:
        """An item with what stands of it, or with what is suggested where nothing was ever saved."""
        with self.lock:
            self._log.refresh()
            state = self._log.current(task.pair_id, task.batch)
            self._campaigns = None
            if state.version == 0 and suggested:
                state = replace(state, draft=replace(state.draft, annotations=suggested, origin="caption_links"))
            return {**self._facts(task), **self._standing(task, state)}

    def save(self, task: Task, value: Mapping[str, Any]) -> dict[str, Any]:
        """Save an item as the page has it; what should be finished but has errors is saved as a draft.

        Raises:
            ConflictError: another version was saved in between.
            DraftError: it cannot be saved as it is.
        """
        caption = self.project.pairs[task.pair_id].caption
        draft = replace(read_draft(value, caption), pair_id=task.pair_id, batch=task.batch)
        with self.lock:
            findings = self._findings(task, draft)
            has_errors = any(one["severity"] == Severity.ERROR for one in findings)
            draft = replace(draft, is_done=draft.is_done and not has_errors)
            state = self._saved(self._with_origin(draft))
            return {**state_json(state), "findings": findings}

    def undo(self, task: Task, base: int) -> dict[str, Any]:
        """Go back to what stood before the last save; the same again where there is nothing before.

        Raises:
            ConflictError: another version was saved in between.
        """
        with self.lock:
            state = self._log.undo(task.pair_id, task.batch, base)
            return self._standing(task, state or self._log.current(task.pair_id, task.batch))

    def current(self, task: Task) -> dict[str, Any]:
        """What stands of an item."""
        with self.lock:
            self._log.refresh()
            return self._standing(task, self._log.current(task.pair_id, task.batch))

    def _saved(self, draft: Draft) -> State:
        """Save; the same draft again, whose answer was lost on the way, is saved already."""
        try:
            return self._log.save(draft)
        except ConflictError as error:
            now = error.current
            if now.version == draft.base + 1 and replace(now.draft, duration_s=draft.duration_s) == draft:
                return now
            raise

    def _with_origin(self, draft: Draft) -> Draft:
        """What an item began from is decided by its first save."""
        now = self._log.current(*draft.key)
        return draft if now.version == 0 else replace(draft, origin=now.draft.origin)

    def _summary(self, task: Task) -> dict[str, Any]:
        state = self._log.current(task.pair_id, task.batch)
        draft = state.draft
        told = "done" if draft.is_done and state.version else "draft" if state.shows else ""
        return {"state": told, "discuss": any("discuss" in one.flags for one in draft.annotations)}

    def _facts(self, task: Task) -> dict[str, Any]:
        caption = self.project.pairs[task.pair_id].caption
        return {"caption": caption, "tokens": token_spans(caption)}

    def _standing(self, task: Task, state: State) -> dict[str, Any]:
        return {**state_json(state), "findings": self._findings(task, state.draft)}

    def _findings(self, task: Task, draft: Draft) -> list[dict[str, Any]]:
        answer = Answer(task.pair_id, self.name, draft.annotations, batch=task.batch)
        scene = Scene(self._items[task.pair_id], answer, self._policy, self._knowledge, self._campaign(task))
        return [finding_json(one, _GUIDELINES[one.code]) for one in run_checks(scene, LIVE_CHECKS)]

    def _campaign(self, task: Task) -> Campaign:
        """The person's own finished answers to other pairs: a repeat must not tell what was said the first time."""
        if self._campaigns is None or self._campaigns[0] != (task.pair_id, task.batch):
            answers = [
                one for one in self._log.answers() if one.pair_id != task.pair_id and one.batch in (MAIN, RETEST)
            ]
            self._campaigns = (task.pair_id, task.batch), Campaign(self._items, answers)
        return self._campaigns[1]
