"""What a run will need, while its form is filled in: one bar by part, its sums in words, and changes that make it fit.

Owns these widgets. Does not own the forecast (`jobs.plan_forecast`); it emits the change that was clicked.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from qvl_desktop.core.amounts import file_size, memory_size
from qvl_desktop.core.cheaper import Change
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.gui.train.plan_form import choice_text
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.words import duration_text
from qvl_desktop.jobs.plan_forecast import Outlook

_N = QT_TRANSLATE_NOOP
PARTS = {
    "weights": _N("forecast", "model"),
    "tower": _N("forecast", "visual tower"),
    "adapter": _N("forecast", "adapter"),
    "optimiser": _N("forecast", "gradients and optimiser"),
    "activations": _N("forecast", "activations"),
    "loss": _N("forecast", "logits"),
    "pictures": _N("forecast", "pictures"),
    "validation": _N("forecast", "answers"),
    "reading": _N("forecast", "reading the pictures"),
    "overhead": _N("forecast", "the program"),
}
MOST_CHANGES = 4
MOST_LISTED = 20
"""Samples that are too long, named in the tooltip."""
BAR_HEIGHT = 14
SLOWER = 1.05
"""From this on a change is said to be slower."""


class PartsBar(QWidget):
    """Shares of memory beside what is free; longer than the bar when it does not fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: dict[str, int] = {}
        self._free = 0
        self.setFixedHeight(BAR_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_parts(self, parts: dict[str, int], free: int) -> None:
        """Show these parts (bytes) of `free` bytes."""
        self._parts, self._free = parts, free
        self.setToolTip("\n".join(f"{part_text(name)}: {memory_size(size)}" for name, size in parts.items()))
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        need = sum(self._parts.values())
        whole = max(self._free, need, 1)
        painter.setBrush(theme().colour("line"))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        left = 0.0
        for place, size in enumerate(self._parts.values()):
            width = self.width() * size / whole
            painter.setBrush(_shade(place, need > self._free))
            painter.drawRect(QRectF(left, 0, max(0.0, width - 1), self.height()))
            left += width
        if need > self._free:
            mark = self.width() * self._free / whole
            painter.setBrush(theme().colour("text"))
            painter.drawRect(QRectF(mark - 1, 0, 2, self.height()))
        painter.end()


def _shade(place: int, over: bool) -> QColor:
    colour = QColor(theme().colour("danger" if over else "accent"))
    colour.setAlphaF((1.0, 0.55, 0.8, 0.4, 0.7, 0.3)[place % 6])
    return colour


def part_text(name: str) -> str:
    """What a part of the memory is called."""
    return QCoreApplication.translate("forecast", PARTS[name])


class ForecastView(QWidget):
    """Signals: `changeClicked(TrainingPlan)` with the plan a change makes of the present one."""

    changeClicked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "raised")
        self._head, self._bar = QLabel(self), PartsBar(self)
        self._head.setObjectName("forecastHead")
        self._parts, self._rest = QLabel(self), QLabel(self)
        self._rest.setObjectName("forecastRest")
        self._offer = QLabel(self.tr("Any of these makes it fit:"), self)
        for label in (self._head, self._parts, self._rest, self._offer):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for label in (self._parts, self._rest):
            set_role(label, "caption")
        self._buttons: list[QPushButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        self._column.setSpacing(Space.S)
        for widget in (self._head, self._bar, self._parts, self._rest, self._offer):
            self._column.addWidget(widget)
        self.show_words(self.tr("Choose model and data to see what the run needs."))

    def show_words(self, words: str) -> None:
        """There is no forecast (yet): say why."""
        self._head.setText(words)
        set_role(self._head, "muted")
        for widget in (self._bar, self._parts, self._rest, self._offer):
            widget.hide()
        self._show_changes(())

    def show_outlook(self, seen: Outlook) -> None:
        """Show a forecast."""
        need, machine = seen.need, seen.machine
        fits, short = self.tr("Needs about {need} of your {free}"), self.tr("Needs about {need}, and {free} are free")
        words = fits if seen.fits else short
        where = self.tr(" on {card}").format(card=machine.name) if machine.on_card else ""
        self._head.setText(words.format(need=memory_size(need.memory), free=memory_size(machine.free)) + where)
        set_role(self._head, "body" if seen.fits else "danger")
        self._bar.show_parts(need.parts, machine.free)
        largest = sorted(need.parts.items(), key=lambda part: -part[1])[:5]
        self._parts.setText(" · ".join(f"{part_text(name)} {memory_size(size)}" for name, size in largest))
        self._rest.setText(self._rest_text(seen))
        listed = [f"{one.source or '?'}: {one.tokens}" for one in seen.too_long[:MOST_LISTED]]
        if len(seen.too_long) > MOST_LISTED:
            listed.append(f"+{len(seen.too_long) - MOST_LISTED}")
        self._rest.setToolTip("\n".join(listed))
        for widget in (self._bar, self._parts, self._rest):
            widget.show()
        self._offer.setVisible(not seen.fits)
        self._offer.setText(
            self.tr("Any of these makes it fit:")
            if seen.changes
            else self.tr("No cheaper setting fits either: choose a smaller model, or close other programs.")
        )
        self._show_changes(seen.changes)

    def _rest_text(self, seen: Outlook) -> str:
        need = seen.need
        words = [
            self.tr("%n step(s)", "", need.steps),
            self.tr("about {time}").format(time=duration_text(need.seconds))
            if need.measured
            else self.tr("very roughly {time}, no step was measured here yet").format(time=duration_text(need.seconds)),
            self.tr("{size} on disk").format(size=file_size(need.disk)),
        ]
        if seen.too_long:
            words.append(self.tr("%n sample(s) too long", "", len(seen.too_long)))
        if not seen.exact:
            words.append(self.tr("lengths are estimated"))
        return " · ".join(words)

    def _show_changes(self, offers: tuple[Change, ...]) -> None:
        for button in self._buttons:
            self._column.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        for place, offer in enumerate(offers[:MOST_CHANGES]):
            button = QPushButton(change_text(offer), self)
            button.setObjectName(f"change-{place}")
            button.setToolTip(offer.flags)
            set_icon(button, "check")
            button.clicked.connect(lambda _=False, plan=offer.plan: self.changeClicked.emit(plan))
            self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            self._buttons.append(button)


def change_text(offer: Change) -> str:
    """A change in words: the settings, the memory it needs, how much slower, what is lost."""
    settings = ", ".join(_setting_text(name, value) for name, value in offer.settings.items())
    times = QCoreApplication.translate("forecast", "{times}x slower").format(times=f"{offer.slower:.1f}")
    slower = times if offer.slower > SLOWER else QCoreApplication.translate("forecast", "about as fast")
    return " · ".join(part for part in (settings, memory_size(offer.need.memory), slower, offer.loses) if part)


def _setting_text(name: str, value: object) -> str:
    label = translate("plan", TrainingPlan.__dataclass_fields__[name].metadata["label"])
    if isinstance(value, bool):
        return label if value else QCoreApplication.translate("forecast", "no {setting}").format(setting=label)
    return f"{label}: {choice_text(name, value) if isinstance(value, str) else value}"
