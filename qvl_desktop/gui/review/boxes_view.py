"""Going through suggested boxes: pictures at the left, the canvas, what is proposed about this picture at the right.

Owns which picture is open and walking from one to the next. It shows one of two shelves: boxes to take, or differences
between a model and the regions, worst first. Does not own its widgets (`boxes_frame`), suggestions on a canvas
(`suggestion_layer`), edits of many at once (`many_desk`) nor jobs (`jobs.review`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from pathlib import PurePosixPath

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.review.boxes_frame import BoxesFrame
from qvl_desktop.gui.review.rereading import Rereading
from qvl_desktop.gui.review.suggestion_layer import Proposed
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.box_item import ShownBox
from qvl_desktop.gui.widgets.rows import keep_place, mark_row
from qvl_desktop.jobs.place import Place
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage.rows import Change, PictureRow, RegionRow
from qvl_desktop.storage.suggestions import Shelf

_RELOAD_MS = 600
_FEW = 500


class BoxesView(BoxesFrame):
    """One shelf of suggestions. Signals: `counted(int)`: so many pictures are on it."""

    counted = Signal(int)

    def __init__(self, session: Session, shelf: Shelf, parent: QWidget) -> None:
        super().__init__(session, shelf, parent)
        self.picture: PictureRow | None = None
        self.regions: list[RegionRow] = []
        self._handled: tuple[int, int] | None = None
        self._reading = Rereading(session, lambda project: project.review_ids(shelf), self._take, self)
        self._walking = False
        self._later = waiter(self, _RELOAD_MS, self.reload)
        self._connect()

    # Which pictures

    def show_project(self) -> None:
        """Another project is open."""
        self.thumbnails.forget()
        self._handled = None
        self.pictures.show(self.session.project, [])
        self._open(None)
        self.reload()

    def reload(self) -> None:
        """Ask beside the window which pictures have open suggestions."""
        self._later.stop()
        self._reading.ask()

    def _take(self, ids: list[int]) -> None:
        if ids != list(self.pictures.ids):
            with keep_place(self.list):
                self.pictures.show(self.session.project, ids)
        else:
            self.pictures.look_again(None)
        self._show_count()
        self.counted.emit(len(ids))
        if self.picture is None and ids:
            self._open(ids[0])
        elif self.picture is not None and self.pictures.place(self.picture.id) is None and not self.layer.rows:
            self._walk()
        self._mark()

    def _show_count(self) -> None:
        self.count.setText(self.tr("%n picture(s) to go through", "", len(self.pictures.ids)))

    def _mark(self) -> None:
        place = self.pictures.place(self.picture.id) if self.picture is not None else None
        mark_row(self.list, place)
        total = len(self.pictures.ids)
        self.position.setText(f"{'–' if place is None else place + 1} / {total:,}")

    def on_change(self, change: Change) -> None:
        """Something was committed: by the user's hand at once, by a job a little later."""
        here = self.picture is not None and self.picture.id in change.picture_ids
        if change.kind == "proposals":
            if here:
                self.layer.reload()
                self._show_rows()
                if not self.layer.rows:
                    self._walk()
            elif self._handled is not None and self._handled[0] in change.picture_ids:
                self._came_back(self._handled[0])
            self.pictures.look_again(change.picture_ids if len(change.picture_ids) <= _FEW else None)
            if not self._later.isActive():
                self._later.start()
        elif change.kind == "regions" and here:
            self._read_regions()
            self._show_boxes()
        elif change.kind == "pictures" and not self._later.isActive():
            if (
                self.picture is not None
                and self.session.project
                and not self.session.project.pictures([self.picture.id])
            ):
                self._open(None)
            self._later.start()

    def _came_back(self, picture_id: int) -> None:
        """Undo opened a suggestion of the picture that was left last: go back to it."""
        project = self.session.project
        if project is None or self._handled is None or not self.isVisible():
            return
        if len(project.suggestions(picture_id, self.shelf)) > self._handled[1]:
            self._open(picture_id)

    # One picture

    def go_to(self, place: Place) -> None:
        """Show a picture."""
        if place.picture_id is not None:
            self._open(place.picture_id)

    def _open(self, picture_id: int | None) -> None:
        project = self.session.project
        self.editor.finish(keep=False)
        self.canvas.cancel()
        found = project.pictures([picture_id]) if project is not None and picture_id is not None else []
        self.picture = found[0] if found else None
        self._handled = None
        self.canvas.select(None)
        self.layer.open(self.picture.id if self.picture else None, self.shelf)
        self._read_regions()
        self.canvas.set_picture(self.picture.file if self.picture else None)
        self._show_boxes()
        self._show_rows()
        self._select_first()
        row = self.picture
        self.name.setText(f"{PurePosixPath(row.path).name}   {row.width} × {row.height}" if row else "")
        self._mark()
        self._show_state()

    def _read_regions(self) -> None:
        project = self.session.project
        self.regions = project.regions(self.picture.id) if project is not None and self.picture is not None else []

    def _show_boxes(self) -> None:
        mine = [ShownBox.of(row.id, row.shape, row.ref, locked=row.locked) for row in self.regions]
        self.canvas.set_boxes([*mine, *self.layer.boxes()])

    def _show_rows(self) -> None:
        self.model.show([(row, self.layer.words(row)) for row in self.layer.rows])
        self._mark_selected()
        self._show_state()

    def _select_first(self) -> None:
        if self.layer.rows:
            self.canvas.select(Proposed(self.layer.rows[0].id))
        self._mark_selected()

    def _mark_selected(self) -> None:
        chosen = self.layer.selection
        mark_row(self.rows, self.model.place(chosen[-1]) if chosen else None)

    def _show_state(self) -> None:
        chosen = len(self.layer.selection)
        for name in ("accept", "reject", "edit_ref", "zoom_suggestion"):
            self.view_actions[name].setEnabled(chosen > 0)
        for button in (self.take_button, self.reject_button):
            button.setEnabled(chosen > 0)
        for name in ("accept_all", "reject_all", "next_suggestion", "previous_suggestion"):
            self.view_actions[name].setEnabled(bool(self.layer.rows))
        for name in ("open_picture", "fit"):
            self.view_actions[name].setEnabled(self.picture is not None)
        self.many_button.setEnabled(bool(self.pictures.ids))
        self._show_words()
        self.hint.setText(self._hint())

    def _show_words(self) -> None:
        rows = [row for row in self.layer.rows if row.id in self.layer.selection]
        kinds = {row.kind for row in rows}
        if self.shelf == "boxes":
            self.take_button.setText(self.tr("Take"))
            self.reject_button.setText(self.tr("Reject"))
        else:
            if kinds == {"missed"}:
                take = self.tr("Delete mine")
            elif kinds == {"extra"}:
                take = self.tr("Add the model's")
            else:
                take = self.tr("Take the model's")
            self.take_button.setText(take)
            self.reject_button.setText(self.tr("Leave it out") if kinds == {"extra"} else self.tr("Keep mine"))

    def _hint(self) -> str:
        if not self.layer.rows:
            return ""
        if self.shelf == "boxes":
            return self.tr(
                "Enter takes, Del rejects, Tab goes on. Drag or nudge a box to put it right: so it is taken. "
                "F2 changes the ref, Shift+Enter takes all on this picture."
            )
        return self.tr(
            "Dashed is the model, solid is yours. Enter takes the model's, Del keeps yours, Tab goes on. "
            "Drag either box to put it right."
        )

    # Walking

    def step_picture(self, by: int) -> None:
        """The next or previous picture of the list."""
        ids = self.pictures.ids
        if not ids:
            return
        place = self.pictures.place(self.picture.id) if self.picture is not None else None
        to = (0 if by > 0 else len(ids) - 1) if place is None else min(max(place + by, 0), len(ids) - 1)
        if self.picture is None or ids[to] != self.picture.id:
            self._open(ids[to])

    def step(self, by: int) -> None:
        """The next or previous suggestion; behind the last one, the next picture."""
        keys = self.layer.keys
        if not keys:
            self.step_picture(by)
            return
        here = self.canvas.selected
        place = keys.index(here) + by if here in keys else (0 if by > 0 else len(keys) - 1)
        if 0 <= place < len(keys):
            self.canvas.select(keys[place])
            self._on_selected()
        else:
            before = self.picture.id if self.picture else None
            self.step_picture(by)
            if self.picture is not None and self.picture.id == before:
                self.canvas.select(keys[place % len(keys)])
                self._on_selected()

    def _walk(self) -> None:
        """Nothing is open on this picture any more: on to the next one of the list, and remember where undo goes."""
        if self._walking or self.picture is None:
            return
        left = self.picture.id
        ids = list(self.pictures.ids)
        place = self.pictures.place(left)
        behind = [one for one in ids[(place or 0) + 1 :] if one != left] if place is not None else ids
        before = [one for one in reversed(ids[: place or 0]) if one != left]
        following = next(iter(behind or before), None)
        self._walking = True
        try:
            self._open(following)
            self._handled = (left, 0)
        finally:
            self._walking = False

    def _on_selected(self) -> None:
        self._mark_selected()
        self._show_state()
        chosen = [row for row in self.layer.rows if row.id in self.layer.selection]
        if len(chosen) == 1:
            self.canvas.bring_into_sight(chosen[0].shape.bounds)

    def _on_row(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self.model.rows):
            self.canvas.select(Proposed(self.model.rows[index.row()][0].id))
            self._on_selected()

    def _on_list(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self.pictures.ids):
            chosen = self.pictures.ids[index.row()]
            if self.picture is None or chosen != self.picture.id:
                self._open(chosen)

    # Edits

    def _accept(self) -> None:
        self.layer.accept()

    def _on_shapes(self, shapes: Mapping[Hashable, Shape]) -> None:
        """A region of the user's own was put right."""
        project = self.session.project
        mine = {key: shape for key, shape in shapes.items() if isinstance(key, int)}
        if project is None or not mine:
            return
        try:
            project.reshape_regions(mine)
        except QvlError as error:
            self.session.report(error)
            self._show_boxes()

    def edit_ref(self) -> None:
        """Open the field for the ref of the selected suggestions."""
        project, chosen = self.session.project, self.layer.selection
        rows = [row for row in self.layer.rows if row.id in chosen]
        if project is None or not rows or any(row.kind not in ("new", "extra") for row in rows):
            return
        box = self.canvas.box_on_screen(Proposed(rows[-1].id))
        self.editor.open_at(
            box, rows[-1].ref, project.recent_refs(9), lambda words: [ref for ref, _ in project.find_refs(words, 9)]
        )

    def _on_ref(self, ref: str) -> None:
        project, chosen = self.session.project, self.layer.selection
        if project is None or not chosen:
            return
        try:
            project.rename_suggestions(chosen, ref)
        except QvlError as error:
            self.session.report(error)

    def _on_editor_closed(self) -> None:
        if self.canvas.isVisible():
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_in_annotate(self) -> None:
        """Show this picture on the Annotate page."""
        if self.picture is not None:
            self.session.placeRequested.emit("annotate", Place(picture_id=self.picture.id))

    # Putting together

    def _connect(self) -> None:
        handlers: dict[str, Callable[[], object]] = {
            "accept": self._accept,
            "reject": self.layer.reject,
            "accept_all": self.layer.accept_all,
            "reject_all": self.layer.reject_all,
            "edit_ref": self.edit_ref,
            "next_suggestion": partial(self.step, 1),
            "previous_suggestion": partial(self.step, -1),
            "next_picture": partial(self.step_picture, 1),
            "previous_picture": partial(self.step_picture, -1),
            "open_picture": self.open_in_annotate,
            "fit": self.canvas.fit,
            "zoom_suggestion": self.canvas.zoom_to_selection,
        }
        for name, handler in handlers.items():
            self.view_actions[name].triggered.connect(lambda _checked=False, call=handler: call())
        self.view_actions["hide"].toggled.connect(self.canvas.set_boxes_hidden)
        self.take_button.clicked.connect(lambda _checked=False: self._accept())
        self.reject_button.clicked.connect(lambda _checked=False: self.layer.reject())
        self.list.selectionModel().currentChanged.connect(self._on_list)
        self.rows.selectionModel().currentChanged.connect(self._on_row)
        self.rows.doubleClicked.connect(lambda _index: self._accept())
        self.many.done.connect(self.reload)
        self.canvas.selectionChanged.connect(lambda _key: self._on_selected())
        self.canvas.stepRequested.connect(self.step)
        self.canvas.shapesChanged.connect(self._on_shapes)
        self.layer.changed.connect(self._show_boxes)
        self.editor.accepted.connect(self._on_ref)
        self.editor.closed.connect(self._on_editor_closed)
        self.thumbnails.ready.connect(lambda _file: self.list.viewport().update())
        theme().changed.connect(self._show_boxes)
