"""Which keys do what: every command with its keys, which the user can change.

Owns the list of commands, the keys in force, conflicts between them, and keeping the `QAction`s and their tool tips
right when keys change. The user's own keys are in the setting `shortcuts`. Does not own what a command does, nor how
the list is shown (`gui.shell.keyboard_sheet`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from weakref import WeakSet

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.settings import Settings

WINDOW = "window"
"""The scope of commands that work everywhere; all others are the name of a page."""

_SEPARATOR = "\n"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that keys do.

    `text` is English, translated in `context`; so is `group`, the heading it stands under, in the context "groups".
    `keys` are the defaults, as portable text; `fixed` ones cannot be changed. `shown` replaces the keys in lists.
    """

    name: str
    text: str
    context: str
    keys: tuple[str, ...]
    scope: str = WINDOW
    group: str = ""
    fixed: bool = False
    shown: str = ""

    @property
    def title(self) -> str:
        """What it does, in the language in force."""
        return QCoreApplication.translate(self.context, self.text)

    @property
    def heading(self) -> str:
        """The group's name, in the language in force."""
        return QCoreApplication.translate("groups", self.group)

    def meets(self, other: Command) -> bool:
        """Whether both can be pressed in the same place."""
        return self.scope == other.scope or WINDOW in (self.scope, other.scope)


@dataclass(slots=True)
class _Bound:
    command: Command
    actions: WeakSet[QAction] = field(default_factory=WeakSet)


class Shortcuts(QObject):
    """The commands and their keys. Signals: `changed()`, other keys are in force."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = settings
        self._in_force = settings.shortcuts
        self._bound: dict[str, _Bound] = {}

    @classmethod
    def of(cls, session: Session) -> Shortcuts:
        """The one of a session, made when first asked for."""
        for child in session.children():
            if isinstance(child, Shortcuts):
                return child
        return cls(session.settings, session)

    @property
    def commands(self) -> list[Command]:
        """All that were declared, in that order."""
        return [bound.command for bound in self._bound.values()]

    def declare(self, commands: Iterable[Command]) -> None:
        """Make commands known; again is no harm."""
        for command in commands:
            if command.name in self._bound:
                self._bound[command.name].command = command
            else:
                self._bound[command.name] = _Bound(command)

    def bind(self, name: str, action: QAction) -> None:
        """Give an action the keys of a declared command, now and whenever they change."""
        self._bound[name].actions.add(action)
        self._dress(name, action)

    def run(self, name: str) -> bool:
        """Do what a command's keys would do; False when nothing that is shown carries it or it cannot be done now."""
        for action in list(self._bound[name].actions):
            try:
                if action.isEnabled():
                    action.trigger()
                    return True
            except RuntimeError:  # as in `_dress`
                self._bound[name].actions.discard(action)
        return False

    def keys(self, name: str) -> list[str]:
        """The keys in force, as portable text."""
        own = self._settings.shortcuts.get(name)
        if own is None or self._bound[name].command.fixed:
            return list(self._bound[name].command.keys)
        return [key for key in own.split(_SEPARATOR) if key]

    def shown(self, name: str) -> str:
        """The keys as the user reads them."""
        command = self._bound[name].command
        return command.shown or ", ".join(native(key) for key in self.keys(name))

    def is_own(self, name: str) -> bool:
        """Whether the user has changed these keys."""
        return name in self._settings.shortcuts and self.keys(name) != list(self._bound[name].command.keys)

    def taken_by(self, name: str, key: str) -> list[Command]:
        """The other commands that `key` would ring at the same place."""
        mine, wanted = self._bound[name].command, QKeySequence(key)
        return [
            other.command
            for other in self._bound.values()
            if other.command.name != name
            and mine.meets(other.command)
            and any(QKeySequence(used) == wanted for used in self.keys(other.command.name))
        ]

    def conflicts(self) -> dict[str, list[Command]]:
        """Commands whose keys are also another's, by name."""
        found: dict[str, list[Command]] = {}
        for name in self._bound:
            others = [other for key in self.keys(name) for other in self.taken_by(name, key)]
            if others:
                found[name] = others
        return found

    def set_keys(self, name: str, keys: Sequence[str], *, take: bool = False) -> None:
        """Give a command these keys; with `take`, they are taken away from others that could be meant by them."""
        own = self._settings.shortcuts
        touched = [name]
        if take:
            for key in keys:
                for other in self.taken_by(name, key):
                    if not other.fixed:
                        wanted = QKeySequence(key)
                        left = [used for used in self.keys(other.name) if QKeySequence(used) != wanted]
                        self._write(own, other.name, left)
                        touched.append(other.name)
        self._write(own, name, list(dict.fromkeys(keys)))
        self._keep(own)
        self._dress_all(touched)

    def reset(self, name: str) -> None:
        """The keys that a command had at first."""
        own = self._settings.shortcuts
        own.pop(name, None)
        self._keep(own)
        self._dress_all([name])

    def reset_all(self) -> None:
        """All keys as they were at first."""
        self._keep({})
        self._dress_all(list(self._bound))

    def _keep(self, own: dict[str, str]) -> None:
        self._in_force = own
        self._settings.shortcuts = own

    def refresh(self) -> None:
        """Put the keys of the settings in force, when somebody else changed them there."""
        if self._settings.shortcuts != self._in_force:
            self._in_force = self._settings.shortcuts
            self._dress_all(list(self._bound))

    def _write(self, own: dict[str, str], name: str, keys: list[str]) -> None:
        if keys == list(self._bound[name].command.keys):
            own.pop(name, None)
        else:
            own[name] = _SEPARATOR.join(keys)

    def _dress_all(self, names: Sequence[str]) -> None:
        for name in names:
            for action in list(self._bound[name].actions):
                self._dress(name, action)
        self.changed.emit()

    def _dress(self, name: str, action: QAction) -> None:
        keys = self.keys(name)
        try:
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.setToolTip(f"{action.text()}  ({native(keys[0])})" if keys else action.text())
        except RuntimeError:  # the C++ side is gone with its page, the Python side not yet
            self._bound[name].actions.discard(action)


def native(key: str) -> str:
    """A key as this system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
