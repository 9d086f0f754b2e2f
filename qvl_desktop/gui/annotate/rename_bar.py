"""Another name for a label in the whole project: what it would change, the name, and doing it.

Owns this small bar under the labels; never modal. Does not own counting or renaming (`label_desk`).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.words import count_text
from qvl_desktop.storage.rows import RefUse


class RenameBar(QFrame):
    """Signals: `accepted(refs, name)`; `nameEdited(name)`, to see whether there is such a label; `closed()`."""

    accepted = Signal(object, str)
    nameEdited = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "raised")
        self._refs: tuple[str, ...] = ()
        self.title = QLabel(self)
        self.title.setWordWrap(True)
        self.line = QLineEdit(self)
        self.line.setAccessibleName(self.tr("New name of the label"))
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._on_text)
        self.use = QLabel(self)
        self.use.setWordWrap(True)
        set_role(self.use, "caption")
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.cancel.clicked.connect(self.close_bar)
        self.apply = QPushButton(self)
        set_kind(self.apply, "primary")
        self.apply.clicked.connect(self._on_apply)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.apply)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        layout.setSpacing(Space.S)
        layout.addWidget(self.title)
        layout.addWidget(self.line)
        layout.addWidget(self.use)
        layout.addLayout(buttons)
        self.hide()

    @property
    def refs(self) -> tuple[str, ...]:
        """What is to be renamed."""
        return self._refs

    def open_for(self, refs: Sequence[str]) -> None:
        """Ask for the name of these labels; `show_use` follows."""
        self._refs = tuple(refs)
        if len(refs) == 1:
            self.title.setText(self.tr("Rename “{ref}” in the whole project").format(ref=refs[0]))
        else:
            names = ", ".join(f"“{ref}”" for ref in refs)
            self.title.setText(self.tr("Make {refs} one label").format(refs=names))
        self.use.setText(self.tr("Counting…"))
        self.line.setText(refs[0])
        self.line.selectAll()
        self._on_text(refs[0])
        self.show()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_use(self, use: RefUse) -> None:
        """Show how much of the project would change."""
        parts = [
            self.tr("Regions: {count}").format(count=count_text(use.regions)),
            self.tr("Pictures: {count}").format(count=count_text(use.pictures)),
        ]
        if use.turns:
            parts.append(self.tr("Turns of conversations that follow: {count}").format(count=count_text(use.turns)))
        self.use.setText("\n".join([" · ".join(parts[:2]), *parts[2:]]))

    def show_existing(self, count: int) -> None:
        """There is (or is not) a label of the typed name already, with so many regions."""
        merges = count > 0 or len(self._refs) > 1
        self.apply.setText(self.tr("Merge") if merges else self.tr("Rename"))
        tip = self.tr("%n region(s) have this label already; they become one label.", "", count)
        self.apply.setToolTip(tip if count else "")

    def close_bar(self) -> None:
        """Give up."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def _on_text(self, text: str) -> None:
        name = " ".join(text.split())
        self.apply.setEnabled(bool(name) and (len(self._refs) > 1 or (name,) != self._refs))
        self.nameEdited.emit(name)

    def _on_apply(self) -> None:
        name = " ".join(self.line.text().split())
        if self.apply.isEnabled():
            refs = self._refs
            self.close_bar()
            self.accepted.emit(refs, name)

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.close_bar()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_apply()
                return True
        return False
