"""What is on this machine: models and adapters as cards, and what can be done with each.

Owns the cards and their actions: chat, train, open, check, mend, delete, take off the list. Does not own the shelf
(`jobs.models`) nor the downloads (`jobs.downloads`).
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from qvl_desktop.core.cards import DEMO, CardKind, ModelCard
from qvl_desktop.core.download_record import DownloadRecord, Verified
from qvl_desktop.core.errors import QvlError
from qvl_desktop.gui.models.card_view import CardView
from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.hubs.fetching import Wanted
from qvl_desktop.jobs.downloads import Downloads
from qvl_desktop.jobs.models import is_downloaded
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task


class ShelfView(QWidget):
    """Cards in two sections, models and adapters."""

    def __init__(self, session: Session, downloads: Downloads, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._downloads = session, downloads
        self._checks: dict[str, Task[Verified]] = {}
        self.cards: list[CardView] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.S)
        session.modelsChanged.connect(self.show_cards)
        downloads.listChanged.connect(self.show_cards)
        self.show_cards()

    def show_cards(self) -> None:
        """Take over what is on the shelf."""
        while (item := self._column.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.cards.clear()
        shelf = self._session.models
        filling = {item.download.wanted.folder.absolute() for item in self._downloads.items}
        damaged = [card for card in shelf.damaged() if card.path.absolute() not in filling]
        self._section(
            self.tr("Models"),
            [*shelf.models(), *damaged],
            self.tr("No model yet. Download one below, or add the folder of one."),
        )
        self._column.addSpacing(Space.M)
        self._section(
            self.tr("Adapters"),
            shelf.adapters(),
            self.tr("Adapters appear here when a training run of this project ends."),
        )

    def _section(self, title: str, cards: list[ModelCard], empty: str) -> None:
        heading = QLabel(title, self)
        set_role(heading, "heading")
        self._column.addWidget(heading)
        for card in cards:
            view = CardView(card, self, removable=self._removable(card), downloaded=is_downloaded(card))
            view.chatClicked.connect(self._chat)
            view.trainClicked.connect(self._train)
            view.folderClicked.connect(self._open_folder)
            view.removeClicked.connect(self._remove)
            view.checkClicked.connect(self._check)
            view.mendClicked.connect(self._mend)
            view.trashClicked.connect(self._trash)
            if str(card.path) in self._checks:
                view.say(self.tr("Checking…"))
            self._column.addWidget(view)
            self.cards.append(view)
        if not cards:
            hint = QLabel(empty, self)
            hint.setWordWrap(True)
            set_role(hint, "muted")
            hint.setAlignment(Qt.AlignmentFlag.AlignLeft)
            self._column.addWidget(hint)

    def _removable(self, card: ModelCard) -> bool:
        return card.kind is not CardKind.DEMO and str(card.path) in self._session.settings.model_folders

    def _view(self, card: ModelCard) -> CardView | None:
        return next((view for view in self.cards if view.card.path == card.path), None)

    def _chat(self, card: ModelCard) -> None:
        if card.kind is CardKind.ADAPTER:
            self._session.chat_with(card.base or DEMO, card.reference)
        else:
            self._session.chat_with(card.reference)

    def _train(self, card: ModelCard) -> None:
        self._session.train_with(card.reference)

    def _open_folder(self, card: ModelCard) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(card.path)))

    def _remove(self, card: ModelCard) -> None:
        self._session.models.remove_folder(card.path)

    # Checking and mending

    def _check(self, card: ModelCard) -> None:
        """Read every file again; the card says how far it is and what was found."""
        key = str(card.path)
        if key in self._checks:
            return
        task = self._session.models.verify(card)
        self._checks[key] = task
        task.on_progress(lambda told: self._checking(card, *told))
        task.on_success(lambda result: self._checked(card, result))
        task.on_failure(lambda error: self._not_checked(card, error))
        task.on_end(lambda: self._forget_check(key))
        task.start(self)
        self._checking(card, 0, 1)

    def _forget_check(self, key: str) -> None:
        self._checks.pop(key, None)

    def _checking(self, card: ModelCard, done: int, total: int) -> None:
        if view := self._view(card):
            view.say(self.tr("Checking… {share} %").format(share=100 * done // max(1, total)))

    def _checked(self, card: ModelCard, result: Verified) -> None:
        view = self._view(card)
        if view is None:
            return
        if result.whole:
            words = self.tr("Every file is as the hub had it ({count} files).")
            view.say(words.format(count=result.checked), "success")
            return
        names = ", ".join((*result.missing, *result.wrong)[:3])
        words = self.tr("Damaged: {names}. Only these files are fetched again.")
        view.say(words.format(names=names), "danger")
        self._session.offered.emit(
            "warning",
            self.tr("{name} is damaged: {names}.").format(name=card.name, names=names),
            ((self.tr("Mend"), lambda: self._mend(card)),),
        )

    def _not_checked(self, card: ModelCard, error: Exception) -> None:
        if view := self._view(card):
            view.say(str(error), "danger")

    def _mend(self, card: ModelCard) -> None:
        """Fetch again what is missing or wrong; the hub is the one it came from."""
        try:
            record = DownloadRecord.load(card.path)
            self._downloads.add(
                Wanted(record.name, record.source, record.repo, card.path, record.endpoint, allow_pickle=True)
            )
        except QvlError as error:
            self._session.report(error)

    def _trash(self, card: ModelCard) -> None:
        engine = self._session.engine
        if engine.spec is not None and engine.spec.model in (card.reference, card.name):
            engine.unload()
        try:
            bring_back = self._session.models.move_to_trash(card.path)
        except QvlError as error:
            self._session.report(error)
            return

        def undo() -> None:
            try:
                bring_back()
            except QvlError as error:
                self._session.report(error)

        words = self.tr("{name} is in the trash. Its room is free once the trash is emptied.")
        self._session.offered.emit("success", words.format(name=card.name), ((self.tr("Undo"), undo),))
