"""Which pictures the window shows, and which one is current: one answer for the list, the gallery and the canvas.

Owns the filter in force, the ids that pass it, the current picture, how far the project is, and where the user was
last. Questions that take longer than a frame are asked on a thread; of several in a row only the last counts. Does not
own what a filter means (`storage.filters`) or how anything is shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from qvl_desktop.core.dataset import Split
from qvl_desktop.core.errors import QvlError
from qvl_desktop.jobs.task import Task
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage.filters import PictureFilter, ShownStatus
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import Change

if TYPE_CHECKING:
    from qvl_desktop.jobs.session import Session

AT_ONCE = 10_000
"""Up to so many pictures a question is answered within a frame, and asked on the spot."""

_FEW = 500
_PICTURE, _SAVED = "picture", "filters"
_REMEMBER_MS = 800
_DELAY_MS = 400


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the project is."""

    done: int = 0
    total: int = 0


class Ids(list[int]):
    """Ids in the order they are shown in, that know their places; several views share one."""

    __slots__ = ("_places",)

    def __init__(self, ids: Iterable[int] = ()) -> None:
        super().__init__(ids)
        self._places: dict[int, int] | None = None

    def place(self, row_id: int) -> int | None:
        """Where an id stands; None when it is not among them."""
        if self._places is None:
            self._places = {one: place for place, one in enumerate(self)}
        return self._places.get(row_id)


