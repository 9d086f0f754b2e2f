"""Making conversations from the boxes of one picture or of all.

Owns the choice of templates, language and pictures, the preview, and starting the work. Does not own the templates
(`core.templates`) or the making (`storage.generation`).
"""

from __future__ import annotations

from itertools import islice

from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.conversation import Conversation
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.templates import TEMPLATES, Language
from qvl_desktop.gui.conversations.turn_text import TurnText
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.generation import Generated, count_earlier, forecast, generate, preview
from qvl_desktop.storage.project import Project

_EXAMPLES = 6
_EXAMPLE_PICTURES = 20
_REMEMBERED = "conversations.templates"


class TemplateDialog(QDialog):
    """Asks what to make and makes it; the dialog closes when it is done. One undo step."""

    def __init__(self, session: Session, picture_id: int | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._project: Project | None = session.project
        self._picture_id = picture_id
        self._task: Task[Generated] | None = None
        self._counting: Task[tuple[int, int, int]] | None = None
        self.setWindowTitle(self.tr("Conversations from boxes"))
        self.setModal(True)
        self.resize(860, 560)
        self.kinds = {name: QCheckBox(translate("templates", one.label), self) for name, one in TEMPLATES.items()}
        self.languages: dict[Language, QRadioButton] = {
            "en": QRadioButton("English", self),
            "zh": QRadioButton("中文", self),
        }
        self.only_this = QRadioButton(self.tr("This picture"), self)
        self.all_pictures = QRadioButton(self.tr("All pictures with boxes"), self)
        self.replace = QCheckBox(self.tr("Replace earlier ones of these kinds"), self)
        self.replace.setChecked(True)
        self.summary = QLabel(self)
        self.summary.setWordWrap(True)
        self.bar = QProgressBar(self)
        self.bar.hide()
        self.make_button = QPushButton(self.tr("Make conversations"), self)
        set_kind(self.make_button, "primary")
        self.make_button.setDefault(True)
        self.cancel_button = QPushButton(self.tr("Cancel"), self)
        self._groups = [QButtonGroup(self), QButtonGroup(self)]
        self._lay_out()
        self._restore()
        self._connect()
        self._refresh()

    # What is chosen

    @property
    def names(self) -> list[str]:
        """The templates that are ticked."""
        return [name for name, box in self.kinds.items() if box.isChecked()]

    @property
    def language(self) -> Language:
        return "zh" if self.languages["zh"].isChecked() else "en"

    def _picture_ids(self) -> list[int] | None:
        """The pictures to make conversations for; None: all with regions."""
        return [self._picture_id] if self.only_this.isChecked() and self._picture_id is not None else None

    # Preview

    def _refresh(self) -> None:
        """Show examples and how many there will be."""
        project, ids = self._project, self._picture_ids()
        if project is None:
            return
        sample = ids if ids is not None else project.picture_ids(has_regions=True)[:_EXAMPLE_PICTURES]
        examples = list(islice(preview(project, self.names, self.language, sample), None if ids else 200))
        self._show_examples(examples)
        if ids is not None:
            earlier = count_earlier(project, self.names, self.language, ids) if self.names else 0
            self._show_count((len(examples), 1 if examples else 0, earlier))
        else:
            self._count_all(project, self.names, self.language)

    def _count_all(self, project: Project, names: list[str], language: Language) -> None:
        """Count over the whole project beside the window."""
        self.summary.setText(self.tr("Counting…"))
        self.make_button.setEnabled(False)
        if self._counting is not None:
            self._counting.cancel()

        def count() -> tuple[int, int, int]:
            pictures = project.picture_ids(has_regions=True)
            earlier = count_earlier(project, names, language, pictures) if names else 0
            return forecast(project, names), project.distinct_counts()[0], earlier

        self._counting = Task(count).on_success(self._show_count).start(self)

    def _show_count(self, counts: tuple[int, int, int]) -> None:
        made, pictures, earlier = counts
        self.make_button.setEnabled(made > 0)
        if not self.names:
            words = self.tr("Choose at least one kind.")
        elif not made:
            words = self.tr("There are no boxes with a ref to ask about. Draw some on the Annotate page first.")
        else:
            parts = [self.tr("New conversations: {count}"), self.tr("Pictures: {count}")]
            numbers = [made, pictures]
            if earlier:
                parts.append(self.tr("Replaced: {count}") if self.replace.isChecked() else self.tr("Kept: {count}"))
                numbers.append(earlier)
            words = "   ".join(part.format(count=f"{number:,}") for part, number in zip(parts, numbers, strict=True))
        self.summary.setText(words)

    def _show_examples(self, conversations: list[Conversation]) -> None:
        """A few of them, spread over the kinds."""
        step = max(len(conversations) // _EXAMPLES, 1)
        chosen = conversations[::step][:_EXAMPLES]
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(Space.M)
        for conversation in chosen:
            card = QWidget(body)
            rows = QVBoxLayout(card)
            rows.setContentsMargins(0, 0, 0, 0)
            rows.setSpacing(0)
            for turn in conversation.turns:
                text = TurnText(card)
                text.set_source(turn.text.rpartition("\n")[2] if turn.role == "user" else turn.text)
                rows.addWidget(text)
            column.addWidget(card)
        if not chosen:
            label = QLabel(self.tr("Nothing to show yet."), body)
            set_role(label, "muted")
            column.addWidget(label)
        column.addStretch(1)
        self._examples.setWidget(body)

    # Making

    @guarded
    def accept(self) -> None:
        """Make them: at once for one picture, beside the window for all."""
        project, ids = self._project, self._picture_ids()
        if project is None or self._task is not None or not self.make_button.isEnabled():
            return
        self._remember()
        names, language, replace = self.names, self.language, self.replace.isChecked()
        self.make_button.setEnabled(False)
        self.bar.show()
        self._task = (
            Task.reporting(lambda report: generate(project, names, language, ids, replace=replace, progress=report))
            .on_success(self._done)
            .on_failure(self._failed)
            .on_progress(self._on_progress)
            .start(self, serial=True)
        )

    @guarded
    def reject(self) -> None:
        """Stop; while conversations are being made, nothing of them stays."""
        for task in (self._task, self._counting):
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

    # Parts

    def _lay_out(self) -> None:
        choices = QVBoxLayout()
        choices.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        choices.setSpacing(Space.S)
        choices.addWidget(self._heading(self.tr("Ask for")))
        for name, box in self.kinds.items():
            choices.addWidget(box)
            words = QLabel(translate("templates", TEMPLATES[name].help), self)
            words.setWordWrap(True)
            words.setContentsMargins(Space.XL, 0, 0, Space.XS)
            set_role(words, "caption")
            choices.addWidget(words)
        choices.addSpacing(Space.S)
        choices.addWidget(self._heading(self.tr("Language")))
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        for button in self.languages.values():
            self._groups[0].addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        choices.addLayout(row)
        choices.addSpacing(Space.S)
        choices.addWidget(self._heading(self.tr("For")))
        for button in (self.only_this, self.all_pictures):
            self._groups[1].addButton(button)
            choices.addWidget(button)
        choices.addSpacing(Space.S)
        choices.addWidget(self.replace)
        choices.addStretch(1)
        left = QWidget(self)
        left.setLayout(choices)
        left.setFixedWidth(340)
        self._examples = QScrollArea(self)
        self._examples.setWidgetResizable(True)
        right = QVBoxLayout()
        right.setContentsMargins(0, Space.L, Space.L, 0)
        right.setSpacing(Space.S)
        right.addWidget(self._heading(self.tr("Examples")))
        frame = QWidget(self)
        set_surface(frame, "raised")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
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
        top.addWidget(left)
        top.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top, 1)
        layout.addLayout(foot)

    def _heading(self, words: str) -> QLabel:
        label = QLabel(words, self)
        set_role(label, "heading")
        return label

    def _restore(self) -> None:
        """The choices of last time; grounding in the window's language at first."""
        said = self._session.settings.window_state.get(_REMEMBERED, "")
        names, _, language = said.partition("/")
        if not said:
            names, language = "grounding", "zh" if self.locale().language() == self.locale().Language.Chinese else "en"
        for name, box in self.kinds.items():
            box.setChecked(name in names.split(","))
        self.languages["zh" if language == "zh" else "en"].setChecked(True)
        has_boxes = (
            self._project is not None
            and self._picture_id is not None
            and self._project.picture(self._picture_id).region_count > 0
        )
        self.only_this.setEnabled(self._picture_id is not None)
        (self.only_this if has_boxes else self.all_pictures).setChecked(True)

    def _remember(self) -> None:
        settings = self._session.settings
        said = f"{','.join(self.names)}/{self.language}"
        settings.window_state = settings.window_state | {_REMEMBERED: said}

    def _connect(self) -> None:
        for box in self.kinds.values():
            box.toggled.connect(self._refresh)
        for button in (self.languages["zh"], self.only_this):
            button.toggled.connect(self._refresh)
        self.replace.toggled.connect(self._refresh)
        self.make_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.reject)
