"""The actions of the Annotate page, as data: name, words, icon, keys.

Owns the table and making `QAction`s from it. Does not own what an action does (`page`), nor undo and redo, which are
the window's. Words are translated in the context "annotate".
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.gui.icons import set_icon


@dataclass(frozen=True, slots=True)
class PageAction:
    """One action. The first of `keys` is the one that is shown; `group` parts the menu."""

    name: str
    text: str
    icon: str = ""
    keys: tuple[str, ...] = ()
    group: str = ""
    checkable: bool = False


ACTIONS = (
    PageAction("previous", _N("annotate", "Previous picture"), "chevron-left", ("A", "PgUp"), "go"),
    PageAction("next", _N("annotate", "Next picture"), "chevron-right", ("D", "PgDown"), "go"),
    PageAction("next_bare", _N("annotate", "Next picture without regions"), "", ("N",), "go"),
    PageAction("find", _N("annotate", "Filter pictures"), "search", ("Ctrl+F",), "go"),
    PageAction("edit_ref", _N("annotate", "Edit ref"), "edit", ("F2",), "region"),
    PageAction("delete", _N("annotate", "Delete region"), "trash", ("Del", "Backspace"), "region"),
    PageAction("duplicate", _N("annotate", "Duplicate region"), "", ("Ctrl+D",), "region"),
    PageAction("next_region", _N("annotate", "Select next region"), "", ("]",), "region"),
    PageAction("previous_region", _N("annotate", "Select previous region"), "", ("[",), "region"),
    PageAction("copy", _N("annotate", "Copy region"), "copy", ("Ctrl+C",), "copy"),
    PageAction("paste", _N("annotate", "Paste region"), "", ("Ctrl+V",), "copy"),
    PageAction("copy_previous", _N("annotate", "Copy regions from previous picture"), "", ("Ctrl+Shift+V",), "copy"),
    PageAction("fit", _N("annotate", "Fit picture to view"), "fit", ("F", "0"), "view"),
    PageAction("actual_size", _N("annotate", "Actual size"), "actual-size", ("Z",), "view"),
    PageAction("zoom_in", _N("annotate", "Zoom in"), "zoom-in", ("+", "="), "view"),
    PageAction("zoom_out", _N("annotate", "Zoom out"), "zoom-out", ("-",), "view"),
    PageAction("hide", _N("annotate", "Hide boxes"), "eye", ("H",), "view", checkable=True),
    PageAction("crosshair", _N("annotate", "Show lines to aim with"), "", ("G",), "view", checkable=True),
)
"""In the order of the menu."""


def make_actions(owner: QWidget) -> dict[str, QAction]:
    """All actions by name; their keys work while the focus is anywhere inside `owner`. Connected to nothing yet."""
    made: dict[str, QAction] = {}
    for spec in ACTIONS:
        action = QAction(QCoreApplication.translate("annotate", spec.text), owner)
        action.setObjectName(spec.name)
        action.setCheckable(spec.checkable)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shown = QKeySequence(spec.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{action.text()}  ({shown})")
        if spec.icon:
            set_icon(action, spec.icon)
        owner.addAction(action)
        made[spec.name] = action
    return made


def make_digit_actions(owner: QWidget) -> dict[int, QAction]:
    """One action for each key from 1 to 9, with the same reach."""
    made: dict[int, QAction] = {}
    for number in range(1, 10):
        action = QAction(owner)
        action.setShortcut(QKeySequence(str(number)))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        owner.addAction(action)
        made[number] = action
    return made
