"""Where the chats of a window are kept: in the open project, else in the user's own file.

Owns choosing the store, listing and searching beside the window, and forgetting what was deleted long ago. Does not own
the chats' rows (`storage.threads`) nor how they are shown (`gui.chat`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from PySide6.QtCore import QObject, Signal

from qvl_desktop.core.errors import QvlError
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.chat_file import open_chats
from qvl_desktop.storage.rows import ThreadRow
from qvl_desktop.storage.threads import Threads

KEPT_DELETED_SECONDS = 14 * 86400
"""A deleted chat can be brought back for so long, by undoing or from the file."""

_log = logging.getLogger(__name__)


class Chats(QObject):
    """Signals: `storeChanged()`, the chats are those of another project or the user's own."""

    storeChanged = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._own: Threads | None = None
        self._refused = ""
        self._listing: Task[list[ThreadRow]] | None = None
        self.live: dict[tuple[int, int], Any] = {}
        """Chats that were asked lately, by store and id: the very objects that answers go into."""
        self.under_way: list[Any] = []
        """Answers under way; they outlive a page that is made again in another language."""
        self._purged: WeakSet[Threads] = WeakSet()
        session.projectChanged.connect(self.storeChanged)

    @classmethod
    def of(cls, session: Session) -> Chats:
        """The one of a session, made when first asked for."""
        for child in session.children():
            if isinstance(child, Chats):
                return child
        return cls(session)

    @property
    def in_project(self) -> bool:
        """Whether the chats are those of a project."""
        return self._session.project is not None

    @property
    def problem(self) -> str:
        """Why chats are not kept at present; "" when they are."""
        store = self.store
        if store is None:
            return self._refused
        return str(store.damage or self.tr("The project can only be read.")) if store.read_only else ""

    @property
    def store(self) -> Threads | None:
        """Where chats are kept; None when nothing can be kept anywhere."""
        if self._session.project is not None:
            return self._session.project
        if self._own is None and not self._refused:
            try:
                self._own = open_chats()
            except (QvlError, OSError) as error:
                _log.warning("chats are not kept: %s", error)
                self._refused = str(error)
        return self._own

    def look(self, text: str, then: Callable[[list[ThreadRow]], None], owner: QObject) -> None:
        """List the chats, or those that hold `text`, beside the window; an earlier question is given up. `then` is not
        called once `owner` is gone."""
        if self._listing is not None:
            self._listing.cancel()
            self._listing = None
        store = self.store
        if store is None:
            then([])
            return
        first = store not in self._purged and not store.read_only
        self._purged.add(store)

        def read() -> list[ThreadRow]:
            if first:
                store.purge_threads(time.time() - KEPT_DELETED_SECONDS)
            return store.threads(text)

        self._listing = Task(read).on_success(then).start(owner)

    def close(self) -> None:
        """Close the user's own file."""
        own, self._own = self._own, None
        if own is not None:
            own.close()
