"""The actions of the Annotate page, as data: name, words, icon, keys.

Owns the table and making `QAction`s from it. Does not own what an action does (`page`, `region_desk`), which keys are
in force (`gui.shortcuts`), nor undo and redo, which are the window's. Words are translated in the context "annotate".
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.shortcuts import Command, Shortcuts

SCOPE = "annotate"


@dataclass(frozen=True, slots=True)
class PageAction:
    """One action. The first of `keys` is the one that is shown; `group` parts the menu."""

    name: str
    text: str
    icon: str = ""
    keys: tuple[str, ...] = ()
    group: str = ""
    checkable: bool = False


GO, DRAW, REGION = _N("groups", "Pictures"), _N("groups", "Drawing"), _N("groups", "Regions")
PROPOSED = _N("groups", "Suggested boxes")
COPY, LABEL, VIEW = _N("groups", "Copies"), _N("groups", "Labels"), _N("groups", "View")
MOUSE = _N("groups", "On the canvas")

ACTIONS = (
    PageAction("previous", _N("annotate", "Previous picture"), "chevron-left", ("A", "PgUp"), GO),
    PageAction("next", _N("annotate", "Next picture"), "chevron-right", ("D", "PgDown"), GO),
    PageAction("next_untouched", _N("annotate", "Next untouched picture"), "", ("N",), GO),
    PageAction("previous_untouched", _N("annotate", "Previous untouched picture"), "", ("Shift+N",), GO),
    PageAction("mark_done", _N("annotate", "Picture is done"), "", ("E",), GO),
    PageAction("mark_skipped", _N("annotate", "Skip picture"), "", ("S",), GO),
    PageAction("done_next", _N("annotate", "Done, and on to the next untouched"), "", ("Ctrl+Return",), GO),
    PageAction("find", _N("annotate", "Filter pictures"), "search", ("Ctrl+F",), GO),
    PageAction("tool_box", _N("annotate", "Draw boxes"), "draw-box", ("B", "R"), DRAW, True),
    PageAction("tool_quad", _N("annotate", "Draw quads"), "quad", ("Q",), DRAW, True),
    PageAction("tool_point", _N("annotate", "Set points"), "point", ("P",), DRAW, True),
    PageAction("tool_select", _N("annotate", "Select"), "select", ("V",), DRAW, True),
    PageAction("add_box", _N("annotate", "New box in the middle"), "", ("Ins",), DRAW),
    PageAction("edit_ref", _N("annotate", "Edit ref"), "edit", ("F2",), REGION),
    PageAction("delete", _N("annotate", "Delete regions"), "trash", ("Del", "Backspace"), REGION),
    PageAction("lock", _N("annotate", "Lock regions"), "lock", ("L",), REGION, True),
    PageAction("to_quad", _N("annotate", "Turn boxes into quads"), "", ("Shift+Q",), REGION),
    PageAction("to_box", _N("annotate", "Turn quads into boxes"), "", ("Shift+B",), REGION),
    PageAction("select_all", _N("annotate", "Select all regions"), "", ("Ctrl+A",), REGION),
    PageAction("next_region", _N("annotate", "Select next region"), "", ("]",), REGION),
    PageAction("previous_region", _N("annotate", "Select previous region"), "", ("[",), REGION),
    PageAction("take_all", _N("annotate", "Take all suggestions on the picture"), "", ("Shift+Return",), PROPOSED),
    PageAction("reject_all", _N("annotate", "Reject all suggestions on the picture"), "", ("Shift+Del",), PROPOSED),
    PageAction("suggestions", _N("annotate", "Show what a model proposes"), "", ("I",), PROPOSED, True),
    PageAction("copy", _N("annotate", "Copy regions"), "copy", ("Ctrl+C",), COPY),
    PageAction("cut", _N("annotate", "Cut regions"), "", ("Ctrl+X",), COPY),
    PageAction("paste", _N("annotate", "Paste regions"), "", ("Ctrl+V",), COPY),
    PageAction("duplicate", _N("annotate", "Duplicate regions"), "", ("Ctrl+D",), COPY),
    PageAction("copy_previous", _N("annotate", "Copy regions from previous picture"), "", ("Ctrl+Shift+V",), COPY),
    PageAction("find_label", _N("annotate", "Find or add a label"), "", ("/", "Ctrl+L"), LABEL),
    PageAction("rename_label", _N("annotate", "Rename the label everywhere"), "", ("Shift+F2",), LABEL),
    PageAction("fit", _N("annotate", "Fit picture to view"), "fit", ("F", "0"), VIEW),
    PageAction("actual_size", _N("annotate", "Actual size"), "actual-size", ("Z",), VIEW),
    PageAction("zoom_selection", _N("annotate", "Zoom to selection"), "", ("Shift+F",), VIEW),
    PageAction("zoom_in", _N("annotate", "Zoom in"), "zoom-in", ("+", "="), VIEW),
    PageAction("zoom_out", _N("annotate", "Zoom out"), "zoom-out", ("-",), VIEW),
    PageAction("hide", _N("annotate", "Hide boxes"), "eye", ("H",), VIEW, checkable=True),
    PageAction("hide_labels", _N("annotate", "Hide labels on the picture"), "", ("Shift+H",), VIEW, checkable=True),
    PageAction("dim", _N("annotate", "Dim what is not selected"), "", ("O",), VIEW, checkable=True),
    PageAction("crosshair", _N("annotate", "Show lines to aim with"), "", ("G",), VIEW, checkable=True),
    PageAction("navigator", _N("annotate", "Show the overview when zoomed in"), "navigator", ("M",), VIEW, True),
    PageAction("brighter", _N("annotate", "Brighter"), "", ("Alt+Up",), VIEW),
    PageAction("darker", _N("annotate", "Darker"), "", ("Alt+Down",), VIEW),
    PageAction("more_contrast", _N("annotate", "More contrast"), "", ("Alt+Right",), VIEW),
    PageAction("less_contrast", _N("annotate", "Less contrast"), "", ("Alt+Left",), VIEW),
    PageAction("plain_light", _N("annotate", "Brightness and contrast as they are"), "", ("Alt+0",), VIEW),
    PageAction("next_pane", _N("annotate", "Go to the next list or field"), "", ("F6",), VIEW),
)
"""In the order of the menu."""

TOOL_ACTIONS = ("tool_box", "tool_quad", "tool_point", "tool_select")

_DIGITS = tuple(str(digit) for digit in range(1, 10))

_OUT = ("Ctrl+Tab", "Ctrl+Shift+Tab")
_FIXED = (
    ("digits", _N("annotate", "Give the label of that digit"), _DIGITS, "1–9", LABEL),
    ("step", _N("annotate", "Select the next or previous region or suggestion"), ("Tab", "Shift+Tab"), "", MOUSE),
    ("out", _N("annotate", "Leave the picture for the next or previous field"), _OUT, "", MOUSE),
    ("edit", _N("annotate", "Type the ref of the selection, or take the suggestion"), ("Return",), "", MOUSE),
    ("leave", _N("annotate", "Cancel, then select nothing, then go back to boxes"), ("Esc",), "", MOUSE),
    ("nudge", _N("annotate", "Nudge the selection, or pan"), ("Left", "Right", "Up", "Down"), "← → ↑ ↓", MOUSE),
    (
        "nudge_far",
        _N("annotate", "Nudge by 10 pixels"),
        ("Shift+Left", "Shift+Right", "Shift+Up", "Shift+Down"),
        "Shift ← → ↑ ↓",
        MOUSE,
    ),
    (
        "grow",
        _N("annotate", "Move the lower right corner of a box"),
        ("Ctrl+Left", "Ctrl+Right", "Ctrl+Up", "Ctrl+Down"),
        "Ctrl ← → ↑ ↓",
        MOUSE,
    ),
    ("pan", _N("annotate", "Pan while held, with the mouse"), ("Space",), "", MOUSE),
)

COMMANDS = (
    *(Command(f"annotate.{one.name}", one.text, "annotate", one.keys, SCOPE, one.group) for one in ACTIONS),
    *(
        Command(f"annotate.{name}", text, "annotate", keys, SCOPE, group, fixed=True, shown=shown)
        for name, text, keys, shown, group in _FIXED
    ),
)
"""What keys do on this page."""


def make_actions(owner: QWidget, shortcuts: Shortcuts) -> dict[str, QAction]:
    """All actions by name; their keys work while the focus is anywhere inside `owner`. Connected to nothing yet."""
    made: dict[str, QAction] = {}
    shortcuts.declare(COMMANDS)
    tools = QActionGroup(owner)
    for spec in ACTIONS:
        action = QAction(QCoreApplication.translate("annotate", spec.text), owner)
        action.setObjectName(spec.name)
        action.setCheckable(spec.checkable)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        if spec.icon:
            set_icon(action, spec.icon)
        if spec.name in TOOL_ACTIONS:
            tools.addAction(action)
        shortcuts.bind(f"annotate.{spec.name}", action)
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


def fill_menu(menu: QMenu, actions: dict[str, QAction], groups: tuple[str, ...] = ()) -> None:
    """Put actions into a menu, in the table's order: of these groups, or all."""
    last = ""
    for spec in ACTIONS:
        if groups and spec.group not in groups:
            continue
        if last and spec.group != last:
            menu.addSeparator()
        last = spec.group
        menu.addAction(actions[spec.name])


def fill_submenus(menu: QMenu, actions: dict[str, QAction]) -> None:
    """Put all actions into a menu, a submenu a group: it fits the smallest screen."""
    for group in dict.fromkeys(spec.group for spec in ACTIONS):
        fill_menu(menu.addMenu(QCoreApplication.translate("groups", group)), actions, (group,))
