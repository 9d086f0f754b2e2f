"""The guided tour: which step it is at, whether that is done, and what the card says and points at meanwhile.

Owns going on, back and out, and looking at the window a few times a second while it is under way. Does not own the
steps (`steps`), where they point (`spots`), their signs (`signs`) or what they look like (`card`, `marker`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.gui.shell.pages import PAGES
from qvl_desktop.gui.tour.card import Said, TourCard
from qvl_desktop.gui.tour.marker import Marker
from qvl_desktop.gui.tour.placing import place_card
from qvl_desktop.gui.tour.progress import Progress
from qvl_desktop.gui.tour.scene import Scene, in_sight
from qvl_desktop.gui.tour.signs import Seen
from qvl_desktop.gui.tour.spots import Spot, bring_into_sight
from qvl_desktop.gui.tour.steps import BY_NAME, STEPS, Step
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.demo_project import open_demo_project
from qvl_desktop.storage.demo_project import is_shipped
from qvl_desktop.storage.rows import Change

if TYPE_CHECKING:
    from qvl_desktop.gui.shell.main_window import MainWindow

LOOK_MS = 250
"""Milliseconds between two looks at the window while the tour is under way."""
DONE_MS = 1200
"""Milliseconds that a step which was done stays, so that it is seen."""

_N = QT_TRANSLATE_NOOP
_ROLLED = _N("tour", "It is farther down or up on this page.")


@dataclass(slots=True)
class _View:
    """Card and marker over one window: the main one, or a dialog."""

    host: QWidget
    marker: Marker
    card: TourCard

    @classmethod
    def over(cls, host: QWidget) -> _View:
        return cls(host, Marker(host), TourCard(host))

    @property
    def alive(self) -> bool:
        return shiboken6.isValid(self.card) and shiboken6.isValid(self.marker)

    def hide(self) -> None:
        if self.alive:
            self.marker.show_at(None, QRect())
            self.card.hide()


class Tour(QObject):
    """The tour of one window. A step goes on by itself once the user has done it, or by Next."""

    def __init__(self, window: MainWindow, frame: QWidget) -> None:
        """`frame` is what the card lies over: the whole of the window's inside."""
        super().__init__(window)
        self._scene = Scene(window)
        self._session = window.session
        self._progress = Progress(window.session.settings)
        self._frame = frame
        self._main = self._join(_View.over(frame))
        self._guest: _View | None = None
        self._place = 0
        self._active = False
        self._done = False
        self._moved = False
        self._spot: Spot | None = None
        self._seen = STEPS[0].sign(self._scene)
        self._ahead: Seen | None = None
        self._ahead_done = False
        self._before: QWidget | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(LOOK_MS)
        self._clock.timeout.connect(self.look)
        self._onward = QTimer(self)
        self._onward.setSingleShot(True)
        self._onward.setInterval(DONE_MS)
        self._onward.timeout.connect(self.next)
        self._session.projectChanged.connect(self._on_project)
        self._session.contentChanged.connect(self._on_content)
        self._session.languageChanged.connect(self._on_language)
        frame.installEventFilter(self)

    # What it is at

    @property
    def active(self) -> bool:
        """Whether the card is shown."""
        return self._active

    @property
    def step(self) -> Step:
        return STEPS[self._place]

    @property
    def card(self) -> TourCard:
        """The card on show: over the window, or over the dialog that the step is about."""
        guest = self._guest
        return guest.card if guest is not None and guest.alive and guest.card.isVisible() else self._main.card

    @property
    def marker(self) -> Marker:
        """The outline that belongs to `card`."""
        return self._view_of(self.card).marker

    # Going

    def begin(self) -> None:
        """Begin, go on where it was left, or, when it is under way, put the keyboard into its card."""
        if not self._active:
            before = QApplication.focusWidget()
            self.resume()
            self._before = before
            if self._scene.project is None and is_shipped():
                open_demo_project(self._session)
        self.card.take_focus()

    def begin_again(self) -> None:
        """Begin at the first step, wherever it was."""
        self._progress.keep("", "")
        self._active = False
        self.begin()

    def resume(self) -> None:
        """Show the card at the step where it was left; the focus stays where it is."""
        known = self._progress.step if self._progress.stage in ("on", "left") else ""
        self._active = True
        self._go(BY_NAME.get(known, 0))
        self._clock.start()

    def leave(self) -> None:
        """Hide the card; the step is kept."""
        self._end()
        self._progress.keep("left", self.step.name)
        words = self.tr("The tour waits at “{step}”. It goes on from the settings menu or from Ctrl+K.")
        self._session.notice.emit("info", words.format(step=_tr(self.step.title)))

    def next(self) -> None:
        """To the next step; after the last, the end."""
        if self._place + 1 < len(STEPS):
            self._go(self._place + 1, watched=self._ahead)
        else:
            self._end()
            self._progress.keep("done", "")

    def back(self) -> None:
        """To the step before."""
        self._go(max(self._place - 1, 0), skipping=False)

    def _go(self, place: int, *, skipping: bool = True, watched: Seen | None = None) -> None:
        """To a step; `watched` is its sign when it is watched for already."""
        if place == 0 and skipping and self._scene.on_sample:
            place = 1  # what is to be opened is open
        self._onward.stop()
        self._place = place
        self._moved = False
        self._arm(watched, done=watched is not None and self._ahead_done)
        self._progress.keep("on", self.step.name)
        self.look()

    def _end(self) -> None:
        inside = any(view.alive and view.card.isAncestorOf(QApplication.focusWidget() or view.host)
                     for view in self._views())  # fmt: skip
        self._active = False
        self._clock.stop()
        self._onward.stop()
        for view in self._views():
            view.hide()
        before, self._before = self._before, None
        if inside and before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus()

    def _arm(self, watched: Seen | None = None, *, done: bool = False) -> None:
        """Watch for the step, from now on or as it is watched for already."""
        self._done = False
        self._ahead, self._ahead_done = None, False
        self._seen = watched or self.step.sign(self._scene)
        if done:
            self._finish_step()

    def _finish_step(self) -> None:
        """The user has done it. Whoever is quick does the next one while this one is still shown as done."""
        self._done = True
        if not self.step.stays:
            self._onward.start()
            self._ahead = STEPS[self._place + 1].sign(self._scene)

    def _watch(self) -> None:
        if self._waits:
            return
        if not self._done and self._seen():
            self._finish_step()
        if self._ahead is not None and self._ahead():
            self._ahead_done = True

    # Looking

    def look(self) -> None:
        """See whether the step is done, and show the card where it belongs now."""
        if not self._active:
            return
        self._watch()
        spot, hint, offer = self._way()
        self._spot = spot
        view = self._view_for(spot)
        self._say(view, hint, offer)
        self._put(view, spot)

    def _way(self) -> tuple[Spot | None, str, str]:
        """What to point at, what to do there first, and the words of the button that does it."""
        step, scene = self.step, self._scene
        if self._waits:
            offer = self.tr("Open the demo project") if is_shipped() else ""
            hint = "" if self._place == 0 else self.tr("The project was closed. Open one, and the tour goes on here.")
            if not offer and self._place == 0:
                hint = self.tr("The demo project was left out here. Open a project of your own, and the tour goes on.")
            return step.find(scene) if self._place == 0 else None, hint, offer
        if step.page and step.page != scene.page_name and not self._is_on_the_way(step):
            rail = scene.rail(step.page)
            number, spec = next((n, page) for n, page in enumerate(PAGES, start=1) if page.name == step.page)
            words = self.tr("Go to {page}: click it at the left, or press {keys}.")
            title = QCoreApplication.translate("pages", spec.title)
            return (
                Spot(rail) if rail is not None else None,
                words.format(page=title, keys=f"Ctrl+{number}"),
                self.tr("Take me there"),
            )
        spot = step.find(scene)
        if spot is None:
            return None, _tr(step.away), ""
        if in_sight(spot.widget, self._host(spot), spot.part) is None:
            words = _tr(step.away) or f"{_tr(spot.hint)} {_tr(_ROLLED)}".strip()
            return spot, words, self.tr("Show it")
        offer = self.tr("Open the demo project") if self._place == 0 and is_shipped() and not self._done else ""
        return spot, _tr(spot.hint), offer

    @property
    def _waits(self) -> bool:
        """Without a project there is nothing to point at, but for the last words."""
        return self._scene.project is None and self.step.name != "end"

    def _is_on_the_way(self, step: Step) -> bool:
        """From a run that is done there is a button that goes to Chat: the tour shows that one."""
        return step.name == "ask" and self._scene.page_name == "train" and step.find(self._scene) is not None

    def _say(self, view: _View, hint: str, offer: str) -> None:
        step = self.step
        said = Said(
            title=_tr(step.title),
            text=_tr(step.text),
            place=self._place + 1,
            of=len(STEPS),
            hint="" if self._done else hint,
            offer="" if self._done else offer,
            done=self._done,
            urges=self._done,
            last=self._place + 1 == len(STEPS),
            waits=self._waits,
        )
        view.card.say(said)

    def _put(self, view: _View, spot: Spot | None) -> None:
        """Place the card, and the outline around what it speaks of."""
        blocked = spot is not None and self._scene.blocked(spot.widget)
        target = None if spot is None or blocked else in_sight(spot.widget, view.host, spot.part)
        card = view.card
        if not card.isVisible():
            card.show()
            card.raise_()
        if not self._moved:
            free = [] if spot is None else [in_sight(one, view.host) for one in (*spot.free, *self._always_free(view))]
            area = view.host.rect()
            card.move(place_card(area, card.size(), target, [one for one in free if one is not None]))
        view.marker.show_at(target, card.geometry())

    def _always_free(self, view: _View) -> tuple[QWidget, ...]:
        """What nobody should have to look for under the card: the ways to the pages and to the settings."""
        window = self._scene.window
        return (window.rail, window.top_bar) if view is self._main else ()

    # Windows

    def _views(self) -> list[_View]:
        return [view for view in (self._main, self._guest) if view is not None and view.alive]

    def _view_of(self, card: TourCard) -> _View:
        return next(view for view in self._views() if view.card is card)

    def _host(self, spot: Spot | None) -> QWidget:
        if spot is not None and isinstance(window := spot.widget.window(), QDialog) and window.isVisible():
            return window
        return self._frame

    def _view_for(self, spot: Spot | None) -> _View:
        """The view over the window in which the spot is; those over other windows are hidden."""
        host = self._host(spot)
        if host is not self._frame and (self._guest is None or not self._guest.alive or self._guest.host is not host):
            self._guest = self._join(_View.over(host))
        wanted = self._main if host is self._frame or self._guest is None else self._guest
        for view in self._views():
            if view is not wanted:
                view.hide()
        return wanted

    def _join(self, view: _View) -> _View:
        view.card.nextAsked.connect(self.next)
        view.card.backAsked.connect(self.back)
        view.card.leaveAsked.connect(self.leave)
        view.card.offerTaken.connect(self._take_offer)
        view.card.moved.connect(self._on_moved)
        return view

    # What happens

    def _take_offer(self) -> None:
        """Do what the button in the middle says."""
        scene, spot = self._scene, self._spot
        if scene.project is None or self._place == 0:
            open_demo_project(self._session)
        elif self.step.page and self.step.page != scene.page_name:
            scene.window.show_page(self.step.page)
        elif spot is not None:
            bring_into_sight(spot)
        QTimer.singleShot(0, self, self.look)

    def _on_moved(self) -> None:
        self._moved = True
        view = self._view_of(self.card)
        view.marker.show_at(view.marker.target if not view.marker.isHidden() else None, view.card.geometry())

    def _on_project(self) -> None:
        """Another project: what counts is what happens in it from now on."""
        self._scene.forget()
        if self._active:
            if self._place or not self._scene.on_sample:
                self._onward.stop()
                self._arm()
            self.look()

    def _on_language(self) -> None:
        self._scene.forget()
        self.look()

    def _on_content(self, change: Change) -> None:
        if change.kind not in ("files", "proposals"):
            self._scene.edits += 1
            if self._active:
                self._watch()

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._frame or not self._active:
            return False
        if event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self.look)  # after the layout
            return False
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            self.leave()  # whoever has the focus had no use for the key
            return True
        return False


def _tr(text: str) -> str:
    return QCoreApplication.translate("tour", text) if text else ""
