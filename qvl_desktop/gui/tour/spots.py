"""Where each step of the tour points: the widget itself, or the next thing on the way to it.

Owns which widgets these are, and the words about the way. Does not own the steps' words (`steps`) nor the card.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QScrollArea, QWidget

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.gui.tour.scene import Scene

_N = QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class Spot:
    """A widget to point at, or a `part` of it in its own coordinates.

    `hint`: what to do here first, in English, when it is only on the way to what the step is about. `free`: widgets
    that the card should leave in sight, because the user works on them meanwhile.
    """

    widget: QWidget
    hint: str = ""
    free: tuple[QWidget, ...] = ()
    part: QRect | None = None


Finder = Callable[[Scene], Spot | None]


def opening(scene: Scene) -> Spot | None:
    """The demo's button of the start page; with a project open, the project's menu."""
    if scene.project is None:
        widget = scene.named("welcome-open_demo")
        return Spot(widget) if widget is not None else None
    widget = scene.named("projectButton")
    return Spot(widget, _N("tour", "Another project is open: Next takes the tour on it.")) if widget else None


def canvas(scene: Scene) -> Spot | None:
    """The canvas of the Annotate page."""
    page = scene.annotate
    if page is None or not page.canvas.isVisible():
        return None
    return Spot(page.canvas)


def ref_field(scene: Scene) -> Spot | None:
    """The field at the box; while it is closed, the canvas."""
    page = scene.annotate
    if page is None or not page.canvas.isVisible():
        return None
    if page.editor.isVisible():
        return Spot(page.editor, free=(page.canvas,))
    return Spot(page.canvas, _N("tour", "Double-click a box, or select it and press Enter: the field opens at it."))


def token_line(scene: Scene) -> Spot | None:
    """The line with the token, while a region is selected."""
    page = scene.annotate
    if page is None or not page.canvas.isVisible():
        return None
    if page.desk.selected is None:
        return Spot(page.canvas, _N("tour", "Click a box to select it."))
    return Spot(page.panel.token, free=(page.canvas, page.panel.numbers))


def template_button(scene: Scene) -> Spot | None:
    """The button that opens the dialog of templates; in the dialog, the one that makes them."""
    page = scene.conversations
    if page is None:
        return None
    if page.dialog is not None and page.dialog.isVisible():
        return Spot(page.dialog.make_button, free=(page.dialog.choice, page.dialog.cancel_button))
    return Spot(page.template_button) if page.template_button.isVisible() else None


def findings(scene: Scene) -> Spot | None:
    """The three views of the Check page; what they show stays in sight."""
    page = scene.health
    if page is None or not page.words.isVisible():
        return None
    buttons = page.modes.buttons()
    head = buttons[0].parentWidget()
    if head is None:
        return None
    part = QRect()
    for button in buttons:
        part |= QRect(button.mapTo(head, QPoint()), button.size())
    return Spot(head, free=(page.findings,), part=part)


def start_button(scene: Scene) -> Spot | None:
    """The button that starts a run; on another view of the page, the one that leads to the form."""
    page = scene.train
    if page is None or not page.panel.isVisible():
        return None
    if page.new_run.isVisible():
        widget = scene.named("startButton", page.new_run)
        return Spot(widget, free=(page.new_run.choices.model_box,)) if widget is not None else None
    widget = scene.named("newRunButton", page)
    return Spot(widget, _N("tour", "New run shows the form.")) if widget is not None else None


def curve(scene: Scene) -> Spot | None:
    """The plot of the loss of the run that is shown."""
    page = scene.train
    if page is None or not page.panel.isVisible():
        return None
    if page.run_view.isVisible():
        return Spot(page.run_view.curves.plots["loss"])
    if scene.session.runs.summaries:
        return Spot(page.run_list, _N("tour", "Click a run in the list to see its curves."))
    widget = scene.named("newRunButton", page)
    words = _N("tour", "There is no run yet. Start one, or go on with Next.")
    return Spot(widget, words) if widget is not None else None


def question(scene: Scene) -> Spot | None:
    """From a run that is done, its way to Chat; on Chat, what is missing of a question."""
    if scene.page_name == "train" and (page := scene.train) is not None:
        widget = scene.named("chatButton", page.run_view)
        if widget is not None:
            return Spot(widget, _N("tour", "This opens Chat with the model that has just learnt."))
    chat = scene.chat
    if chat is None or not chat.bar.isVisible():
        return None
    if not chat.bar.ready:
        widget = scene.named("goToModelsButton", chat) or chat.bar.models
        return Spot(widget, _N("tour", "Choose a model first; Demo comes with the program."))
    composer = chat.composer
    if chat.talk.busy:
        return Spot(composer, _N("tour", "The model is loaded, then it answers…"), free=(chat.panel,))
    if not composer.pictures and not chat.thread_data.pictures:
        words = _N("tour", "First add a picture: From the project… lists those that are here.")
        return Spot(composer.attach_button, words, free=(composer,))
    return Spot(composer, free=(chat.panel,))


def answered_box(scene: Scene) -> Spot | None:
    """The picture with the boxes of the answer."""
    chat = scene.chat
    if chat is None or not chat.bar.isVisible():
        return None
    if not chat.thread_data.exchanges:
        return Spot(chat.composer, _N("tour", "Ask something first: the boxes of its answer can then be moved."))
    if not chat.panel.view.isVisible():
        return None
    if chat.panel.view.boxes:
        return Spot(chat.panel.view)
    words = _N("tour", "This answer has no box. Ask where something is, or go on with Next.")
    return Spot(chat.composer, words, free=(chat.panel,))


def keep_button(scene: Scene) -> Spot | None:
    """The button under the answer that is shown."""
    chat = scene.chat
    if chat is None or not chat.bar.isVisible():
        return None
    view = chat.transcript.answer(chat.pictures.shown)
    if view is not None and view.add_button.isVisible():
        return Spot(view.add_button, free=(chat.panel,))
    return Spot(chat.composer, _N("tour", "Ask something first, then keep the answer."))


def again_button(scene: Scene) -> Spot | None:
    """The button of a run that is done; in the form, the one that starts."""
    page = scene.train
    if page is None or not page.panel.isVisible():
        return None
    if page.new_run.isVisible():
        return start_button(scene)
    if page.run_view.isVisible() and (widget := scene.named("againButton", page.run_view)) is not None:
        return Spot(widget)
    return curve(scene)


def export_way(scene: Scene) -> Spot | None:
    """The project's menu; in the dialog, the button that writes."""
    dialog = scene.export
    if dialog is not None:
        return Spot(dialog.button, free=(dialog.place, dialog.cancel_button))
    widget = scene.named("projectButton")
    return Spot(widget) if widget is not None else None


def nothing(_scene: Scene) -> Spot | None:
    """No widget at all."""
    return None


def bring_into_sight(spot: Spot) -> bool:
    """Scroll every area around the spot until it shows; False when nothing could be scrolled."""
    moved = False
    at: QWidget | None = spot.widget.parentWidget()
    while at is not None:
        inside = at.widget() if isinstance(at, QScrollArea) else None
        if isinstance(at, QScrollArea) and inside is not None and inside.isAncestorOf(spot.widget):
            at.ensureWidgetVisible(spot.widget, 0, 40)
            moved = True
        at = at.parentWidget()
    return moved
