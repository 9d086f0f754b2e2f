"""The line under the turns: how long the conversation is for the model, against what the model reads.

Owns its look and the choice of model and limit. Does not own counting (`token_meter`).
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.gui.conversations.token_meter import LIMITS, TokenMeter
from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.token_counting import Measured

_NEARLY = 0.9


class TokenBar(QWidget):
    """Shows one count. The buttons choose the model and the limit on the meter itself."""

    def __init__(self, meter: TokenMeter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._meter = meter
        self._measured: Measured | None = None
        set_surface(self, "panel")
        self.model = self._button(self.tr("For which model the tokens are counted and the preview is made"))
        self.limit = self._button(self.tr("The longest sample that training takes; longer ones are left out"))
        self.words = QLabel(self)
        self.words.setObjectName("tokenCount")
        self.words.setWordWrap(True)
        self.gauge = _Gauge(self)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.words, 1)
        row.addWidget(self.model)
        row.addWidget(self.limit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.XS, Space.M, Space.S)
        layout.setSpacing(Space.XS)
        layout.addLayout(row)
        layout.addWidget(self.gauge)
        for button, fill in ((self.model, self.fill_models), (self.limit, self.fill_limits)):
            menu = QMenu(button)
            menu.aboutToShow.connect(partial(fill, menu))
            button.setMenu(menu)
        meter.changed.connect(self._name)
        meter.choicesChanged.connect(self._name)
        self._name()

    def show_count(self, measured: Measured | None) -> None:
        """Show the count of a conversation; None: there is none."""
        self._measured = measured
        self.setVisible(measured is not None)
        if measured is None:
            return
        limit = self._meter.limit
        values = {"count": f"{measured.total:,}", "limit": f"{limit:,}", "over": f"{measured.total - limit:,}"}
        if measured.total > limit:
            words = self.tr("{count} of {limit} tokens, {over} too many")
            if not measured.exact:
                words = self.tr("About {count} of {limit} tokens: too long")
        else:
            words = (
                self.tr("{count} of {limit} tokens") if measured.exact else self.tr("About {count} of {limit} tokens")
            )
        self.words.setText(words.format(**values))
        set_role(self.words, "danger" if measured.total > limit else "caption")
        hint = (
            self.tr("Counted with the model's own vocabulary.")
            if measured.exact
            else self.tr("An estimate: the vocabulary of this model is not on this machine.")
        )
        reads = self.tr("The model itself reads up to {length} tokens.").format(length=f"{self._meter.sight.length:,}")
        left_out = self.tr("Training leaves longer conversations out; the red line shows where the limit falls.")
        self.words.setToolTip("\n".join([hint, reads, *([left_out] if measured.total > limit else [])]))
        self.gauge.show_share(measured.total / limit if limit else 0.0)

    def fill_models(self, menu: QMenu) -> None:
        """Offer the models of the shelf, then the families."""
        menu.clear()
        shelf = True
        for choice in self._meter.choices():
            if choice.folder is None and shelf:
                menu.addSeparator()
                shelf = False
            action = menu.addAction(choice.name, partial(self._meter.choose, choice.reference))
            action.setCheckable(True)
            action.setChecked(choice.reference == self._meter.reference)

    def fill_limits(self, menu: QMenu) -> None:
        """Offer lengths up to what the model reads."""
        menu.clear()
        length = self._meter.sight.length
        for limit in [*(one for one in LIMITS if one < length), length]:
            action = menu.addAction(self.tr("{count} tokens").format(count=f"{limit:,}"))
            action.triggered.connect(partial(self._meter.set_limit, limit))
            action.setCheckable(True)
            action.setChecked(limit == self._meter.limit)

    def _name(self) -> None:
        names = {choice.reference: choice.name for choice in self._meter.choices()}
        self.model.setText(names.get(self._meter.reference, self._meter.reference))
        self.limit.setText(f"≤ {self._meter.limit:,}")

    def _button(self, help_text: str) -> QToolButton:
        button = QToolButton(self)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolTip(help_text)
        button.setAccessibleName(help_text)
        button.setProperty("small", True)
        return button


class _Gauge(QWidget):
    """A thin bar; what is beyond its end is red."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._share = 0.0
        self.setFixedHeight(4)
        theme().changed.connect(self.update)

    def show_share(self, share: float) -> None:
        """Fill the bar to a share of its length."""
        if share != self._share:
            self._share = share
            self.update()

    @property
    def share(self) -> float:
        return self._share

    @guarded(default=lambda: QSize(120, 4))
    def sizeHint(self) -> QSize:
        return QSize(120, 4)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("line"))
        painter.drawRoundedRect(QRectF(self.rect()), 2, 2)
        fits = 1.0 if self._share <= 1.0 else 1.0 / self._share
        filled = min(self._share, 1.0) * fits
        painter.setBrush(theme().colour("warning" if _NEARLY < self._share <= 1.0 else "accent"))
        painter.drawRoundedRect(QRectF(0, 0, self.width() * filled, self.height()), 2, 2)
        if self._share > 1.0:
            painter.setBrush(theme().colour("danger"))
            painter.drawRect(QRectF(self.width() * fits, 0, self.width() * (1 - fits), self.height()))
        painter.end()
