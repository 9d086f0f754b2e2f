"""The keyboard: every stop of the Tab key can be seen, none is a trap, and they come in the order of reading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSplitter, QStackedWidget, QWidget

from qvl_desktop.gui.shell.rail import Rail
from qvl_desktop.gui.shell.toasts import Toasts
from qvl_desktop.gui.shell.top_bar import TopBar
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.tab_order import reading_order
from tests.gui.every_page import VIEWS, settle, stage
from tests.gui.looking import Pixels, luminance, pixels

AROUND = 4
"""How far outside a widget its ring may be, in pixels."""
CHANGE = 3.0
"""The contrast between a pixel without the focus and the same with it."""
ENOUGH = 40
"""Pixels that change at least: the outline of a small button."""
INSIDE = 12
"""How often the Tab key may be pressed until it leaves a widget."""
MOST = 220
"""Stops of the Tab key beyond which a page would be no use to anybody."""


def test_the_focus_can_be_seen_everywhere_and_goes_on_as_one_reads(tmp_path: Path) -> None:
    hidden: list[str] = []
    back: list[str] = []
    with stage(tmp_path) as there:
        for number, view in enumerate(VIEWS):
            if number == len(VIEWS) // 2:  # switching takes longer than looking
                theme().set_mode("dark")
            shown = view.show(there)
            last: QWidget | None = None
            for widget in stops(shown):
                if last is not None and goes_back(last, widget, shown):
                    back.append(f"{view.name}: from {name_of(last, shown)} to {name_of(widget, shown)}")
                last = widget
                changed, need = shown_focus(widget, shown)
                if changed < need:
                    hidden.append(f"{view.name}: {name_of(widget, shown)}: {changed} pixels of {need}")
            there.leave()
        theme().set_mode("light")
    assert not hidden, f"{len(hidden)}\n" + "\n".join(hidden)
    assert not back, f"{len(back)}\n" + "\n".join(back)


def stops(root: QWidget) -> Iterator[QWidget]:
    """Every stop of the Tab key, once round; what is given has the focus."""
    root.activateWindow()
    settle(root)
    seen: list[QWidget] = []
    for _ in range(MOST):
        at = QApplication.focusWidget()
        assert at is not None, f"the focus went nowhere after {seen[-1:]}"
        now = next_stop(at)
        assert now is not None, f"the focus went nowhere after {name_of(at, root)}"
        if now is at and [at] == list(reading_order(root)):  # there is nothing else
            yield at
            return
        assert now is not at, f"a trap: {name_of(at, root)}"
        if now in seen:
            return
        seen.append(now)
        yield now
    raise AssertionError("the Tab key does not come round")


def goes_back(last: QWidget, now: QWidget, root: QWidget) -> bool:
    """Whether the focus went up, or back in its line, inside one panel."""
    one, other = place(last, root), place(now, root)
    if not one.isValid() or panel(last, root) is not panel(now, root) or isinstance(panel(now, root), Toasts):
        return False
    one, other = one.adjusted(AROUND, AROUND, -AROUND, -AROUND), other.adjusted(AROUND, AROUND, -AROUND, -AROUND)
    level = abs(one.center().y() - other.center().y()) < 8
    return other.bottom() <= one.top() or (level and other.right() <= one.left())


def panel(widget: QWidget, root: QWidget) -> QWidget:
    """The part of a window in which a widget stands: one side of a divided page, or what lies over it."""
    at = widget
    while (above := at.parentWidget()) is not None and above is not root:
        if isinstance(above, (QSplitter, QStackedWidget)) or isinstance(at, (Toasts, Rail, TopBar)):
            break
        at = above
    return at


def next_stop(at: QWidget) -> QWidget | None:
    """Press Tab until the focus leaves a widget: some step through parts of their own first, phrases of an answer.
    Where the key has a meaning of its own, as on a canvas, Ctrl+Tab leads on."""
    for modifier in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier):
        for _ in range(INSIDE):
            QTest.keyClick(at, Qt.Key.Key_Tab, modifier)
            QApplication.processEvents()
            if QApplication.focusWidget() is not at:
                return QApplication.focusWidget()
    return at


def shown_focus(widget: QWidget, root: QWidget) -> tuple[int, int]:
    """How many pixels change when a widget has the focus, and how many are enough."""
    rect = place(widget, root)
    assert rect.isValid(), f"the focus is out of sight: {name_of(widget, root)}"
    with_focus = picture(root, rect)
    widget.clearFocus()
    without = picture(root, rect)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    return changed_pixels(with_focus, without), min(ENOUGH, rect.width() + rect.height())


def name_of(widget: QWidget, root: QWidget) -> str:
    """What a widget is, for somebody who has to find it."""
    text = getattr(widget, "text", None)
    words = str(text())[:24] if callable(text) else widget.accessibleName()
    return f"{type(widget).__name__} {widget.objectName()} {words!r} in {place(widget, root).getRect()}"


def place(widget: QWidget, root: QWidget) -> QRect:
    """The part of a widget that is in sight, with room for a ring."""
    rect, above = widget.rect(), widget.parentWidget()
    at = widget
    while at is not root and above is not None:
        rect = rect.translated(at.pos()).intersected(above.rect())
        at, above = above, above.parentWidget()
    if not rect.isValid():
        return rect
    return rect.adjusted(-AROUND, -AROUND, AROUND, AROUND).intersected(root.rect())


def picture(root: QWidget, rect: QRect) -> Pixels:
    return pixels(root.grab(rect).toImage())


def changed_pixels(one: Pixels, other: Pixels) -> int:
    """How many pixels are clearly lighter or darker than before."""
    a, b = luminance(one), luminance(other)
    return int(((np.maximum(a, b) + 0.05) / (np.minimum(a, b) + 0.05) >= CHANGE).sum())
