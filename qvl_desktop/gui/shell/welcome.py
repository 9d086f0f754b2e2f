"""The start page, shown while no project is open: the ways to begin, samples, recent projects, the tour.

Owns its words and buttons, and saying what would come of something dragged over it. Does not own opening and importing
(`main_window`), the list of recent projects (`welcome_recent`) nor the tour (`gui.tour`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.gui.data.drop_words import DropWords, drop_words, look_closer
from qvl_desktop.gui.data.dropping import dropped_paths
from qvl_desktop.gui.icons import application_icon, set_icon
from qvl_desktop.gui.shell.drop_hint import DropHint
from qvl_desktop.gui.shell.welcome_recent import RecentList
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.tour.progress import Progress
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.demo_project import SAMPLES, Sample, open_sample
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.demo_project import is_shipped

WIDTH = 860
"""Pixels of both columns together; less in a narrow window."""
NARROW = 560
"""Pixels of the one column while there is no list of recent projects."""

_N = QT_TRANSLATE_NOOP
_SAMPLE_WORDS = {
    ("demo", "en"): (_N("samples", "Demo in English"), _N("samples", "Shapes with boxes and conversations")),
    ("demo", "zh"): (_N("samples", "Demo in Chinese"), _N("samples", "The same, all words Chinese")),
    ("boxes", None): (_N("samples", "Boxes only"), _N("samples", "As a detection data set has them")),
    ("conversations", None): (_N("samples", "Conversations only"), _N("samples", "Questions and answers, no regions")),
}


class WelcomePage(QWidget):
    """Signals: `recentChosen(path)`; `recentChanged()`: other projects are listed; `dropped(path)` with a project, a
    folder or a data file; `picturesDropped(paths)` with pictures, or several folders."""

    recentChosen = Signal(str)
    recentChanged = Signal()
    dropped = Signal(str)
    picturesDropped = Signal(list)

    def __init__(self, session: Session, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "window")
        self.setObjectName("welcomePage")
        self.setAcceptDrops(True)
        self._session = session
        self._actions = actions
        self._looking: Task[DropWords] | None = None
        self.buttons: list[QPushButton] = []
        self._middle = QWidget(self)
        self._lay_out()
        self.hint = DropHint(self)
        self._show_recent()

    # Parts

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(Space.S)
        left.addLayout(self._tour())
        left.addSpacing(Space.XS)
        for name, icon in (
            ("open_demo", "template"),
            ("open_folder", "folder-add"),
            ("open_project", "folder-open"),
            ("import_data", "import"),
        ):
            left.addWidget(self._action_button(name, icon))
        formats = self.tr("COCO, YOLO, VOC, LabelMe, ShareGPT and more. Its project is made first.")
        left.addWidget(self._caption(formats))
        self.buttons[-1].setAccessibleDescription(formats)
        if is_shipped():
            left.addSpacing(Space.XS)
            left.addLayout(self._samples())
        left.addStretch(1)
        self.recent = RecentList(self._session, self._middle)  # after the buttons, also for the Tab key
        self.recent.chosen.connect(self.recentChosen)
        self.recent.changed.connect(self._on_recent_changed)
        columns = QHBoxLayout()
        columns.setSpacing(Space.XL * 2)
        columns.addLayout(left, 1)
        columns.addWidget(self.recent, 1)
        foot = self._caption(self.tr("You can also drop a folder, a data set, pictures or a project here."))
        column = QVBoxLayout(self._middle)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.L)
        column.addLayout(self._head())
        column.addLayout(columns, 1)
        column.addWidget(foot)
        inside = QWidget(self)
        outer = QVBoxLayout(inside)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addStretch(2)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._middle, 8)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(3)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def _head(self) -> QHBoxLayout:
        mark = QLabel(self)
        mark.setPixmap(application_icon().pixmap(56, 56))
        title = QLabel(self.tr("From pictures to a model that points"), self)
        title.setWordWrap(True)
        set_role(title, "title")
        text = QLabel(
            self.tr(
                "Draw boxes, turn them into conversations, tune the model on them, and ask it about new pictures. "
                "Everything stays on this machine."
            ),
            self,
        )
        text.setWordWrap(True)
        set_role(text, "muted")
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(title)
        words.addWidget(text)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _tour(self) -> QVBoxLayout:
        """The tour's button: to begin it, or to go on where it was left."""
        progress = Progress(self._session.settings)
        under_way = progress.stage in ("on", "left")
        words, text = self.tr("Take the tour"), self.tr("Once all the way round, in ten minutes, on the demo project")
        if under_way:
            words, text = self.tr("Go on with the tour"), self._left_at(progress.step)
        self.tour_button = self._button("welcome-tour", words, "flag", primary=progress.stage != "done")
        self.tour_button.clicked.connect(self._actions["tour"].trigger)
        self.tour_button.setAccessibleDescription(text)
        column = QVBoxLayout()
        column.setSpacing(Space.XS)
        column.addWidget(self.tour_button)
        column.addWidget(self._caption(text))
        return column

    def _left_at(self, name: str) -> str:
        from qvl_desktop.gui.tour.steps import BY_NAME, STEPS  # late: only for who has begun it

        place = BY_NAME.get(name, 0)
        title = QCoreApplication.translate("tour", STEPS[place].title)
        return self.tr("Step {place} of {of}: {title}").format(place=place + 1, of=len(STEPS), title=title)

    def _samples(self) -> QVBoxLayout:
        heading = QLabel(self.tr("Samples to look at"), self)
        set_role(heading, "heading")
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.S)
        for number, sample in enumerate(SAMPLES):
            title, text = (QCoreApplication.translate("samples", one) for one in _SAMPLE_WORDS[_key(sample)])
            button = self._button(f"welcome-{sample.name}-{sample.language or ''}".rstrip("-"), title, "")
            button.setToolTip(text)
            button.setAccessibleDescription(text)
            button.clicked.connect(_without_arguments(partial(open_sample, self._session, sample)))
            cell = QVBoxLayout()
            cell.setSpacing(Space.XS)
            cell.addWidget(button)
            cell.addWidget(self._caption(text), 1, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(cell, number // 2, number % 2)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        box = QVBoxLayout()
        box.setSpacing(Space.S)
        box.addWidget(heading)
        box.addLayout(grid)
        return box

    def _caption(self, words: str) -> QLabel:
        label = QLabel(words, self._middle)
        label.setWordWrap(True)
        set_role(label, "caption")
        return label

    def _action_button(self, name: str, icon: str) -> QPushButton:
        action = self._actions[name]
        button = self._button(f"welcome-{name}", action.text(), icon)
        button.clicked.connect(action.trigger)
        if name == "open_demo":
            button.setVisible(is_shipped())
        return button

    def _button(self, name: str, words: str, icon: str, *, primary: bool = False) -> QPushButton:
        button = QPushButton("  " + words if icon else words, self._middle)
        button.setObjectName(name)
        button.setAccessibleName(words)
        if icon:
            button.setProperty("align", "left")
            set_icon(button, icon, "accent_text" if primary else "text")
        set_kind(button, "primary" if primary else "plain")
        self.buttons.append(button)
        return button

    def _on_recent_changed(self) -> None:
        self._show_recent()
        self.recentChanged.emit()

    def _show_recent(self) -> None:
        """One column while there is nothing to list."""
        listed = bool(self.recent.model.rows)
        self.recent.setVisible(listed)
        self._middle.setMaximumWidth(WIDTH if listed else NARROW)
        self._middle.setMinimumWidth(0)

    # Keys

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        focused = QApplication.focusWidget()
        if focused is None or not focused.isVisible():
            first: QWidget = self.recent.view if self.recent.isVisibleTo(self) else self.tour_button
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = QApplication.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, QPushButton):
            focused.click()
        else:
            super().keyPressEvent(event)

    # Dragging over it

    @guarded
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        paths = dropped_paths(event.mimeData())
        if not paths:
            return
        event.acceptProposedAction()  # also what cannot be taken: so that the page hears when it leaves
        words = drop_words(paths)
        self.hint.show_words(words)

        def show(closer: DropWords) -> None:
            if self.hint.shown == words:
                self.hint.show_words(closer)

        task: Task[DropWords] = Task(lambda: look_closer(paths, words))
        self._looking = task.on_success(show).on_failure(_say_nothing).start(self)

    @guarded
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self.hint.shown is not None and self.hint.shown.kind == "nothing":
            event.ignore()
        else:
            event.acceptProposedAction()

    @guarded
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._end_drag()

    @guarded
    def dropEvent(self, event: QDropEvent) -> None:
        paths = dropped_paths(event.mimeData())
        self._end_drag()
        kind = drop_words(paths).kind
        if kind == "nothing":
            return
        event.acceptProposedAction()
        if kind in ("pictures", "several"):
            self.picturesDropped.emit(paths)
        else:
            self.dropped.emit(str(paths[0]))

    def _end_drag(self) -> None:
        self.hint.show_words(None)
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None


def _key(sample: Sample) -> tuple[str, str | None]:
    return sample.name, sample.language


def _say_nothing(_error: Exception) -> None:
    """What cannot be looked into stays as its name tells; dropping it says why."""


def _without_arguments(call: Callable[[], None]) -> Callable[[bool], None]:
    """A slot of `clicked(checked)` that does not pass `checked` on."""

    def slot(_checked: bool = False) -> None:
        call()

    return slot
