"""Asking a model about many pictures: what, about which pictures, and whom.

Owns these fields and the job they describe. The pictures are those of the filter that the list and the gallery share,
and the same bar sets it here. Does not own the job (`jobs.review`) nor who answers (`who_box`).
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.answerers import ASK_KINDS, AskKind, AskSpec
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.suggesting import EVERYTHING, LOW, QUESTIONS, check_question
from qvl_desktop.gui.data.parts import caption, heading
from qvl_desktop.gui.gallery.filter_bar import FilterBar
from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.review.who_box import WhoBox
from qvl_desktop.gui.theme import Space, fitting, set_kind, set_role, theme
from qvl_desktop.gui.translation import language_in_force
from qvl_desktop.gui.widgets.wrapped_check import WrappedCheckBox
from qvl_desktop.jobs.review import Annotator
from qvl_desktop.jobs.session import Session

_OFFERED_REFS = 40
_MOST_TOKENS = 8192
_SIDE = 400


class AskDialog(QDialog):
    """Describes a job and begins it."""

    def __init__(
        self, session: Session, annotator: Annotator, kind: AskKind = "boxes", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._annotator = annotator
        zh = language_in_force(session.settings.language).startswith("zh")
        self._language = "zh" if zh else "en"
        self.setWindowTitle(self.tr("Ask a model about many pictures"))
        self.setMinimumWidth(620)
        self.kinds = QButtonGroup(self)
        self.refs = QLineEdit(self)
        self.refs.setPlaceholderText(self.tr("cat, red cup, …"))
        self.ref_button = QToolButton(self)
        set_icon(self.ref_button, "plus")
        self.ref_button.setToolTip(self.tr("Add a ref of the project"))
        self.ref_button.setAccessibleName(self.tr("Add a ref of the project"))
        self.ref_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.everything = WrappedCheckBox(self.tr("Everything the model sees"), self)
        self.question = QLineEdit(self)
        self.about = caption(self)
        self.filters = FilterBar(session.pictures, self)
        self.pictures = QLabel(self)
        set_role(self.pictures, "caption")
        self.who = WhoBox(session, self)
        self.tokens = QSpinBox(self)
        self.tokens.setRange(16, _MOST_TOKENS)
        self.tokens.setValue(512)
        self.tokens.setSingleStep(64)
        self.limit = QDoubleSpinBox(self)
        self.limit.setRange(0.05, 0.95)
        self.limit.setSingleStep(0.05)
        self.limit.setValue(LOW)
        self.again = WrappedCheckBox(self.tr("Propose again what I rejected before"), self)
        self.problem = caption(self)
        set_role(self.problem, "warning")
        self.begin_button = QPushButton(self)
        set_kind(self.begin_button, "primary")
        self.begin_button.setDefault(True)
        self.cancel_button = QPushButton(self.tr("Cancel"), self)
        self.cancel_button.setAutoDefault(False)
        self._questions: dict[str, str] = {}
        self._lay_out()
        self._fill_refs()
        self.kinds.idClicked.connect(lambda _number: self._show_kind())
        self.everything.toggled.connect(lambda _on: self._show_kind())
        self.refs.textChanged.connect(lambda _text: self._check())
        self.question.textEdited.connect(self._on_question)
        self.who.changed.connect(self._check)
        session.pictures.idsChanged.connect(self._check)
        self.begin_button.clicked.connect(self._begin)
        self.cancel_button.clicked.connect(self.reject)
        self.choose(kind)

    # What is chosen

    @property
    def kind(self) -> AskKind:
        """What is asked for."""
        return ASK_KINDS[max(self.kinds.checkedId(), 0)]

    def choose(self, kind: AskKind) -> None:
        """Turn to another kind of job."""
        self.kinds.button(ASK_KINDS.index(kind)).setChecked(True)
        self._show_kind()

    @property
    def wanted_refs(self) -> tuple[str, ...]:
        """The refs that were typed, each once."""
        parts = self.refs.text().replace("，", ",").replace("、", ",").split(",")
        return tuple(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))

    def spec(self) -> AskSpec | None:
        """The job; None while something is missing, and `problem` says what."""
        self.problem.setText(words := self._missing())
        who = self.who.chosen
        if words or who is None:
            return None
        return AskSpec(
            kind=self.kind,
            who=who,
            question=self.question.text().strip(),
            refs=() if self.kind == "drafts" or self._asks_everything else self.wanted_refs,
            limit=round(self.limit.value(), 2),
            again=self.again.isChecked(),
            max_tokens=self.tokens.value(),
            pictures=self._session.pictures.filter.to_text(),
        )

    @property
    def _asks_everything(self) -> bool:
        return self.kind == "boxes" and self.everything.isChecked()

    def _missing(self) -> str:
        if not self._session.pictures.ids:
            return self.tr("No picture passes the filter.")
        if self.kind == "boxes" and not self.everything.isChecked() and not self.wanted_refs:
            return self.tr("Type the refs to look for, with commas between them.")
        if not self.question.text().strip():
            return self.tr("Type the question.")
        if self.kind != "drafts" and not self._asks_everything:
            try:
                check_question(self.question.text())
            except QvlError as error:
                return str(error)
        if self.who.chosen is None:
            return self.tr("Choose who answers.")
        return ""

    def _begin(self) -> None:
        spec = self.spec()
        if spec is None:
            return
        self.who.remember()
        self._annotator.begin(spec, self._session.pictures.filter, self.who.given_key)
        self.accept()

    # What is shown

    def _show_kind(self) -> None:
        boxes, drafts = self.kind == "boxes", self.kind == "drafts"
        self.everything.setVisible(boxes)
        refs = not drafts and not self._asks_everything
        for widget in (self._refs_label, self.refs, self.ref_button):
            widget.setVisible(refs)
        self._form.setRowVisible(self.limit, self.kind == "differences")
        place = f"{self.kind}{self._asks_everything}"
        default = "" if drafts else (EVERYTHING if self._asks_everything else QUESTIONS)[self._language]
        self.question.setText(self._questions.get(place, default))
        self.question.setPlaceholderText(self.tr("Describe this picture in one sentence.") if drafts else "")
        self.refs.setPlaceholderText(
            self.tr("cat, red cup, …") if boxes else self.tr("Empty: the refs that each picture has")
        )
        if drafts:
            self.about.setText(self.tr("Asked once for each picture. Answers wait as drafts until you take them."))
        elif self._asks_everything:
            self.about.setText(self.tr("Asked once for each picture; each box keeps the name that the model gives it."))
        elif boxes:
            self.about.setText(self.tr("Asked for each ref, in place of {ref}. Boxes wait until you take them."))
        else:
            self.about.setText(self.tr("Your boxes stay as they are; where the model differs is listed, worst first."))
        self._check()

    def _on_question(self, text: str) -> None:
        self._questions[f"{self.kind}{self._asks_everything}"] = text
        self._check()

    def _check(self) -> None:
        count = len(self._session.pictures.ids)
        self.begin_button.setText(self.tr("Ask about %n picture(s)", "", count))
        self.begin_button.setEnabled(self.spec() is not None)
        self.pictures.setText(self.tr("%n picture(s) pass the filter", "", count))

    def _fill_refs(self) -> None:
        project = self._session.project
        menu = QMenu(self)
        for ref in project.all_refs(limit=_OFFERED_REFS) if project is not None else ():
            menu.addAction(ref.replace("&", "&&"), partial(self._add_ref, ref))
        self.ref_button.setMenu(menu)
        self.ref_button.setEnabled(not menu.isEmpty())

    def _add_ref(self, ref: str) -> None:
        if ref not in self.wanted_refs:
            self.refs.setText(", ".join((*self.wanted_refs, ref)))

    # Putting together

    def _lay_out(self) -> None:
        names = (self.tr("Boxes to take"), self.tr("Differences from mine"), self.tr("Draft answers"))
        kinds = QHBoxLayout()
        kinds.setSpacing(Space.XS)
        for number, words in enumerate(names):
            button = QPushButton(words, self)
            button.setCheckable(True)
            button.setAutoDefault(False)
            self.kinds.addButton(button, number)
            kinds.addWidget(button)
        kinds.addWidget(HelpMark("ask.kind", self.kinds.button(0), self.tr("What is asked"), self))
        kinds.addStretch(1)
        refs = QHBoxLayout()
        refs.setSpacing(Space.S)
        refs.addWidget(self.refs, 1)
        refs.addWidget(self.ref_button)
        self._refs_label = QLabel(self.tr("Refs"), self)
        self.refs.setAccessibleName(self.tr("Refs"))
        self.question.setAccessibleName(self.tr("Question"))
        what = QFormLayout()
        what.setSpacing(Space.S)
        what.addRow("", self.everything)
        what.addRow(self._refs_label, refs)
        what.addRow(self.tr("Question"), self.question)
        what.addRow("", self.about)
        help_beside(self.everything, "ask.everything", into=what)
        help_beside(self._refs_label, "ask.refs", self.refs, into=what)
        help_beside(self.question, "ask.question", into=what)
        more = self._form = QFormLayout()
        more.setSpacing(Space.S)
        self.tokens.setAccessibleName(self.tr("Longest answer, in tokens"))
        self.limit.setAccessibleName(self.tr("Boxes differ below an overlap of"))
        more.addRow(self.tr("Longest answer, in tokens"), self.tokens)
        more.addRow(self.tr("Boxes differ below an overlap of"), self.limit)
        help_beside(self.tokens, "ask.tokens", into=more)
        help_beside(self.limit, "ask.limit", into=more)
        foot = QHBoxLayout()
        foot.setSpacing(Space.S)
        foot.addWidget(self.problem, 1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.begin_button)
        side = QWidget(self)
        side.setFixedWidth(theme().pixels(_SIDE))
        left, right = QVBoxLayout(), QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        for box in (self.tokens, self.limit):
            box.lineEdit().setTextMargins(6, 0, 6, 0)
            box.setFixedWidth(88)
        for column in (left, right):
            column.setSpacing(Space.S)
        left.addWidget(heading(self.tr("What is asked"), self))
        left.addLayout(what)
        left.addSpacing(Space.M)
        left.addWidget(heading(self.tr("Which pictures"), self))
        left.addWidget(self.filters)
        left.addWidget(self.pictures)
        left.addStretch(1)
        right.addWidget(heading(self.tr("Who answers"), self))
        right.addWidget(self.who)
        right.addSpacing(Space.M)
        right.addWidget(heading(self.tr("How"), self))
        right.addLayout(more)
        right.addWidget(self.again)
        help_beside(self.again, "ask.again", into=right)
        right.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(Space.XL)
        columns.addLayout(left, 1)
        columns.addWidget(side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        layout.setSpacing(Space.L)
        layout.addLayout(kinds)
        layout.addLayout(columns, 1)
        layout.addLayout(foot)
        self.setTabOrder(self.refs, self.question)
        self.resize(fitting(self, 940, 470))
        self.setModal(True)
        self.problem.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
