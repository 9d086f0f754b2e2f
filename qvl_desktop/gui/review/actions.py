"""The actions of the Review page, as data: name, words, keys.

Owns the table and making `QAction`s from it. Does not own what an action does nor which keys are in force
(`gui.shortcuts`). Words are translated in the context "review".
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.shortcuts import Command, Shortcuts

SCOPE = "review"

BOXES, DRAFTS = _N("groups", "Suggested boxes"), _N("groups", "Drafts")

_ACTIONS: dict[str, tuple[tuple[str, str, str, tuple[str, ...]], ...]] = {
    BOXES: (
        ("accept", _N("review", "Take"), "check", ("Return", "Enter")),
        ("reject", _N("review", "Reject"), "close", ("Del", "Backspace")),
        ("accept_all", _N("review", "Take all on this picture"), "", ("Shift+Return", "Shift+Enter")),
        ("reject_all", _N("review", "Reject all on this picture"), "", ("Shift+Del",)),
        ("edit_ref", _N("review", "Change the ref"), "edit", ("F2",)),
        ("next_suggestion", _N("review", "Next suggestion"), "", ("]",)),
        ("previous_suggestion", _N("review", "Previous suggestion"), "", ("[",)),
        ("next_picture", _N("review", "Next picture"), "chevron-right", ("D", "PgDown")),
        ("previous_picture", _N("review", "Previous picture"), "chevron-left", ("A", "PgUp")),
        ("open_picture", _N("review", "Open in Annotate"), "annotate", ("O",)),
        ("fit", _N("review", "Fit picture to view"), "fit", ("F", "0")),
        ("zoom_suggestion", _N("review", "Zoom to the suggestion"), "zoom-in", ("Z",)),
        ("hide", _N("review", "Hide boxes"), "eye", ("H",)),
    ),
    DRAFTS: (
        ("accept_draft", _N("review", "Take the draft"), "check", ("Ctrl+Return", "Ctrl+Enter")),
        ("reject_draft", _N("review", "Reject the draft"), "close", ("Ctrl+Del",)),
        ("next_draft", _N("review", "Next draft"), "chevron-right", ("Alt+Down",)),
        ("previous_draft", _N("review", "Previous draft"), "chevron-left", ("Alt+Up",)),
    ),
}

_FIXED = (
    Command(
        "review.step", _N("review", "Select the next or previous suggestion"), "review", ("Tab", "Shift+Tab"), SCOPE,
        BOXES, fixed=True,
    ),
    Command(
        "review.out", _N("annotate", "Leave the picture for the next or previous field"), "annotate",
        ("Ctrl+Tab", "Ctrl+Shift+Tab"), SCOPE, BOXES, fixed=True,
    ),
    Command(
        "review.nudge", _N("review", "Nudge the suggestion: it is taken as it is then"), "review",
        ("Left", "Right", "Up", "Down"), SCOPE, BOXES, fixed=True, shown="← → ↑ ↓",
    ),
)  # fmt: skip

COMMANDS = (
    *(
        Command(f"review.{name}", text, "review", keys, SCOPE, group)
        for group, actions in _ACTIONS.items()
        for name, text, _, keys in actions
    ),
    *_FIXED,
)
"""What keys do on this page."""


def make_actions(owner: QWidget, shortcuts: Shortcuts, group: str) -> dict[str, QAction]:
    """The actions of a group by name; their keys work while the focus is anywhere inside `owner`."""
    shortcuts.declare(COMMANDS)
    made: dict[str, QAction] = {}
    for name, text, sign, _ in _ACTIONS[group]:
        action = QAction(QCoreApplication.translate("review", text), owner)
        action.setObjectName(name)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        if sign:
            set_icon(action, sign)
        shortcuts.bind(f"review.{name}", action)
        owner.addAction(action)
        made[name] = action
    if "hide" in made:
        made["hide"].setCheckable(True)
    return made
