"""Which lines the preferences have, with their words.

Owns the table of pages and lines. Does not own how a line looks (`preference_rows`), the lines on what is kept on the
disk (`preference_caches`), the list of model folders (`preference_folders`) nor the frame (`preferences`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.feature_files import features_folder, total_bytes, trim
from qvl_desktop.core.folders import data_folder
from qvl_desktop.core.model_places import models_folder, set_models_folder
from qvl_desktop.gui.shell.preference_caches import CacheField, features_value
from qvl_desktop.gui.shell.preference_folders import ModelFoldersField
from qvl_desktop.gui.shell.preference_rows import ButtonField, ChoiceField, Line, PlaceField, Value, setting
from qvl_desktop.gui.shortcuts import Shortcuts
from qvl_desktop.gui.translation import LANGUAGES
from qvl_desktop.gui.widgets.thumbnail_files import held, shrink
from qvl_desktop.gui.widgets.thumbnails import thumbnails_folder
from qvl_desktop.jobs.child import is_slim
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.servers import known_servers

TEXT_SIZES = (90, 100, 110, 125, 150)


class PreferencePages(QObject):
    """`pages`: pairs of a title and its lines. Signals: `undoOffered(words, undo)`: something was done that can be
    undone."""

    undoOffered = Signal(str, object)

    def __init__(
        self, session: Session, actions: dict[str, QAction], show_servers: Callable[[], object], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._session, self._actions, self._show_servers = session, actions, show_servers
        self._shortcuts = Shortcuts.of(session)
        self._widget = parent
        self.pages: list[tuple[str, list[Line]]] = [
            (self.tr("General"), self._general()),
            (self.tr("Folders"), self._folders()),
            (self.tr("Models"), self._models()),
            (self.tr("Room on the disk"), self._room()),
            (self.tr("Keys"), self._keys()),
            (self.tr("Support"), self._support()),
        ]
        self._shortcuts.changed.connect(self.refresh)
        if session.settings.safe:  # these are no settings of this window: safe mode would change them for good
            for line in (self._downloads, self._features):
                line.setEnabled(False)

    def refresh(self) -> None:
        """Say how things stand that are no values."""
        self.folders.refresh()
        names = [server.name for server in known_servers(self._session.settings)]
        self._servers.label.setText(", ".join(names) or self.tr("None"))
        self._servers.label.setToolTip("\n".join(names))
        self._keys_field.label.setText(self._keys_words())

    def _line(
        self, name: str, title: str, words: str, field: ChoiceField | PlaceField | CacheField | ButtonField
    ) -> Line:
        below = isinstance(field, PlaceField)
        return Line(title, words, field, setting(self._session.settings, name), self._widget, below=below)

    def _general(self) -> list[Line]:
        system = self.tr("As the system")
        sizes = [(self.tr("{percent} %").format(percent=percent), percent) for percent in TEXT_SIZES]
        return [
            self._line(
                "language",
                self.tr("Language"),
                self.tr("The language of every word in the window. It changes at once."),
                ChoiceField([(system, ""), *((name, code) for code, name in LANGUAGES.items())]),
            ),
            self._line(
                "theme",
                self.tr("Look"),
                self.tr("Light or dark; or as the system is, also when it changes."),
                ChoiceField([(system, "system"), (self.tr("Light"), "light"), (self.tr("Dark"), "dark")]),
            ),
            self._line(
                "text_size",
                self.tr("Size of words"),
                self.tr("Larger or smaller words everywhere, in per cent of the system's own size."),
                ChoiceField(sizes),
            ),
            self._line(
                "open_last",
                self.tr("When the program starts"),
                self.tr("What you see first. A project that is named on the command line opens in any case."),
                ChoiceField([(self.tr("Open the last project"), "yes"), (self.tr("Show the start page"), "no")]),
            ),
        ]

    def _folders(self) -> list[Line]:
        runs = PlaceField(self.tr("Folder for runs"), self.tr("Beside the project"))
        downloads = PlaceField(self.tr("Folder for downloaded models"), self.tr("In the program's data"))
        self._downloads = Line(
            self.tr("Downloaded models"),
            self.tr(
                "Where the next downloads are put. Models that are here already stay in their place and are found."
            ),
            downloads,
            Value("models_folder", _chosen_models_folder, _choose_models_folder, ""),
            self._widget,
            below=True,
        )
        self.folders = ModelFoldersField(self._session)
        self.folders.undoOffered.connect(self.undoOffered)
        lines = [
            self._line(
                "runs_folder",
                self.tr("Runs"),
                self.tr("Where training puts its runs. Beside the project, they move and are copied together with it."),
                runs,
            ),
            self._downloads,
            Line(
                self.tr("Other model folders"),
                self.tr("Folders elsewhere that are models. Del takes one off the list, not off the disk."),
                self.folders,
                parent=self._widget,
                below=True,
            ),
        ]
        if is_slim():
            program = PlaceField(self.tr("Program for model work"), self.tr("The one on the path"), program=True)
            words = self.tr("The installed qvl-desktop that loads and trains models for this slim edition.")
            lines.append(self._line("engine_program", self.tr("Program for model work"), words, program))
        return lines

    def _models(self) -> list[Line]:
        answers = [(self.tr("Ask"), ""), (self.tr("Unload it"), "yes"), (self.tr("Keep it loaded"), "no")]
        self._servers = ButtonField(self.tr("Change…"), self._show_servers)
        return [
            self._line(
                "make_room",
                self.tr("When training begins"),
                self.tr(
                    "The model of the Chat page takes memory that a run may need. The next question loads it again."
                ),
                ChoiceField(answers),
            ),
            Line(
                self.tr("Other servers"),
                self.tr(
                    "Servers that answer on the Chat page, with their keys. They are kept with your settings, never in "
                    "a project."
                ),
                self._servers,
                parent=self._widget,
            ),
        ]

    def _room(self) -> list[Line]:
        small, saw = thumbnails_folder(), features_folder()
        small_field = CacheField((50, 1_000_000, 50), "MB", lambda: held(small), lambda: shrink(small, 0))
        features = CacheField((0, 10_000, 5), "GB", lambda: total_bytes(saw), lambda: trim(saw, 0))
        self._features = Line(
            self.tr("What models saw in pictures"),
            self.tr(
                "Kept so that the next training with the same model starts at once. Emptying it costs time, nothing "
                "else; what a run uses now stays."
            ),
            features,
            features_value(),
            self._widget,
        )
        return [
            self._line(
                "thumbnail_limit",
                self.tr("Small pictures"),
                self.tr("Kept so that lists and the gallery show at once. Those not seen for longest go first."),
                small_field,
            ),
            self._features,
        ]

    def _keys(self) -> list[Line]:
        self._keys_field = ButtonField(self.tr("Keys…"), self._actions["keyboard"].trigger)
        words = self.tr("Every command with its keys: look them up, change them, see which are taken twice.")
        return [
            Line(
                self.tr("Keyboard shortcuts"),
                words,
                self._keys_field,
                setting(self._session.settings, "shortcuts"),
                self._widget,
            )
        ]

    def _support(self) -> list[Line]:
        return [
            self._action(
                "report",
                self.tr("Open…"),
                self.tr("Versions, this machine and the last troubles, to copy to a helper."),
            ),
            self._action("news", self.tr("Show"), self.tr("What each version of the program brought.")),
            self._action(
                "safe_mode",
                self.tr("Start again"),
                self.tr(
                    "With the usual settings and no project, to find out whether your own settings are the trouble."
                ),
            ),
        ]

    def _action(self, name: str, words: str, sentence: str) -> Line:
        action = self._actions[name]
        field = ButtonField(words, action.trigger)
        field.button.setEnabled(action.isEnabled())
        return Line(action.text().rstrip("…"), sentence, field, parent=self._widget)

    def _keys_words(self) -> str:
        conflicts = self._shortcuts.conflicts()
        if conflicts:
            titles = {command.name: command.title for command in self._shortcuts.commands}
            return self.tr("Taken twice: {commands}").format(commands=", ".join(titles[name] for name in conflicts))
        changed = len(self._session.settings.shortcuts)
        return self.tr("{count} changed by you").format(count=changed) if changed else self.tr("As they were at first")


def _chosen_models_folder() -> str:
    folder = models_folder()
    return "" if folder == data_folder() / "models" else str(folder)


def _choose_models_folder(folder: str) -> None:
    set_models_folder(Path(folder) if folder else None)
