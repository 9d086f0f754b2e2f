"""One turn on the page: who speaks, what is said, and what can be done about it.

Owns switching between reading and writing, and the turn's buttons and keys. Does not own storing: it says what the
user asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.core.conversation import ROLES, Role, Turn
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.gui.conversations.frames import paint_frame
from qvl_desktop.gui.conversations.turn_editor import TurnEditor
from qvl_desktop.gui.conversations.turn_faults import faults_of, mended, words_of_fault
from qvl_desktop.gui.conversations.turn_text import TurnText
from qvl_desktop.gui.icons import icon, set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.storage.rows import TurnRow

ROLE_NAMES: dict[Role, str] = {
    "system": QT_TRANSLATE_NOOP("TurnView", "System"),
    "user": QT_TRANSLATE_NOOP("TurnView", "User"),
    "assistant": QT_TRANSLATE_NOOP("TurnView", "Assistant"),
}
_HEAD = 28
_SPOKEN = 200
"""Characters of a turn that a screen reader is told as its name."""
_ICONS: dict[Role, str] = {"system": "settings", "user": "user", "assistant": "assistant"}


class TurnView(QFrame):
    """Signals:
    entered(turn id): it got the focus or was clicked.
    textEdited(turn id, text), roleChosen(turn id, role), moveRequested(turn id, by), deleteRequested(turn id),
    insertRequested(turn id): a turn behind this one.
    duplicateRequested(turn id).
    drafted(turn id): what is being written changed.
    boxesHovered(turn id, ordinals), boxClicked(turn id, ordinals): of a chip.
    chipAsked(turn id, what, Piece), chipMenu(turn id, Piece, place): see `TurnText`.
    wordsSelected(turn id, range or None): see `TurnText`.
    stepRequested(turn id, by): to the turn before or behind, across conversations.
    """

    entered = Signal(int)
    textEdited = Signal(int, str)
    roleChosen = Signal(int, str)
    moveRequested = Signal(int, int)
    deleteRequested = Signal(int)
    insertRequested = Signal(int)
    duplicateRequested = Signal(int)
    drafted = Signal(int)
    chipAsked = Signal(int, str, object)
    chipMenu = Signal(int, object, QPoint)
    boxesHovered = Signal(int, tuple)
    boxClicked = Signal(int, tuple)
    wordsSelected = Signal(int, object)
    stepRequested = Signal(int, int)

    def __init__(self, row: TurnRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self.before: tuple[Turn, ...] = ()
        self.editor: TurnEditor | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.role_button = self._make_role_button()
        self.text = TurnText(self)
        self._fault = QLabel(self)
        self._fault.setWordWrap(True)
        set_role(self._fault, "danger")
        self._buttons: list[QToolButton] = []
        head = QWidget(self)
        head.setFixedHeight(theme().pixels(_HEAD))
        self._head = QHBoxLayout(head)
        self._head.setContentsMargins(0, 0, 0, 0)
        self._head.setSpacing(0)
        self._head.addWidget(self.role_button)
        self._head.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.S, Space.XS, Space.S, Space.S)
        self._column.setSpacing(Space.XS)
        self._column.addWidget(head)
        self._column.addWidget(self.text)
        self.mend_button = QPushButton(self.tr("Mend"), self)
        self.mend_button.setToolTip(self.tr("Correct this fault"))
        self.mend_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        set_kind(self.mend_button, "plain")
        self.mend_button.clicked.connect(self._mend)
        self._better: str | None = None
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(Space.S)
        foot.addWidget(self._fault, 1)
        foot.addWidget(self.mend_button, 0, Qt.AlignmentFlag.AlignTop)
        self._column.addLayout(foot)
        self._connect()
        self.show_row(row)
        theme().changed.connect(self.update)

    # What it shows

    def show_row(self, row: TurnRow, before: Sequence[Turn] = ()) -> None:
        """Show the turn as the project has it now, behind the turns `before`; a text being written stays."""
        self.row, self.before = row, tuple(before)
        set_icon(self.role_button, _ICONS[row.role], "muted")
        self.role_button.setText(self.tr(ROLE_NAMES[row.role]))
        self.text.set_source(row.text)
        self.setAccessibleName(f"{self.role_button.text()}: {row.text[:_SPOKEN]}")
        self._show_fault()
        self.update()

    def _show_fault(self) -> None:
        row = self.row
        found = faults_of(self.before, row.role, row.text)
        self._better = mended(self.before, row.role, row.text, found[0]) if found else None
        words = words_of_fault(found[0], row.text) if found else ""
        if not row.text.strip():
            words = self.tr("The turn is empty. Double-click to write it.")
        self._fault.setText(words)
        self._fault.setVisible(bool(words) and self.editor is None)
        self.mend_button.setVisible(self._better is not None and self.editor is None)

    def _mend(self) -> None:
        if self._better is not None:
            self.textEdited.emit(self.row.id, self._better)

    @property
    def draft(self) -> str:
        """The text as it is being written, or as it is stored."""
        return self.editor.text if self.editor is not None else self.row.text

    def start_editing(self) -> None:
        """Put the plain text in the turn's place."""
        if self.editor is not None:
            return
        self.editor = TurnEditor(self.row.text, self, role=self.row.role, before=self.before)
        self.editor.drafted.connect(self._on_drafted)
        self.editor.finished.connect(self._keep)
        self.editor.cancelled.connect(self._stop_editing)
        self.editor.saved.connect(self._save)
        self.text.hide()
        self._fault.hide()
        self.mend_button.hide()
        self._column.addWidget(self.editor)
        self.editor.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish_editing(self) -> None:
        """Keep what is being written, if anything is."""
        if self.editor is not None:
            self.editor.finish()

    def cancel_editing(self) -> None:
        """Forget what is being written, if anything is."""
        if self.editor is not None:
            self.editor.cancel()

    def _save(self, text: str) -> None:
        if text != self.row.text:
            self.textEdited.emit(self.row.id, text)

    def _keep(self, text: str) -> None:
        self._stop_editing()
        self._save(text)

    def _stop_editing(self) -> None:
        editor, self.editor = self.editor, None
        if editor is None:
            return
        had_focus = editor.edit.hasFocus()
        self._column.removeWidget(editor)
        editor.hide()
        editor.deleteLater()
        self.text.show()
        self.show_row(self.row, self.before)
        self.drafted.emit(self.row.id)
        if had_focus:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    # Parts

    def _make_role_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setToolTip(self.tr("Who speaks (R)"))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setProperty("small", True)
        button.clicked.connect(self._show_roles)
        return button

    def _show_roles(self) -> None:
        menu = self.make_role_menu()
        menu.exec(self.role_button.mapToGlobal(self.role_button.rect().bottomLeft()))
        menu.deleteLater()

    def make_role_menu(self) -> QMenu:
        """The menu that changes who speaks."""
        menu = QMenu(self)
        for role in ROLES:
            menu.addAction(icon(_ICONS[role]), self.tr(ROLE_NAMES[role]), partial(self._choose_role, role))
        return menu

    def _make_buttons(self) -> list[QToolButton]:
        buttons = []
        for name, words, slot in (
            ("edit", self.tr("Edit as text (Enter)"), self.start_editing),
            ("chevron-up", self.tr("Move up (Alt+Up)"), self._move_up),
            ("chevron-down", self.tr("Move down (Alt+Down)"), self._move_down),
            ("copy", self.tr("Duplicate (Ctrl+D)"), self._duplicate),
            ("trash", self.tr("Delete the turn (Del)"), self._delete),
        ):
            button = QToolButton(self)
            set_icon(button, name, "muted")
            button.setToolTip(words)
            button.setAccessibleName(words)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(slot)
            buttons.append(button)
        return buttons

    def _connect(self) -> None:
        self.text.editRequested.connect(self.start_editing)
        self.text.pressed.connect(self._enter)
        self.text.chipHovered.connect(self._on_hover)
        self.text.chipClicked.connect(self._on_click)
        self.text.wordsSelected.connect(self._on_words)
        self.text.chipAsked.connect(self._on_chip_asked)
        self.text.chipMenu.connect(self._on_chip_menu)
        self.text.left.connect(self.setFocus)

    def _enter(self) -> None:
        self.entered.emit(self.row.id)

    def _on_hover(self, ordinals: tuple[int, ...]) -> None:
        self.boxesHovered.emit(self.row.id, ordinals)

    def _on_chip_asked(self, what: str, piece: object) -> None:
        self.chipAsked.emit(self.row.id, what, piece)

    def _on_chip_menu(self, piece: object, place: QPoint) -> None:
        self.entered.emit(self.row.id)
        self.chipMenu.emit(self.row.id, piece, place)

    def _on_click(self, ordinals: tuple[int, ...]) -> None:
        self.boxClicked.emit(self.row.id, ordinals)

    def _on_words(self, chosen: object) -> None:
        self.entered.emit(self.row.id)
        self.wordsSelected.emit(self.row.id, chosen)

    def _choose_role(self, role: Role) -> None:
        if role != self.row.role:
            self.roleChosen.emit(self.row.id, role)

    def _next_role(self) -> None:
        """The next of the roles, in turn."""
        self._choose_role(ROLES[(ROLES.index(self.row.role) + 1) % len(ROLES)])

    def _on_drafted(self) -> None:
        self.drafted.emit(self.row.id)

    def _duplicate(self) -> None:
        self.duplicateRequested.emit(self.row.id)

    def _move_up(self) -> None:
        self.moveRequested.emit(self.row.id, -1)

    def _move_down(self) -> None:
        self.moveRequested.emit(self.row.id, 1)

    def _delete(self) -> None:
        self.deleteRequested.emit(self.row.id)

    # Events

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps:
            (self.moveRequested if alt else self.stepRequested).emit(self.row.id, steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.start_editing()
        elif event.key() == Qt.Key.Key_Delete:
            self._delete()
        elif event.key() == Qt.Key.Key_Insert:
            self.insertRequested.emit(self.row.id)
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Left) and not event.modifiers():
            self.text.enter_chips(last=event.key() == Qt.Key.Key_Left)
        elif event.key() == Qt.Key.Key_R and not event.modifiers():
            self._next_role()
        elif event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._duplicate()
        else:
            super().keyPressEvent(event)

    @guarded
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.addAction(icon("edit"), self.tr("Edit as text"), self.start_editing)
        menu.addAction(icon("plus"), self.tr("Add a turn behind it"), lambda: self.insertRequested.emit(self.row.id))
        menu.addAction(icon("copy"), self.tr("Duplicate (Ctrl+D)"), self._duplicate)
        menu.addAction(icon("chevron-up"), self.tr("Move up"), self._move_up)
        menu.addAction(icon("chevron-down"), self.tr("Move down"), self._move_down)
        menu.addSeparator()
        menu.addAction(icon("trash"), self.tr("Delete the turn"), self._delete)
        menu.exec(event.globalPos())
        menu.deleteLater()

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.start_editing()

    @guarded
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_buttons(True)
        self.update()
        self.entered.emit(self.row.id)

    @guarded
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_buttons(self.underMouse())
        self.update()

    @guarded
    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._show_buttons(True)

    @guarded
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._show_buttons(self.hasFocus())

    def _show_buttons(self, shown: bool) -> None:
        """Show the turn's buttons; they are made when they are first wanted."""
        if shown and not self._buttons:
            self._buttons = self._make_buttons()
            for button in self._buttons:
                self._head.addWidget(button)
        for button in self._buttons:
            button.setVisible(shown)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        fill = "hover" if self.row.role == "user" else None
        edge = "accent" if self.hasFocus() else None
        if fill or edge:
            paint_frame(self, fill, edge, 8.0)
