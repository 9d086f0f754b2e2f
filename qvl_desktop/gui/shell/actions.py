"""The window's actions, as data: name, words, icon, key, and in which menu each stands.

Owns the table and making `QAction`s from it. Does not own what an action does (`main_window`).
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.shell.pages import PAGES
from qvl_desktop.gui.shortcuts import Command, Shortcuts

_N = QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action. `key` is a standard key with all its bindings, `also` further sequences; `text` is translated in the
    context "actions"."""

    name: str
    text: str
    icon: str = ""
    key: QKeySequence.StandardKey | None = None
    also: tuple[str, ...] = ()


ACTIONS = (
    ActionSpec("new_project", _N("actions", "New project…"), "new", QKeySequence.StandardKey.New),
    ActionSpec("open_project", _N("actions", "Open project…"), "folder-open", QKeySequence.StandardKey.Open),
    ActionSpec("open_folder", _N("actions", "New project from a folder of pictures…"), "folder-add"),
    ActionSpec("open_demo", _N("actions", "Open the demo project"), "template"),
    ActionSpec("import_data", _N("actions", "Import data…"), "import", also=("Ctrl+Shift+I",)),
    ActionSpec("export_data", _N("actions", "Export…"), "export", also=("Ctrl+Shift+E",)),
    ActionSpec("show_in_folder", _N("actions", "Show the project's folder"), "external"),
    ActionSpec("close_project", _N("actions", "Close project"), "close"),
    ActionSpec("undo", _N("actions", "Undo"), "undo", QKeySequence.StandardKey.Undo),
    ActionSpec("redo", _N("actions", "Redo"), "redo", QKeySequence.StandardKey.Redo, ("Ctrl+Shift+Z", "Ctrl+Y")),
    ActionSpec("palette", _N("actions", "Find a command…"), "search", also=("Ctrl+K",)),
    ActionSpec("help", _N("actions", "Help"), "help", also=("Ctrl+F1",)),
    ActionSpec("tour", _N("actions", "Guided tour"), "flag", also=("Shift+F6",)),
    ActionSpec("tour_again", _N("actions", "Guided tour from the beginning"), "flag"),
    ActionSpec("keyboard", _N("actions", "Keys…"), "keyboard", QKeySequence.StandardKey.HelpContents, ("?",)),
    ActionSpec("preferences", _N("actions", "Preferences…"), "settings", also=("Ctrl+,",)),
    ActionSpec("report", _N("actions", "Report and log…"), "list"),
    ActionSpec("news", _N("actions", "What is new"), "info"),
    ActionSpec("safe_mode", _N("actions", "Start again in safe mode"), "refresh"),
    ActionSpec("quit", _N("actions", "Quit"), key=QKeySequence.StandardKey.Quit),
)


def commands() -> list[Command]:
    """What keys do in the whole window: the actions, and the pages by their digits."""
    group = _N("groups", "Window")
    own = [Command(f"window.{one.name}", one.text, "actions", tuple(_keys(one)), group=group) for one in ACTIONS]
    pages = [
        Command(f"page.{page.name}", page.title, "pages", (f"Ctrl+{number}",), group=group, fixed=True)
        for number, page in enumerate(PAGES, start=1)
    ]
    return [*own, *pages]


def declare_pages(shortcuts: Shortcuts) -> None:
    """Make the commands of all pages known, also of those that were not shown yet."""
    from qvl_desktop.gui.annotate import actions as annotate
    from qvl_desktop.gui.chat import actions as chat
    from qvl_desktop.gui.chat import compare_actions as compare
    from qvl_desktop.gui.conversations import actions as conversations
    from qvl_desktop.gui.gallery import actions as gallery

    for table in (annotate, gallery, conversations, chat, compare):
        shortcuts.declare(table.COMMANDS)


_RARE = {"New", "Open", "Undo", "Redo", "Help"}
"""Keys of their own on keyboards of long ago, which only lengthen the lists."""


def make_actions(owner: QWidget, shortcuts: Shortcuts) -> dict[str, QAction]:
    """All actions by name, with their keys active in the whole window of `owner`; connected to nothing yet."""
    made: dict[str, QAction] = {}
    shortcuts.declare(commands())
    for spec in ACTIONS:
        action = QAction(owner)
        action.setObjectName(spec.name)
        shortcuts.bind(f"window.{spec.name}", action)
        if spec.icon:
            set_icon(action, spec.icon)
        owner.addAction(action)
        made[spec.name] = action
    retranslate(made)
    return made


def _keys(spec: ActionSpec) -> list[str]:
    standard = QKeySequence.keyBindings(spec.key) if spec.key is not None else []
    portable = QKeySequence.SequenceFormat.PortableText
    keys = [one.toString(portable) for one in [*standard, *map(QKeySequence, spec.also)]]
    return [key for key in dict.fromkeys(keys) if key not in _RARE]


def retranslate(actions: dict[str, QAction]) -> None:
    """Take the words of the language in force."""
    for spec in ACTIONS:
        actions[spec.name].setText(QCoreApplication.translate("actions", spec.text))
