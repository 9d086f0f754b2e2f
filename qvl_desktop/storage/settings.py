"""The user's settings, one small JSON file.

Owns where it lies, its types and defaults, writing it whole, and telling who wants to know of a change. Does not own
what a setting does. Projects, runs and models keep their own data; nothing here is needed to read them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from qvl_desktop.core.folders import FOLDER_VARIABLE as FOLDER_VARIABLE
from qvl_desktop.core.folders import cache_folder as cache_folder
from qvl_desktop.core.folders import config_folder as config_folder
from qvl_desktop.core.folders import data_folder as data_folder
from qvl_desktop.core.run_folder import write_beside

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Setting(Generic[T]):
    """One setting: its default, and the check of what a file says. Assigning writes the file."""

    def __init__(self, default: T, accepts: Callable[[Any], bool]) -> None:
        self.default = default
        self.accepts = accepts
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, settings: None, owner: type) -> Setting[T]: ...
    @overload
    def __get__(self, settings: Settings, owner: type) -> T: ...
    def __get__(self, settings: Settings | None, owner: type) -> Setting[T] | T:
        if settings is None:
            return self
        value: Any = settings.values.get(self.name)
        known: T = value if self.accepts(value) else self.default
        return deepcopy(known)

    def __set__(self, settings: Settings, value: T) -> None:
        if not self.accepts(value):
            raise TypeError(f"{value!r} is no value of the setting {self.name}")
        if settings.values.get(self.name) != value:
            settings.values[self.name] = deepcopy(value)
            settings.save()
            settings.tell(self.name)


def _text(default: str = "", *choices: str) -> Setting[str]:
    return Setting(default, lambda value: isinstance(value, str) and (not choices or value in choices))


def _texts() -> Setting[list[str]]:
    return Setting([], lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value))


def _number(default: int, low: int, high: int) -> Setting[int]:
    def fits(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    return Setting(default, fits)


def _table() -> Setting[dict[str, str]]:
    return Setting(
        {}, lambda value: isinstance(value, dict) and all(isinstance(v, str) for item in value.items() for v in item)
    )


def _tables() -> Setting[list[dict[str, str]]]:
    table = _table()
    return Setting([], lambda value: isinstance(value, list) and all(table.accepts(item) for item in value))


class Settings:
    """The settings, read when made. Reading an attribute gives a copy; assigning one writes the file.

    A file that cannot be understood is set aside (`settings.json.damaged`) and the defaults hold; a single value of the
    wrong type counts as unset. Keys of other versions are kept. When the file cannot be written, the settings hold for
    this run; `problem` says so.

    `safe`: the defaults hold whatever the file says, but for the language, and nothing is ever written.
    """

    language = _text()
    """`en`, `zh_CN`, ...; empty = the system's."""
    theme = _text("system", "system", "light", "dark")
    text_size = _number(100, 80, 200)
    """The size of all words of the window, in per cent of the usual one."""
    open_last = _text("yes", "yes", "no")
    """Whether the project of last time opens at the start."""
    recent_projects = _texts()
    """Absolute paths, newest first."""
    recent_opened = _table()
    """When each of them was opened last: seconds since the epoch, by path."""
    last_project = _text()
    window_state = _table()
    """What the window and its pages want to find again, by name; bytes as base64."""
    model_folders = _texts()
    """Folders that are models or hold some."""
    download_source = _text("hf", "hf", "modelscope")
    """Which hub the last download was asked of."""
    download_mirrors = _table()
    """The mirror's address last used for each hub; none = the hub's own."""
    runs_folder = _text()
    """Where runs lie; empty = beside the project."""
    engine_program = _text()
    """For the slim app: the installed program that does the model work; empty = the one on the path."""
    servers = _tables()
    """Other servers to ask, with their keys: see `storage.servers`."""
    chat = _table()
    """What answers on the Chat page are made with, by name."""
    make_room = _text("", "", "yes", "no")
    """Whether the model is unloaded when a run needs the card; empty = asked once."""
    shortcuts = _table()
    """Key sequences that the user changed, by the action's name."""
    thumbnail_limit = _number(512, 0, 1_000_000)
    """What small pictures may take on the disk, in 10^6 bytes."""
    last_version = _text()
    """The version whose news were offered last; empty = none yet."""

    def __init__(self, path: Path | None = None, *, safe: bool = False) -> None:
        self.path = path or config_folder() / "settings.json"
        self.safe = safe
        self.problem: str | None = None
        self._listeners: list[Callable[[str], None]] = []
        self.values: dict[str, Any] = self._read(set_aside=not safe)
        if safe:
            self.problem = None
            self.values = {"language": self.language}

    @classmethod
    def default(cls, name: str) -> Any:
        """What a setting is when the user chose nothing."""
        return deepcopy(_described(cls, name).default)

    def is_default(self, name: str) -> bool:
        """Whether a setting is as it was at first."""
        return bool(getattr(self, name) == self.default(name))

    def reset(self, *names: str) -> dict[str, Any]:
        """Set these to their defaults; what they were before, for `restore`. Those that were there already are left
        out."""
        before = {name: getattr(self, name) for name in names if not self.is_default(name)}
        for name in before:
            self.values.pop(name, None)
        if before:
            self.save()
        for name in before:
            self.tell(name)
        return before

    def restore(self, before: dict[str, Any]) -> None:
        """Set what `reset` gave back."""
        for name, value in before.items():
            setattr(self, name, value)

    def subscribe(self, listener: Callable[[str], None]) -> None:
        """Call `listener(name)` after a setting has become another."""
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[str], None]) -> None:
        """Call it no more."""
        self._listeners.remove(listener)

    def tell(self, name: str) -> None:
        """Tell who subscribed that a setting has become another."""
        for listener in tuple(self._listeners):
            listener(name)

    def _read(self, *, set_aside: bool) -> dict[str, Any]:
        try:
            values = json.loads(self.path.read_text(encoding="utf-8"))
            if not isinstance(values, dict):
                raise ValueError("not an object")
        except FileNotFoundError:
            return {}
        except OSError as error:
            self._trouble(error)
            return {}
        except ValueError as error:
            self._trouble(error)
            if set_aside:
                self._set_aside()
            return {}
        return values

    def _set_aside(self) -> None:
        try:
            self.path.replace(self.path.with_name(self.path.name + ".damaged"))
        except OSError as error:
            self._trouble(error)

    def _trouble(self, error: Exception) -> None:
        self.problem = f"{self.path}: {error}"
        _log.warning("settings: %s", self.problem)

    def save(self) -> None:
        """Write the file whole; in safe mode nothing is written."""
        if self.safe:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_beside(self.path, json.dumps(self.values, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
            if self.servers:  # keys of servers are nobody else's business
                self.path.chmod(0o600)
        except OSError as error:
            self._trouble(error)


def _described(cls: type[Settings], name: str) -> Setting[Any]:
    setting = vars(cls)[name]
    assert isinstance(setting, Setting), f"{name} is no setting"
    return setting
