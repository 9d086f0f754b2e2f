"""Finds words that do not fit: for tests that walk over what a window shows.

Owns looking at a window that is up: words with less room than they need (`clipped`), widgets that lie over each other
(`overlapping`), parts that can only be seen by scrolling sideways (`scrolled_sideways`). Each gives sentences,
none when all is well. Words that are shortened by design have the whole of them as tool tip. Does not bring windows up
(`every_page`) and does not look at what delegates paint (`painted`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLayout,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionFrame,
    QTabBar,
    QTextEdit,
    QToolButton,
    QWidget,
)

from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.elided_button import ElidedButton
from qvl_desktop.gui.widgets.elided_label import ElidedLabel
from qvl_desktop.gui.widgets.wrapped_check import WrappedCheckBox

SLACK = 1
"""Pixels that rounding may take."""
TAG = re.compile(r"<[a-z/][^<>]*>", re.IGNORECASE)
WRAP = int(Qt.TextFlag.TextWordWrap)


def visible(root: QWidget) -> Iterator[QWidget]:
    """Every widget below `root` that is on the screen: shown, of some size, in no folded part of a splitter."""
    for widget in root.findChildren(QWidget):
        if widget.isVisibleTo(root) and widget.window() is root.window() and not folded(widget):
            yield widget


def folded(widget: QWidget) -> bool:
    """Whether the widget, or what it lies in, has no size on purpose."""
    at: QWidget | None = widget
    while at is not None and not at.isWindow():
        parent = at.parentWidget()
        if parent is not None and parent.inherits("QSplitter") and (at.width() == 0 or at.height() == 0):
            return True
        at = parent
    return False


def name_of(widget: QWidget) -> str:
    """Where a widget is, from its page inwards."""
    parts: list[str] = []
    at: QWidget | None = widget
    while at is not None and not at.isWindow() and len(parts) < 5:
        kind, own = type(at).__name__, at.objectName()
        if own and not own.startswith("qt_"):
            parts.append(f"{kind}#{own}")
        elif kind not in ("QWidget", "QStackedWidget", "QSplitter"):
            parts.append(kind)
        at = at.parentWidget()
    return " < ".join(parts)


def clipped(root: QWidget) -> list[str]:
    """Words that are not wholly there."""
    found = []
    for widget in visible(root):
        words = _words(widget)
        if (fault := _own_fault(widget)) or (words and (fault := _cut(widget))):
            found.append(f"{name_of(widget)}: {words[:60]!r}: {fault}")
    return found


def overlapping(root: QWidget) -> list[str]:
    """Neighbours in one layout that lie over each other, or reach out of their parent."""
    found = []
    for widget in (root, *visible(root)):
        layout = widget.layout()
        if layout is None or isinstance(widget, QScrollArea):
            continue
        laid = [child for child in _laid_out(layout) if child.isVisibleTo(root)]
        for place, first in enumerate(laid):
            for second in laid[place + 1 :]:
                common = first.geometry() & second.geometry()
                if common.width() > SLACK and common.height() > SLACK and not _stacked(widget):
                    found.append(f"{name_of(first)} over {name_of(second)} by {common.width()} x {common.height()}")
    return found


def scrolled_sideways(root: QWidget) -> list[str]:
    """Scroll areas of whole forms that have a horizontal bar."""
    found = []
    for area in (widget for widget in visible(root) if isinstance(widget, QAbstractScrollArea)):
        bar = area.horizontalScrollBar()
        if isinstance(area, QScrollArea | QListWidget) and bar.maximum() > bar.minimum():
            found.append(f"{name_of(area)}: {bar.maximum() - bar.minimum()} pixels to the side")
    return found


def _stacked(parent: QWidget) -> bool:
    return parent.inherits("QStackedWidget")


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        if item.widget() is not None:
            yield item.widget()
        elif item.layout() is not None and not item.layout().inherits("QStackedLayout"):
            yield from _laid_out(item.layout())


def _words(widget: QWidget) -> str:
    """What is written on the widget itself."""
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if isinstance(widget, QGroupBox):
        return widget.title()
    if isinstance(widget, QLineEdit):
        return widget.text() or widget.placeholderText()
    if isinstance(widget, QPlainTextEdit | QTextEdit):
        return widget.placeholderText() if not widget.document().toPlainText() else ""
    return ""


def _own_fault(widget: QWidget) -> str:
    """What the widget has too little of for its own words; "" when it is right."""
    for kind, check in _CHECKS.items():
        if isinstance(widget, kind):
            return str(check(widget))
    return ""


def _cut(widget: QWidget) -> str:
    """Whether something around the widget hides a part of it that no vertical scrolling brings out."""
    area = widget.rect()
    at: QWidget = widget
    while not at.isWindow():
        parent = at.parentWidget()
        if parent is None:
            return ""
        area = QRect(at.mapToParent(area.topLeft()), area.size())
        outer = parent.parentWidget()
        scrolls = isinstance(outer, QAbstractScrollArea) and outer.viewport() is parent
        if scrolls and isinstance(outer, QScrollArea) and outer.horizontalScrollBar().maximum() > 0:
            return ""  # told by `scrolled_sideways`
        if area.left() < -SLACK or area.right() > parent.rect().right() + SLACK:
            return f"sticks out of {name_of(parent) or 'the window'} to the side: {area.getRect()} in {parent.width()}"
        if scrolls:
            return ""
        if area.top() < -SLACK or area.bottom() > parent.rect().bottom() + SLACK:
            return f"sticks out of {name_of(parent) or 'the window'} in height: {area.getRect()} in {parent.height()}"
        at = parent
    return ""


def _label(label: QLabel) -> str:
    words = label.text()
    if not words or isinstance(label, ElidedLabel):
        return ""
    if label.wordWrap():
        high = label.heightForWidth(label.width())
        if high > label.height() + SLACK:
            return f"needs {high} px of height at a width of {label.width()}, has {label.height()}"
        room = label.contentsRect().width()
        need = _ideal_width(label, room)
        return f"a word needs {need} px, has {room}" if need > room + SLACK else ""
    return _too_small(label, label.sizeHint())


def _rich(label: QLabel) -> bool:
    plain = label.textFormat() is Qt.TextFormat.PlainText
    return not plain and (label.textFormat() is Qt.TextFormat.RichText or bool(TAG.search(label.text())))


def _ideal_width(label: QLabel, room: int) -> int:
    if _rich(label):
        document = QTextDocument()
        document.setDefaultFont(label.font())
        document.setHtml(label.text())
        document.setTextWidth(room)
        return round(document.idealWidth())
    return label.fontMetrics().boundingRect(QRect(0, 0, room, 1 << 20), WRAP, label.text()).width()


def _button(button: QAbstractButton) -> str:
    if not button.text() or (isinstance(button, QToolButton) and _only_icon(button)):
        return ""
    if isinstance(button, WrappedCheckBox):
        need = button.heightForWidth(button.width())
        return f"needs {need} px of height, has {button.height()}" if need > button.height() + SLACK else ""
    return _too_small(button, button.minimumSizeHint() if isinstance(button, ElidedButton) else button.sizeHint())


def _only_icon(button: QToolButton) -> bool:
    return button.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly and not button.icon().isNull()


def _plain(words: str) -> str:
    return words.replace("&", "").strip()


def _too_small(widget: QWidget, need: QSize) -> str:
    if need.width() > widget.width() + SLACK:
        return f"needs {need.width()} px of width, has {widget.width()}"
    if need.height() > widget.height() + SLACK:
        return f"needs {need.height()} px of height, has {widget.height()}"
    return ""


def _combo(combo: QComboBox) -> str:
    if isinstance(combo, ChoiceBox):  # shortens by itself, and its list is as wide as need be
        shown = combo.shown_text
        readable = len(shown) > 2 or shown == combo.currentText() or not combo.currentText()
        return "" if readable else "nothing of what is chosen can be read"
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    field = combo.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, combo
    )
    room = field.width() - (combo.iconSize().width() + 4 if not combo.itemIcon(combo.currentIndex()).isNull() else 0)
    need = combo.fontMetrics().horizontalAdvance(combo.currentText())
    if need > room + SLACK and combo.currentText() not in combo.toolTip():
        return f"needs {need} px of width, has {room}"
    widths = [
        (combo.fontMetrics().horizontalAdvance(combo.itemText(row)), combo.itemText(row))
        for row in range(min(combo.count(), 50))
        if not combo.itemData(row, Qt.ItemDataRole.ToolTipRole)
    ]
    longest, words = max(widths, default=(0, ""))
    list_width = max(combo.width(), combo.view().minimumWidth())
    return f"its list shortens {words!r}: {longest} of {list_width - 24}" if longest > list_width - 24 else ""


def _line(line: QLineEdit) -> str:
    placeholder = "" if line.text() else line.placeholderText()
    if not placeholder:
        return ""
    option = QStyleOptionFrame()
    line.initStyleOption(option)
    room = line.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, line)
    inside = room.marginsRemoved(line.textMargins()).width() - 4
    inside -= 24 * len([action for action in line.actions() if action.isVisible() and not action.icon().isNull()])
    inside -= 20 if line.isClearButtonEnabled() and line.text() else 0
    need = line.fontMetrics().horizontalAdvance(placeholder)
    if need > inside + SLACK and not line.toolTip():
        return f"placeholder needs {need} px of width, has {inside}"
    return ""


def _text(field: QPlainTextEdit | QTextEdit) -> str:
    placeholder = field.placeholderText()
    if not placeholder or field.document().toPlainText():
        return ""
    margin = round(field.document().documentMargin())
    room = field.viewport().rect().adjusted(margin, margin, -margin, -margin)
    need = field.fontMetrics().boundingRect(QRect(0, 0, room.width(), 1 << 20), WRAP, placeholder)
    if need.height() > room.height() + 2 * margin or need.width() > room.width() + SLACK:
        return f"placeholder needs {need.width()} x {need.height()}, has {room.width()} x {room.height()}"
    return ""


def _spin(spin: QAbstractSpinBox) -> str:
    line = spin.lineEdit()
    need, room = line.fontMetrics().horizontalAdvance(spin.text()), line.width() - 2
    return f"needs {need} px of width, has {room}" if need > room + SLACK else ""


def _tabs(bar: QTabBar) -> str:
    for place in range(bar.count()):
        if not bar.isTabVisible(place):
            continue
        need = bar.fontMetrics().horizontalAdvance(_plain(bar.tabText(place))) + 24
        if bar.tabRect(place).width() < need - SLACK:
            return f"tab {bar.tabText(place)!r} needs {need} px, has {bar.tabRect(place).width()}"
        if bar.tabRect(place).right() > bar.width() + SLACK or bar.tabRect(place).left() < -SLACK:
            return f"tab {bar.tabText(place)!r} is off the bar"
    return ""


def _header(header: QHeaderView) -> str:
    if header.orientation() is Qt.Orientation.Vertical:
        return ""
    model = header.model()
    for section in range(header.count()):
        if header.isSectionHidden(section):
            continue
        words = model.headerData(section, header.orientation(), Qt.ItemDataRole.DisplayRole)
        told = model.headerData(section, header.orientation(), Qt.ItemDataRole.ToolTipRole)
        need, room = header.fontMetrics().horizontalAdvance(str(words or "")) + 16, header.sectionSize(section)
        if need > room + SLACK and words not in str(told or ""):
            return f"section {words!r} needs {need} px, has {room}"
    return ""


def _group(group: QGroupBox) -> str:
    need = group.fontMetrics().horizontalAdvance(group.title()) + 16
    return f"title needs {need} px, has {group.width()}" if need > group.width() else ""


def _items(view: QAbstractItemView) -> str:
    """Items of a list with Qt's own delegate, whose words come from the program."""
    if not isinstance(view, QListWidget) or view.viewMode() is not view.ViewMode.ListMode:
        return ""
    for row in range(min(view.count(), 50)):
        item = view.item(row)
        if item.isHidden() or not item.text() or view.itemWidget(item) is not None or item.toolTip():
            continue
        need = view.sizeHintForIndex(view.indexFromItem(item))
        room = view.visualItemRect(item)
        if need.width() > room.width() + SLACK or need.height() > room.height() + SLACK:
            return f"item {item.text()!r} needs {need.toTuple()}, has {room.size().toTuple()}"
    return ""


_CHECKS = {
    QLabel: _label, QAbstractButton: _button, QComboBox: _combo, QLineEdit: _line, QPlainTextEdit: _text,
    QTextEdit: _text, QAbstractSpinBox: _spin, QTabBar: _tabs, QHeaderView: _header, QGroupBox: _group,
    QListWidget: _items,
}  # fmt: skip


def corner(widget: QWidget) -> QPoint:
    """Where a widget is in its window."""
    return widget.mapTo(widget.window(), QPoint(0, 0))
