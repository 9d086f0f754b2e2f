"""The lines of the preferences: a name, one plain sentence, the field, and a button back to the usual.

Owns how a line looks and its kinds of fields. Does not own which lines there are (`preference_pages`), nor what a
changed setting does (`live_settings`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.help.topics import preference_topic
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role, theme
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.elided_label import ElidedLabel
from qvl_desktop.gui.words import path_text
from qvl_desktop.storage.settings import Settings

FIELD_WIDTH = 240


@dataclass(frozen=True, slots=True)
class Value:
    """Something that can be chosen: how it is read and written, and what it is when nobody chose."""

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], None]
    usual: Any

    @property
    def is_usual(self) -> bool:
        return bool(self.read() == self.usual)


def setting(settings: Settings, name: str) -> Value:
    """One of the user's settings, by its name."""
    usual = settings.default(name)

    def write(value: Any) -> None:
        if value == usual:
            settings.reset(name)
        else:
            setattr(settings, name, value)

    return Value(name, lambda: getattr(settings, name), write, usual)


class Field(QWidget):
    """What a line shows its value in. Signals: `chosen(value)` when the user chose another."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(Space.S)

    @property
    def target(self) -> QWidget:
        """The widget that takes the keyboard."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show a value without telling."""


class ChoiceField(Field):
    """One of a few: pairs of (words, value)."""

    def __init__(self, items: Sequence[tuple[str, Any]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = ChoiceBox(self)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for words, value in items:
            self.box.addItem(words, value)
        self.box.activated.connect(self._choose)
        self.row.addWidget(self.box)

    @property
    def target(self) -> QWidget:
        return self.box

    def show_value(self, value: Any) -> None:
        self.box.setCurrentIndex(self.box.findData(value))

    def _choose(self) -> None:
        self.chosen.emit(self.box.currentData())


class NumberField(Field):
    """A whole number with its unit."""

    def __init__(self, low: int, high: int, step: int, unit: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QSpinBox(self)
        self.box.setRange(low, high)
        self.box.setSingleStep(step)
        self.box.setSuffix(f" {unit}")
        self.box.setKeyboardTracking(False)
        self.box.setGroupSeparatorShown(True)
        self.box.lineEdit().setTextMargins(Space.S, 0, 0, 0)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box.valueChanged.connect(self._choose)
        self.row.addWidget(self.box)

    @property
    def target(self) -> QWidget:
        return self.box

    def show_value(self, value: Any) -> None:
        self.box.blockSignals(True)
        self.box.setValue(value)
        self.box.blockSignals(False)

    def _choose(self, value: int) -> None:
        self.chosen.emit(value)


class PlaceField(Field):
    """A folder or a program: its path, and a button to choose another. `usual` are the words for none."""

    def __init__(self, title: str, usual: str, *, program: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._usual, self._program = title, usual, program
        self._place = ""
        self.label = ElidedLabel(self)
        self.button = QPushButton(self.tr("Choose…"), self)
        self.button.clicked.connect(self._choose)
        self.row.addWidget(self.label, 1)
        self.row.addWidget(self.button)

    @property
    def target(self) -> QWidget:
        return self.button

    def show_value(self, value: Any) -> None:
        self._place = str(value or "")
        self.label.setText(path_text(Path(self._place)) if self._place else self._usual)
        self.label.setToolTip(self._place)

    def _choose(self) -> None:
        start = self._place or str(Path.home())
        if self._program:
            place, _ = QFileDialog.getOpenFileName(self, self._title, start)
        else:
            place = QFileDialog.getExistingDirectory(self, self._title, start)
        if place:
            self.chosen.emit(place)


class ButtonField(Field):
    """A word on how things stand, and what can be done about it."""

    def __init__(self, words: str, call: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        set_role(self.label, "muted")
        self.button = QPushButton(words, self)
        self.button.clicked.connect(call)
        self.row.addWidget(self.label, 1)
        self.row.addWidget(self.button)

    @property
    def target(self) -> QWidget:
        return self.button


class Line(QWidget):
    """One line. Signals: `resetAsked()`, its value is to be the usual one again."""

    resetAsked = Signal()

    def __init__(
        self,
        title: str,
        words: str,
        field: Field,
        value: Value | None = None,
        parent: QWidget | None = None,
        *,
        below: bool = False,
    ) -> None:
        """`below`: the field stands below the sentence, as wide as the line."""
        super().__init__(parent)
        self.title, self.field, self.value = title, field, value
        self.setObjectName(f"preference-{value.name}" if value else "")
        label = QLabel(title, self)
        label.setWordWrap(True)
        label.setBuddy(field.target)
        self.words = QLabel(words, self)
        self.words.setWordWrap(True)
        set_role(self.words, "caption")
        field.target.setAccessibleName(title)
        field.target.setAccessibleDescription(words)
        text = QVBoxLayout()
        text.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(Space.XS)
        head.addWidget(label)
        head.addWidget(HelpMark(preference_topic(value.name if value else "", words), field.target, title, self))
        head.addStretch(1)
        text.addLayout(head)
        text.addWidget(self.words)
        if below:
            text.addSpacing(Space.XS)
            text.addWidget(field)
        else:
            field.setFixedWidth(theme().pixels(FIELD_WIDTH))
            text.addStretch(1)
        self.reset = QToolButton(self)
        self.reset.setToolTip(self.tr("As it was at first"))
        self.reset.setAccessibleName(self.tr("{name}: as it was at first").format(name=title))
        set_icon(self.reset, "refresh", "muted")
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.reset.clicked.connect(self.resetAsked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        row.addLayout(text, 1)
        if not below:
            row.addWidget(field, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignTop)
        if value is not None:
            field.chosen.connect(value.write)
        self.refresh()

    def refresh(self) -> None:
        """Show the value that is in force."""
        if self.value is not None:
            self.field.show_value(self.value.read())
        usual = self.value is None or self.value.is_usual
        if usual and self.reset.hasFocus():
            self.field.target.setFocus()
        self.reset.setVisible(not usual)
