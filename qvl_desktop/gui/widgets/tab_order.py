"""The order in which the Tab key goes through a window: that of reading, as layouts have it.

Owns finding that order and putting Qt's own chain into it. Widgets come and go while a window is open, so it is done
anew when the key is pressed (`focus_ring`). Does not own what can have the focus.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QFormLayout,
    QGraphicsView,
    QGridLayout,
    QLayout,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QTextEdit,
    QWidget,
)

_WHOLE = (QAbstractItemView, QAbstractSpinBox, QComboBox, QGraphicsView, QLineEdit, QPlainTextEdit, QTextEdit)
"""What is one stop, whatever it is made of."""


def put_in_order(window: QWidget) -> None:
    """Make the Tab key go through a window in the order of reading."""
    for before, after in pairwise(reading_order(window)):
        QWidget.setTabOrder(before, after)


def reading_order(widget: QWidget) -> Iterator[QWidget]:
    """What the Tab key can reach in a widget, in the order of its layouts; what lies over them comes last."""
    reached = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled()
    if reached and not widget.isWindow() and widget.focusProxy() is None:
        yield widget
    if isinstance(widget, _WHOLE):
        return
    seen: set[int] = set()
    for child in _parts(widget):
        if id(child) not in seen and child.isVisible() and not child.isWindow():
            seen.add(id(child))
            yield from reading_order(child)


def _parts(widget: QWidget) -> Iterator[QWidget]:
    """The widgets in a widget, in their order."""
    inside: QWidget | None
    if isinstance(widget, (QSplitter, QStackedWidget)):
        yield from filter(None, (widget.widget(place) for place in range(widget.count())))
    elif isinstance(widget, QTabWidget):
        yield widget.tabBar()
        if (inside := widget.currentWidget()) is not None:
            yield inside
    elif isinstance(widget, QScrollArea):
        if (inside := widget.widget()) is not None:
            yield inside
    elif isinstance(widget, QMainWindow):
        if (inside := widget.centralWidget()) is not None:
            yield inside
    elif (layout := widget.layout()) is not None:
        yield from _in_layout(layout)
    free = [child for child in widget.children() if isinstance(child, QWidget)]
    yield from sorted(free, key=lambda child: (child.y(), child.x()))


def _in_layout(layout: QLayout) -> Iterator[QWidget]:
    for place in _places(layout):
        item = layout.itemAt(place)
        if item is None:
            continue
        if (widget := item.widget()) is not None:
            yield widget
        elif (inner := item.layout()) is not None:
            yield from _in_layout(inner)


def _places(layout: QLayout) -> list[int]:
    """The numbers of a layout's items, line by line."""
    places = list(range(layout.count()))
    if isinstance(layout, (QGridLayout, QFormLayout)):
        places.sort(key=lambda place: _cell(layout.getItemPosition(place)))
    return places


def _cell(position: object) -> tuple[int, int]:
    """Row and column of what `getItemPosition` gave."""
    assert isinstance(position, tuple)
    row, column = position[:2]
    return row, column.value if isinstance(column, QFormLayout.ItemRole) else column
