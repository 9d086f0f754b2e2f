"""The actions of the Chat page, as data: name, words, keys; and the keys of its parts, for the list of keys.

Owns the table and making `QAction`s from it. Does not own what an action does (`page`) nor which keys are in force
(`gui.shortcuts`). Words are translated in the context "chat".
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.gui.shortcuts import Command, Shortcuts

SCOPE = "chat"
_CHAT, _ANSWER = _N("groups", "Chat"), _N("groups", "Answers")
_QUESTION, _BOX = _N("groups", "The question"), _N("groups", "Boxes of an answer")
_LIST = _N("groups", "The list of chats")

_ACTIONS = (
    ("new", _N("chat", "New chat"), ("Ctrl+Shift+N",), _CHAT),
    ("find", _N("chat", "Search the chats"), ("Ctrl+F",), _CHAT),
    ("next", _N("chat", "Next chat in the list"), ("Ctrl+PgDown",), _CHAT),
    ("previous", _N("chat", "Previous chat in the list"), ("Ctrl+PgUp",), _CHAT),
    ("list", _N("chat", "Show or hide the list of chats"), ("Ctrl+L",), _CHAT),
    ("duplicate", _N("chat", "Duplicate the chat"), ("Ctrl+Shift+D",), _CHAT),
    ("export", _N("chat", "Export the chat"), ("Ctrl+S",), _CHAT),
    ("settings", _N("chat", "Settings of the answers"), ("Ctrl+Shift+S",), _CHAT),
    ("write", _N("chat", "Go to the question"), ("Ctrl+I",), _QUESTION),
    ("files", _N("chat", "Add picture files to the question"), ("Ctrl+Shift+O",), _QUESTION),
    ("project_pictures", _N("chat", "Add pictures of the project to the question"), ("Ctrl+P",), _QUESTION),
    ("point", _N("chat", "Point at a place in the picture"), ("Ctrl+B",), _QUESTION),
    ("edit", _N("chat", "Ask the question in other words"), ("Ctrl+E",), _ANSWER),
    ("again", _N("chat", "Answer again"), ("Ctrl+R",), _ANSWER),
    ("older", _N("chat", "The version before"), ("Alt+Left",), _ANSWER),
    ("newer", _N("chat", "The next version"), ("Alt+Right",), _ANSWER),
    ("up", _N("chat", "Choose the answer above"), ("Alt+Up",), _ANSWER),
    ("down", _N("chat", "Choose the answer below"), ("Alt+Down",), _ANSWER),
    ("boxes", _N("chat", "Go to the boxes of the answer"), ("Ctrl+G",), _ANSWER),
    ("keep", _N("chat", "Add the chat up to this answer to the project"), ("Ctrl+Shift+K",), _ANSWER),
    ("copy", _N("chat", "Copy the answer"), ("Ctrl+Shift+C",), _ANSWER),
    ("raw", _N("chat", "Show the tokens of the answer"), ("Ctrl+U",), _ANSWER),
)

_FIXED = (
    ("send", _N("chat", "Send the question"), ("Return",), _QUESTION),
    ("line", _N("chat", "Begin a line"), ("Shift+Return",), _QUESTION),
    ("edit_last", _N("chat", "Change the last question, in an empty field"), ("Up",), _QUESTION),
    ("stop", _N("chat", "Stop the answer"), ("Esc",), _QUESTION),
    ("step", _N("chat", "Next or previous box"), ("Tab", "Shift+Tab"), _BOX),
    ("nudge", _N("chat", "Move the box; with Ctrl change its size"), ("Left", "Right", "Up", "Down"), _BOX),
    ("add_box", _N("chat", "Add a box for the same words"), ("Ins",), _BOX),
    ("remove_box", _N("chat", "Take the box out of the answer"), ("Del",), _BOX),
    ("open", _N("chat", "Open the chat or folder"), ("Return",), _LIST),
    ("rename", _N("chat", "Rename the chat or folder"), ("F2",), _LIST),
    ("delete", _N("chat", "Delete the chats that are chosen"), ("Del",), _LIST),
)

COMMANDS = (
    *(Command(f"{SCOPE}.{name}", text, SCOPE, keys, SCOPE, group) for name, text, keys, group in _ACTIONS),
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
    for name, text, _, _ in _ACTIONS:
        action = QAction(QCoreApplication.translate(SCOPE, text), owner)
        action.setObjectName(name)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcuts.bind(f"{SCOPE}.{name}", action)
        owner.addAction(action)
        made[name] = action
    return made
