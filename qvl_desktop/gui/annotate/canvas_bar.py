"""The bar above the canvas: where one is in the list, the zoom, and all actions with their keys.

Owns these widgets. Does not own the actions (`actions`) or what they do (`page`).
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from qvl_desktop.gui.annotate.actions import fill_submenus
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.widgets.guarded import guarded


class CanvasBar(QWidget):
    """Shows position, name and zoom; its buttons are the page's actions."""

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "panel")
        self._actions = actions
        self.position = QLabel(self)
        self.position.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.position.setMinimumWidth(60)
        self.position.setAccessibleName(self.tr("Position in the list"))
        self._name_text = ""
        self.name = QLabel(self)
        set_role(self.name, "muted")
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.zoom = QLabel(self)
        set_role(self.zoom, "muted")
        self.zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.zoom.setFixedWidth(52)
        self.zoom.setAccessibleName(self.tr("Zoom"))
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.XS, Space.XS, Space.XS, Space.XS)
        row.setSpacing(Space.XS)
        row.addWidget(self._button("previous"))
        row.addWidget(self.position)
        row.addWidget(self._button("next"))
        row.addWidget(self.name, 1)
        row.addWidget(self._button("zoom_out"))
        row.addWidget(self.zoom)
        row.addWidget(self._button("zoom_in"))
        row.addWidget(self._button("fit"))
        row.addWidget(self._button("actual_size"))
        row.addWidget(self._more())

    def show_position(self, place: int | None, total: int) -> None:
        """`place` counts from 0; None when the current picture is not in the list."""
        here = "–" if place is None else str(place + 1)
        self.position.setText(f"{here} / {total}")
        self._actions["previous"].setEnabled(bool(total) and place != 0)
        self._actions["next"].setEnabled(bool(total) and place != total - 1)

    def show_name(self, text: str, tip: str) -> None:
        """The picture's name and size."""
        self._name_text = text
        self.name.setToolTip(tip)
        self._elide()

    def show_zoom(self, zoom: float) -> None:
        """Screen pixels per picture pixel, shown in per cent."""
        self.zoom.setText(f"{zoom:.0%}")

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        metrics = QFontMetrics(self.name.font())
        self.name.setText(metrics.elidedText(self._name_text, Qt.TextElideMode.ElideMiddle, self.name.width()))

    def _button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"{name}Button")
        button.setDefaultAction(self._actions[name])
        button.setAccessibleName(self._actions[name].text())
        button.setIconSize(QSize(20, 20))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _more(self) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("moreButton")
        button.setIconSize(QSize(20, 20))
        set_icon(button, "keyboard")
        button.setToolTip(self.tr("All actions and their keys"))
        button.setAccessibleName(self.tr("All actions and their keys"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(button)
        fill_submenus(menu, self._actions)
        button.setMenu(menu)
        return button
