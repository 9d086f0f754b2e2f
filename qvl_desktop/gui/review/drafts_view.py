"""Going through drafts of answers: the list at the left, picture, question and answer at the right.

Owns which draft is open and what is typed into it. Boxes in the answer are drawn on the picture as it is typed. Does
not own drafts (`storage.drafts`) nor jobs (`jobs.review`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.box import Box, Quad
from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.review.actions import DRAFTS, make_actions
from qvl_desktop.gui.review.rereading import Rereading
from qvl_desktop.gui.review.rows import DraftDelegate, DraftModel
from qvl_desktop.gui.shortcuts import Shortcuts
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.box_item import ShownBox
from qvl_desktop.gui.widgets.elided_label import ElidedLabel
from qvl_desktop.gui.widgets.panels import panel, side_by_side
from qvl_desktop.gui.widgets.picture_view import PictureView
from qvl_desktop.gui.widgets.rows import keep_place, mark_row, row_view
from qvl_desktop.jobs.place import Place
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Report
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage.drafts import DraftRow
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import Change, PictureRow

_RELOAD_MS = 600
_DRAW_MS = 120


class DraftsView(QWidget):
    """The open drafts. Signals: `counted(int)`: so many there are."""

    counted = Signal(int)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self.draft: DraftRow | None = None
        self.picture: PictureRow | None = None
        self._handled: int | None = None
        self._reading = Rereading(session, Project.draft_ids, self._take, self)
        self._later = waiter(self, _RELOAD_MS, self.reload)
        self._draw = waiter(self, _DRAW_MS, self._show_boxes)
        self.view_actions = make_actions(self, Shortcuts.of(session), DRAFTS)
        self.model = DraftModel(self)
        self.list = row_view(self.model, DraftDelegate(self), self)
        self.list.setAccessibleName(self.tr("Drafts"))
        self.count = QLabel(self)
        set_role(self.count, "caption")
        self.count.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        self.position = QLabel(self)
        self.name = ElidedLabel(self)
        set_role(self.name, "muted")
        self.view = PictureView(self)
        self.question = self._text(self.tr("Question"))
        self.answer = self._text(self.tr("Answer"))
        self.who = ElidedLabel(self)
        set_role(self.who, "caption")
        self.take_button = QPushButton(self.tr("Take"), self)
        self.reject_button = QPushButton(self.tr("Reject"), self)
        self.many_button = QToolButton(self)
        self._lay_out()
        self._connect()

    # Which drafts

    def show_project(self) -> None:
        """Another project is open."""
        self._handled = None
        self.model.show(self.session.project, [])
        self._open(None)
        self.reload()

    def reload(self) -> None:
        """Ask beside the window which drafts are open."""
        self._later.stop()
        self._reading.ask()

    def _take(self, ids: list[int]) -> None:
        if ids != list(self.model.ids):
            with keep_place(self.list):
                self.model.show(self.session.project, ids)
        self.count.setText(self.tr("%n draft(s) to go through", "", len(ids)))
        self.counted.emit(len(ids))
        if self.draft is None and ids:
            self._open(ids[0])
        elif self.draft is not None and self.model.place(self.draft.id) is None:
            self._open(ids[0] if ids else None)
        self._mark()

    def _mark(self) -> None:
        place = self.model.place(self.draft.id) if self.draft is not None else None
        mark_row(self.list, place)
        self.position.setText(f"{'–' if place is None else place + 1} / {len(self.model.ids):,}")

    def on_change(self, change: Change) -> None:
        """Something was committed: what the user undid comes back into sight at once."""
        project = self.session.project
        if project is None or change.kind not in ("proposals", "pictures"):
            return
        if self._handled is not None and change.kind == "proposals":
            found = project.drafts([self._handled])
            if found and found[0].state == "open" and self.isVisible():
                back, self._handled = self._handled, None
                self.reload()
                self._open(back)
                return
        if self.draft is not None and self.draft.picture_id in change.picture_ids:
            found = project.drafts([self.draft.id])
            if found and found[0].state == "open" and found[0] != self.draft:
                self._open(self.draft.id)
        if not self._later.isActive():
            self._later.start()

    # One draft

    def _open(self, draft_id: int | None) -> None:
        project = self.session.project
        found = project.drafts([draft_id]) if project is not None and draft_id is not None else []
        self.draft = found[0] if found and found[0].state == "open" else None
        pictures = project.pictures([self.draft.picture_id]) if project is not None and self.draft is not None else []
        self.picture = pictures[0] if pictures else None
        self.view.set_picture(self.picture.file if self.picture else None)
        for field, text in ((self.question, "question"), (self.answer, "answer")):
            field.blockSignals(True)
            field.setPlainText(getattr(self.draft, text) if self.draft else "")
            field.blockSignals(False)
            field.setEnabled(self.draft is not None)
        self.name.setText(self.draft.path if self.draft else "")
        self.who.setText(self.tr("Answered by {model}").format(model=self.draft.model) if self.draft else "")
        for button in (self.take_button, self.reject_button, self.many_button):
            button.setEnabled(self.draft is not None)
        self._show_boxes()
        self._mark()

    def _show_boxes(self) -> None:
        """Draw what the answer points at, as it is now."""
        if self.picture is None:
            self.view.set_boxes(())
            return
        size = self.picture.width, self.picture.height
        shown: list[ShownBox] = []
        for mention in Conversation((Turn("assistant", self.answer.toPlainText()),)).mentions():
            tokens: tuple[Box | Quad, ...] = (*mention.boxes, *mention.quads)
            for token in tokens:
                shape = Shape.decode(token, *size)
                drawn = None if shape.kind == "box" else shape
                shown.append(ShownBox(len(shown), shape.bounds, mention.ref, None, "dashed", drawn))
        self.view.set_boxes(shown)

    @property
    def changed(self) -> bool:
        """Something else stands in the fields than in the project."""
        if self.draft is None:
            return False
        typed = self.question.toPlainText().strip(), self.answer.toPlainText().strip()
        return typed != (self.draft.question, self.draft.answer)

    def keep(self) -> bool:
        """Keep what was typed as a change of the draft; False when that cannot be."""
        project = self.session.project
        if project is None or self.draft is None or not self.changed:
            return True
        try:
            project.change_draft(self.draft.id, self.question.toPlainText(), self.answer.toPlainText())
        except QvlError as error:
            self.session.report(error)
            return False
        self.draft = next(iter(project.drafts([self.draft.id])), None)
        self.model.look_again([self.draft.id] if self.draft else None)
        return True

    # What the user does

    def accept(self) -> None:
        """Make a conversation of the draft as it stands in the fields."""
        if self.keep():
            self._close(lambda project, number: project.accept_drafts([number]))

    def reject(self) -> None:
        """Reject the draft."""
        self._close(lambda project, number: project.reject_drafts([number]))

    def _close(self, edit: Callable[[Project, int], object]) -> None:
        project, draft = self.session.project, self.draft
        if project is None or draft is None or self.session.edits.running:
            return
        place = self.model.place(draft.id)
        ids = list(self.model.ids)
        beside = [] if place is None else [*ids[place + 1 : place + 2], *reversed(ids[:place][-1:])]
        following = next(iter(beside), None)
        self._handled = None
        try:
            edit(project, draft.id)
        except QvlError as error:
            self.session.report(error)
            return
        self._open(following)
        self._handled = draft.id
        self.reload()

    def step(self, by: int) -> None:
        """The next or previous draft; what was typed is kept."""
        ids = self.model.ids
        if ids and self.keep():
            place = self.model.place(self.draft.id) if self.draft is not None else None
            self._open(ids[0 if place is None else min(max(place + by, 0), len(ids) - 1)])

    def _on_list(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self.model.ids):
            chosen = self.model.ids[index.row()]
            if self.draft is None or chosen != self.draft.id:
                if self.keep():
                    self._open(chosen)
                else:
                    self._mark()

    def _many(self, accepted: bool) -> None:
        project = self.session.project
        if project is None or not self.keep():
            return
        ids = list(self.model.ids)

        def edit(report: Report) -> int:
            if accepted:
                return len(project.accept_drafts(ids, report))
            report(0, len(ids))
            project.reject_drafts(ids)
            return len(ids)

        def done(count: int) -> None:
            text = self.tr("%n draft(s) gone through.", "", count)
            self.session.offered.emit("success", text, ((self.tr("Undo"), self.session.undo_this()),))
            self.reload()

        words = self.tr("Taking all drafts") if accepted else self.tr("Rejecting all drafts")
        self.session.edits.run(words, edit, done)

    def _open_picture(self) -> None:
        if self.draft is not None:
            self.session.placeRequested.emit("annotate", Place(picture_id=self.draft.picture_id))

    # Putting together

    def _text(self, name: str) -> QPlainTextEdit:
        field = QPlainTextEdit(self)
        field.setAccessibleName(name)
        field.setTabChangesFocus(True)
        return field

    def _lay_out(self) -> None:
        fields = QVBoxLayout()
        fields.setContentsMargins(Space.M, Space.S, Space.M, Space.M)
        fields.setSpacing(Space.XS)
        for words, field, height in ((self.tr("Question"), self.question, 56), (self.tr("Answer"), self.answer, 96)):
            label = QLabel(words, self)
            set_role(label, "heading")
            field.setFixedHeight(height)
            fields.addWidget(label)
            fields.addWidget(field)
        fields.addWidget(self.who)
        left = panel(self, self.count, self.list, grows=self.list, least=220)
        side_by_side(self, (left, panel(self, self._bar(), self.view, fields, grows=self.view)), (320, 800), grows=1)

    def _bar(self) -> QWidget:
        bar = QWidget(self)
        set_surface(bar, "panel")
        row = QHBoxLayout(bar)
        row.setContentsMargins(Space.S, Space.XS, Space.S, Space.XS)
        row.setSpacing(Space.XS)
        self.position.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.position.setMinimumWidth(72)
        self.position.setAccessibleName(self.tr("Position in the list"))
        for name in ("previous_draft", "next_draft"):
            button = QToolButton(bar)
            button.setDefaultAction(self.view_actions[name])
            row.addWidget(button)
            if name == "previous_draft":
                row.addWidget(self.position)
        row.addSpacing(Space.S)
        row.addWidget(self.name, 1)
        set_icon(self.take_button, "check", "accent_text")
        set_kind(self.take_button, "primary")
        set_icon(self.reject_button, "close")
        self.take_button.setToolTip(self.view_actions["accept_draft"].toolTip())
        self.reject_button.setToolTip(self.view_actions["reject_draft"].toolTip())
        self.many_button.setText(self.tr("Many…"))
        self.many_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.addAction(self.tr("Take all drafts of the list"), lambda: self._many(True))
        menu.addAction(self.tr("Reject all drafts of the list"), lambda: self._many(False))
        menu.addSeparator()
        menu.addAction(self.tr("Open in Annotate"), self._open_picture)
        self.many_button.setMenu(menu)
        for widget in (self.take_button, self.reject_button, self.many_button):
            row.addWidget(widget)
        return bar

    def _connect(self) -> None:
        handlers: dict[str, Callable[[], object]] = {
            "accept_draft": self.accept,
            "reject_draft": self.reject,
            "next_draft": partial(self.step, 1),
            "previous_draft": partial(self.step, -1),
        }
        for name, handler in handlers.items():
            self.view_actions[name].triggered.connect(lambda _checked=False, call=handler: call())
        self.take_button.clicked.connect(lambda _checked=False: self.accept())
        self.reject_button.clicked.connect(lambda _checked=False: self.reject())
        self.list.selectionModel().currentChanged.connect(self._on_list)
        self.answer.textChanged.connect(self._draw.start)
