"""Everything that keeps a plan from starting, as lines that lead to where each is mended.

Owns these lines and the label that stands beside one setting. Does not own what is wrong (`core.plan_checks`) nor the
settings (`plan_form`, `data_box`).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from qvl_desktop.core.plan_checks import Fault
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role

MOST_HEIGHT = 132
"""More lines than this many pixels hold are scrolled."""


class FaultLabel(QLabel):
    """What is wrong with one setting, below its editor; hidden while nothing is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_role(self, "danger")
        self.hide()

    def show_faults(self, faults: Sequence[Fault], name: str) -> None:
        """Show the faults of the setting `name`, without its name, which stands beside them."""
        texts = [_without_name(fault.text) for fault in faults if fault.field == name]
        self.setText("\n".join(texts))
        self.setVisible(bool(texts))


class ProblemList(QWidget):
    """Hidden while there is nothing to say. Signals: `clicked(str)`, the field of the line that was clicked."""

    clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._faults: tuple[Fault, ...] = ()
        self._head = QLabel(self)
        self._head.setObjectName("problemsHead")
        set_role(self._head, "danger")
        self._lines = QWidget(self)
        self._rows = QVBoxLayout(self._lines)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what it holds has the focus
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._lines)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self._head)
        column.addWidget(self._scroll)
        self.hide()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is listed now."""
        return self._faults

    def show_faults(self, faults: Sequence[Fault]) -> None:
        """List these; nothing is shown for none."""
        if tuple(faults) == self._faults:
            self.setVisible(bool(faults))
            return
        self._faults = tuple(faults)
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        lines = [self._line(place, fault) for place, fault in enumerate(faults)]
        for line in lines:
            self._rows.addWidget(line, 0, Qt.AlignmentFlag.AlignLeft)
        self._head.setText(self.tr("%n thing(s) to mend before this can start:", "", len(faults)))
        self._scroll.setFixedHeight(min(MOST_HEIGHT, sum(line.sizeHint().height() for line in lines)))
        self.setVisible(bool(faults))

    def _line(self, place: int, fault: Fault) -> QPushButton:
        button = QPushButton(fault.text, self._lines)
        button.setObjectName(f"problem-{place}")
        button.setToolTip(fault.text)
        button.setProperty("line", True)
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        set_kind(button, "quiet")
        set_icon(button, "chevron-right", "danger")
        button.clicked.connect(lambda _=False, field=fault.field: self.clicked.emit(field))
        return button


def _without_name(text: str) -> str:
    """The sentence behind the setting's name and its colon."""
    for colon in (": ", "："):
        _, found, rest = text.partition(colon)
        if found:
            return rest[:1].upper() + rest[1:]
    return text
