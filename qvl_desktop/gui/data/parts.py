"""Small pieces that the two dialogs share: headed fields, a path with its button, how long work still takes.

Owns these widgets. Does not own what the dialogs do.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from qvl_desktop.core.i18n import translate
from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.words import duration_text

if TYPE_CHECKING:
    from qvl_desktop.formats.registry import AnyFormat

OPTIONS_WIDTH = 320


def heading(words: str, parent: QWidget) -> QLabel:
    """A heading above a field."""
    label = QLabel(words, parent)
    label.setWordWrap(True)
    set_role(label, "heading")
    return label


def caption(parent: QWidget) -> QLabel:
    """Small muted words under a field; empty at first."""
    label = QLabel(parent)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    set_role(label, "caption")
    return label


def field(title: QLabel, *rows: QWidget | QHBoxLayout, marks: dict[str, QWidget] | None = None) -> QVBoxLayout:
    """A field: its heading, then its rows; the heading is what assistive tools call them. `marks` are the topics of
    help that stand behind the heading, each with its field."""
    column = QVBoxLayout()
    column.setSpacing(Space.XS)
    head = QHBoxLayout()
    head.setSpacing(Space.XS)
    title.ensurePolished()
    whole = title.fontMetrics().horizontalAdvance(title.text())
    title.setMinimumWidth(min(whole, OPTIONS_WIDTH - 4 * Space.L))  # a label that may break breaks early otherwise
    head.addWidget(title)
    for topic, helped in (marks or {}).items():
        head.addWidget(HelpMark(topic, helped, title.text(), title.parentWidget()))
    head.addStretch(1)
    column.addLayout(head)
    for row in rows:
        if isinstance(row, QWidget):
            if not row.accessibleName() and not isinstance(row, (QLabel, QCheckBox)):
                row.setAccessibleName(title.text())
            column.addWidget(row)
        else:
            column.addLayout(row)
    return column


def beside(*widgets: QWidget) -> QHBoxLayout:
    """Widgets in a row; the first takes the room."""
    row = QHBoxLayout()
    row.setSpacing(Space.S)
    for position, widget in enumerate(widgets):
        row.addWidget(widget, 1 if position == 0 else 0)
    return row


def choice(parent: QWidget, name: str) -> QComboBox:
    """A list to choose from that keeps to the column's width."""
    box = ChoiceBox(parent)
    box.setObjectName(name)
    box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    box.setMinimumContentsLength(8)
    return box


def path_line(parent: QWidget, name: str) -> QLineEdit:
    """Where something lies; shown from its beginning."""
    line = QLineEdit(parent)
    line.setObjectName(name)
    return line


def format_label(item: AnyFormat) -> str:
    """The name of a format in the user's language."""
    return translate("formats", item.label)


def fill_formats(box: QComboBox) -> None:
    """All formats of the registry, those of conversations first, with a line between the two kinds."""
    from qvl_desktop.formats.registry import CONVERSATION_FORMATS, REGION_FORMATS  # a page that shows none needs none

    for item in CONVERSATION_FORMATS:
        box.addItem(format_label(item), item.name)
    box.insertSeparator(box.count())
    for regions in REGION_FORMATS:
        box.addItem(format_label(regions), regions.name)


class Pace:
    """How long work still takes, from how far it is; a new total begins anew."""

    def __init__(self) -> None:
        self._total = -1
        self._began = 0.0
        self._first = 0

    def left(self, done: int, total: int) -> str:
        """The time left in words; "" while that cannot be said."""
        now = time.monotonic()
        if total != self._total:
            self._total, self._began, self._first = total, now, done
            return ""
        worked, gone = done - self._first, now - self._began
        if worked <= 0 or gone < 1.0 or total <= done:
            return ""
        return duration_text(gone / worked * (total - done))
