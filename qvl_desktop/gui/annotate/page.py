"""The Annotate page: pictures at the left, the canvas, regions at the right.

Owns putting the parts together, and which picture is open. Does not own what is done to regions (`region_desk`), edits
(`editing`), gestures (`canvas`) or the look of the parts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.pictures import SUFFIXES
from qvl_desktop.gui.annotate.actions import COPY, REGION, fill_menu, make_actions, make_digit_actions
from qvl_desktop.gui.annotate.canvas import Canvas
from qvl_desktop.gui.annotate.canvas_bar import CanvasBar
from qvl_desktop.gui.annotate.editing import Editing
from qvl_desktop.gui.annotate.gesture_kinds import TOOLS, Tool
from qvl_desktop.gui.annotate.label_desk import LabelDesk
from qvl_desktop.gui.annotate.label_panel import LabelPanel
from qvl_desktop.gui.annotate.light_menu import LightMenu
from qvl_desktop.gui.annotate.navigator import Navigator
from qvl_desktop.gui.annotate.picture_list import PictureList
from qvl_desktop.gui.annotate.ref_editor import RefEditor
from qvl_desktop.gui.annotate.region_desk import RegionDesk
from qvl_desktop.gui.annotate.region_panel import RegionPanel
from qvl_desktop.gui.annotate.tool_strip import ToolStrip
from qvl_desktop.gui.data.dropping import data_source
from qvl_desktop.gui.review.suggestion_layer import SuggestionLayer
from qvl_desktop.gui.shortcuts import Shortcuts
from qvl_desktop.gui.theme import set_role, set_surface
from qvl_desktop.gui.widgets.empty_state import EmptyState
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.hint_line import HintLine
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.jobs.file_watch import files_of
from qvl_desktop.jobs.opening import index_pictures
from qvl_desktop.jobs.place import Place
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.rows import Change

_RESUME = "annotate.picture"


class AnnotatePage(QWidget):
    """The page. Undo and redo are the window's; every edit is in the project when the mouse button is up."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.editing = Editing(session)
        self._project_path: Path | None = None
        self._came_from: int | None = None
        self.setAcceptDrops(True)
        self.shortcuts = Shortcuts.of(session)
        self.page_actions = make_actions(self, self.shortcuts)
        self.thumbnails = Thumbnails(self)
        self.pictures = PictureList(self.thumbnails, session.pictures, self)
        self.canvas = Canvas(self)
        self.canvas.setAcceptDrops(False)
        self.navigator = Navigator(self.canvas)
        self.light = LightMenu(self)
        self.tools = ToolStrip(self.page_actions, self.light, self.shortcuts, self)
        self.bar = CanvasBar(self.page_actions, self)
        self.hint = HintLine(self)
        self.panel = RegionPanel(self.page_actions, self)
        self.labels = LabelPanel(self)
        self.editor = RefEditor(self.canvas.viewport())
        self.desk = RegionDesk(session, self.editing, self.canvas, self.panel, self.editor, self.page_actions, self)
        self.layer = SuggestionLayer(session, self.canvas, self)
        self.desk.layer = self.layer
        self.label_desk = LabelDesk(session, self.editing, self.labels, self.desk, self)
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
        self._show_picture(self.pictures.current)
        if self.pictures.current is None:
            self._go_to_place(0)
        self.label_desk.refresh()

    def _on_change(self, change: Change) -> None:
        if change.kind == "pictures":
            self._on_pictures_changed()
        elif change.kind == "regions":
            self.pictures.model.look_again(change.picture_ids)
            if self.editing.picture is not None and self.editing.picture.id in change.picture_ids:
                self.desk.reload()
        elif change.kind == "proposals":
            if self.editing.picture is not None and self.editing.picture.id in change.picture_ids:
                self.layer.reload()
            return
        self.label_desk.refresh_soon()

    def _on_pictures_changed(self) -> None:
        self._show_state()
        if self.editing.picture is None or not self.editing.reload():
            self.pictures.set_current(None)
            self._go_to_place(self.pictures.last_place)

    def _go_to_place(self, place: int) -> None:
        ids = self.pictures.model.ids
        self.pictures.set_current(ids[min(place, len(ids) - 1)] if ids else None)
        if not ids:
            self._show_picture(None)

    def _show_state(self) -> None:
        """The work area, or what to do first."""
        project = self.session.project
        if project is None:
            self.empty.show_words(self.tr("No project is open"), self.tr("Open or make one to begin."))
        elif not self.session.pictures.progress.total:
            words = self.tr("Add a folder of pictures, or drop one here. Files stay where they are.")
            self.empty.show_words(self.tr("No pictures yet"), words)
        self.empty.set_buttons_visible(project is not None)
        working = project is not None and self.session.pictures.progress.total > 0
        if working != (self._stack.currentIndex() == 1):
            self._stack.setCurrentIndex(1 if working else 0)
            self._take_focus()

    def go_to(self, place: Place) -> None:
        """Show a picture, in the list or not, and select a region of it; or search for pictures."""
        if place.text:
            self.pictures.search.setText(place.text)
        if place.picture_id is not None:
            self.pictures.set_current(place.picture_id)
            if self.editing.row(place.region_id) is not None:
                self.desk.select(place.region_id)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remember(self) -> None:
        self.session.pictures.remember()
        if self._project_path is not None and self.pictures.current is not None:
            settings, place = self.session.settings, f"{self._project_path}|{self.pictures.current}"
            settings.window_state = settings.window_state | {_RESUME: place}

    # The current picture

    def _show_picture(self, picture_id: int | None) -> None:
        if self.editing.picture is not None and self.editing.picture.id != picture_id:
            self._came_from = self.editing.picture.id
        self.layer.open(picture_id)
        self.desk.open(picture_id)
        picture = self.editing.picture
        if picture is None:
            self.bar.show_name("", "")
            return
        name = PurePosixPath(picture.path).name
        self.bar.show_name(f"{name}   {picture.width} × {picture.height}", str(picture.file))
        self.canvas.loader.prefetch([row.file for row in self.pictures.neighbours()])

    def _on_picture_shown(self, _path: Path) -> None:
        picture, size = self.editing.picture, self.canvas.picture_size
        if picture is not None and size is not None and size != (picture.width, picture.height):
            text = self.tr("The file has changed since it was added: it was {old}, now it is {new}. Boxes may be off.")
            old, new = f"{picture.width} × {picture.height}", f"{size[0]} × {size[1]}"
            self.desk.warning = text.format(old=old, new=new)
        elif picture is not None and self.session.project is not None:
            files_of(self.session).look_at(picture.id)
            if self.session.project.changed_files([picture.path]):
                self.desk.warning = self.tr("The file has changed since it was annotated. Boxes were kept; see Check.")
        self.desk.show_hint()

    def _on_position(self) -> None:
        self.bar.show_position(self.pictures.position, len(self.pictures.model.ids))

    def _on_hint(self, text: str, warning: bool) -> None:
        set_role(self.hint, "warning" if warning else "caption")
        self.hint.setText(text)

    # What the actions do here

    def _go_untouched(self, backwards: bool = False) -> None:
        if (picture_id := self.session.pictures.next_with("untouched", backwards=backwards)) is not None:
            self.pictures.set_current(picture_id)
        else:
            self.session.notice.emit("info", self.tr("No picture in the list is untouched."))

    def _mark(self, status: str) -> None:
        if self.pictures.current is not None:
            self.session.pictures.toggle_status([self.pictures.current], status)

    def _done_next(self) -> None:
        if self.pictures.current is not None:
            self.session.pictures.edit([self.pictures.current], "set_status", "done")
        self._go_untouched()

    def _copy_previous(self) -> None:
        """From the picture that was open before this one, else from the one above in the list."""
        place, source = self.pictures.position, self._came_from
        if source is None and place:
            source = self.pictures.model.ids[place - 1]
        if source is None or not self.desk.copy_from(source):
            self.session.notice.emit("info", self.tr("The previous picture has no regions that are not here already."))

    def _show_suggestions(self, on: bool) -> None:
        self.layer.shown = on
        self.desk.reload()

    def _take_tool(self, tool: Tool) -> None:
        self.canvas.set_tool(tool)
        self.page_actions[f"tool_{tool}"].setChecked(True)
        self.desk.show_hint()

    def _to_canvas(self) -> None:
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _next_pane(self) -> None:
        """From the pictures to the canvas, the regions, the numbers, the labels, and round again."""
        numbers = self.panel.numbers.fields["x1"]
        panes: list[QWidget] = [self.pictures.view, self.canvas, self.panel.view, numbers, self.labels.search]
        panes = [pane for pane in panes if pane.isVisible() and pane.isEnabled()]
        focused = QApplication.focusWidget() or self
        here = next((n for n, pane in enumerate(panes) if focused is pane or pane.isAncestorOf(focused)), -1)
        panes[(here + 1) % len(panes)].setFocus(Qt.FocusReason.TabFocusReason)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill_menu(menu, self.page_actions, (REGION, COPY))
        menu.popup(at)

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
        return str(self._project_path.parent) if self._project_path else ""

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
            if (source := data_source(paths)) is not None:
                self.session.importRequested.emit(source)
            else:
                index_pictures(self.session, paths)

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._take_focus()

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        self.desk.settle()
        self._remember()
        super().hideEvent(event)

    def _take_focus(self) -> None:
        """Keys go to the canvas unless the user has put them elsewhere on the page."""
        focused = QApplication.focusWidget()
        if focused is None or not self.isAncestorOf(focused) or self.empty.isAncestorOf(focused):
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    # Putting together

    def _work_area(self) -> QWidget:
        middle = QWidget(self)
        set_surface(middle, "panel")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.tools)
        row.addWidget(self.canvas, 1)
        column.addLayout(row, 1)
        column.addWidget(self.hint)
        side = QSplitter(Qt.Orientation.Vertical, self)
        side.setChildrenCollapsible(False)
        side.addWidget(self.panel)
        side.addWidget(self.labels)
        side.setStretchFactor(0, 3)
        side.setStretchFactor(1, 2)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setChildrenCollapsible(False)
        for widget in (self.pictures, middle, side):
            splitter.addWidget(widget)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([248, 800, 300])
        return splitter

    def _connect_actions(self) -> None:
        canvas = self.canvas
        handlers: dict[str, Callable[..., object]] = {
            "previous": partial(self.pictures.step, -1),
            "next": partial(self.pictures.step, 1),
            "next_untouched": self._go_untouched,
            "previous_untouched": partial(self._go_untouched, backwards=True),
            "mark_done": partial(self._mark, "done"),
            "mark_skipped": partial(self._mark, "skipped"),
            "done_next": self._done_next,
            "find": self._find,
            "copy_previous": self._copy_previous,
            "fit": canvas.fit,
            "actual_size": canvas.actual_size,
            "zoom_in": canvas.zoom_in,
            "zoom_out": canvas.zoom_out,
            "zoom_selection": canvas.zoom_to_selection,
            "brighter": partial(self.light.step, brightness=1),
            "darker": partial(self.light.step, brightness=-1),
            "more_contrast": partial(self.light.step, contrast=1),
            "less_contrast": partial(self.light.step, contrast=-1),
            "plain_light": self.light.plain,
            "find_label": self.labels.focus_search,
            "rename_label": self.label_desk.rename_chosen,
            "next_pane": self._next_pane,
            "take_all": self.layer.accept_all,
            "reject_all": self.layer.reject_all,
            **self.desk.handlers,
        }
        for name, handler in handlers.items():
            self.page_actions[name].triggered.connect(_without_arguments(handler))
        for tool in TOOLS:
            self.page_actions[f"tool_{tool}"].triggered.connect(_without_arguments(partial(self._take_tool, tool)))
        for name in ("crosshair", "navigator", "tool_box"):
            self.page_actions[name].setChecked(True)
        self.page_actions["hide"].toggled.connect(canvas.set_boxes_hidden)
        self.page_actions["hide_labels"].toggled.connect(lambda off: canvas.set_labels_shown(not off))
        self.page_actions["dim"].toggled.connect(canvas.set_others_dimmed)
        self.page_actions["crosshair"].toggled.connect(canvas.set_crosshair)
        self.page_actions["suggestions"].setChecked(True)
        self.page_actions["suggestions"].toggled.connect(self._show_suggestions)
        self.page_actions["navigator"].toggled.connect(self.navigator.set_on)
        for number, action in make_digit_actions(self).items():
            action.triggered.connect(_without_arguments(partial(self.desk.give_digit, number)))

    def _connect_parts(self) -> None:
        self.session.projectChanged.connect(self._on_project)
        self.session.contentChanged.connect(self._on_change)
        self.pictures.currentChanged.connect(self._show_picture)
        self.pictures.positionChanged.connect(self._on_position)
        self.pictures.addFilesRequested.connect(self._add_files)
        self.pictures.addFolderRequested.connect(self._add_folder)
        self.canvas.zoomChanged.connect(self.bar.show_zoom)
        self.canvas.pictureShown.connect(self._on_picture_shown)
        self.canvas.pictureFailed.connect(self.desk.show_hint)
        self.canvas.toolLeft.connect(partial(self._take_tool, "box"))
        self.canvas.menuRequested.connect(self._show_menu)
        self.layer.changed.connect(self.desk.reload)
        self.light.changed.connect(self.canvas.set_light)
        self.panel.left.connect(self._to_canvas)
        self.labels.left.connect(self._to_canvas)
        self.desk.hintChanged.connect(self._on_hint)
        self.empty.add_button(self.tr("Add a folder…"), "folder-add", primary=True).clicked.connect(self._add_folder)
        self.empty.add_button(self.tr("Add pictures…"), "image").clicked.connect(self._add_files)


def _without_arguments(handler: Callable[..., object]) -> Callable[[bool], None]:
    """A slot of `triggered(checked)` that does not pass `checked` on."""

    def slot(_checked: bool = False) -> None:
        handler()

    return slot
