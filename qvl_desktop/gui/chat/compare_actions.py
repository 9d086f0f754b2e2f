"""The keys of the comparison, as data, for the page and for the list of keys.

Owns the table and making the actions. Does not own what they do (`compare`). Words are translated in the context
"compare".
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.gui.chat.compare_sources import MOST_SOURCES
from qvl_desktop.gui.shortcuts import Command, Shortcuts

SCOPE = "chat"
_GROUP = _N("groups", "Comparison")
TOGGLE = f"{SCOPE}.compare"

COMMANDS = (
    Command(TOGGLE, _N("compare", "Compare answers side by side"), "compare", ("Ctrl+Shift+M",), SCOPE, _GROUP),
    Command(
        f"{SCOPE}.compare_hide",
        _N("compare", "Hide or show the boxes of one that answers"),
        "compare",
        tuple(f"Alt+{number}" for number in range(1, MOST_SOURCES + 1)),
        SCOPE,
        _GROUP,
        fixed=True,
        shown=f"Alt+1 … Alt+{MOST_SOURCES}",
    ),
    Command(
        f"{SCOPE}.compare_take",
        _N("compare", "Go on from one of the answers"),
        "compare",
        tuple(f"Alt+Shift+{number}" for number in range(1, MOST_SOURCES + 1)),
        SCOPE,
        _GROUP,
        fixed=True,
        shown=f"Alt+Shift+1 … Alt+Shift+{MOST_SOURCES}",
    ),
)


def make_toggle(owner: QWidget, shortcuts: Shortcuts) -> QAction:
    """The action that begins and ends comparing."""
    shortcuts.declare(COMMANDS)
    action = QAction(QCoreApplication.translate("compare", COMMANDS[0].text), owner)
    action.setObjectName("compare")
    action.setCheckable(True)
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    shortcuts.bind(TOGGLE, action)
    owner.addAction(action)
    return action


def make_digits(owner: QWidget, hide: Callable[[int], object], take: Callable[[int], object]) -> list[QShortcut]:
    """Alt and a digit: `hide(place)`; with Shift too: `take(place)`. Places count from 0."""
    made = []
    context = Qt.ShortcutContext.WidgetWithChildrenShortcut
    for keys, call in (("Alt+{}", hide), ("Alt+Shift+{}", take)):
        for place in range(MOST_SOURCES):
            shortcut = QShortcut(QKeySequence(keys.format(place + 1)), owner, context=context)
            shortcut.activated.connect(lambda place=place, call=call: call(place))
            made.append(shortcut)
    return made
