"""The actions of the Conversations page, as data: name, words, keys; and the keys of its parts, for the list of keys.

Owns the table and making `QAction`s from it. Does not own what an action does (`page`) nor which keys are in force
(`gui.shortcuts`). Words are translated in the context "conversations".
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.gui.shortcuts import Command, Shortcuts

SCOPE = "conversations"
_TALK, _TURN = _N("groups", "Conversations"), _N("groups", "Turns")
_CHIP, _BOX, _STRIP = (
    _N("groups", "Phrases and boxes"),
    _N("groups", "Boxes beside the turns"),
    _N("groups", "Pictures of the conversation"),
)

_ACTIONS = (
    ("new", _N("conversations", "New conversation"), "Ctrl+Shift+N"),
    ("template", _N("conversations", "Make conversations from templates"), "Ctrl+T"),
    ("duplicate", _N("conversations", "Duplicate the conversation"), "Ctrl+Shift+D"),
    ("delete", _N("conversations", "Delete the conversation"), "Ctrl+Del"),
    ("next", _N("conversations", "Next in the list"), "PgDown"),
    ("previous", _N("conversations", "Previous in the list"), "PgUp"),
    ("find", _N("conversations", "Filter the list"), "Ctrl+F"),
    ("model_view", _N("conversations", "Show what the model sees"), "Ctrl+M"),
)

_FIXED = (
    ("write", _N("conversations", "Write the turn as text"), ("Return", "F2"), _TURN),
    ("keep", _N("conversations", "Keep what was written"), ("Ctrl+Return",), _TURN),
    ("mend", _N("conversations", "Correct the fault at the cursor"), ("Alt+Return",), _TURN),
    ("insert", _N("conversations", "Add a turn behind"), ("Ins",), _TURN),
    ("copy_turn", _N("conversations", "Duplicate the turn"), ("Ctrl+D",), _TURN),
    ("move_turn", _N("conversations", "Move the turn"), ("Alt+Up", "Alt+Down"), _TURN),
    ("role", _N("conversations", "Change who speaks"), ("R",), _TURN),
    ("delete_turn", _N("conversations", "Delete the turn"), ("Del",), _TURN),
    ("enter_chips", _N("conversations", "From the turn into its phrases and boxes"), ("Right", "Left"), _TURN),
    ("step_chip", _N("conversations", "Go to the next or previous phrase or box"), ("Left", "Right"), _CHIP),
    ("move_chip", _N("conversations", "Move the box among those of its phrase"), ("Alt+Left", "Alt+Right"), _CHIP),
    ("link", _N("conversations", "Link the box to its region, or cut it loose"), ("L",), _CHIP),
    ("remove_chip", _N("conversations", "Take the box out of the text"), ("Del",), _CHIP),
    ("tools", _N("conversations", "Draw boxes, quads or points"), ("B", "Q", "P"), _BOX),
    ("add_box", _N("conversations", "New box in the middle"), ("Ins",), _BOX),
    ("name_box", _N("conversations", "Type the ref of the box"), ("Return",), _BOX),
    ("delete_box", _N("conversations", "Delete the box"), ("Del",), _BOX),
    ("move_picture", _N("conversations", "Move the picture in the conversation"), ("Alt+Left", "Alt+Right"), _STRIP),
    ("add_picture", _N("conversations", "Add a picture to the conversation"), ("Ins",), _STRIP),
    ("remove_picture", _N("conversations", "Take the picture out of the conversation"), ("Del",), _STRIP),
)

COMMANDS = (
    *(Command(f"{SCOPE}.{name}", text, SCOPE, (keys,), SCOPE, _TALK) for name, text, keys in _ACTIONS),
    *(
        Command(f"{SCOPE}.{name}", text, SCOPE, keys, f"{SCOPE}.{group}", group, fixed=True)
        for name, text, keys, group in _FIXED
    ),
)
"""What keys do on this page. The parts have scopes of their own: only the one with the focus hears its keys."""


def make_actions(owner: QWidget, shortcuts: Shortcuts) -> dict[str, QAction]:
    """All actions by name; their keys work while the focus is anywhere inside `owner`. Connected to nothing yet."""
    made: dict[str, QAction] = {}
    shortcuts.declare(COMMANDS)
    for name, text, _ in _ACTIONS:
        action = QAction(QCoreApplication.translate(SCOPE, text), owner)
        action.setObjectName(name)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcuts.bind(f"{SCOPE}.{name}", action)
        owner.addAction(action)
        made[name] = action
    return made
