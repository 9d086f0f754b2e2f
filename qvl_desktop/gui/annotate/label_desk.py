"""Joins the label panel to the project: picking, pinning, renaming and merging refs.

Owns what is shown there and what the user's wishes become. Does not own the widgets (`label_panel`), nor what a ref is
given to (`region_desk`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject

from qvl_desktop.gui.annotate.editing import DIGITS, Editing
from qvl_desktop.gui.annotate.label_panel import LabelPanel, LabelRow
from qvl_desktop.gui.annotate.region_desk import RegionDesk
from qvl_desktop.jobs.long_edit import LARGE
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import RefUse

SHOWN = 200
"""How many labels are listed; others are found by typing."""

_DELAY_MS = 30
_FRAME = 0.012
"""Seconds of work that looking the labels up may be on the window's thread."""


class LabelDesk(QObject):
    """What the user does to the labels of the project."""

    def __init__(
        self, session: Session, editing: Editing, panel: LabelPanel, desk: RegionDesk, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._editing = editing
        self._panel = panel
        self._desk = desk
        self._use: RefUse | None = None
        self._slow: Project | None = None
        self._looking = False
        self._timer = waiter(self, _DELAY_MS, self.refresh)
        panel.chosen.connect(desk.give_ref)
        panel.searched.connect(self.refresh)
        panel.pinRequested.connect(self.pin)
        panel.moveRequested.connect(self.move_pin)
        panel.renameRequested.connect(self.ask_for_name)
        panel.rename.nameEdited.connect(self._on_name)
        panel.rename.accepted.connect(self.rename)
        panel.rename.closed.connect(panel.left)
        desk.refTaken.connect(self.refresh_soon)

    # What is shown

    def refresh_soon(self) -> None:
        """Look at the labels again when the present work is done; several wishes become one."""
        if not self._timer.isActive():
            self._timer.start()

    def refresh(self) -> None:
        """Show the labels as the project has them now: those of the digits first, then the most frequent ones.

        Where there are so many that this takes longer than a frame, they are looked up beside the window from then on.
        """
        self._timer.stop()
        project = self._session.project
        if project is None:
            self._panel.show_labels(())
            return
        words, digits = self._panel.words, self._editing.digit_refs()
        if project is not self._slow:
            began = time.thread_time()
            self._panel.show_labels(_rows(project, words, digits))
            if time.thread_time() - began > _FRAME:
                self._slow = project
        elif not self._looking:
            self._looking = True
            task = Task(lambda: _rows(project, words, digits)).on_success(self._panel.show_labels)
            task.on_end(lambda: self._looked(words, digits)).start(self)

    def _looked(self, words: str, digits: list[str]) -> None:
        self._looking = False
        if (words, digits) != (self._panel.words, self._editing.digit_refs()):
            self.refresh_soon()

    # Pins

    def pin(self, ref: str, digit: int) -> None:
        """Pin a ref at a digit (0: at the first free place), or take its pin away (-1)."""
        project = self._session.project
        if project is None:
            return
        pins = ["" if pin == ref else pin for pin in project.pinned_refs()]
        if digit > 0:
            pins += [""] * (digit - len(pins))
            before, pins[digit - 1] = pins[digit - 1], ref
            if before:
                self._put_in_free_place(pins, before)
        elif digit == 0:
            self._put_in_free_place(pins, ref)
        self._set_pins(pins)

    def move_pin(self, ref: str, by: int) -> None:
        """Change places with the next pinned place up (-1) or down (1)."""
        project = self._session.project
        pins = project.pinned_refs() if project else []
        if ref in pins and 0 <= (place := pins.index(ref) + by) < max(len(pins), DIGITS):
            pins += [""] * (place + 1 - len(pins))
            here = pins.index(ref)
            pins[here], pins[place] = pins[place], ref
            self._set_pins(pins)

    def _put_in_free_place(self, pins: list[str], ref: str) -> None:
        if "" in pins:
            pins[pins.index("")] = ref
        else:
            pins.append(ref)

    def _set_pins(self, pins: Sequence[str]) -> None:
        self._editing.attempt(lambda project: project.set_pinned_refs(pins))
        self.refresh()

    # Other names

    def rename_chosen(self) -> None:
        """Ask for another name of the labels that are marked, or of the selected region."""
        row = self._editing.row(self._desk.selected)
        refs = self._panel.picked or ([row.ref] if row and row.ref else [])
        if refs:
            self.ask_for_name(refs)
        else:
            self._session.notice.emit("info", self.tr("Select a region or a label first."))

    def ask_for_name(self, refs: Sequence[str]) -> None:
        """Open the bar for another name, and count what would change."""
        project = self._session.project
        if project is None or not refs:
            return
        self._use = None
        wanted = tuple(refs)
        self._panel.rename.open_for(wanted)

        def show(use: RefUse) -> None:
            if self._panel.rename.refs == wanted:
                self._use = use
                self._panel.rename.show_use(use)

        Task(lambda: project.ref_use(wanted)).on_success(show).start(self)

    def _on_name(self, name: str) -> None:
        project, refs = self._session.project, self._panel.rename.refs
        count = project.counts_of([name]).get(name, 0) if project and name and name not in refs else 0
        self._panel.rename.show_existing(count)

    def rename(self, refs: Sequence[str], name: str) -> None:
        """Give all regions of these refs another one, in one step; beside the window when there are many."""
        project = self._session.project
        if project is None:
            return
        use = self._use
        rows = use.regions + use.turns if use else sum(project.counts_of(refs).values())

        def told(changed: int) -> None:
            text = self.tr("%n region(s) are now “{ref}”.", "", changed).format(ref=name)
            self._session.offered.emit("success", text, ((self.tr("Undo"), self._session.undo_this()),))
            self.refresh()

        if rows >= LARGE:
            words = self.tr("Renaming to “{ref}”").format(ref=name)
            self._session.edits.run(words, lambda report: project.rename_ref(refs, name, report), told)
            return
        changed: list[int] = []
        if self._editing.attempt(lambda project: changed.append(project.rename_ref(refs, name))):
            told(changed[0])


def _rows(project: Project, words: str, digits: list[str]) -> list[LabelRow]:
    """The labels that hold `words`, with those of the digits and the pinned ones first. Safe on any thread."""
    by_digit = {ref: digit for digit, ref in enumerate(digits, start=1) if ref}
    pinned = project.pinned_refs()
    found = dict(project.find_refs(words, SHOWN))
    if words:
        first = [ref for ref in found if ref in by_digit or ref in pinned]
    else:
        first = [ref for ref in (*by_digit, *pinned) if ref]
        found.update(project.counts_of([ref for ref in first if ref not in found]))
    order = dict.fromkeys((*first, *found))
    return [LabelRow(ref, found.get(ref, 0), by_digit.get(ref, 0), ref in pinned) for ref in order]
