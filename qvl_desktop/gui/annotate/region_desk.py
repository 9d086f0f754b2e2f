"""Joins the canvas, the region panel and the ref editor to the edits of one picture.

Owns what the user does to regions, what is being named, and the line of help under the canvas. Does not own the edits
themselves (`editing`), gestures (`gestures`), nor which picture is open (`page`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction

from qvl_desktop.core.box import Rect
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.annotate.canvas import Canvas
from qvl_desktop.gui.annotate.editing import Editing
from qvl_desktop.gui.annotate.ref_editor import RefEditor
from qvl_desktop.gui.annotate.region_panel import RegionPanel
from qvl_desktop.gui.review.suggestion_layer import SuggestionLayer
from qvl_desktop.gui.widgets.picture_view import ShownBox
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.rows import LinkedToken, RegionRow

ABOUT_SELECTION = ("edit_ref", "delete", "duplicate", "copy", "cut", "lock", "to_quad", "to_box")
"""The actions that need something selected."""


class RegionDesk(QObject):
    """What the user does to regions, from wherever it is done.

    Signals: `hintChanged(text, warning)`, what to show under the canvas; `refTaken()`: the ref for the next region, or
    those of regions, changed by the user's hand.
    """

    hintChanged = Signal(str, bool)
    refTaken = Signal()

    def __init__(
        self,
        session: Session,
        editing: Editing,
        canvas: Canvas,
        panel: RegionPanel,
        editor: RefEditor,
        actions: dict[str, QAction],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._editing = editing
        self._canvas = canvas
        self._panel = panel
        self._editor = editor
        self._actions = actions
        self._named: tuple[int, ...] = ()
        self._boxes: dict[int, tuple[RegionRow, ShownBox]] = {}
        self._gesture = ""
        self.layer: SuggestionLayer | None = None
        """What a model proposes about this picture, where the page shows it."""
        self.warning = ""
        canvas.shapeDrawn.connect(self._on_drawn)
        canvas.shapeChanging.connect(self._on_changing)
        canvas.shapesChanged.connect(self._on_changed)
        canvas.selectionChanged.connect(self._on_canvas_selection)
        canvas.editRequested.connect(self.edit_ref_of)
        canvas.gestureChanged.connect(self._on_gesture)
        canvas.stepRequested.connect(self.step)
        panel.selectionChanged.connect(self.select_all_of)
        panel.editRequested.connect(self.edit_ref_of)
        panel.hovered.connect(canvas.highlight)
        panel.boundsEdited.connect(self._on_numbers)
        editor.accepted.connect(self._on_ref_typed)
        editor.closed.connect(self._on_editor_closed)

    @property
    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the actions of the page do here, by their names."""
        return {
            "edit_ref": self.edit_ref,
            "delete": self.delete,
            "duplicate": self.duplicate,
            "copy": self.copy,
            "cut": self.cut,
            "paste": self.paste,
            "lock": self.toggle_lock,
            "to_quad": partial(self.convert, Shape.as_quad),
            "to_box": partial(self.convert, Shape.as_box),
            "select_all": self._canvas.select_all,
            "next_region": partial(self.step, 1),
            "previous_region": partial(self.step, -1),
            "add_box": self._canvas.add_box,
        }

    # What is shown

    def settle(self) -> None:
        """End what goes on: a gesture is given up, a ref that was typed is kept."""
        self._editor.finish()
        self._canvas.cancel()

    def open(self, picture_id: int | None) -> None:
        """Turn to another picture, with nothing selected."""
        self.settle()
        self.warning = ""
        self._canvas.select(None)
        self._editing.open(picture_id)
        picture = self._editing.picture
        self._canvas.set_picture(picture.file if picture else None)
        self._show()

    def reload(self) -> None:
        """Show the regions as the project has them now."""
        self._editing.reload()
        self._show()

    def _show(self) -> None:
        rows = self._editing.rows
        self._editing.digit_refs()  # after every edit, so that each recent ref keeps the digit it came to have
        before, self._boxes = self._boxes, {}
        for row in rows:
            known = before.get(row.id)
            same = known is not None and known[0] is row
            box = known[1] if known and same else ShownBox.of(row.id, row.shape, row.ref, locked=row.locked)
            self._boxes[row.id] = row, box
        proposed = self.layer.boxes() if self.layer is not None else ()
        self._canvas.set_boxes((*(box for _, box in self._boxes.values()), *proposed))
        self._panel.show_regions(rows, self.selection)
        self._canvas.set_next_label(self._editing.ref_for_new())
        self._show_selection()

    def _show_selection(self) -> None:
        rows = self._editing.rows_of(self.selection)
        row = self._editing.row(self.selected) if len(rows) == 1 else None
        self._panel.show_shape(row.token if row else "", row.shape if row else None, len(rows))
        if row is not None:
            self._panel.set_numbers_editable(not row.locked)
        for name in ABOUT_SELECTION:
            self._actions[name].setEnabled(bool(rows))
        proposed = self.layer.selection if self.layer is not None else ()
        self._actions["delete"].setEnabled(bool(rows or proposed))
        self._actions["lock"].setChecked(bool(rows) and all(row.locked for row in rows))
        self._actions["to_quad"].setEnabled(any(row.kind == "box" for row in rows))
        self._actions["to_box"].setEnabled(any(row.kind == "quad" for row in rows))
        self.show_hint()

    def show_hint(self) -> None:
        """Say what can be done now."""
        if self.warning and not self._gesture:
            self.hintChanged.emit(self.warning, True)
        else:
            self.hintChanged.emit(self._hint(), False)

    def _hint(self) -> str:
        if not self._editor.isHidden():
            return self.tr("Type a ref. Enter takes it, Tab completes, 1–9 give a listed one, Esc leaves it as it is.")
        if self._gesture == "corner":
            return self.tr("Click the opposite corner. Esc cancels.")
        if self._gesture == "quad":
            words = self.tr("Corner {number} of 4. Backspace takes the last one back, Esc cancels.")
            return words.format(number=self._canvas.drawing_quad + 1)
        if self._gesture:
            return self.tr("Esc cancels.")
        if self._editing.picture is None or self._canvas.message:
            return ""
        count = len(self.selection)
        if self.layer is not None and self.layer.selection and not count:
            return self.tr("Proposed by a model: Enter takes it, Del rejects it, a drag or an arrow key puts it right.")
        if count > 1:
            words = self.tr("{count} regions. Arrow keys nudge them, 1–9 give a ref to all, Del deletes.")
            return words.format(count=count)
        if count:
            return self.tr("Arrow keys nudge, with Shift by 10 px. 1–9 give a ref, Enter edits it, Del deletes.")
        if self._canvas.tool == "select":
            return self.tr("Click to select, drag to gather. Shift adds. B goes back to drawing boxes.")
        if self.layer is not None and self.layer.keys:
            words = self.tr("A model proposes %n box(es): Tab goes to them.", "", len(self.layer.keys))
            return words + " " + self.tr("Shift+Enter takes all, Shift+Del rejects all.")
        if self._editing.next_ref:
            return self.tr("The next region will be “{ref}”.").format(ref=self._editing.next_ref)
        if self._canvas.tool == "quad":
            return self.tr("Click the four corners of a quad, in order. Esc goes back to boxes.")
        if self._canvas.tool == "point":
            return self.tr("Click to set a point. Esc goes back to boxes.")
        return self.tr("Drag to draw a box, or click two corners. Ctrl and drag selects, Space and drag pans.")

    # The selection

    @property
    def selected(self) -> int | None:
        """The id of the selected region; of several, the one chosen last."""
        key = self._canvas.selected
        return key if isinstance(key, int) else None

    @property
    def selection(self) -> list[int]:
        """The ids of all selected regions."""
        return [key for key in self._canvas.selection if isinstance(key, int)]

    def select(self, region_id: int | None) -> None:
        """Select one region on the canvas and in the list."""
        self.select_all_of(() if region_id is None else (region_id,))

    def select_all_of(self, region_ids: Iterable[int]) -> None:
        """Select regions on the canvas and in the list."""
        self._editor.finish()
        self._canvas.set_selection(region_ids)
        self._panel.show_selected(self.selection)
        if (row := self._editing.row(self.selected)) is not None and len(self.selection) == 1:
            self._canvas.bring_into_sight(row.rect)
        self._show_selection()

    def step(self, by: int) -> None:
        """Select the next or previous region of the list, then what is proposed, round and round."""
        keys: list[Hashable] = [row.id for row in self._editing.rows]
        keys += self.layer.keys if self.layer is not None else ()
        if keys:
            here = self._canvas.selected
            start = keys.index(here) if here in keys else (-1 if by > 0 else 0)
            following = keys[(start + by) % len(keys)]
            if isinstance(following, int):
                self.select(following)
            else:
                self._canvas.select(following)
                self._on_canvas_selection(following)

    def _on_canvas_selection(self, _key: object) -> None:
        self._editor.finish()
        self._panel.show_selected(self.selection)
        self._show_selection()

    # Shapes

    def _on_drawn(self, shape: Shape) -> None:
        self._actions["hide"].setChecked(False)
        region_id = self._editing.add(shape)
        if region_id is None:
            self.reload()
            return
        self.select(region_id)
        self.edit_ref()

    def _on_changing(self, _key: object, shape: Shape) -> None:
        self._panel.show_shape(self._editing.token(shape), shape, 1)

    def _on_changed(self, shapes: Mapping[object, Shape]) -> None:
        wanted = {key: shape for key, shape in shapes.items() if isinstance(key, int)}
        if not wanted or not self._editing.reshape(wanted):
            self.reload()

    def _on_numbers(self, rect: Rect) -> None:
        """The bounds of the selected region were typed."""
        row, picture = self._editing.row(self.selected), self._editing.picture
        if row is None or picture is None or row.locked:
            return
        try:
            shape = row.shape.fitted(rect)
        except QvlError as error:
            self._session.report(error)
            return
        if not self._editing.reshape({row.id: shape}):
            self.reload()

    def _on_gesture(self, name: str) -> None:
        self._gesture = name
        if name:
            self.show_hint()
        else:
            self._show_selection()

    def convert(self, change: Callable[[Shape], Shape]) -> None:
        """Make quads of the selected boxes, or boxes of the selected quads."""
        rows = [row for row in self._editing.rows_of(self.selection) if row.kind != "point" and not row.locked]
        if rows:
            self._editing.reshape({row.id: change(row.shape) for row in rows})

    def toggle_lock(self) -> None:
        """Lock the selected regions, or free them when all are locked."""
        rows = self._editing.rows_of(self.selection)
        if rows:
            self._editing.lock([row.id for row in rows], not all(row.locked for row in rows))

    def delete(self) -> None:
        """Delete the selected regions that are not locked, and select the one that takes the place in the list."""
        if self._canvas.busy:
            return
        if self.layer is not None:
            self.layer.reject()
        rows = self._editing.rows_of(self.selection)
        free = [row.id for row in rows if not row.locked]
        if len(free) < len(rows):
            self._session.notice.emit("info", self.tr("Locked regions stay. Unlock them first to delete them."))
        if not free:
            return
        place = self._panel.model.place(free[0]) or 0
        left = self._editing.delete(free)
        if left is None:
            return
        remaining = [row.id for row in rows if row.locked]
        if not remaining and self._editing.rows and len(free) == 1:
            remaining = [self._editing.rows[min(place, len(self._editing.rows) - 1)].id]
        self.select_all_of(remaining)
        if left:
            self._offer_to_remove(free, left)

    def _offer_to_remove(self, region_ids: Sequence[int], left: Sequence[LinkedToken]) -> None:
        """Say that boxes stay in texts, with the two ways on."""
        turns = len({token.turn_id for token in left})
        if len(region_ids) == 1:
            text = self.tr("The region is deleted. Its box stays in %n answer(s).", "", turns)
        else:
            text = self.tr("The regions are deleted. Their boxes stay in %n answer(s).", "", turns)

        def remove() -> None:
            self._editing.attempt(lambda project: project.remove_tokens(left))

        self._session.offered.emit(
            "info", text, ((self.tr("Remove there too"), remove), (self.tr("Undo"), self._session.undo_this()))
        )

    # Copies

    def copy(self) -> None:
        """Put the selected regions on the clipboard."""
        self._editing.copy(self.selection)

    def cut(self) -> None:
        """Put the selected regions on the clipboard and delete them."""
        if self._editing.copy(self.selection):
            self.delete()

    def paste(self) -> None:
        """Add the regions on the clipboard and select them."""
        if added := self._editing.paste():
            self.select_all_of(added)
        else:
            self._session.notice.emit("info", self.tr("There are no regions on the clipboard."))

    def duplicate(self) -> None:
        """Add copies of the selected regions and select those."""
        if added := self._editing.duplicate(self.selection):
            self.select_all_of(added)

    def copy_from(self, picture_id: int) -> bool:
        """Add the regions of another picture that are not here yet and select them; False when there are none."""
        added = self._editing.copy_from(picture_id)
        if added:
            self.select_all_of(added)
        return bool(added)

    # Refs

    def give_ref(self, ref: str) -> None:
        """Give a ref to the selected regions, or to the next one when none is selected."""
        if self.selection:
            self._editing.rename(self.selection, ref)
        else:
            self._editing.next_ref = ref
            self._canvas.set_next_label(ref)
            self.show_hint()
        self.refTaken.emit()

    def give_digit(self, number: int) -> None:
        """Give the ref that the digit `number` stands for."""
        refs = self._editing.digit_refs()
        if 0 < number <= len(refs) and refs[number - 1]:
            self.give_ref(refs[number - 1])

    def edit_ref_of(self, region_id: object) -> None:
        """Select a region and open the field for its ref."""
        if isinstance(region_id, int) and region_id not in self.selection:
            self.select(region_id)
        self.edit_ref()

    def edit_ref(self) -> None:
        """Open the field for the ref of the selected regions, beside the one chosen last."""
        row = self._editing.row(self.selected)
        if row is None or self._canvas.busy:
            return
        self._named = tuple(self.selection)
        box = self._canvas.box_on_screen(row.id)
        self._editor.open_at(box, row.ref, self._editing.digit_refs(), self._editing.complete)
        self.show_hint()

    def _on_ref_typed(self, ref: str) -> None:
        if self._named:
            self._editing.rename(self._named, ref)
            self.refTaken.emit()

    def _on_editor_closed(self) -> None:
        self._named = ()
        self.show_hint()
        if self._canvas.isVisible():
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
