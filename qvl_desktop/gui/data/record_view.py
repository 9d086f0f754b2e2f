"""The first records of a source as they will look: the picture with its boxes, the turns, a way from one to the next.

Owns showing a `Preview`. Does not own reading it (`storage.import_preview`).
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.conversations.turn_text import TurnText
from qvl_desktop.gui.conversations.turn_view import ROLE_NAMES
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.widgets.picture_view import PictureView, ShownBox
from qvl_desktop.storage.import_preview import Preview, PreviewRecord


class RecordView(QWidget):
    """One record at a time. The page keys and the arrows above step through them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._records: tuple[PreviewRecord, ...] = ()
        self._at = 0
        self._picture_at = 0
        self.back = self._step_button("chevron-left", self.tr("Record before"), -1)
        self.forth = self._step_button("chevron-right", self.tr("Next record"), 1)
        self.title = QLabel(self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_role(self.title, "caption")
        self.picture = PictureView(self)
        self.picture_button = QToolButton(self)
        self.picture_button.clicked.connect(self._next_picture)
        self._turns = QScrollArea(self)
        self._turns.setWidgetResizable(True)
        self._turns.setAccessibleName(self.tr("Turns of the conversation"))
        self._turns.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._splitter = QSplitter(Qt.Orientation.Vertical, self)
        self._splitter.addWidget(self.picture)
        self._splitter.addWidget(self._turns)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setSizes([320, 180])
        head = QHBoxLayout()
        head.setSpacing(Space.XS)
        head.addWidget(self.back)
        head.addWidget(self.forth)
        head.addWidget(self.title, 1)
        head.addWidget(self.picture_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addLayout(head)
        column.addWidget(self._splitter, 1)
        for key, by in (("PgUp", -1), ("PgDown", 1)):
            QShortcut(QKeySequence(key), self).activated.connect(partial(self.step, by))
        self.show_words("")

    def show_words(self, words: str) -> None:
        """Words in place of a record: why there is none."""
        self._records, self._at = (), 0
        self.picture.set_empty_text(words)
        self._show()

    def show_preview(self, preview: Preview) -> None:
        """Show what is known; the record in sight stays while more are found."""
        if preview.records[: len(self._records)] == self._records and self._records:
            self._records = preview.records
            self._show_head()
            return
        self._records, self._at, self._picture_at = preview.records, 0, 0
        self._show()

    @property
    def record(self) -> PreviewRecord | None:
        """The record in sight."""
        return self._records[self._at] if self._records else None

    def step(self, by: int) -> None:
        """Show another record."""
        at = min(max(self._at + by, 0), max(len(self._records) - 1, 0))
        if at != self._at:
            self._at, self._picture_at = at, 0
            self._show()

    def _show(self) -> None:
        self._show_head()
        record = self.record
        self._show_picture()
        self._turns.setVisible(record is not None and bool(record.turns))
        self._turns.setWidget(self._turn_list(record))

    def _show_head(self) -> None:
        record = self.record
        self.back.setEnabled(self._at > 0)
        self.forth.setEnabled(self._at < len(self._records) - 1)
        self.title.setText(record.source if record is not None else "")
        count = len(record.pictures) if record is not None else 0
        self.picture_button.setVisible(count > 1)
        words = self.tr("Picture {number} of {count}")
        self.picture_button.setText(words.format(number=self._picture_at + 1, count=count))

    def _show_picture(self) -> None:
        record = self.record
        if record is None or not record.pictures:
            if record is not None:
                self.picture.set_empty_text(self.tr("This conversation shows no picture."))
            self.picture.set_picture(None)
            return
        picture = record.pictures[self._picture_at]
        if picture.problem:
            self.picture.set_empty_text(picture.problem)
            self.picture.set_picture(None)
            return
        self.picture.set_picture(picture.file)
        self.picture.set_boxes(
            ShownBox.of(number, region.shape, region.ref) for number, region in enumerate(picture.regions)
        )

    def _turn_list(self, record: PreviewRecord | None) -> QWidget:
        body = QWidget()
        set_surface(body, "panel")
        column = QVBoxLayout(body)
        column.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        column.setSpacing(Space.S)
        for turn in record.turns if record is not None else ():
            role = QLabel(QCoreApplication.translate("TurnView", ROLE_NAMES[turn.role]), body)
            set_role(role, "caption")
            text = TurnText(body)
            text.set_source(turn.text)
            column.addWidget(role)
            column.addWidget(text)
        column.addStretch(1)
        return body

    def _next_picture(self) -> None:
        record = self.record
        if record is not None and record.pictures:
            self._picture_at = (self._picture_at + 1) % len(record.pictures)
            self._show_head()
            self._show_picture()

    def _step_button(self, sign: str, words: str, by: int) -> QToolButton:
        button = QToolButton(self)
        set_icon(button, sign)
        key = "PgUp" if by < 0 else "PgDown"
        button.setToolTip(f"{words}  ({key})")
        button.setAccessibleName(words)
        button.clicked.connect(lambda: self.step(by))
        return button
