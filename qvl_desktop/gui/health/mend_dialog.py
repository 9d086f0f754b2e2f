"""Mending all findings of a kind: what would change, then doing it.

Owns the dialog. Does not own the mends (`storage.mending`) nor running them (`jobs.long_edit`).
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from qvl_desktop.core.findings import title_of
from qvl_desktop.gui.health.before_after import BeforeAfter
from qvl_desktop.gui.theme import Space, fitting, set_kind, set_role, set_surface
from qvl_desktop.jobs.health import HealthCheck
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.mending import Preview, mend, mend_words, preview

SHOWN = 40
"""So many changes are shown; the others are of the same kind."""


class MendDialog(QDialog):
    """Shows the first changes and mends all of them on a button."""

    def __init__(self, session: Session, health: HealthCheck, code: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._health = health
        self._code = code
        self._project = session.project
        self.setWindowTitle(mend_words(code))
        self.setModal(True)
        self.resize(fitting(self, 760, 560))
        self._count = next((one.open for one in health.shelf.counts() if one.code == code), 0)
        title = QLabel(title_of(code), self)
        set_role(title, "heading")
        self.words = QLabel(self.tr("Looking what would change…"), self)
        self.words.setWordWrap(True)
        set_role(self.words, "muted")
        self._column = QVBoxLayout()
        self._column.setSpacing(Space.S)
        body = QWidget(self)
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, Space.S, 0)
        inner.addLayout(self._column)
        inner.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setAccessibleName(self.tr("What would change"))
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        self.mend_button = QPushButton(self.tr("Mend all {count}").format(count=f"{self._count:,}"), self)
        set_kind(self.mend_button, "primary")
        self.mend_button.setEnabled(False)
        self.mend_button.clicked.connect(self._mend)
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.mend_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        layout.setSpacing(Space.S)
        layout.addWidget(title)
        layout.addWidget(self.words)
        layout.addWidget(scroll, 1)
        layout.addLayout(buttons)
        self._look()

    def _look(self) -> None:
        project, code, shelf = self._project, self._code, self._health.shelf
        assert project is not None

        def look() -> list[Preview]:
            findings = [finding for _, finding in shelf.findings(shelf.ids(code, limit=2 * SHOWN))]
            return preview(project, code, findings)[:SHOWN]

        Task(look).on_success(self._show).start(self)

    def _show(self, previews: list[Preview]) -> None:
        self.mend_button.setEnabled(bool(previews))
        self.mend_button.setDefault(True)
        for one in previews:
            card = QWidget(self)
            set_surface(card, "raised")
            named = QCoreApplication.translate("health", "Conversation {number}").format(number=one.conversation)
            source = QLabel(named if one.conversation else one.source, card)
            set_role(source, "caption")
            change = BeforeAfter(card)
            change.show_preview(one)
            inner = QVBoxLayout(card)
            inner.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
            inner.setSpacing(Space.XS)
            inner.addWidget(source)
            inner.addWidget(change)
            self._column.addWidget(card)
        if not previews:
            self.words.setText(self.tr("None of these can be mended without you."))
        elif self._count > len(previews):
            words = self.tr(
                "The first {shown} of {count}. Those that nobody can be sure about stay. One undo takes all back."
            )
            self.words.setText(words.format(shown=len(previews), count=f"{self._count:,}"))
        else:
            self.words.setText(self.tr("This would change. One undo takes all of it back."))

    def _mend(self) -> None:
        project, code, shelf, session = self._project, self._code, self._health.shelf, self._session
        self.accept()
        if project is None or project is not session.project:
            return
        done = self.tr("{count} mended.")
        session.edits.run(
            mend_words(code),
            lambda tell: mend(project, code, shelf.all_of(code), tell),
            lambda count: session.notice.emit("success", done.format(count=f"{count:,}")),
        )
