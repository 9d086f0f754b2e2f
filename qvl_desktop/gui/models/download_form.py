"""Before a download: where from, where to, how large, how much room, under which licence.

Owns the form that opens below a known model or for any repository. Does not own asking the hub nor the queue
(`jobs.downloads`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.amounts import file_size
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.known_models import KnownModel
from qvl_desktop.core.model_places import models_folder, set_models_folder
from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.help.trouble_button import TroubleButton
from qvl_desktop.gui.theme import Space, set_kind, set_role
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.elided_label import ElidedLabel
from qvl_desktop.gui.words import path_text
from qvl_desktop.hubs.base import SOURCES, checked_endpoint
from qvl_desktop.hubs.fetching import Wanted, wanted
from qvl_desktop.jobs.downloads import Downloads, LockedError, Size
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.jobs.waiting import waiter

SETTLE_MS = 600
"""After the last key in a field the hub is asked."""
MIRROR = "https://hf-mirror.com"


class DownloadForm(QWidget):
    """Signals: `closed()` when it is done with, whether or not a download was begun."""

    closed = Signal()

    def __init__(
        self, session: Session, downloads: Downloads, model: KnownModel | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._downloads, self._model = session, downloads, model
        self._task: Task[Size] | None = None
        self._size: Size | None = None
        self._settle = waiter(self, SETTLE_MS, self.ask)
        self.name = QLineEdit(model.name if model else "", self)
        self.name.setObjectName("downloadName")
        self.name.setPlaceholderText("OWNER/NAME")
        self.source = ChoiceBox(self)
        self.source.setObjectName("downloadSource")
        for key, name in SOURCES.items():
            self.source.addItem(name, key)
        self.source.setCurrentIndex(max(0, self.source.findData(session.settings.download_source)))
        self.mirror = QLineEdit(self)
        self.mirror.setObjectName("downloadMirror")
        self.mirror.setClearButtonEnabled(True)
        self.revision = QLineEdit(self)
        self.revision.setObjectName("downloadRevision")
        self.revision.setPlaceholderText(self.tr("newest; or a branch, tag or commit"))
        self.folder = ElidedLabel(self)
        self.folder.setObjectName("downloadFolder")
        self.change = QPushButton(self.tr("Change…"), self)
        set_kind(self.change, "quiet")
        self.change.clicked.connect(self._choose_folder)
        self.about = QLabel(self)
        self.about.setObjectName("downloadSize")
        self.trouble = TroubleButton(self)
        self.about.setWordWrap(True)
        self.agree = QCheckBox(self.tr("Take PyTorch files (.bin)"), self)
        self.agree.setObjectName("downloadPickle")
        self.why = QLabel(
            self.tr(
                "This repository has its weights only in an older format that can carry code. They are read as plain "
                "numbers here, and a file with code in it is refused."
            ),
            self,
        )
        self.why.setWordWrap(True)
        set_role(self.why, "caption")
        self.key = QLineEdit(self)
        self.key.setObjectName("downloadKey")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.setPlaceholderText(self.tr("Key from your account there"))
        self.key.setAccessibleName(self.tr("Key"))
        self.key.returnPressed.connect(self._log_in)
        self.log_in_button = QPushButton(self.tr("Log in"), self)
        self.log_in_button.setObjectName("logIn")
        self.log_in_button.clicked.connect(self._log_in)
        self.start = QPushButton(self.tr("Download"), self)
        self.start.setObjectName("startDownload")
        set_kind(self.start, "primary")
        self.start.clicked.connect(self._begin)
        self.close_button = QPushButton(self.tr("Close"), self)
        self.close_button.setObjectName("closeDownload")
        set_kind(self.close_button, "quiet")
        self.close_button.clicked.connect(self.closed)
        self._lay_out()
        self.source.currentIndexChanged.connect(self._another_source)
        for field in (self.name, self.mirror, self.revision):
            field.textEdited.connect(self._edited)
            field.returnPressed.connect(self.ask)
        self.agree.toggled.connect(self._show)
        self._show_folder()
        self._show_mirror()
        self._show()
        if model is not None:
            self.ask()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(1, 1)
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(self.change)
        rows: list[tuple[str, QWidget | QHBoxLayout, str]] = [
            (self.tr("From"), self.source, "download.source"),
            (self.tr("Mirror"), self.mirror, "download.mirror"),
            (self.tr("Revision"), self.revision, "download.revision"),
            (self.tr("To"), place, "download.folder"),
        ]
        if self._model is None:
            rows.insert(0, (self.tr("Repository"), self.name, "download.name"))
        else:
            self.name.hide()
        for number, (words, editor, topic) in enumerate(rows):
            label = QLabel(words, self)
            set_role(label, "muted")
            grid.addWidget(label, number, 0)
            if isinstance(editor, QWidget):
                label.setBuddy(editor)
                editor.setAccessibleName(words)
                grid.addWidget(editor, number, 1)
            else:
                grid.addLayout(editor, number, 1)
            help_beside(label, topic, editor if isinstance(editor, QWidget) else self.change, into=grid)
        login = QHBoxLayout()
        login.setSpacing(Space.S)
        login.addWidget(self.key, 1)
        login.addWidget(HelpMark("download.key", self.key, parent=self))
        login.addWidget(self.log_in_button)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.S, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(grid)
        for widget in (self.about, self.trouble, self.agree, self.why):
            column.addWidget(widget)
        help_beside(self.agree, "download.pickle")
        column.addLayout(login)
        column.addLayout(buttons)
        self._offer_login(False)

    def wanted(self) -> Wanted:
        """What the form says. Raises `DownloadError` for a name or an address that is none."""
        return wanted(
            self.name.text().strip(),
            str(self.source.currentData()),
            endpoint=checked_endpoint(self.mirror.text()),
            revision=self.revision.text().strip(),
            allow_pickle=self.agree.isChecked(),
        )

    def ask(self) -> None:
        """Ask the hub how large it is."""
        self._settle.stop()
        self._forget()
        try:
            what = self.wanted()
        except QvlError as error:
            self._say(str(error) if self.name.text().strip() else "", "danger")
            return
        self._say(self.tr("Asking {hub} how large it is…").format(hub=self.source.currentText()), "muted")
        self._task = self._downloads.ask_size(what)
        self._task.on_success(self._told).on_failure(self._refused).start(self)

    def _told(self, size: Size) -> None:
        self._size, self._task = size, None
        self._show()

    def _refused(self, error: Exception) -> None:
        self._task = None
        self._say(str(error), "danger")
        self._offer_login(isinstance(error, LockedError))

    def _offer_login(self, on: bool) -> None:
        """Show the field for a key, where one may help."""
        self.key.setVisible(on)
        self.log_in_button.setVisible(on)

    def _log_in(self) -> None:
        """Give the hub the key; it is kept where the hub's library keeps it."""
        key, source = self.key.text().strip(), str(self.source.currentData())
        if not key:
            self.key.setFocus()
            return
        self.log_in_button.setEnabled(False)
        self._say(self.tr("Logging in…"), "muted")
        task = self._downloads.log_in(source, self.mirror.text().strip(), key)
        task.on_success(self._logged_in).on_failure(self._refused)
        task.on_end(lambda: self.log_in_button.setEnabled(True)).start(self)

    def _logged_in(self, name: str) -> None:
        self.key.clear()
        self._offer_login(False)
        self.ask()

    def _another_source(self) -> None:
        self._show_mirror()
        self._edited()

    def _show_mirror(self) -> None:
        """Each hub has its own mirrors."""
        source = str(self.source.currentData())
        self.mirror.setText(self._session.settings.download_mirrors.get(source, ""))
        none = self.tr("none; for instance {address}").format(address=MIRROR) if source == "hf" else self.tr("none")
        self.mirror.setPlaceholderText(none)

    def _edited(self) -> None:
        self._forget()
        self._offer_login(False)
        self._say("", "muted")
        self._show()
        self._settle.start()

    def _forget(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task, self._size = None, None
        self.start.setEnabled(False)

    def _show(self) -> None:
        size = self._size
        pickled = size is not None and size.pickled
        self.agree.setVisible(pickled)
        self.why.setVisible(pickled)
        self.start.setEnabled(size is not None and size.fits and (not pickled or self.agree.isChecked()))
        if size is None:
            return
        if size.fits:
            words = self.tr("{size} in {count} files; {free} free there.")
            role = "muted"
        else:
            words = self.tr("Needs {size}, {free} free there: choose another folder, or make room.")
            role = "danger"
        text = words.format(size=file_size(size.bytes), count=size.files, free=file_size(size.free))
        licence = self._model.licence_text if self._model else size.licence
        if licence:
            text += " " + self.tr("Licence: {licence}.").format(licence=licence)
        if size.commit:
            text += " " + self.tr("Commit {commit}.").format(commit=size.commit[:10])
        self._say(text, role)

    def _say(self, words: str, role: str) -> None:
        self.about.setText(words)
        self.about.setVisible(bool(words))
        self.trouble.say(words if role == "danger" else "")
        set_role(self.about, role)  # type: ignore[arg-type]

    def _choose_folder(self) -> None:
        title = self.tr("Folder for models")
        chosen = QFileDialog.getExistingDirectory(self, title, str(models_folder()))
        if chosen:
            self.use_folder(Path(chosen))

    def use_folder(self, folder: Path) -> None:
        """Keep models there from now on."""
        try:
            set_models_folder(folder)
        except OSError as error:
            self._say(str(error), "danger")
            return
        self._show_folder()
        self.ask()

    def _show_folder(self) -> None:
        self.folder.setText(path_text(models_folder()))
        self.folder.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _begin(self) -> None:
        try:
            what = self.wanted()
            self._downloads.add(what)
        except QvlError as error:
            self._say(str(error), "danger")
            return
        self._session.settings.download_source = what.source
        mirrors = self._session.settings.download_mirrors
        self._session.settings.download_mirrors = {**mirrors, what.source: self.mirror.text().strip()}
        self.closed.emit()
