"""The actions of the Pictures page, as data: name, words, keys.

Owns the table and making `QAction`s from it. Does not own what an action does (`page`) nor which keys are in force
(`gui.shortcuts`). Words are translated in the context "gallery". Plain letters are left to searching by typing.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.gui.shortcuts import Command, Shortcuts

SCOPE = "pictures"

_ACTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("open", _N("gallery", "Open in Annotate"), ("Return", "Enter")),
    ("find", _N("gallery", "Search pictures"), ("Ctrl+F", "/")),
    ("filters", _N("gallery", "All filters"), ("Ctrl+Shift+F",)),
    ("next_untouched", _N("gallery", "Next untouched picture"), ("Ctrl+Right",)),
    ("previous_untouched", _N("gallery", "Previous untouched picture"), ("Ctrl+Left",)),
    ("done", _N("gallery", "Done"), ("Ctrl+E",)),
    ("skipped", _N("gallery", "Skip"), ("Ctrl+S",)),
    ("unmark", _N("gallery", "Unmark"), ("Ctrl+Backspace",)),
    ("remove", _N("gallery", "Remove from the project"), ("Del",)),
    ("larger", _N("gallery", "Larger thumbnails"), ("Ctrl++", "Ctrl+=")),
    ("smaller", _N("gallery", "Smaller thumbnails"), ("Ctrl+-",)),
    ("boxes", _N("gallery", "Boxes on the thumbnails"), ("Ctrl+B",)),
)
_FIXED = {"open"}
_GROUP = _N("groups", "Pictures page")

COMMANDS = tuple(
    Command(f"{SCOPE}.{name}", text, "gallery", keys, SCOPE, _GROUP, fixed=name in _FIXED)
    for name, text, keys in _ACTIONS
)
"""What keys do on this page."""


def make_actions(owner: QWidget, shortcuts: Shortcuts) -> dict[str, QAction]:
    """All actions by name; their keys work while the focus is anywhere inside `owner`. Connected to nothing yet."""
    shortcuts.declare(COMMANDS)
    made: dict[str, QAction] = {}
    for name, text, _ in _ACTIONS:
        action = QAction(QCoreApplication.translate("gallery", text), owner)
        action.setObjectName(name)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        if name not in _FIXED:  # the grid itself hears these keys
            shortcuts.bind(f"{SCOPE}.{name}", action)
        owner.addAction(action)
        made[name] = action
    made["boxes"].setCheckable(True)
    return made
