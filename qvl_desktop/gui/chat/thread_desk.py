"""What is done to chats: opened, kept, renamed, copied, moved, deleted and brought back, written out.

Owns the chat that is open and keeping every change of it at once. Does not own the list's look (`thread_list`), asking
(`talk_desk`) nor where chats are kept (`jobs.chats`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from qvl_desktop.core.errors import QvlError
from qvl_desktop.gui.chat.thread import ChatThread, Exchange, title_of
from qvl_desktop.gui.chat.thread_list import ThreadList
from qvl_desktop.jobs.chats import Chats
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage.rows import ThreadRow
from qvl_desktop.storage.thread_export import export_thread
from qvl_desktop.storage.threads import Threads

_AGAIN_MS = 60
OPEN_MARK = "chat"
"""The mark of a project under which the open chat is remembered."""


class ThreadDesk(QObject):
    """Signals: `threadShown()`: `chat` is another one; `storeLeft()`: the chats will be those of another store."""

    threadShown = Signal()
    storeLeft = Signal()

    def __init__(self, session: Session, threads: ThreadList, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._widget = parent
        self.list = threads
        self.chats = Chats.of(session)
        self.chat = ChatThread()
        self._told = False
        self._in_project = self.chats.in_project
        self._again = waiter(self, _AGAIN_MS, self.look)
        session.projectClosing.connect(self.storeLeft)
        self.chats.storeChanged.connect(self._store_changed)
        threads.searched.connect(lambda _: self.look())
        threads.opened.connect(self.open)
        threads.renamed.connect(self.rename)
        threads.folderRenamed.connect(lambda old, new: self._do(lambda store: store.rename_thread_folder(old, new)))
        threads.moved.connect(lambda ids, folder: self._do(lambda store: store.move_threads(ids, folder)))
        threads.duplicated.connect(self.duplicate)
        threads.deleted.connect(self.delete)
        threads.exported.connect(self.export)

    # The list

    def look(self) -> None:
        """Read the list anew, beside the window."""
        self._again.stop()
        self.chats.look(self.list.search.text().strip(), self._show, self)

    def _show(self, rows: list[ThreadRow]) -> None:
        self.list.show_threads(rows, self.chat.id)

    def _store_changed(self) -> None:
        left, was_own = self.chat, not self._in_project
        self._in_project = self.chats.in_project
        self.chats.live.clear()
        self._told = False
        self.chat = ChatThread()
        self.look()
        if was_own and self._in_project and left.exchanges:
            self._take_along(left)
        else:
            self.reopen()

    def _take_along(self, chat: ChatThread) -> None:
        """A chat that was begun without a project comes along into the one that is opened, as a copy."""
        store = self._store()
        if store is not None:
            try:
                chat.id = store.add_thread(chat.title, settings=chat.settings)
                chat.folder = ""
                for exchange in chat.every():
                    before = exchange.before
                    exchange.id = self._add_row(store, chat, exchange, before.id if before is not None else None)
                for exchange in chat.exchanges:
                    store.choose_exchange(exchange.id)
            except QvlError as error:
                self._not_kept(str(error))
        self._show_thread(chat)
        self._again.start()

    def reopen(self) -> None:
        """Open the chat that was open last in this store, if it is still there."""
        store = self._store()
        number = store.mark(OPEN_MARK) if store is not None else ""
        if store is not None and number.isdigit() and not store.is_trashed(int(number)):
            self.open(int(number))
        else:
            self.threadShown.emit()

    # Which chat is open

    def open(self, thread_id: int) -> None:
        """Show a chat. One that is being answered is the very same as before."""
        store = self._store()
        if store is None or (thread_id == self.chat.id and thread_id):
            return
        thread: ChatThread | None = self.chats.live.get((id(store), thread_id))
        if thread is None:
            try:
                thread = ChatThread.of_rows(store.thread(thread_id), store.exchanges(thread_id))
            except QvlError as error:
                self._session.report(error)
                self.look()
                return
        self._show_thread(thread)

    def new(self) -> None:
        """Begin anew. Nothing is kept before its first question."""
        made = ChatThread()
        made.folder = self.chat.folder
        made.system = self._session.settings.chat.get("system", "")
        self._show_thread(made)

    def _show_thread(self, thread: ChatThread) -> None:
        self.chat = thread
        busy = {one.thread_data for one in self.chats.under_way}
        self.chats.live = {key: one for key, one in self.chats.live.items() if one is thread or one in busy}
        store = self._store()
        if store is not None:
            store.set_mark(OPEN_MARK, str(thread.id or ""))
        self.list.set_current(thread.id)
        self.threadShown.emit()

    def step(self, by: int) -> None:
        """Open the next or former chat of the list."""
        shown = self.list.model.shown
        if not shown:
            return
        at = next((place for place, row in enumerate(shown) if row.id == self.chat.id), -1 if by > 0 else 0)
        if 0 <= at + by < len(shown):
            self.open(shown[at + by].id)

    # Keeping

    def add(self, exchange: Exchange, before: Exchange | None) -> None:
        """Put an exchange into the open chat, behind another one, and keep both."""
        thread = self.chat
        thread.add(exchange, before)
        store = self._store()
        if store is None:
            return
        try:
            if not thread.id:
                thread.title = title_of(exchange.question, exchange.pictures)
                thread.id = store.add_thread(thread.title, folder=thread.folder, settings=thread.settings)
                store.set_mark(OPEN_MARK, str(thread.id))
            parent = before.id if before is not None and before.id else None
            exchange.id = self._add_row(store, thread, exchange, parent)
        except QvlError as error:
            self._not_kept(str(error))
        self.chats.live[id(store), thread.id] = thread
        self._again.start()

    def _add_row(self, store: Threads, chat: ChatThread, exchange: Exchange, parent: int | None) -> int:
        return store.add_exchange(
            chat.id,
            parent,
            exchange.question,
            exchange.pictures,
            answer=exchange.answer,
            model=exchange.model,
            state=exchange.state.value,
            facts=exchange.facts,
        )

    def keep(self, exchange: Exchange) -> None:
        """Keep what has become of an answer."""
        store = self._store()
        if store is None or not exchange.id:
            return
        try:
            store.set_answer(
                exchange.id, exchange.answer, model=exchange.model, state=exchange.state.value, facts=exchange.facts
            )
        except QvlError as error:
            self._not_kept(str(error))

    def show_version(self, exchange: Exchange) -> None:
        """Show another version from now on."""
        self.chat.show(exchange)
        if exchange.id:
            self._do(lambda store: store.choose_exchange(exchange.id), look=False)

    def set_system(self, words: str) -> None:
        """Give the open chat another system prompt."""
        self.chat.system = words
        number = self.chat.id
        if number:
            self._do(lambda store: store.set_thread_settings(number, self.chat.settings), look=False)

    def forget_live(self, thread: ChatThread) -> None:
        """A chat is not being answered any more: it can be read anew."""
        if thread is not self.chat:
            self.chats.live = {key: one for key, one in self.chats.live.items() if one is not thread}

    # What is done to chats

    def rename(self, thread_id: int, title: str) -> None:
        """Give a chat another title."""
        if thread_id == self.chat.id:
            self.chat.title = title
        self._do(lambda store: store.rename_thread(thread_id, title))

    def duplicate(self, thread_id: int) -> None:
        """Add a copy, and open it."""
        store = self._store()
        if store is None or not thread_id:
            return
        try:
            title = self.tr("{title} (copy)").format(title=store.thread(thread_id).title)
            number = store.duplicate_thread(thread_id, title)
        except QvlError as error:
            self._session.report(error)
            return
        self.look()
        self.open(number)

    def delete(self, thread_ids: list[int]) -> None:
        """Delete chats; the notice brings them back."""
        store = self._store()
        if store is None or not thread_ids:
            return
        was_open = self.chat.id in thread_ids
        following = self._neighbour(thread_ids) if was_open else 0
        if not self._do(lambda one: one.trash_threads(thread_ids)):
            return
        if was_open:
            self.open(following) if following else self.new()
        words = self.tr("Chat deleted.") if len(thread_ids) == 1 else self.tr("{count} chats deleted.")
        undo = (self.tr("Undo"), lambda: self._restore(store, thread_ids, was_open))
        self._session.offered.emit("info", words.format(count=len(thread_ids)), [undo])

    def _restore(self, store: Threads, thread_ids: list[int], reopen: bool) -> None:
        if store is not self._store():
            self._session.notice.emit("info", self.tr("These chats belong to another project: open it first."))
            return
        if self._do(lambda one: one.restore_threads(thread_ids)) and reopen:
            self.open(thread_ids[0])

    def _neighbour(self, gone: list[int]) -> int:
        shown = [row.id for row in self.list.model.shown]
        if self.chat.id not in shown:
            return 0
        at = shown.index(self.chat.id)
        return next((one for one in [*shown[at:], *reversed(shown[:at])] if one not in gone), 0)

    def export(self, thread_id: int, path: Path | None = None) -> None:
        """Write a chat to a file; where, is asked. Markdown to read, JSON with every version."""
        store = self._store()
        if store is None or not thread_id:
            return
        if path is None:
            proposed = "".join(c if c.isalnum() or c in " -_" else " " for c in store.thread(thread_id).title).strip()
            kinds = f"{self.tr('Markdown (*.md)')};;{self.tr('JSON with all versions (*.json)')}"
            start = str((store.path.parent if self.chats.in_project else Path.home()) / f"{proposed or 'chat'}.md")
            chosen, kind = QFileDialog.getSaveFileName(self._widget, self.tr("Export the chat"), start, kinds)
            if not chosen:
                return
            path = Path(chosen)
            if not path.suffix:
                path = path.with_suffix(".json" if "json" in kind else ".md")
        target = path

        def write() -> Path:
            export_thread(target, store.thread(thread_id), store.exchanges(thread_id))
            return target

        task: Task[Path] = Task(write)
        task.on_success(lambda done: self._session.notice.emit("success", self.tr("Written: {path}").format(path=done)))
        task.on_failure(self._not_written).start(self)

    def _not_written(self, error: Exception) -> None:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        words = self.tr("The chat could not be written: {reason}. Choose another folder.")
        self._session.notice.emit("error", words.format(reason=reason))

    # Parts

    def _store(self) -> Threads | None:
        problem = self.chats.problem
        if problem:
            self._not_kept(problem)
            return None
        return self.chats.store

    def _do(self, change: Callable[[Threads], object], *, look: bool = True) -> bool:
        store = self._store()
        if store is None:
            return False
        try:
            change(store)
        except QvlError as error:
            self._session.report(error)
            return False
        if look:
            self.look()
        return True

    def _not_kept(self, reason: str) -> None:
        if not self._told:
            self._told = True
            words = self.tr("This chat is not kept: {reason}")
            self._session.notice.emit("warning", words.format(reason=reason))
