"""The Annotate page: pictures at the left, the canvas, regions at the right.

Owns putting these together: what one part says is passed on to the others and to the project. Does not own edits
(`editing`), gestures (`canvas`) or the look of the parts.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from qvl_desktop.core.box import Rect
from qvl_desktop.core.dataset import Split
from qvl_desktop.core.pictures import SUFFIXES
from qvl_desktop.gui.annotate.actions import make_actions
from qvl_desktop.gui.annotate.canvas import Canvas
from qvl_desktop.gui.annotate.canvas_bar import CanvasBar
from qvl_desktop.gui.annotate.editing import RECENT, Editing
from qvl_desktop.gui.annotate.empty_state import EmptyState
from qvl_desktop.gui.annotate.picture_list import PictureList
from qvl_desktop.gui.annotate.ref_editor import RefEditor
from qvl_desktop.gui.annotate.region_panel import RegionPanel
from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_view import ShownBox
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.jobs.opening import index_pictures
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.rows import Change

PREFETCH_PIXELS = 40_000_000
"""Larger neighbours are not decoded ahead."""

_RESUME = "annotate.picture"


class AnnotatePage(QWidget):
    """The page. Undo and redo are the window's; every edit is in the project when the mouse button is up."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.editing = Editing(session)
        self._project_path: Path | None = None
        self._came_from: int | None = None
        self._warning = ""
        self.setAcceptDrops(True)
        self.page_actions = make_actions(self)
        self.thumbnails = Thumbnails(self)
        self.pictures = PictureList(self.thumbnails, self)
        self.canvas = Canvas(self)
        self.canvas.setAcceptDrops(False)
        self.bar = CanvasBar(self.page_actions, self)
        self.hint = QLabel(self)
        set_role(self.hint, "caption")
        self.hint.setContentsMargins(Space.M, Space.XS, Space.M, Space.XS)
        self.panel = RegionPanel(self.page_actions, self)
        self.editor = RefEditor(self.canvas.viewport())
        self.empty = EmptyState("image", self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._work_area())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self._connect_actions()
        self._connect_parts()
        self._on_project()

    # The project

    def _on_project(self) -> None:
        self._remember()
        project = self.session.project
        self._project_path = project.path if project else None
        self.editor.finish(keep=False)
        self.canvas.cancel()
        self.thumbnails.forget()
        self._came_from = None
        self.editing.start()
        self.pictures.show_project(project)
        self._show_state()
        first = self.pictures.model.ids[0] if self.pictures.model.ids else None
        resumed = self._resumed()
        self.pictures.set_current(resumed if resumed is not None else first)
        if self.pictures.current is None:
            self._show_picture(None)

    def _on_change(self, change: Change) -> None:
        if change.kind == "pictures":
            self._on_pictures_changed()
        elif change.kind == "regions":
            self.pictures.model.look_again(change.picture_ids)
            if self.editing.picture is not None and self.editing.picture.id in change.picture_ids:
                self._reload_regions()

    def _on_pictures_changed(self) -> None:
        self.pictures.reload()
        self._show_state()
        if self.editing.picture is not None and not self.editing.reload():
            self.pictures.set_current(None)
        if self.pictures.current is None and self.pictures.model.ids:
            self.pictures.set_current(self.pictures.model.ids[0])
        elif self.pictures.current is None:
            self._show_picture(None)

    def _show_state(self) -> None:
        """The work area, or what to do first."""
        project = self.session.project
        if project is None:
            self.empty.show_words(self.tr("No project is open"), self.tr("Open or make one to begin."))
        elif not project.picture_count():
            self.empty.show_words(
                self.tr("No pictures yet"),
                self.tr("Add a folder of pictures, or drop one here. Files stay where they are."),
            )
        self.empty.set_buttons_visible(project is not None)
        working = project is not None and project.picture_count() > 0
        if working != (self._stack.currentIndex() == 1):
            self._stack.setCurrentIndex(1 if working else 0)
            self._take_focus()

    def _resumed(self) -> int | None:
        """The picture at which the user left this project."""
        path, _, number = self.session.settings.window_state.get(_RESUME, "").rpartition("|")
        project = self.session.project
        if project is None or path != str(project.path) or not number.isdigit():
            return None
        return int(number) if self.pictures.model.place(int(number)) is not None else None

    def _remember(self) -> None:
        if self._project_path is not None and self.pictures.current is not None:
            settings, place = self.session.settings, f"{self._project_path}|{self.pictures.current}"
            settings.window_state = settings.window_state | {_RESUME: place}

    # The current picture

    def _show_picture(self, picture_id: int | None) -> None:
        self.editor.finish()
        self.canvas.cancel()
        if self.editing.picture is not None and self.editing.picture.id != picture_id:
            self._came_from = self.editing.picture.id
        self._warning = ""
        self.canvas.select(None)
        self.editing.open(picture_id)
        picture = self.editing.picture
        self.canvas.set_picture(picture.file if picture else None)
        self._reload_regions()
        if picture is not None:
            size = f"{picture.width} × {picture.height}"
            self.bar.show_name(f"{PurePosixPath(picture.path).name}   {size}", str(picture.file))
        else:
            self.bar.show_name("", "")
        ahead = [row.file for row in self.pictures.neighbours() if row.width * row.height <= PREFETCH_PIXELS]
        self.canvas.loader.prefetch(ahead)

    def _on_picture_shown(self, _path: Path) -> None:
        picture, size = self.editing.picture, self.canvas.picture_size
        if picture is not None and size is not None and size != (picture.width, picture.height):
            text = self.tr("The file has changed since it was added: it was {old}, now it is {new}. Boxes may be off.")
            self._warning = text.format(old=f"{picture.width} × {picture.height}", new=f"{size[0]} × {size[1]}")
        self._show_hint()

    def _on_position(self) -> None:
        self.bar.show_position(self.pictures.position, len(self.pictures.model.ids))

    def _reload_regions(self) -> None:
        """Show the regions as the project has them."""
        self.editing.reload()
        self.canvas.set_boxes(ShownBox(row.id, row.rect, row.ref) for row in self.editing.rows)
        self.panel.show_regions(self.editing.rows, self._selected)
        self.panel.show_recent(self.editing.recent_refs())
        self.canvas.set_next_label(self.editing.ref_for_new())
        self._show_selection()

    # The selection

    @property
    def _selected(self) -> int | None:
        key = self.canvas.selected
        return key if isinstance(key, int) else None

    def _select(self, region_id: int | None) -> None:
        self.editor.finish()
        self.canvas.select(region_id)
        self.panel.show_selected(region_id)
        if (row := self.editing.row(region_id)) is not None:
            self.canvas.bring_into_sight(row.rect)
        self._show_selection()

    def _on_canvas_selection(self, key: object) -> None:
        self.panel.show_selected(key if isinstance(key, int) else None)
        self._show_selection()

    def _show_selection(self) -> None:
        row = self.editing.row(self._selected)
        self.panel.show_token(self.editing.token(row.rect) if row else "", row.rect if row else None)
        for name in ("edit_ref", "delete", "duplicate", "copy"):
            self.page_actions[name].setEnabled(row is not None)
        self._show_hint()

    def _on_changing(self, _key: object, rect: Rect) -> None:
        self.panel.show_token(self.editing.token(rect), rect)

    def _on_gesture(self, name: str) -> None:
        if not name:
            self._show_selection()
        else:
            self._show_hint(name)

    def _show_hint(self, gesture: str = "") -> None:
        if gesture == "corner":
            text = self.tr("Click the opposite corner. Esc cancels.")
        elif gesture == "ref":
            text = self.tr("Type a ref. Enter takes it, Tab completes, 1–9 give a recent one, Esc leaves it as it is.")
        elif gesture:
            text = self.tr("Esc cancels.")
        elif self._warning:
            text = self._warning
        elif self._selected is not None:
            text = self.tr(
                "Arrow keys nudge, with Shift by 10 pixels. 1–9 give a recent ref, Enter edits it, Del deletes."
            )
        elif self.editing.next_ref:
            text = self.tr("The next box will be “{ref}”.").format(ref=self.editing.next_ref)
        elif self.editing.picture is not None:
            text = self.tr("Drag to draw a box, or click two corners. Wheel zooms, Space and drag pans.")
        else:
            text = ""
        set_role(self.hint, "warning" if self._warning and text == self._warning else "caption")
        self.hint.setText(text)

    # Edits

    def _on_drawn(self, rect: Rect) -> None:
        region_id = self.editing.add(rect)
        if region_id is not None:
            self._select(region_id)
            self._edit_ref()
        else:
            self._reload_regions()

    def _on_changed(self, key: object, rect: Rect) -> None:
        if isinstance(key, int) and not self.editing.move(key, rect):
            self._reload_regions()

    def _delete(self) -> None:
        if (region_id := self._selected) is not None and not self.canvas.busy:
            place = self.panel.model.place(region_id) or 0
            if self.editing.delete(region_id) and self.editing.rows:
                self._select(self.editing.rows[min(place, len(self.editing.rows) - 1)].id)

    def _give_ref(self, ref: str) -> None:
        """To the selected region, or to the next box when none is selected."""
        if self._selected is not None:
            self.editing.rename(self._selected, ref)
        else:
            self.editing.next_ref = ref
            self.canvas.set_next_label(ref)
            self._show_hint()

    def _edit_region(self, region_id: object) -> None:
        if isinstance(region_id, int) and region_id != self._selected:
            self._select(region_id)
        self._edit_ref()

    def _edit_ref(self) -> None:
        row = self.editing.row(self._selected)
        if row is not None and not self.canvas.busy:
            box = self.canvas.box_on_screen(row.id)
            self._show_hint("ref")
            self.editor.open_at(box, row.ref, self.editing.recent_refs(), self.editing.complete)

    def _on_ref_typed(self, ref: str) -> None:
        if self._selected is not None:
            self.editing.rename(self._selected, ref)

    def _on_editor_closed(self) -> None:
        self._show_hint()
        if self.isVisible():
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _copy(self) -> None:
        if self._selected is not None:
            self.editing.copy(self._selected)

    def _paste(self) -> None:
        if (region_id := self.editing.paste()) is not None:
            self._select(region_id)

    def _duplicate(self) -> None:
        if self._selected is not None and (region_id := self.editing.duplicate(self._selected)) is not None:
            self._select(region_id)

    def _copy_previous(self) -> None:
        place = self.pictures.position
        source = self._came_from
        if source is None and place:
            source = self.pictures.model.ids[place - 1]
        if source is not None and not self.editing.copy_from(source):
            self.session.notice.emit("info", self.tr("The previous picture has no regions that are not here already."))

    # Going

    def _previous(self) -> None:
        self.pictures.step(-1)

    def _next(self) -> None:
        self.pictures.step(1)

    def _next_bare(self) -> None:
        if (picture_id := self.pictures.next_bare()) is not None:
            self.pictures.set_current(picture_id)
        else:
            self.session.notice.emit("info", self.tr("Every picture in the list has regions."))

    def _next_region(self) -> None:
        self._step_region(1)

    def _previous_region(self) -> None:
        self._step_region(-1)

    def _step_region(self, by: int) -> None:
        if rows := self.editing.rows:
            place = self.panel.model.place(self._selected)
            start = (-1 if by > 0 else 0) if place is None else place
            self._select(rows[(start + by) % len(rows)].id)

    def _find(self) -> None:
        self.pictures.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.pictures.search.selectAll()

    # Pictures in and out

    def _add_folder(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, self.tr("Folder of pictures"), self._start_folder()):
            index_pictures(self.session, [Path(folder)])

    def _add_files(self) -> None:
        kinds = self.tr("Pictures ({endings})").format(endings=" ".join(f"*{suffix}" for suffix in sorted(SUFFIXES)))
        files, _ = QFileDialog.getOpenFileNames(self, self.tr("Add pictures"), self._start_folder(), kinds)
        if files:
            index_pictures(self.session, [Path(file) for file in files])

    def _start_folder(self) -> str:
        project = self.session.project
        return str(project.path.parent) if project else ""

    def _remove(self, picture_ids: list[int]) -> None:
        self.editing.attempt(lambda project: project.remove_pictures(picture_ids))

    def _set_split(self, picture_ids: list[int], split: Split) -> None:
        self.editing.attempt(lambda project: project.set_split(picture_ids, split))

    # Events

    @guarded
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.session.project is not None and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    @guarded
    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            index_pictures(self.session, paths)

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._take_focus()

    def _take_focus(self) -> None:
        """Keys go to the canvas unless the user has put them elsewhere on the page."""
        focused = QApplication.focusWidget()
        if focused is None or not self.isAncestorOf(focused) or self.empty.isAncestorOf(focused):
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        self.editor.finish()
        self.canvas.cancel()
        self._remember()
        super().hideEvent(event)

    # Putting together

    def _work_area(self) -> QWidget:
        middle = QWidget(self)
        set_surface(middle, "panel")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.hint)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setChildrenCollapsible(False)
        for widget in (self.pictures, middle, self.panel):
            splitter.addWidget(widget)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([252, 800, 272])
        return splitter

    def _connect_actions(self) -> None:
        canvas = self.canvas
        slots: dict[str, Callable[..., object]] = {
            "fit": canvas.fit, "actual_size": canvas.actual_size, "zoom_in": canvas.zoom_in,
            "zoom_out": canvas.zoom_out, "hide": canvas.set_boxes_hidden, "crosshair": canvas.set_crosshair,
        }  # fmt: skip
        self.page_actions["crosshair"].setChecked(True)
        for name, action in self.page_actions.items():
            if action.isCheckable():
                action.toggled.connect(slots[name])
            else:
                action.triggered.connect(slots.get(name) or getattr(self, f"_{name}"))
        for number in range(1, RECENT + 1):
            action = QAction(self)
            action.setShortcut(QKeySequence(str(number)))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.setData(number)
            action.triggered.connect(self._give_recent)
            self.addAction(action)

    def _give_recent(self) -> None:
        action = self.sender()
        number = int(action.data()) if isinstance(action, QAction) else 0
        refs = self.editing.recent_refs()
        if 0 < number <= len(refs) and refs[number - 1]:
            self._give_ref(refs[number - 1])

    def _connect_parts(self) -> None:
        self.session.projectChanged.connect(self._on_project)
        self.session.contentChanged.connect(self._on_change)
        self.pictures.currentChanged.connect(self._show_picture)
        self.pictures.positionChanged.connect(self._on_position)
        self.pictures.addFilesRequested.connect(self._add_files)
        self.pictures.addFolderRequested.connect(self._add_folder)
        self.pictures.removeRequested.connect(self._remove)
        self.pictures.splitRequested.connect(self._set_split)
        self.canvas.zoomChanged.connect(self.bar.show_zoom)
        self.canvas.pictureShown.connect(self._on_picture_shown)
        self.canvas.boxDrawn.connect(self._on_drawn)
        self.canvas.boxChanging.connect(self._on_changing)
        self.canvas.boxChanged.connect(self._on_changed)
        self.canvas.selectionChanged.connect(self._on_canvas_selection)
        self.canvas.editRequested.connect(self._edit_region)
        self.canvas.gestureChanged.connect(self._on_gesture)
        self.panel.selected.connect(self._select)
        self.panel.editRequested.connect(self._edit_region)
        self.panel.hovered.connect(self.canvas.highlight)
        self.panel.refChosen.connect(self._give_ref)
        self.editor.accepted.connect(self._on_ref_typed)
        self.editor.closed.connect(self._on_editor_closed)
        self.empty.add_button(self.tr("Add a folder…"), "folder-add", primary=True).clicked.connect(self._add_folder)
        self.empty.add_button(self.tr("Add pictures…"), "image").clicked.connect(self._add_files)
