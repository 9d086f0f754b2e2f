"""Joins the canvas, the region panel and the ref editor to the edits of one picture.

Owns what is selected, what is being named, and the line of help under the canvas. Does not own the edits themselves
(`editing`), gestures (`canvas`), nor which picture is open (`page`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction

from qvl_desktop.core.box import Rect
from qvl_desktop.gui.annotate.canvas import Canvas
from qvl_desktop.gui.annotate.editing import Editing
from qvl_desktop.gui.annotate.ref_editor import RefEditor
from qvl_desktop.gui.annotate.region_panel import RegionPanel
from qvl_desktop.gui.widgets.picture_view import ShownBox


class RegionDesk(QObject):
    """What the user does to regions, from wherever it is done.

    Signals: `hintChanged(text, warning)`, what to show under the canvas.
    """

    hintChanged = Signal(str, bool)

    def __init__(
        self,
        editing: Editing,
        canvas: Canvas,
        panel: RegionPanel,
        editor: RefEditor,
        actions: dict[str, QAction],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._editing = editing
        self._canvas = canvas
        self._panel = panel
        self._editor = editor
        self._actions = actions
        self._named: int | None = None
        self._gesture = ""
        self.warning = ""
        canvas.boxDrawn.connect(self._on_drawn)
        canvas.boxChanging.connect(self._on_changing)
        canvas.boxChanged.connect(self._on_changed)
        canvas.selectionChanged.connect(self._on_canvas_selection)
        canvas.editRequested.connect(self.edit_ref_of)
        canvas.gestureChanged.connect(self._on_gesture)
        panel.selected.connect(self.select)
        panel.editRequested.connect(self.edit_ref_of)
        panel.hovered.connect(canvas.highlight)
        panel.refChosen.connect(self.give_ref)
        editor.accepted.connect(self._on_ref_typed)
        editor.closed.connect(self._on_editor_closed)

    @property
    def handlers(self) -> dict[str, Callable[[], None]]:
        """What the actions of the page do here, by their names."""
        return {
            "edit_ref": self.edit_ref,
            "delete": self.delete,
            "duplicate": self.duplicate,
            "copy": self.copy,
            "paste": self.paste,
            "next_region": partial(self.step, 1),
            "previous_region": partial(self.step, -1),
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
        self._canvas.set_boxes(ShownBox(row.id, row.rect, row.ref) for row in rows)
        self._panel.show_regions(rows, self.selected)
        self._panel.show_recent(self._editing.recent_refs())
        self._canvas.set_next_label(self._editing.ref_for_new())
        self._show_selection()

    def _show_selection(self) -> None:
        row = self._editing.row(self.selected)
        self._panel.show_token(self._editing.token(row.rect) if row else "", row.rect if row else None)
        for name in ("edit_ref", "delete", "duplicate", "copy"):
            self._actions[name].setEnabled(row is not None)
        self.show_hint()

    def show_hint(self) -> None:
        """Say what can be done now."""
        if self.warning and not self._gesture:
            self.hintChanged.emit(self.warning, True)
        else:
            self.hintChanged.emit(self._hint(), False)

    def _hint(self) -> str:
        if not self._editor.isHidden():
            return self.tr("Type a ref. Enter takes it, Tab completes, 1–9 give a recent one, Esc leaves it as it is.")
        if self._gesture == "corner":
            return self.tr("Click the opposite corner. Esc cancels.")
        if self._gesture:
            return self.tr("Esc cancels.")
        if self._editing.picture is None or self._canvas.message:
            return ""
        if self.selected is not None:
            return self.tr("Arrow keys nudge, with Shift by 10 px. 1–9 give a recent ref, Enter edits it, Del deletes.")
        if self._editing.next_ref:
            return self.tr("The next box will be “{ref}”.").format(ref=self._editing.next_ref)
        return self.tr("Drag to draw a box, or click two corners. The wheel zooms, Space and drag pan.")

    # The selection

    @property
    def selected(self) -> int | None:
        """The id of the selected region."""
        key = self._canvas.selected
        return key if isinstance(key, int) else None

    def select(self, region_id: int | None) -> None:
        """Select a region on the canvas and in the list."""
        self._editor.finish()
        self._canvas.select(region_id)
        self._panel.show_selected(region_id)
        if (row := self._editing.row(region_id)) is not None:
            self._canvas.bring_into_sight(row.rect)
        self._show_selection()

    def step(self, by: int) -> None:
        """Select the next or previous region of the list, round and round."""
        if rows := self._editing.rows:
            place = self._panel.model.place(self.selected)
            start = (-1 if by > 0 else 0) if place is None else place
            self.select(rows[(start + by) % len(rows)].id)

    def _on_canvas_selection(self, key: object) -> None:
        self._panel.show_selected(key if isinstance(key, int) else None)
        self._show_selection()

    # Boxes

    def _on_drawn(self, rect: Rect) -> None:
        self._actions["hide"].setChecked(False)
        region_id = self._editing.add(rect)
        if region_id is None:
            self.reload()
            return
        self.select(region_id)
        self.edit_ref()

    def _on_changing(self, _key: object, rect: Rect) -> None:
        self._panel.show_token(self._editing.token(rect), rect)

    def _on_changed(self, key: object, rect: Rect) -> None:
        if isinstance(key, int) and not self._editing.move(key, rect):
            self.reload()

    def _on_gesture(self, name: str) -> None:
        self._gesture = name
        if name:
            self.show_hint()
        else:
            self._show_selection()

    def delete(self) -> None:
        """Delete the selected region and select the one that takes its place in the list."""
        region_id = self.selected
        if region_id is None or self._canvas.busy:
            return
        place = self._panel.model.place(region_id) or 0
        if self._editing.delete(region_id) and self._editing.rows:
            self.select(self._editing.rows[min(place, len(self._editing.rows) - 1)].id)

    def copy(self) -> None:
        """Put the selected region on the clipboard of regions."""
        if self.selected is not None:
            self._editing.copy(self.selected)

    def paste(self) -> None:
        """Add the copied region and select it."""
        if (region_id := self._editing.paste()) is not None:
            self.select(region_id)

    def duplicate(self) -> None:
        """Add a copy of the selected region and select that."""
        if self.selected is not None and (region_id := self._editing.duplicate(self.selected)) is not None:
            self.select(region_id)

    # Refs

    def give_ref(self, ref: str) -> None:
        """Give a ref to the selected region, or to the next box when none is selected."""
        if self.selected is not None:
            self._editing.rename(self.selected, ref)
        else:
            self._editing.next_ref = ref
            self._canvas.set_next_label(ref)
            self.show_hint()

    def give_recent(self, number: int) -> None:
        """Give the ref that the digit `number` stands for."""
        refs = self._editing.recent_refs()
        if 0 < number <= len(refs) and refs[number - 1]:
            self.give_ref(refs[number - 1])

    def edit_ref_of(self, region_id: object) -> None:
        """Select a region and open the field for its ref."""
        if isinstance(region_id, int) and region_id != self.selected:
            self.select(region_id)
        self.edit_ref()

    def edit_ref(self) -> None:
        """Open the field for the ref of the selected region, beside its box."""
        row = self._editing.row(self.selected)
        if row is None or self._canvas.busy:
            return
        self._named = row.id
        box = self._canvas.box_on_screen(row.id)
        self._editor.open_at(box, row.ref, self._editing.recent_refs(), self._editing.complete)
        self.show_hint()

    def _on_ref_typed(self, ref: str) -> None:
        if self._named is not None:
            self._editing.rename(self._named, ref)

    def _on_editor_closed(self) -> None:
        self._named = None
        self.show_hint()
        if self._canvas.isVisible():
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
