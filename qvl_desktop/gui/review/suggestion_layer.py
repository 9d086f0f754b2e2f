"""Suggested boxes on a canvas: shown dashed, taken, rejected or put right.

Owns the suggestions of the picture that is open, how they look, and what the canvas's gestures and keys mean for them.
The Annotate and the Review page share it. Does not own the canvas's other boxes (their pages set all of them
together), nor the rows (`storage.suggestions`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.annotate.canvas import Canvas
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.box_item import ShownBox
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.suggestions import Shelf, SuggestionRow


@dataclass(frozen=True, slots=True)
class Proposed:
    """The key of a suggested box on a canvas."""

    id: int


class SuggestionLayer(QObject):
    """What is proposed about one picture.

    Signals:
        changed(): other boxes are to be shown.
        closing(ids, accepted): these are about to be taken or rejected by the user's hand.
    """

    changed = Signal()
    closing = Signal(object, bool)

    def __init__(self, session: Session, canvas: Canvas, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._picture: int | None = None
        self._shelf: Shelf = "boxes"
        self._next: int | None = None
        self.shown = True
        self.rows: list[SuggestionRow] = []
        canvas.shapesChanged.connect(self._on_shapes)
        canvas.editRequested.connect(self._on_wanted)

    # What is proposed

    def open(self, picture_id: int | None, shelf: Shelf = "boxes") -> None:
        """Turn to another picture, or to its other shelf."""
        self._picture, self._shelf, self._next = picture_id, shelf, None
        self._read()

    def reload(self) -> None:
        """Look again: something has changed. The selection goes to what comes behind a suggestion that was closed."""
        before = [row.id for row in self.rows]
        self._read()
        after = [row.id for row in self.rows]
        if before != after:
            self.changed.emit()
            if self._next is not None and self._next in after:
                self._canvas.select(Proposed(self._next))
                self._canvas.selectionChanged.emit(Proposed(self._next))
        self._next = None

    def _read(self) -> None:
        project = self._session.project
        self.rows = []
        if project is not None and self._picture is not None:
            try:
                self.rows = project.suggestions(self._picture, self._shelf)
            except QvlError as error:
                self._session.report(error)

    def boxes(self) -> list[ShownBox]:
        """As they are shown: dashed; what the model did not find in the colour of danger."""
        return [self._box(row) for row in self.rows] if self.shown else []

    def _box(self, row: SuggestionRow) -> ShownBox:
        shape = None if row.shape.kind == "box" else row.shape
        colour = theme().colour("danger") if row.kind == "missed" else None
        label = row.ref if row.kind == "new" else f"{row.ref} · {self.words(row)}"
        return ShownBox(Proposed(row.id), row.shape.bounds, label, colour, "dashed", shape)

    def words(self, row: SuggestionRow) -> str:
        """What a suggestion is, in a few words."""
        if row.kind == "missed":
            return self.tr("not found")
        if row.kind == "extra":
            return self.tr("not drawn")
        if row.kind == "low":
            return self.tr("overlap {share}").format(share=f"{row.overlap:.2f}")
        return self.tr("suggested")

    @property
    def keys(self) -> list[Hashable]:
        """The keys of the boxes that are shown, in their order."""
        return [Proposed(row.id) for row in self.rows] if self.shown else []

    @property
    def selection(self) -> list[int]:
        """The numbers of the selected suggestions."""
        here = {row.id for row in self.rows}
        return [key.id for key in self._canvas.selection if isinstance(key, Proposed) and key.id in here]

    def row(self, suggestion_id: int) -> SuggestionRow | None:
        """One of those at hand."""
        return next((row for row in self.rows if row.id == suggestion_id), None)

    # What the user does

    def accept(self, ids: Iterable[int] | None = None, shapes: Mapping[int, Shape] | None = None) -> bool:
        """Take suggestions (those selected by default); False when there were none, or it failed."""
        wanted = self.selection if ids is None else list(ids)
        return self._close(wanted, True, lambda project: project.accept_suggestions(wanted, shapes))

    def reject(self, ids: Iterable[int] | None = None) -> bool:
        """Reject suggestions (those selected by default); False when there were none, or it failed."""
        wanted = self.selection if ids is None else list(ids)
        return self._close(wanted, False, lambda project: project.reject_suggestions(wanted))

    def accept_all(self) -> bool:
        """Take all that are shown of this picture."""
        return self.accept([row.id for row in self.rows] if self.shown else [])

    def reject_all(self) -> bool:
        """Reject all that are shown of this picture."""
        return self.reject([row.id for row in self.rows] if self.shown else [])

    def _close(self, ids: list[int], accepted: bool, edit: Callable[[Project], object]) -> bool:
        project = self._session.project
        if project is None or not ids or self._session.edits.running:
            return False
        self._next = self._behind(ids)
        self.closing.emit(ids, accepted)
        try:
            edit(project)
        except QvlError as error:
            self._next = None
            self._session.report(error)
            return False
        return True

    def _behind(self, ids: list[int]) -> int | None:
        """What is selected once these are gone: the one behind the last of them, else the first that stays."""
        order = [row.id for row in self.rows]
        last = max((order.index(one) for one in ids if one in order), default=-1)
        gone = set(ids)
        return next((one for one in (*order[last + 1 :], *order[: last + 1]) if one not in gone), None)

    def _on_shapes(self, shapes: Mapping[Hashable, Shape]) -> None:
        """A suggestion was moved or pulled: it is taken as it is now. What the model did not find cannot be moved."""
        fixed = {key.id: shape for key, shape in shapes.items() if isinstance(key, Proposed)}
        missed = {row.id for row in self.rows if row.kind == "missed"}
        wanted = {number: shape for number, shape in fixed.items() if number not in missed}
        if fixed and not (wanted and self.accept(list(wanted), wanted)):
            self.changed.emit()

    def _on_wanted(self, key: Hashable) -> None:
        """Enter or a double click on a suggestion takes it; with several selected, all of them."""
        if isinstance(key, Proposed):
            self.accept(self.selection or [key.id])
