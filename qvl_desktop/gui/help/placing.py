"""Putting a `?` beside a setting, wherever it stands.

Owns finding the place in a layout. Does not own the mark (`mark`) nor what it says (`topics`).
"""

from __future__ import annotations

from typing import cast

from PySide6.QtWidgets import (
    QBoxLayout,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QWidget,
)

from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.theme import Space

_ACROSS = (QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.RightToLeft)


def help_beside(
    anchor: QWidget, name: str, of: QWidget | None = None, words: str = "", into: QLayout | None = None
) -> HelpMark:
    """Put the mark of a topic right behind `anchor`, which stands in a layout: a field's label, or the field itself.

    `of` is the field where the anchor is its label; a label's own words are what the setting is called. In a form the
    mark goes behind the label of the field's row. `into` is the layout (or one around it) while it is not installed on
    a widget yet.
    """
    field = of or anchor
    if not words and isinstance(anchor, QLabel):
        words = anchor.text()
    parent = anchor.parentWidget()
    assert parent is not None, "a mark stands beside a widget that stands somewhere"
    layout = _layout_of(into or parent.layout(), anchor)
    assert layout is not None, f"{name}: the widget stands in no layout"
    if isinstance(layout, QFormLayout):
        row, role = _form_place(layout, anchor)
        item = layout.itemAt(row, QFormLayout.ItemRole.LabelRole)
        label = item.widget() if item is not None else None
        if role != QFormLayout.ItemRole.SpanningRole and isinstance(label, QLabel) and label.text():
            mark = HelpMark(name, field, words or label.text(), parent)
            _into_form(layout, row, label, mark)
            return mark
    mark = HelpMark(name, field, words, parent)
    if isinstance(layout, QBoxLayout) and layout.direction() in _ACROSS:
        layout.insertWidget(layout.indexOf(anchor) + 1, mark)
    else:
        _wrap(layout, anchor, mark)
    return mark


def _layout_of(layout: QLayout | None, widget: QWidget) -> QLayout | None:
    """The layout that holds a widget itself, not one of its parts."""
    if layout is None:
        return None
    if layout.indexOf(widget) >= 0:
        return layout
    for place in range(layout.count()):
        item = layout.itemAt(place)
        if item is not None and (found := _layout_of(item.layout(), widget)) is not None:
            return found
    return None


def _pair(anchor: QWidget, mark: HelpMark) -> QHBoxLayout:
    """The widget and its mark in a row; a widget that likes room keeps it."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.XS)
    greedy = anchor.sizePolicy().horizontalPolicy() in (
        QSizePolicy.Policy.Expanding,
        QSizePolicy.Policy.MinimumExpanding,
        QSizePolicy.Policy.Ignored,
    )
    row.addWidget(anchor, 1 if greedy else 0)
    row.addWidget(mark)
    if not greedy:
        row.addStretch(1)
    return row


def _wrap(layout: QLayout, anchor: QWidget, mark: HelpMark) -> None:
    """Put the pair where the widget stood alone."""
    at = layout.indexOf(anchor)
    if isinstance(layout, QGridLayout):
        place = cast("tuple[int, int, int, int]", layout.getItemPosition(at))
        layout.takeAt(at)
        layout.addLayout(_pair(anchor, mark), *place)
    elif isinstance(layout, QFormLayout):
        row, role = _form_place(layout, anchor)
        layout.removeWidget(anchor)
        layout.setLayout(row, role, _pair(anchor, mark))
    elif isinstance(layout, QBoxLayout):
        stretch = layout.stretch(at)
        layout.takeAt(at)
        layout.insertLayout(at, _pair(anchor, mark), stretch)
    else:
        raise TypeError(f"no place for a mark in a {type(layout).__name__}")


def _form_place(layout: QFormLayout, widget: QWidget) -> tuple[int, QFormLayout.ItemRole]:
    return cast("tuple[int, QFormLayout.ItemRole]", layout.getWidgetPosition(widget))


def _into_form(layout: QFormLayout, row: int, label: QLabel, mark: HelpMark) -> None:
    """Behind the label of a form's row: the field stays the row's own, so that the row can be hidden by it."""
    box = QWidget(label.parentWidget())
    layout.removeWidget(label)
    box.setLayout(_pair(label, mark))
    layout.setWidget(row, QFormLayout.ItemRole.LabelRole, box)
