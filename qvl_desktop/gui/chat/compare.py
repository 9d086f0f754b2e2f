"""Comparing on the Chat page: the same question to several at once, side by side, with all boxes on one picture.

Owns going into this mode and out of it, who is compared, and joining its parts: asking (`compare_desk`), columns
(`compare_view`), the picture (`compare_picture`), who there is (`compare_sources`). Does not own the chat: each answer
is a version of the chat's last exchange, so that all of them are kept, and any can be gone on from.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.gui.chat.compare_actions import make_digits, make_toggle
from qvl_desktop.gui.chat.compare_desk import CompareDesk
from qvl_desktop.gui.chat.compare_picture import ComparePicture
from qvl_desktop.gui.chat.compare_sources import (
    MOST_SOURCES,
    Source,
    adapter_sources,
    base_sources,
    checkpoint_sources,
    keep_sources,
    kept_sources,
    server_sources,
    told_apart,
    usual_sources,
)
from qvl_desktop.gui.chat.compare_view import CompareView
from qvl_desktop.gui.chat.thread import Exchange
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.shortcuts import Shortcuts
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.jobs.engines import EnginePool
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.waiting import waiter

if TYPE_CHECKING:
    from qvl_desktop.core.cards import ModelCard
    from qvl_desktop.gui.chat.page import ChatPage

REPAINT_MS = 50
"""Growing answers are laid out at most this often."""


class Compare(QObject):
    """The mode of one Chat page. It brings its own picture, columns and button into the page."""

    def __init__(self, session: Session, page: ChatPage, middle: QWidget, thumbnails: Thumbnails) -> None:
        """`middle` is what stands above the question field while nothing is compared."""
        super().__init__(page)
        self._session = session
        self._page = page
        self._middle = middle
        self.sources: list[Source] = []
        self.desk = CompareDesk(session, page.desk, self)
        self.picture = ComparePicture(page)
        self.view = CompareView(thumbnails, page)
        self._grown: set[Exchange] = set()
        self._soon = waiter(self, REPAINT_MS, self._refresh_grown)
        self._put_in()
        self._connect()
        self._show_mode()

    def _put_in(self) -> None:
        page = self._page
        self.picture.setMinimumWidth(240)
        page.split.insertWidget(page.split.indexOf(page.panel) + 1, self.picture)
        page.split.setStretchFactor(page.split.indexOf(self.picture), 2)
        talk = self._middle.parentWidget()
        column = talk.layout() if talk is not None else None
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(0, self.view, 1)
        self.action = make_toggle(page, Shortcuts.of(self._session))
        self.button = QToolButton(page.bar)
        self.button.setObjectName("compareButton")
        self.button.setDefaultAction(self.action)
        self.button.setAccessibleName(self.action.text())
        set_icon(self.action, "compare")
        page.bar.row.insertWidget(page.bar.row.indexOf(page.bar.settings_button), self.button)
        self._digits = make_digits(page, self._toggle_boxes, self._take)
        self._menu = QMenu(self.view.add_button)
        self.view.add_button.setMenu(self._menu)

    def _connect(self) -> None:
        page, desk = self._page, self.desk
        self.action.toggled.connect(self._mode_changed)
        self._menu.aboutToShow.connect(self._fill_menu)
        page.composer.sent.disconnect(page.talk.ask)
        page.composer.sent.connect(self._sent)
        page.composer.stopped.connect(desk.stop)
        page.composer.picturesChanged.connect(lambda _: self._show_picture())
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut
        self._stopper = QShortcut(QKeySequence(Qt.Key.Key_Escape), page, desk.stop, context=context)
        self._stopper.setEnabled(False)
        page.bar.changed.connect(self._dress_bar)
        page.bar.settings_button.toggled.connect(lambda _: self._show_mode())
        page.desk.threadShown.connect(self._thread_shown)
        page.desk.storeLeft.connect(desk.drop_all)
        page.talk.changed.connect(self.show_answers)
        self._session.modelsChanged.connect(self._models_changed)
        self._session.projectChanged.connect(self._show_project)
        desk.grown.connect(self._answer_grown)
        desk.ended.connect(self._answer_ended)
        desk.waiting.connect(self._say_waiting)
        desk.changed.connect(self.show_answers)
        self.view.removed.connect(self._remove)
        self.view.asked.connect(self._ask_one)
        self.view.taken.connect(self._take)
        self.view.added.connect(self._add_to_project)
        self.view.phraseHovered.connect(self._light)
        self.view.columnHovered.connect(lambda place: self._light(place, None))
        self.picture.phraseHovered.connect(self.view.light)

    # The mode

    @property
    def on(self) -> bool:
        """Whether answers are being compared."""
        return self.action.isChecked()

    def _mode_changed(self, on: bool) -> None:
        if on:
            if len(self.sources) < 2:
                self._choose_usual()
        else:
            self.desk.stop()
            EnginePool.of(self._session).unload_further()
            self._page.talk.show_thread()
        self._show_mode()
        self._page.composer.field.setFocus()

    def _choose_usual(self) -> None:
        found = kept_sources(self._session)
        if len(found) < 2:
            found = usual_sources(self._session, self._page.bar)
        self._set_sources(found)

    def _show_mode(self) -> None:
        page, on = self._page, self.on
        settings = page.bar.settings_button.isChecked()
        self.view.setVisible(on and not settings)
        self._middle.setVisible(not on or settings)
        if self.picture.isVisibleTo(page) != on:
            sizes = page.split.sizes()
            room = sum(sizes[1:])
            self.picture.setVisible(on)
            page.panel.setVisible(not on)
            share = round(room * (0.38 if on else 0.55))
            page.split.setSizes([sizes[0], 0 if on else share, share if on else 0, room - share])
        for shortcut in self._digits:
            shortcut.setEnabled(on)
        self._dress_bar()
        self._show_project()
        self.show_answers()

    def _dress_bar(self) -> None:
        """Who answers is said by the columns."""
        bar = self._page.bar
        bar.models.setVisible(not self.on)
        bar.adapters.setVisible(not self.on and bar.server is None)

    def _thread_shown(self) -> None:
        if self.on and self._page.bar.settings_button.isChecked():
            return
        self.show_answers()

    # Who is compared

    def _set_sources(self, sources: list[Source]) -> None:
        self.sources = told_apart(sources[:MOST_SOURCES])
        self.view.set_sources(self.sources)
        self.picture.set_sources(self.sources)
        self._show_project()
        self.show_answers()

    def add(self, source: Source) -> None:
        """Compare with one more."""
        if not self._has(source) and len(self.sources) < MOST_SOURCES:
            self._set_sources([*self.sources, source])
            keep_sources(self._session, self.sources)

    def _has(self, source: Source) -> bool:
        return any(one.reference == source.reference for one in self.sources)

    def _remove(self, place: int) -> None:
        if not self.desk.busy:
            self._set_sources([one for at, one in enumerate(self.sources) if at != place])
            keep_sources(self._session, self.sources)
            self._page.composer.field.setFocus()

    def _models_changed(self) -> None:
        if self.on and len(self.sources) < 2 and not self.desk.busy:
            self._choose_usual()

    def _fill_menu(self) -> None:
        """All that can answer; those of a run's checkpoints are looked for when they are pointed at."""
        menu, session = self._menu, self._session
        menu.clear()
        for base in base_sources(session):
            menu.addSection(base.label)
            self._offer(menu, base, self.tr("Without an adapter"))
            for source in adapter_sources(session, base.model):
                self._offer(menu, source, source.label.removeprefix(f"{base.label} + "))
            for card in session.models.adapters(base.model):
                if card.run is not None and any((card.run / "checkpoints").glob("checkpoint-*")):
                    self._offer_checkpoints(menu, base.model, card)
        servers = server_sources(session)
        if servers:
            menu.addSection(self.tr("Other servers"))
            for source in servers:
                self._offer(menu, source, source.label)
        menu.addSeparator()
        menu.addAction(self.tr("Another server…"), self._page.bar.addServerAsked.emit)

    def _offer_checkpoints(self, menu: QMenu, model: str, card: ModelCard) -> None:
        more = menu.addMenu(self.tr("Checkpoints of {name}").format(name=card.name))

        def fill() -> None:
            more.clear()
            for source in checkpoint_sources(self._session, model, card):
                self._offer(more, source, source.label.rpartition(", ")[2])

        more.aboutToShow.connect(fill)

    def _offer(self, menu: QMenu, source: Source, words: str) -> None:
        action = menu.addAction(words, lambda: self.add(source))
        action.setEnabled(not self._has(source) and len(self.sources) < MOST_SOURCES and not self.desk.busy)

    # Asking

    def _sent(self, words: str, paths: list[Path]) -> None:
        if not self.on:
            self._page.talk.ask(words, paths)
            return
        if self.desk.busy or self._page.talk.busy or not self.sources:
            self._page.composer.attach(paths)
            self._page.composer.field.setPlainText(words)
            return
        self.desk.ask(words, paths, self.sources)

    def _ask_one(self, place: int) -> None:
        if not self._page.talk.busy:
            self.desk.ask_again([self.sources[place]])

    def _take(self, place: int) -> None:
        exchange = self._answer(place)
        if exchange is not None and not exchange.running and exchange.answer:
            self.desk.take(exchange)

    def _add_to_project(self, place: int) -> None:
        """Keep this answer in the project; the chat goes on from where it did."""
        exchange, before = self._answer(place), self.desk.last
        if exchange is None or before is None:
            return
        chat = self._page.desk.chat
        chat.show(exchange)
        self._page.add_to_project(len(chat.exchanges) - 1)
        chat.show(before)

    # Hearing

    def _answer(self, place: int) -> Exchange | None:
        return self.desk.answer_of(self.sources[place]) if 0 <= place < len(self.sources) else None

    def _answer_grown(self, exchange: Exchange) -> None:
        self._grown.add(exchange)
        if not self._soon.isActive():
            self._soon.start()

    def _refresh_grown(self) -> None:
        grown, self._grown = self._grown, set()
        for column in self.view.columns:
            if column.answer is not None and column.answer.exchange in grown:
                column.refresh()
        self.picture.draw()

    def _answer_ended(self, exchange: Exchange) -> None:
        self._answer_grown(exchange)
        if not self.desk.busy:
            self._show_busy()

    def _say_waiting(self, exchange: Exchange, stage: str) -> None:
        words = self._page.bar.stage_words(stage) if stage else ""
        for column in self.view.columns:
            if column.answer is not None and column.answer.exchange is exchange:
                column.answer.set_waiting_for(words)

    # Showing

    def show_answers(self) -> None:
        """Show the answers to the chat's last question."""
        if not self.on:
            return
        last = self.desk.last
        answers = [self.desk.answer_of(source) for source in self.sources]
        self.view.show_question(last)
        for column, answer in zip(self.view.columns, answers, strict=True):
            column.show_answer(answer, chosen=answer is not None and answer is last, asked=last is not None)
        self._show_picture()
        self._show_busy()

    def _show_picture(self) -> None:
        if not self.on:
            return
        page, last = self._page, self.desk.last
        path = page.desk.chat.picture_of(len(page.desk.chat.exchanges) - 1) if last is not None else None
        attached = page.composer.pictures
        self.picture.show_picture(attached[-1] if attached else path)
        about_it = not attached or attached[-1] == path
        answers = [self.desk.answer_of(source) if about_it else None for source in self.sources]
        self.picture.show_answers(answers)

    def _show_busy(self) -> None:
        busy = self.desk.busy
        for column in self.view.columns:
            column.set_busy(busy)
        self.view.add_button.setEnabled(not busy)
        self._stopper.setEnabled(busy)
        if self.on:
            self._page.composer.set_busy(busy or self._page.talk.busy)

    def _show_project(self) -> None:
        for column in self.view.columns:
            column.set_project_open(self._session.project is not None)

    def _toggle_boxes(self, place: int) -> None:
        if place < len(self.picture.toggles):
            self.picture.toggles[place].toggle()

    def _light(self, place: int | None, number: int | None) -> None:
        self.picture.light(place, number)
        self.view.light(place, number)