class PictureQuery(QObject):
    """The pictures on show.

    Signals:
        idsChanged(): `ids` are others.
        rowsChanged(ids or None): what stands on these rows (None: on any) has changed.
        filterChanged(): another filter is in force.
        currentChanged(id or None): another picture of the same project is the current one.
        progressChanged(): `progress` is another one.
        savedChanged(): another filter was saved or forgotten.
        addingBegun(Adding): pictures are being added; the object tells how far, and stops it.
    """

    idsChanged = Signal()
    rowsChanged = Signal(object)
    filterChanged = Signal()
    currentChanged = Signal(object)
    progressChanged = Signal()
    savedChanged = Signal()
    addingBegun = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.project: Project | None = None
        self.filter = PictureFilter()
        self.ids = Ids()
        self.current: int | None = None
        self.progress = Progress()
        self._direction = 1
        self._asking: Task[tuple[PictureFilter, Ids, Progress]] | None = None
        self._again = False
        self._remember_timer = waiter(self, _REMEMBER_MS, self._remember_beside)
        self._later = waiter(self, _DELAY_MS, self.reload)
        session.projectChanged.connect(self._on_project)
        session.contentChanged.connect(self._on_change)

    # The project

    @Slot()
    def _on_project(self) -> None:
        self._remember_timer.stop()
        self._later.stop()
        self.project = self._session.project
        self.filter, self.current, self.ids = PictureFilter(), None, Ids()
        if self.project is not None:
            try:
                _, self.ids, self.progress = _answer(self.project, self.filter)
                self.current = self._resume()
            except QvlError as error:
                self._session.report(error)
        self.filterChanged.emit()
        self.idsChanged.emit()
        self.progressChanged.emit()
        self.savedChanged.emit()

    def _resume(self) -> int | None:
        """The picture at which the user left this project, else its first one."""
        kept = self.project.mark(_PICTURE) if self.project else ""
        if self.project is not None and kept.isdigit() and self.project.pictures([int(kept)]):
            return int(kept)
        return self.ids[0] if self.ids else None

    @Slot()
    def remember(self) -> None:
        """Keep the current picture in the project, now."""
        if self._remember_timer.isActive():
            self._remember_timer.stop()
        if self._session.edits.running:  # the project is taken: to wait for it would hold up the window
            self._remember_timer.start()
            return
        if self.project is not None and self.project is self._session.project and self.current is not None:
            self.project.set_mark(_PICTURE, str(self.current))

    def _remember_beside(self) -> None:
        """The same on a thread: another edit may hold the project for a moment."""
        project, current = self.project, self.current
        if project is not None and project is self._session.project and current is not None:
            Task(lambda: project.set_mark(_PICTURE, str(current))).on_failure(lambda error: None).start(self)

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        ids = change.picture_ids
        if change.kind == "conversations":
            self.rowsChanged.emit(None)
            if not self.filter.empty:
                self._later.start(_DELAY_MS)
        elif change.kind == "pictures":
            if self._same_rows(ids):
                self.rowsChanged.emit(ids)
                self._count()
            else:
                self._reload_soon(len(ids))
        elif ids and change.kind != "proposals":
            self.rowsChanged.emit(ids)

    def _same_rows(self, ids: frozenset[int]) -> bool:
        """Whether a change of these pictures leaves the list as it is: nothing is filtered, none came or went."""
        if self.project is None or not self.filter.empty or len(ids) > _FEW:
            return False
        return all(self.ids.place(one) is not None for one in ids) and len(self.project.pictures(ids)) == len(ids)

    def _reload_soon(self, changed: int) -> None:
        """While pictures arrive by the thousand, the list follows a few times a second."""
        if self._small() or self._current_gone():
            self.reload()
        elif not self._later.isActive():
            self._later.start(0 if changed <= _FEW else _DELAY_MS)

    # The filter

    def set_filter(self, asked: PictureFilter) -> None:
        """Put another filter in force; `idsChanged` follows, at once or soon."""
        if asked == self.filter:
            return
        self.filter = asked
        self.filterChanged.emit()
        self.reload()

    @Slot()
    def reload(self) -> None:
        """Ask the project again. The current picture stays current."""
        self._later.stop()
        if self.project is None or self._small() or self._current_gone():
            self._answer_now()
        elif self._asking is not None:
            self._again = True
        else:
            self._ask()

    @property
    def busy(self) -> bool:
        """An answer is being looked for."""
        return self._asking is not None

    def _small(self) -> bool:
        return self.project is None or max(len(self.ids), self.progress.total) <= AT_ONCE

    def _current_gone(self) -> bool:
        return self.project is not None and self.current is not None and not self.project.pictures([self.current])

    def _answer_now(self) -> None:
        self._again = False
        if self.project is None:
            self._take((self.filter, Ids(), Progress()))
            return
        try:
            self._take(_answer(self.project, self.filter))
        except QvlError as error:
            self._session.report(error)

    def _ask(self) -> None:
        project, asked = self.project, self.filter
        assert project is not None
        self._asking = Task(lambda: _answer(project, asked)).on_success(self._take).on_end(self._asked).start(self)

    def _take(self, answer: tuple[PictureFilter, Ids, Progress]) -> None:
        asked, ids, progress = answer
        if asked != self.filter or self._session.project is not self.project:
            return
        same = ids == self.ids
        self.ids = ids
        if not same or not ids:
            self.idsChanged.emit()
        else:
            self.rowsChanged.emit(None)
        self._set_progress(progress)

    def _asked(self) -> None:
        self._asking = None
        if self._again and self.project is not None:
            self._again = False
            self._ask()

    # How far the project is

    def _count(self) -> None:
        if self.project is not None:
            self._set_progress(Progress(self.project.done_count(), self.progress.total))

    def _set_progress(self, progress: Progress) -> None:
        if progress != self.progress:
            self.progress = progress
            self.progressChanged.emit()

    # The current picture

    def set_current(self, picture_id: int | None) -> None:
        """Make a picture the current one (in the list or not)."""
        if picture_id == self.current:
            return
        self.current = picture_id
        if picture_id is not None:
            self._remember_timer.start()
        self.currentChanged.emit(picture_id)

    def next_with(self, status: ShownStatus, *, backwards: bool = False) -> int | None:
        """The next picture of the list with this status, from the other end on when there is none behind the current
        one; None when there is none."""
        if self.project is None:
            return None
        wanted = PictureFilter(statuses=(status,))
        return self.project.next_picture(self.current, wanted, backwards=backwards, within=self.filter)

    def beside(self, by: int) -> int | None:
        """The picture of the list behind the current one (with -1: before it), when that itself is not in the list."""
        if self.project is None or not self.ids:
            return None
        if self.current is None:
            return self.ids[0]
        return self.project.next_picture(self.current, self.filter, backwards=by < 0)

    # Filters that are kept

    def saved(self) -> dict[str, PictureFilter]:
        """The filters that were saved in this project, by name."""
        try:
            found = json.loads(self.project.mark(_SAVED, "{}")) if self.project else {}
        except ValueError:
            found = {}
        items = found.items() if isinstance(found, dict) else ()
        return {str(name): PictureFilter.from_text(json.dumps(value)) for name, value in items}

    def save(self, name: str, asked: PictureFilter | None) -> None:
        """Keep a filter under a name, or forget it (None)."""
        if self.project is None:
            return
        kept = self.saved()
        kept.pop(name, None)
        if asked is not None:
            kept[name] = asked
        text = json.dumps({key: json.loads(one.to_text()) for key, one in kept.items()}, ensure_ascii=False)
        self.project.set_mark(_SAVED, text if kept else "")
        self.savedChanged.emit()

    # Edits of several pictures, beside the window

    def edit(self, picture_ids: Iterable[int], edit: str, *values: object) -> None:
        """Call an edit of the project ("set_status", "set_split", "remove_pictures", ...) for these pictures: at once
        for a few, on a thread for many. One undo step either way."""
        project, ids = self.project, list(picture_ids)
        if project is None or not ids:
            return
        work = getattr(project, edit)
        self._do(lambda: work(ids, *values), len(ids))

    def divide(self, picture_ids: Iterable[int], shares: Mapping[Split, float]) -> None:
        """Put these pictures into splits at random."""
        project, ids = self.project, list(picture_ids)
        if project is not None and ids:
            self._do(lambda: project.split_pictures(shares, picture_ids=ids), len(ids))

    def toggle_status(self, picture_ids: Iterable[int], status: str) -> None:
        """Mark these pictures; when all of them are marked so already, take the mark away."""
        ids = list(picture_ids)
        rows = self.project.pictures(ids[:_FEW]) if self.project else []
        same = bool(rows) and all(row.status == status for row in rows)
        self.edit(ids, "set_status", "" if same else status)

    def _do(self, work: Callable[[], object], pictures: int) -> None:
        if pictures > _FEW:
            Task(work).start(self, serial=True)
            return
        try:
            work()
        except QvlError as error:
            self._session.report(error)


def _answer(project: Project, asked: PictureFilter) -> tuple[PictureFilter, Ids, Progress]:
    return asked, Ids(project.picture_ids(asked)), Progress(project.done_count(), project.picture_count())


def likely_next(ids: Sequence[int], place: int, direction: int) -> list[int]:
    """The pictures likely to be shown next, the likeliest first: two in the direction of travel, one behind."""
    places = [place + direction, place + 2 * direction, place - direction]
    return [ids[one] for one in places if 0 <= one < len(ids)]
