"""The widgets of a shelf of suggestions and how they lie: pictures, canvas, suggestions, the bar above the canvas.

Owns making and placing them. Does not own what they show or do (`boxes_view`), nor edits of many at once (`many_desk`).
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
)

from qvl_desktop.gui.annotate.canvas import Canvas
from qvl_desktop.gui.annotate.picture_model import PictureDelegate
from qvl_desktop.gui.annotate.ref_editor import RefEditor
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.review.actions import BOXES, make_actions
from qvl_desktop.gui.review.many_desk import ManyDesk
from qvl_desktop.gui.review.rows import ReviewPictures, SuggestionDelegate, SuggestionModel
from qvl_desktop.gui.review.suggestion_layer import SuggestionLayer
from qvl_desktop.gui.shortcuts import Shortcuts
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.elided_label import ElidedLabel
from qvl_desktop.gui.widgets.flow import FlowLayout
from qvl_desktop.gui.widgets.hint_line import HintLine
from qvl_desktop.gui.widgets.panels import panel, side_by_side
from qvl_desktop.gui.widgets.rows import row_view
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.suggestions import Shelf


class BoxesFrame(QWidget):
    """The parts of a view of one shelf."""

    def __init__(self, session: Session, shelf: Shelf, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self.shelf: Shelf = shelf
        self.view_actions = make_actions(self, Shortcuts.of(session), BOXES)
        self.thumbnails = Thumbnails(self)
        self.pictures = ReviewPictures(self)
        self.pictures.shelf = shelf
        self.list = row_view(self.pictures, PictureDelegate(self.thumbnails, self), self)
        self.list.setAccessibleName(self.tr("Pictures with suggestions"))
        self.canvas = Canvas(self)
        self.canvas.set_tool("select")
        self.canvas.set_crosshair(False)
        self.layer = SuggestionLayer(session, self.canvas, self)
        self.editor = RefEditor(self.canvas.viewport())
        self.model = SuggestionModel(self)
        self.rows = row_view(self.model, SuggestionDelegate(self), self)
        self.rows.setAccessibleName(self.tr("Suggestions on this picture"))
        self.name = ElidedLabel(self)
        set_role(self.name, "muted")
        self.position = QLabel(self)
        self.hint = HintLine(self)
        self.count = QLabel(self)
        set_role(self.count, "caption")
        self.count.setWordWrap(True)
        self.count.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        self.take_button = QPushButton(self)
        self.reject_button = QPushButton(self)
        self.many_button = QToolButton(self)
        self.many = ManyDesk(session, shelf, self.pictures, self)
        self._lay_out()

    def _lay_out(self) -> None:
        title = QLabel(self.tr("On this picture"), self)
        title.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        title.setWordWrap(True)
        set_role(title, "heading")
        parts = (
            panel(self, self.count, self.list, grows=self.list, least=216),
            panel(self, self._bar(), self.canvas, self.hint, grows=self.canvas),
            panel(self, title, self.rows, grows=self.rows, least=180),
        )
        side_by_side(self, parts, (232, 776, 204), grows=1)

    def _bar(self) -> QWidget:
        bar = QWidget(self)
        set_surface(bar, "panel")
        row = QHBoxLayout(bar)
        row.setContentsMargins(Space.S, Space.XS, Space.S, Space.XS)
        row.setSpacing(Space.XS)
        for name in ("previous_picture", "next_picture"):
            button = QToolButton(bar)
            button.setDefaultAction(self.view_actions[name])
            row.addWidget(button)
            if name == "previous_picture":
                row.addWidget(self.position)
        self.position.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.position.setMinimumWidth(60)
        self.position.setAccessibleName(self.tr("Position in the list"))
        row.addSpacing(Space.S)
        row.addWidget(self.name, 1)
        set_icon(self.take_button, "check", "accent_text")
        set_kind(self.take_button, "primary")
        set_icon(self.reject_button, "close")
        self.take_button.setToolTip(self.view_actions["accept"].toolTip())
        self.reject_button.setToolTip(self.view_actions["reject"].toolTip())
        self.many_button.setText(self.tr("Many…"))
        self.many_button.setToolTip(self.tr("All on this picture, or all of the list"))
        self.many_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.many_button.setMenu(self._menu())
        buttons = FlowLayout(alignment=Qt.AlignmentFlag.AlignRight, one_line=True)
        for widget in (self.take_button, self.reject_button, self.many_button):
            buttons.addWidget(widget)
        row.addLayout(buttons)
        return bar

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(self.view_actions["accept_all"])
        menu.addAction(self.view_actions["reject_all"])
        menu.addSeparator()
        if self.shelf == "boxes":
            menu.addAction(self.tr("Take all of the list that overlap none of yours"), self.many.take_free)
        menu.addAction(self.tr("Take all of the list"), self.many.take_everything)
        menu.addAction(self.tr("Reject all of the list"), self.many.reject_everything)
        menu.addSeparator()
        menu.addAction(self.view_actions["open_picture"])
        menu.addAction(self.view_actions["hide"])
        return menu
