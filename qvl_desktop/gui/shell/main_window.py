"""The main window: puts rail, top bar, pages and notices together.

Owns which page is shown and what the window's actions do. Does not own the pages' content, the project (`Session`) or
long work (`jobs`).
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from qvl_desktop.core.run_folder import RunState
from qvl_desktop.gui.chinese_font import advise
from qvl_desktop.gui.data.dropping import data_source, dropped_paths, is_data_folder
from qvl_desktop.gui.help.desk import show_help
from qvl_desktop.gui.icons import application_icon
from qvl_desktop.gui.shell import actions as action_table
from qvl_desktop.gui.shell.busy import BusyCard
from qvl_desktop.gui.shell.handing_over import Handed, when_no_dialog_is_open
from qvl_desktop.gui.shell.live_settings import LiveSettings
from qvl_desktop.gui.shell.make_room import MakeRoom
from qvl_desktop.gui.shell.pages import FIRST, PAGES, PageSpec
from qvl_desktop.gui.shell.palette import Palette
from qvl_desktop.gui.shell.palette_entries import palette_entries
from qvl_desktop.gui.shell.rail import WIDTH, Rail
from qvl_desktop.gui.shell.run_news import RunNews
from qvl_desktop.gui.shell.settings_menu import SettingsMenu
from qvl_desktop.gui.shell.side_views import SideViews
from qvl_desktop.gui.shell.start_notes import StartNotes
from qvl_desktop.gui.shell.strips import Strips
from qvl_desktop.gui.shell.toasts import Toasts
from qvl_desktop.gui.shell.top_bar import TopBar
from qvl_desktop.gui.shell.welcome import WelcomePage
from qvl_desktop.gui.shell.work_bar import WorkBar
from qvl_desktop.gui.shortcuts import Shortcuts
from qvl_desktop.gui.theme import set_surface
from qvl_desktop.gui.tour.progress import Progress
from qvl_desktop.gui.translation import install_language
from qvl_desktop.gui.widgets.focus_ring import FocusRing
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.crash_watch import Crash
from qvl_desktop.jobs.demo_project import open_demo_project
from qvl_desktop.jobs.opening import index_pictures, open_path
from qvl_desktop.jobs.place import Place
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.demo_project import is_shipped
from qvl_desktop.storage.project import SUFFIX

if TYPE_CHECKING:
    from qvl_desktop.gui.tour.tour import Tour

MINIMUM = QSize(1024, 640)
FIRST_SIZE = QSize(1360, 860)
_BY_NAME = {page.name: page for page in PAGES}


class MainWindow(QMainWindow):
    """The one window. Pages are made when they are first shown, and made again when the language changes."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setObjectName("mainWindow")
        self.setWindowIcon(application_icon())
        self.setMinimumSize(MINIMUM)
        self.setAcceptDrops(True)
        self.resize(self.screen().availableSize().boundedTo(FIRST_SIZE))
        self._pages: dict[str, QWidget] = {}
        self._handed = Handed()
        self._welcome: WelcomePage | None = None
        self._guide: Tour | None = None
        self._page = session.settings.window_state.get("page", FIRST)
        if self._page not in _BY_NAME:
            self._page = FIRST
        self.shortcuts = Shortcuts.of(session)
        self.window_actions = action_table.make_actions(self, self.shortcuts)
        self._connect_actions()
        self.start_again: tuple[str, ...] | None = None
        self.side_views = SideViews(self)
        self._settings_menu = SettingsMenu(session, self.window_actions, self)
        self.rail = Rail(self)
        self.rail.chosen.connect(self.show_page)
        self.top_bar = TopBar(self.window_actions, self._settings_menu, self)
        self.top_bar.recentChosen.connect(self.open_text)
        self.top_bar.runsClicked.connect(self._show_train)
        self._stack = QStackedWidget(self)
        self.strips = Strips(self)
        frame = self._frame()
        self.setCentralWidget(frame)
        self.toasts = Toasts(frame, WIDTH)
        self.busy = BusyCard(frame, session.edits)
        self.palette_card = Palette(frame)
        self._make_room = MakeRoom(session, self)
        FocusRing(self)
        RunNews(session, self, self._show_run, lambda: self.current_page == "train")
        self._live_settings = LiveSettings(session, self.change_language, self)
        self.notes = StartNotes(
            session, self.strips, start_normally=self.start_normally, show_crash=self.show_report, show_news=self._news
        )
        self._connect_session()
        self._restore()

    def start(self) -> None:
        """Fill the window with the page shown last. Apart from construction, so that the frame paints first."""
        self._show_project()
        self.show_page(self._page)
        if Progress(self.session.settings).stage == "on":
            self.tour.resume()

    def show_page(self, name: str) -> None:
        """Show a page, or the start page in its place while it needs a project and there is none."""
        self._page = name
        spec = _BY_NAME[name]
        self.rail.show_page(name)
        if spec.needs_project and self.session.project is None:
            self._stack.setCurrentWidget(self._welcome_page())
        else:
            self._stack.setCurrentWidget(self.page(spec))

    def go_to(self, name: str, place: Place) -> None:
        """Show a page and a place on it."""
        self.show_page(name)
        page = self._pages.get(name)
        if page is not None and hasattr(page, "go_to"):
            page.go_to(place)

    def page(self, spec: PageSpec) -> QWidget:
        """The page itself, made now if it has not been shown before."""
        if spec.name not in self._pages:
            page = spec.make(self.session)
            page.setObjectName(f"page-{spec.name}")
            self._pages[spec.name] = page
            self._stack.addWidget(page)
            self._handed.give(spec.name, page)
        return self._pages[spec.name]

    @property
    def current_page(self) -> str:
        """The name of the page that is chosen."""
        return self._page

    @property
    def tour(self) -> Tour:
        """The guided tour, made when it is first asked for."""
        if self._guide is None:
            from qvl_desktop.gui.tour.tour import Tour

            self._guide = Tour(self, self.palette_card.parentWidget() or self)
        return self._guide

    def change_language(self, code: str) -> None:
        """Show everything in another language: the frame gets new words, pages are made again where they were."""
        if when_no_dialog_is_open(self, lambda: self.change_language(code)):
            self.session.notice.emit("info", self.tr("This takes effect when the open dialog is closed."))
            return
        shown = install_language(code)
        action_table.retranslate(self.window_actions)
        self.rail.retranslate()
        self.top_bar.retranslate()
        self._settings_menu.fill()
        self.toasts.clear()
        self.palette_card.close_card()
        self._handed.keep(self._pages)
        for page in self._pages.values():
            self._drop(page)
        self._pages.clear()
        self._show_project()
        self._show_runs()
        self.show_page(self._page)
        self.session.languageChanged.emit()
        advise(self.session, shown, asked=True)

    @guarded
    def closeEvent(self, event: QCloseEvent) -> None:
        self._remember()
        super().closeEvent(event)

    @guarded
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    @guarded
    def dropEvent(self, event: QDropEvent) -> None:
        paths = dropped_paths(event.mimeData())
        if len(paths) == 1 and (paths[0].suffix == SUFFIX or data_source(paths) is not None):
            event.acceptProposedAction()
            self._take_dropped(str(paths[0]))
        elif paths and self.session.project is not None:
            event.acceptProposedAction()
            index_pictures(self.session, paths)
        elif len(paths) == 1 and paths[0].is_dir():
            event.acceptProposedAction()
            open_path(self.session, paths[0])

    def import_from(self, source: Path | None) -> None:
        """Ask how a data file or folder is to be imported; without a project, where its project is to be, first."""
        if self.session.project is None and not self._make_project_for(source):
            return
        from qvl_desktop.gui.data.import_dialog import ImportDialog

        self._show_dialog(ImportDialog(self.session, source, self))

    def _make_project_for(self, source: Path | None) -> bool:
        name = f"{source.stem}{SUFFIX}" if source is not None else f"project{SUFFIX}"
        folder = source.parent if source is not None else self._start_folder()
        return self._make_project(self.tr("New project for this data"), folder / name)

    def _make_project(self, title: str, proposed: Path) -> bool:
        path, _ = QFileDialog.getSaveFileName(self, title, str(proposed), self.tr("Projects (*.qvl)"))
        if not path:
            return False
        return self.session.create_project(Path(path) if path.endswith(SUFFIX) else Path(path + SUFFIX))

    def _take_dropped(self, text: str | Path) -> None:
        """Open a project or folder of pictures, or import data; a folder that is a data set gives both."""
        path = Path(text)
        if path.suffix.lower() == SUFFIX:
            open_path(self.session, path)
        elif not path.is_dir():
            self.import_from(path)
        elif self.session.project is None and (path / f"{path.name}{SUFFIX}").exists():
            open_path(self.session, path)
        else:
            if self.session.project is not None:
                index_pictures(self.session, [path])
            elif not open_path(self.session, path):
                return
            task: Task[bool] = Task(lambda: is_data_folder(path))
            task.on_success(lambda found: self.import_from(path) if found else None).start(self)

    def _take_pictures(self, paths: list[Path]) -> None:
        """Pictures without a project: ask where theirs is to be, then add them."""
        folder = paths[0].parent
        if self._make_project(
            self.tr("New project for these pictures"), folder / f"{folder.name or 'project'}{SUFFIX}"
        ):
            index_pictures(self.session, paths)

    def _show_dialog(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _frame(self) -> QWidget:
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.top_bar)
        right.addWidget(self.strips)
        right.addWidget(self._stack, 1)
        right.addWidget(WorkBar(self.session.pictures, self))
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(right, 1)
        frame = QWidget(self)
        set_surface(frame, "window")
        frame.setLayout(row)
        return frame

    def _connect_session(self) -> None:
        session = self.session
        session.notice.connect(self.toasts.show_notice)
        session.offered.connect(self.toasts.show_offers)
        session.projectChanged.connect(self._project_changed)
        session.contentChanged.connect(self._show_history)
        session.pageRequested.connect(self.show_page)
        session.importRequested.connect(self._take_dropped)
        session.placeRequested.connect(self.go_to)
        session.preannotateRequested.connect(self._preannotate)
        session.runs.listChanged.connect(self._show_runs)
        session.runs.runChanged.connect(self._show_runs)

    def _connect_actions(self) -> None:
        for name, action in self.window_actions.items():
            action.triggered.connect(getattr(self, f"_{name}"))

    def _project_changed(self) -> None:
        self._handed.forget()
        self._show_project()
        self.show_page(self._page)

    def _show_project(self) -> None:
        project = self.session.project
        path = project.path if project else None
        name = QGuiApplication.applicationDisplayName()
        safe = self.tr("Safe mode") if self.session.settings.safe else ""
        self.setWindowTitle(" – ".join(filter(None, (path.stem if path else "", safe, name))))
        self.top_bar.show_project(path)
        self.top_bar.show_recent(self._recent())
        for action in ("export_data", "show_in_folder", "close_project"):
            self.window_actions[action].setEnabled(path is not None)
        self.window_actions["open_demo"].setVisible(is_shipped())
        if self._welcome is not None:
            self._drop(self._welcome)
            self._welcome = None
        self._show_history()

    def _show_history(self) -> None:
        project = self.session.project
        for name, can, words in (
            ("undo", project and project.can_undo, project and project.undo_text),
            ("redo", project and project.can_redo, project and project.redo_text),
        ):
            action = self.window_actions[name]
            action.setEnabled(bool(can))
            key = action.shortcut().toString()
            action.setToolTip(f"{action.text()}: {words}  ({key})" if words else f"{action.text()}  ({key})")

    def _show_runs(self) -> None:
        texts = []
        for run in self.session.runs.alive:
            paused = run.state is RunState.PAUSED
            words = self.tr("{name}: paused") if paused else self.tr("{name}: step {step} of {total}")
            texts.append(words.format(name=run.name, step=run.step, total=run.total or "…"))
        self.top_bar.show_runs(texts)

    def _welcome_page(self) -> WelcomePage:
        if self._welcome is None:
            self._welcome = WelcomePage(self.session, self.window_actions)
            self._welcome.recentChosen.connect(self.open_text)
            self._welcome.recentChanged.connect(lambda: self.top_bar.show_recent(self._recent()))
            self._welcome.dropped.connect(self._take_dropped)
            self._welcome.picturesDropped.connect(self._take_pictures)
            self._stack.addWidget(self._welcome)
        return self._welcome

    def _recent(self) -> list[str]:
        project = self.session.project
        present = str(project.path) if project else ""
        return [path for path in self.session.settings.recent_projects if path != present and Path(path).is_file()]

    def _drop(self, page: QWidget) -> None:
        self._stack.removeWidget(page)
        page.hide()
        page.deleteLater()

    def _preannotate(self, run: Path) -> None:
        """Have pictures annotated by the result of a run."""
        summary = self.session.runs.summary(run)
        if self.session.project is None or summary is None:
            self.session.notice.emit("info", self.tr("Open the project whose pictures are to be annotated first."))
            return
        self.show_page("review")
        page = self._pages["review"]
        if hasattr(page, "ask_with"):
            model = str(summary.tuned_model) if summary.full else summary.model
            page.ask_with(model, "" if summary.full else str(summary.folder.adapter))

    def show_servers(self) -> None:
        """The list of other servers, on the Chat page."""
        self.show_page("chat")
        page = self._pages["chat"]
        if hasattr(page, "show_servers"):
            page.show_servers()

    def _show_train(self) -> None:
        self.show_page("train")

    def _show_run(self, path: Path) -> None:
        self.show_page("train")
        page = self._pages["train"]
        if hasattr(page, "panel"):
            page.panel.choose(path)

    def open_text(self, path: str) -> None:
        """Open a project file by its path."""
        open_path(self.session, Path(path))

    def _restore(self) -> None:
        if geometry := self.session.settings.window_state.get("geometry"):
            self.restoreGeometry(QByteArray.fromBase64(QByteArray(geometry.encode())))

    def _remember(self) -> None:
        settings = self.session.settings
        geometry = base64.b64encode(self.saveGeometry().data()).decode()
        settings.window_state = settings.window_state | {"page": self._page, "geometry": geometry}

    # What the actions do: one method an action, by its name.

    def _new_project(self) -> None:
        self._make_project(self.tr("New project"), self._start_folder() / f"project{SUFFIX}")

    def _open_project(self) -> None:
        title, kind = self.tr("Open project"), self.tr("Projects (*.qvl)")
        path, _ = QFileDialog.getOpenFileName(self, title, str(self._start_folder()), kind)
        if path:
            self.session.open_project(Path(path))

    def _open_folder(self) -> None:
        title = self.tr("Folder of pictures")
        if path := QFileDialog.getExistingDirectory(self, title, str(self._start_folder())):
            open_path(self.session, Path(path))

    def _open_demo(self) -> None:
        open_demo_project(self.session)

    def _import_data(self) -> None:
        self.import_from(None)

    def _export_data(self) -> None:
        from qvl_desktop.gui.data.export_dialog import ExportDialog

        if self.session.project is not None:
            self._show_dialog(ExportDialog(self.session, self))

    def _show_in_folder(self) -> None:
        if project := self.session.project:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(project.path.parent)))

    def _close_project(self) -> None:
        self.session.close_project()

    def _undo(self) -> None:
        self.session.undo()

    def _redo(self) -> None:
        self.session.redo()

    def _palette(self) -> None:
        """Everything that can be done, found by a few letters."""
        action_table.declare_pages(self.shortcuts)
        self.palette_card.show_entries(palette_entries(self, self._recent()))

    def _help(self) -> None:
        show_help()

    def _tour(self) -> None:
        self.tour.begin()

    def _tour_again(self) -> None:
        self.tour.begin_again()

    def _keyboard(self) -> None:
        action_table.declare_pages(self.shortcuts)
        self.side_views.show_keys()

    def _report(self) -> None:
        self.show_report()

    def _preferences(self) -> None:
        self.side_views.show_preferences()

    def _news(self) -> None:
        self.side_views.show_news()

    def _safe_mode(self) -> None:
        self._start_again("--safe")

    def start_normally(self) -> None:
        """Leave safe mode: the program starts anew, with the user's settings."""
        self._start_again()

    def _start_again(self, *options: str) -> None:
        project = self.session.project
        self.start_again = (*options, str(project.path)) if project else options
        self.close()

    def show_report(self, crash: str = "") -> None:
        """The report for somebody who helps, and the log."""
        self.side_views.show_report(crash)

    def offer_crash(self, crash: Crash) -> None:
        """Say that the window died last time, and offer what it left behind."""
        self.notes.offer_crash(crash)

    def _quit(self) -> None:
        self.close()

    def _start_folder(self) -> Path:
        last = self.session.settings.last_project
        return Path(last).parent if last and Path(last).parent.is_dir() else Path.home()
