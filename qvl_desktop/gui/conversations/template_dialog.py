"""Making conversations from the boxes of one picture or of many.

Owns the dialog: the preview with other examples, what is said beforehand, and starting the work. Does not own the
choice (`template_choice`), wordings (`template_editor`), templates (`core.templates`) or making (`storage.generation`).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.conversation import Conversation
from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.pictures import open_upright, to_rgb
from qvl_desktop.gui.conversations.model_view import SeenBoxes, SeenPicture
from qvl_desktop.gui.conversations.template_choice import TemplateChoice
from qvl_desktop.gui.conversations.template_editor import TemplateEditor
from qvl_desktop.gui.conversations.turn_text import TurnText
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, fitting, set_kind, set_role, set_surface, theme
from qvl_desktop.gui.widgets.elided_label import ElidedLabel
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_loader import to_qimage
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.generation import Expected, Generated, forecast, generate, preview
from qvl_desktop.storage.project import Project

_EXAMPLES = 8
_SMALL = (560, 560)
_PICTURE_HEIGHT = 190
_WIDTH, _HEIGHT = 960, 720
_TRIES = 40
"""Pictures looked at for one that gives an example."""


@dataclass(frozen=True, slots=True)
class _Example:
    """One picture and what would be made of it; None where no picture gave a reason to ask."""

    name: str
    conversations: tuple[Conversation, ...]
    seen: SeenBoxes | None


def _picture(project: Project, picture_id: int) -> SeenBoxes | None:
    """A small copy of a picture with its regions; None where the file cannot be read."""
    row = project.picture(picture_id)
    try:
        picture = to_rgb(open_upright(row.file, at_least=_SMALL))
    except PictureError:
        return None
    picture.thumbnail(_SMALL)
    boxes = tuple((region.ref, region.box) for region in project.seen(picture_id))
    return SeenBoxes(to_qimage(picture), (row.width, row.height), boxes, 0)


class TemplateDialog(QDialog):
    """Asks what to make and makes it; the dialog closes when it is done. One undo step.

    `listed` is the filter of the list the user came from.
    """

    def __init__(
        self,
        session: Session,
        picture_id: int | None,
        parent: QWidget | None = None,
        *,
        listed: PictureFilter | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._project: Project | None = session.project
        self._picture_id = picture_id
        self._another = 0
        self._questions = 0
        self._views = 0
        self._task: Task[Generated] | None = None
        self._counting: Task[Expected] | None = None
        self._showing: Task[_Example | None] | None = None
        self.editor: TemplateEditor | None = None
        self.setWindowTitle(self.tr("Conversations from boxes"))
        self.setModal(True)
        self.resize(fitting(self, _WIDTH, _HEIGHT))
        self.choice = TemplateChoice(session, picture_id, listed or PictureFilter(), self)
        self.summary = QLabel(self)
        self.summary.setWordWrap(True)
        self.bar = QProgressBar(self)
        self.bar.hide()
        self.another = QPushButton(self.tr("Another example"), self)
        set_icon(self.another, "refresh")
        set_kind(self.another, "quiet")
        self.example_name = ElidedLabel(self)
        set_role(self.example_name, "caption")
        self.make_button = QPushButton(self.tr("Make conversations"), self)
        set_kind(self.make_button, "primary")
        self.make_button.setDefault(True)
        self.cancel_button = QPushButton(self.tr("Cancel"), self)
        self._lay_out()
        self._show_templates()
        self.choice.changed.connect(self._refresh)
        self.choice.editRequested.connect(self._edit)
        self.another.clicked.connect(self._show_another)
        self.make_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.reject)
        self._refresh()

    # Preview

    def _show_templates(self) -> None:
        if self._project is not None:
            self.choice.show_templates(self._project.templates(), self._project.broken_templates())

    def _refresh(self) -> None:
        """Show an example and how many there will be; both are found beside the window."""
        self._show_example()
        self._count()

    def _show_another(self) -> None:
        self._another += 1
        self._show_example()

    def _show_example(self) -> None:
        project, choice, number = self._project, self.choice, self._another
        if project is None:
            return
        names, language, seed, asked = choice.names, choice.language, choice.seed.value(), choice.asked
        own = self._picture_id

        def find() -> _Example | None:
            if asked is None and number == 0:
                ids = [own] if own is not None else []
            else:
                ids = list(project.picture_ids(asked or PictureFilter(regions_from=1)))
                random.Random(number).shuffle(ids)
            for picture_id in ids[:_TRIES]:
                made = tuple(preview(project, names, language, [picture_id], seed))
                if made:
                    return _Example(project.picture(picture_id).path, made, _picture(project, picture_id))
            return None

        def show(example: _Example | None) -> None:
            if number_of_view == self._views:  # what was asked for earlier comes too late
                self._show_found(example)

        self._views += 1
        number_of_view = self._views
        if self._showing is not None:
            self._showing.cancel()
        task: Task[_Example | None] = Task(find)
        self._showing = task.on_success(show).start(self)

    def _show_found(self, example: _Example | None) -> None:
        """A few of the conversations, spread over the kinds."""
        made = example.conversations if example else ()
        step = max(len(made) // _EXAMPLES, 1)
        self.example_name.setText(example.name if example else "")
        self.picture.show_seen(example.seen if example else None)
        self.picture.setVisible(example is not None and example.seen is not None)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(Space.M)
        for conversation in made[::step][:_EXAMPLES]:
            card = QWidget(body)
            rows = QVBoxLayout(card)
            rows.setContentsMargins(0, 0, 0, 0)
            rows.setSpacing(0)
            for turn in conversation.turns:
                text = TurnText(card)
                text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                text.set_source(turn.text.partition("\n")[2] if turn.role == "user" else turn.text)
                rows.addWidget(text)
            column.addWidget(card)
        if not made:
            label = QLabel(self.tr("Nothing to show yet."), body)
            set_role(label, "muted")
            column.addWidget(label)
        column.addStretch(1)
        self._examples.setWidget(body)

    # What is said beforehand

    def _count(self) -> None:
        """Count what would be made, beside the window."""
        project, choice = self._project, self.choice
        if project is None:
            return
        names, language, pictures = choice.names, choice.language, choice.pictures()
        self.summary.setText(self.tr("Counting…"))
        self.make_button.setEnabled(False)
        if self._counting is not None:
            self._counting.cancel()
        self._questions += 1
        question = self._questions

        def show(expected: Expected) -> None:
            if question == self._questions:
                self._show_count(expected)

        task: Task[Expected] = Task(lambda: forecast(project, names, language, pictures(project)))
        self._counting = task.on_success(show).start(self)

    def _show_count(self, expected: Expected) -> None:
        self.make_button.setEnabled(expected.conversations > 0 and self._task is None)
        if not self.choice.names:
            words = self.tr("Choose at least one kind.")
        elif not expected.conversations:
            words = self.tr("There are no boxes with a ref to ask about. Draw some on the Annotate page first.")
            if "ocr" in self.choice.names:
                words = self.tr("There is nothing to ask about: no box has a ref, or text that was typed for it.")
        else:
            parts = [self.tr("New conversations: {count}"), self.tr("Pictures: {count}")]
            numbers = [expected.conversations, expected.pictures]
            if expected.replaced:
                replaced = self.choice.replace.isChecked()
                parts.append(self.tr("Replaced: {count}") if replaced else self.tr("Kept: {count}"))
                numbers.append(expected.replaced)
            if expected.edited:
                parts.append(self.tr("Edited by hand, kept: {count}"))
                numbers.append(expected.edited)
            words = "   ".join(part.format(count=f"{number:,}") for part, number in zip(parts, numbers, strict=True))
        self.summary.setText(words)

    # Making

    @guarded
    def accept(self) -> None:
        """Make them beside the window."""
        project, choice = self._project, self.choice
        if project is None or self._task is not None or not self.make_button.isEnabled():
            return
        choice.remember()
        names, language, replace, seed = choice.names, choice.language, choice.replace.isChecked(), choice.seed.value()
        pictures = choice.pictures()
        self.make_button.setEnabled(False)
        self.choice.setEnabled(False)
        self.summary.hide()
        self.bar.show()
        self._task = (
            Task.reporting(
                lambda report: generate(
                    project, names, language, pictures(project), seed=seed, replace=replace, progress=report
                )
            )
            .on_success(self._done)
            .on_failure(self._failed)
            .on_progress(self._on_progress)
            .start(self, serial=True)
        )

    @guarded
    def reject(self) -> None:
        """Stop; while conversations are being made, nothing of them stays."""
        for task in (self._task, self._counting, self._showing):
            if task is not None:
                task.cancel()
        super().reject()

    def _on_progress(self, value: object) -> None:
        if isinstance(value, tuple):
            self.bar.setMaximum(int(value[1]))
            self.bar.setValue(int(value[0]))

    def _done(self, made: Generated) -> None:
        words = self.tr("Conversations made: {made}. Undo takes them back.")
        self._session.notice.emit("success", words.format(made=f"{made.conversations:,}"))
        super().accept()

    def _failed(self, error: Exception) -> None:
        self._session.report(error)
        super().reject()

    # Wordings

    def _edit(self, name: str) -> None:
        project = self._project
        if project is None:
            return
        self.editor = TemplateEditor(self._session, project, name, self.choice.language, self)
        self.editor.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.editor.finished.connect(self._edited)
        self.editor.open()

    def _edited(self) -> None:
        self.editor = None
        self._show_templates()
        self._refresh()

    # Parts

    def _lay_out(self) -> None:
        self.choice.setFixedWidth(theme().pixels(396))
        self._examples = QScrollArea(self)
        self._examples.setWidgetResizable(True)
        self._examples.setAccessibleName(self.tr("Examples"))
        right = QVBoxLayout()
        right.setContentsMargins(Space.M, Space.L, Space.L, 0)
        right.setSpacing(Space.S)
        head = QHBoxLayout()
        title = QLabel(self.tr("Examples"), self)
        set_role(title, "heading")
        head.addWidget(title)
        head.addWidget(self.example_name, 1)
        head.addWidget(self.another)
        right.addLayout(head)
        self.picture = SeenPicture(self)
        self.picture.setFixedHeight(_PICTURE_HEIGHT)
        self.picture.hide()
        right.addWidget(self.picture)
        frame = QWidget(self)
        set_surface(frame, "raised")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(Space.HAIR, Space.HAIR, Space.HAIR, Space.HAIR)
        inside.addWidget(self._examples)
        right.addWidget(frame, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(Space.L, Space.M, Space.L, Space.L)
        foot.setSpacing(Space.S)
        foot.addWidget(self.summary, 1)
        foot.addWidget(self.bar, 1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.make_button)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.choice)
        top.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top, 1)
        layout.addLayout(foot)
