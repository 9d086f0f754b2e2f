"""All commands with their keys: to look up, to search, and to change.

Owns this window, which is not modal. Does not own the commands or the keys in force (`gui.shortcuts`): it is made from
that list, so that it cannot be out of date.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.shortcuts import Command, Shortcuts, native
from qvl_desktop.gui.theme import Space, fitting, set_kind, set_role, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.search_line import SearchLine

_NAME = Qt.ItemDataRole.UserRole
_MODIFIERS = (
    Qt.Key.Key_Control,
    Qt.Key.Key_Shift,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_unknown,
)


class KeyboardSheet(QDialog):
    """The list; Enter or a double click on a line waits for its new keys."""

    def __init__(self, shortcuts: Shortcuts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shortcuts = shortcuts
        self._waiting = ""
        self._adding = False
        self._wanted = ""
        self.setObjectName("keyboardSheet")
        self.setWindowTitle(self.tr("Keys"))
        self.setModal(False)
        self.resize(fitting(self, 620, 640))
        self.search = SearchLine(self.tr("Search commands and keys"), self)
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.tree = QTreeWidget(self)
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels([self.tr("Command"), self.tr("Keys")])
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(Space.M)
        self.tree.setUniformRowHeights(True)
        self.tree.setAccessibleName(self.tr("Commands and their keys"))
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.itemDoubleClicked.connect(self._on_change)
        self.tree.currentItemChanged.connect(self._show_state)
        self.tree.installEventFilter(self)
        self.says = QLabel(self)
        self.says.setWordWrap(True)
        self.says.setMinimumHeight(40)
        self.change = QPushButton(self.tr("Change…"), self)
        self.add = QPushButton(self.tr("Add keys…"), self)
        self.clear = QPushButton(self.tr("Remove"), self)
        self.reset = QPushButton(self.tr("Reset"), self)
        self.reset_all = QPushButton(self.tr("Reset all"), self)
        self.take = QPushButton(self.tr("Take them"), self)
        set_kind(self.take, "primary")
        set_kind(self.reset_all, "quiet")
        for button, slot in (
            (self.change, self._on_change),
            (self.add, self._on_add),
            (self.clear, self._on_clear),
            (self.reset, self._on_reset),
            (self.reset_all, shortcuts.reset_all),
            (self.take, self._on_take),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(slot)
        self.take.hide()
        foot = QHBoxLayout()
        for button in (self.change, self.add, self.clear, self.reset):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(self.reset_all)
        said = QHBoxLayout()
        said.addWidget(self.says, 1)
        said.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        layout.setSpacing(Space.S)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        layout.addLayout(said)
        layout.addLayout(foot)
        shortcuts.changed.connect(self.fill)
        theme().changed.connect(self.fill)
        self.fill()

    @property
    def waiting_for(self) -> str:
        """The name of the command whose new keys are waited for; "" when none."""
        return self._waiting

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fill()
        self.search.setFocus()
        self.search.selectAll()

    def fill(self) -> None:
        """Show the commands as they are now."""
        chosen = self._chosen()
        conflicts = self._shortcuts.conflicts()
        self.tree.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for command in self._shortcuts.commands:
            group = groups.get(command.heading)
            if group is None:
                group = groups[command.heading] = QTreeWidgetItem(self.tree, [command.heading, ""])
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                font = group.font(0)
                font.setBold(True)
                group.setFont(0, font)
                group.setFirstColumnSpanned(True)
            item = QTreeWidgetItem(group, [command.title, self._shortcuts.shown(command.name)])
            item.setData(0, _NAME, command.name)
            item.setToolTip(0, command.title)
            if command.name in conflicts:
                others = ", ".join(f"“{other.title}”" for other in conflicts[command.name])
                item.setForeground(1, theme().colour("danger"))
                item.setToolTip(1, self.tr("The same keys as {others}").format(others=others))
            elif self._shortcuts.is_own(command.name):
                item.setForeground(1, theme().colour("accent"))
                item.setToolTip(1, self.tr("Changed by you"))
            elif command.fixed:
                item.setForeground(1, theme().colour("muted"))
                item.setToolTip(1, self.tr("These keys cannot be changed"))
            if chosen is not None and chosen.name == command.name:
                self.tree.setCurrentItem(item)
        self.tree.expandAll()
        self._filter()
        self._show_state()

    def choose(self, name: str) -> None:
        """Mark a command."""
        for item in self._items():
            if item.data(0, _NAME) == name:
                self.tree.setCurrentItem(item)

    # Searching

    def _filter(self) -> None:
        words = self.search.text().casefold().split()
        for group in self._groups():
            shown = 0
            for item in _children(group):
                text = f"{group.text(0)} {item.text(0)} {item.text(1)}".casefold()
                item.setHidden(not all(word in text for word in words))
                shown += not item.isHidden()
            group.setHidden(not shown)

    def _items(self) -> list[QTreeWidgetItem]:
        return [item for group in self._groups() for item in _children(group)]

    def _groups(self) -> list[QTreeWidgetItem]:
        found = (self.tree.topLevelItem(number) for number in range(self.tree.topLevelItemCount()))
        return [group for group in found if group is not None]

    # Changing

    def _chosen(self) -> Command | None:
        item = self.tree.currentItem()
        name = item.data(0, _NAME) if item is not None else None
        return next((command for command in self._shortcuts.commands if command.name == name), None)

    def _show_state(self) -> None:
        self._waiting, self._wanted = "", ""
        self.take.hide()
        command = self._chosen()
        free = command is not None and not command.fixed
        for button in (self.change, self.add):
            button.setEnabled(free)
        self.clear.setEnabled(free and command is not None and bool(self._shortcuts.keys(command.name)))
        self.reset.setEnabled(free and command is not None and self._shortcuts.is_own(command.name))
        self._say(self.tr("Enter changes the keys of the marked command. Keys that you changed stand in colour."))

    def _say(self, text: str, role: str = "caption") -> None:
        set_role(self.says, role)  # type: ignore[arg-type]
        self.says.setText(text)

    def _on_change(self) -> None:
        self._wait(adding=False)

    def _on_add(self) -> None:
        self._wait(adding=True)

    def _wait(self, *, adding: bool) -> None:
        command = self._chosen()
        if command is None:
            return
        if command.fixed:
            self._say(self.tr("These keys cannot be changed"), "warning")
            return
        self._waiting, self._adding, self._wanted = command.name, adding, ""
        self.take.hide()
        self._say(self.tr("Press the new keys for “{command}”. Esc leaves them.").format(command=command.title))
        self.tree.setFocus()

    def _on_clear(self) -> None:
        if (command := self._chosen()) is not None and not command.fixed:
            self._shortcuts.set_keys(command.name, ())

    def _on_reset(self) -> None:
        if (command := self._chosen()) is not None:
            self._shortcuts.reset(command.name)

    def _on_take(self) -> None:
        name, key = self._waiting, self._wanted
        if name and key:
            self._set(name, key, take=True)

    def _pressed(self, event: QKeyEvent) -> None:
        """Keys for the command that waits: taken at once when they are free, else the user is asked."""
        if event.key() in _MODIFIERS:
            return
        bare = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() == Qt.Key.Key_Escape and bare:
            self._show_state()
            return
        if self._wanted and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and bare:
            self._on_take()
            return
        key = _key_of(event)
        others = self._shortcuts.taken_by(self._waiting, key)
        if not others:
            self._set(self._waiting, key, take=False)
            return
        names = ", ".join(f"“{other.title}”" for other in others)
        if any(other.fixed for other in others):
            self._wanted = ""
            self.take.hide()
            words = self.tr("{keys} always means {others}. Press other keys, or Esc.")
        else:
            self._wanted = key
            self.take.show()
            words = self.tr("{keys} is {others}. Enter takes it from there; or press other keys, or Esc.")
        self._say(words.format(keys=native(key), others=names), "warning")

    def _set(self, name: str, key: str, *, take: bool) -> None:
        keys = [*self._shortcuts.keys(name), key] if self._adding else [key]
        self._waiting = ""
        self._shortcuts.set_keys(name, keys, take=take)

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        if self._waiting and watched is self.tree:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._pressed(event)
                return True
            return False
        if event.type() != QEvent.Type.KeyPress:
            return False
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if watched is self.search and (enter or event.key() == Qt.Key.Key_Down):
            shown = next((item for item in self._items() if not item.isHidden()), None)
            current = self.tree.currentItem()
            if shown is not None and (current is None or current.isHidden()):
                self.tree.setCurrentItem(shown)
            self.tree.setFocus()
            return True
        if watched is self.tree and enter:
            self._wait(adding=False)
            return True
        if watched is self.tree and event.key() == Qt.Key.Key_Delete:
            self._on_clear()
            return True
        return False


def _children(group: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (group.child(number) for number in range(group.childCount()))
    return [item for item in found if item is not None]


def _key_of(event: QKeyEvent) -> str:
    """The pressed keys as portable text; Shift is left out where it is part of a sign (`?` is `Shift+/` somewhere)."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = event.key()
    sign = 0x21 <= key <= 0x7E and not chr(key).isalnum()
    if sign and modifiers == Qt.KeyboardModifier.ShiftModifier:
        modifiers = Qt.KeyboardModifier.NoModifier
    if key == Qt.Key.Key_Backtab:
        key = Qt.Key.Key_Tab
    return QKeySequence(key | modifiers.value).toString(QKeySequence.SequenceFormat.PortableText)
