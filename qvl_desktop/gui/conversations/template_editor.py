"""Changing the wordings of a template: the ways to ask and to answer, a line each, with what is wrong beside them.

Owns the dialog and its live check. Does not own what a wording may hold (`core.template_wordings`) nor keeping it
(`storage.own_templates`).
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.template_wordings import KINDS, PARTS, PLACEHOLDERS, Kind, Part, Problem, Wording, problems
from qvl_desktop.core.templates import LANGUAGES, TEMPLATES, Language, Template
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.theme import Space, fitting, set_kind, set_role, theme
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.project import Project

_PART_NAMES: dict[Part, str] = {
    "questions": QT_TRANSLATE_NOOP("TemplateEditor", "Questions"),
    "answers": QT_TRANSLATE_NOOP("TemplateEditor", "Answers"),
    "denials": QT_TRANSLATE_NOOP("TemplateEditor", "Answers when it is not there"),
}
_LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}


class TemplateEditor(QDialog):
    """Edits one template of a project; an empty `name` begins a new one."""

    def __init__(
        self, session: Session, project: Project, name: str, language: Language, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._project = project
        self._name = name
        template = project.templates().get(name, TEMPLATES["grounding"])
        self._template = template if name else replace(template, name="", label="")
        self.setModal(True)
        self.resize(fitting(self, 620, 560))
        self.setWindowTitle(self.tr("Template of your own") if not name else translate("templates", template.label))
        self.name = QLineEdit(name if name not in TEMPLATES else "", self)
        self.name.setPlaceholderText(self.tr("Name of the template"))
        self.kind = ChoiceBox(self)
        for kind, about in KINDS.items():
            self.kind.addItem(translate("templates", about.label), kind)
        self.kind.setCurrentIndex(list(KINDS).index(template.kind))
        self.absent = QSpinBox(self)
        self.absent.setRange(1, 20)
        self.absent.lineEdit().setTextMargins(Space.S, 0, Space.S, 0)
        self.absent.setValue(template.absent)
        self.help = QLabel(self)
        self.help.setWordWrap(True)
        set_role(self.help, "caption")
        self.tongues = QButtonGroup(self)
        self.pages = QStackedWidget(self)
        self.fields: dict[tuple[Language, Part], QPlainTextEdit] = {}
        self._messages: dict[tuple[Language, Part], QLabel] = {}
        self._labels: dict[tuple[Language, Part], QLabel] = {}
        for tongue in LANGUAGES:
            button = QPushButton(_LANGUAGE_NAMES[tongue], self)
            button.setCheckable(True)
            self.tongues.addButton(button, self.pages.addWidget(self._page(tongue)))
        self.tongues.idClicked.connect(self.pages.setCurrentIndex)
        self.tongues.button(LANGUAGES.index(language)).setChecked(True)
        self.pages.setCurrentIndex(LANGUAGES.index(language))
        self.keep_button = QPushButton(self.tr("Keep"), self)
        set_kind(self.keep_button, "primary")
        self.keep_button.setDefault(True)
        self.cancel_button = QPushButton(self.tr("Cancel"), self)
        shipped = name in TEMPLATES
        self.reset_button = QPushButton(self.tr("As shipped") if shipped else self.tr("Delete the template"), self)
        set_kind(self.reset_button, "quiet" if shipped else "danger")
        self.reset_button.setVisible(bool(name))
        self._lay_out(own=not shipped)
        self._fill()
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.name.textChanged.connect(self._check)
        self.keep_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.reject)
        self.reset_button.clicked.connect(self._reset)
        self._check()

    # What is written

    @property
    def chosen_kind(self) -> Kind:
        return next(kind for kind in KINDS if kind == self.kind.currentData())

    def wording(self, language: Language) -> Wording:
        """What stands in the fields of a language; empty lines at the end do not count."""
        return Wording(*(self._lines(language, part) for part in PARTS))

    def _lines(self, language: Language, part: Part) -> tuple[str, ...]:
        if part not in KINDS[self.chosen_kind].parts:
            return ()
        return (
            tuple(self.fields[language, part].toPlainText().rstrip("\n").split("\n"))
            if self.fields[language, part].toPlainText().strip()
            else ()
        )

    def template(self) -> Template:
        """The template as it is written."""
        name = self._name if self._name in TEMPLATES else self.name.text().strip()
        wordings = {language: self.wording(language) for language in LANGUAGES}
        about = KINDS[self.chosen_kind]
        label = TEMPLATES[name].label if name in TEMPLATES else name
        return Template(name, self.chosen_kind, label, about.help, wordings, self.absent.value())

    def found(self) -> dict[Language, list[Problem]]:
        """What is wrong at present, by language."""
        return {language: problems(self.chosen_kind, self.wording(language)) for language in LANGUAGES}

    def _check(self) -> None:
        """Underline lines that cannot be used and say why; keep only what can be."""
        wrong = 0
        for language, found in self.found().items():
            mark = " ⚠" if found else ""
            self.tongues.button(LANGUAGES.index(language)).setText(_LANGUAGE_NAMES[language] + mark)
            wrong += len(found)
            for part in PARTS:
                own = [problem for problem in found if problem.part == part]
                self._mark(language, part, own)
        named = self._name in TEMPLATES or self._name_is_free()
        self.keep_button.setEnabled(not wrong and named)

    def _name_is_free(self) -> bool:
        name = self.name.text().strip()
        taken = name != self._name and name in self._project.templates()
        return bool(name) and "/" not in name and not taken

    def _mark(self, language: Language, part: Part, found: list[Problem]) -> None:
        field, message = self.fields[language, part], self._messages[language, part]
        marks = []
        for line in {problem.line for problem in found if problem.line >= 0}:
            mark = QTextEdit.ExtraSelection()
            style = QTextCharFormat()
            style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            style.setUnderlineColor(theme().colour("danger"))
            mark.format = style
            cursor = QTextCursor(field.document().findBlockByNumber(line))
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            mark.cursor = cursor
            marks.append(mark)
        field.setExtraSelections(marks)
        first = found[0] if found else None
        words = first.message if first else ""
        if first is not None and first.line >= 0:
            words = self.tr("Line {number}: {reason}").format(number=first.line + 1, reason=first.message)
        message.setText(words)
        message.setVisible(bool(words))

    # Doing

    @guarded
    def accept(self) -> None:
        """Keep the template in the project."""
        if not self.keep_button.isEnabled():
            return
        template = self.template()
        try:
            with self._project.step(QT_TRANSLATE_NOOP("history", "Edit template")):
                if self._name and self._name not in TEMPLATES and self._name != template.name:
                    self._project.delete_template(self._name)
                self._project.set_template(template)
        except QvlError as error:
            self._session.report(error)
            return
        super().accept()

    def _reset(self) -> None:
        if self._name in TEMPLATES:
            self._template = TEMPLATES[self._name]
            self._fill()
            self._check()
            return
        try:
            self._project.delete_template(self._name)
        except QvlError as error:
            self._session.report(error)
            return
        super().accept()

    def _on_kind(self) -> None:
        kind = self.chosen_kind
        self._template = replace(TEMPLATES[kind], name=self._template.name)
        self._fill()
        self._check()

    # Parts

    def _fill(self) -> None:
        """Show the template's wordings and the placeholders of its kind."""
        about = KINDS[self.chosen_kind]
        for language in LANGUAGES:
            wording = self._template.wordings[language]
            for part in PARTS:
                field = self.fields[language, part]
                field.blockSignals(True)
                field.setPlainText("\n".join(wording.part(part)))
                field.blockSignals(False)
                shown = part in about.parts
                for widget in (field, self._labels[language, part]):
                    widget.setVisible(shown)
                if shown:
                    names = about.parts[part].allowed
                    field.setToolTip(", ".join(f"{{{name}}}" for name in names))
        self.absent.setValue(self._template.absent)
        used = [name for name in PLACEHOLDERS if any(name in rule.allowed for rule in about.parts.values())]
        explained = [
            f"{{{name}}} – {translate('templates', PLACEHOLDERS[name])}" for name in PLACEHOLDERS if name in used
        ]
        words = self.tr("One wording a line; the seed chooses among them. Placeholders:")
        self.help.setText("\n".join([translate("templates", about.help), words, *explained]))
        row = self.chosen_kind == "negatives"
        self.absent.setVisible(row)
        self._absent_label.setVisible(row)

    def _page(self, language: Language) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        for part in PARTS:
            label = QLabel(self.tr(_PART_NAMES[part]), page)
            field = QPlainTextEdit(page)
            field.setTabChangesFocus(True)
            field.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            field.setAccessibleName(self.tr(_PART_NAMES[part]))
            field.textChanged.connect(self._check)
            message = QLabel(page)
            message.setWordWrap(True)
            message.setTextFormat(Qt.TextFormat.PlainText)
            set_role(message, "danger")
            message.hide()
            column.addWidget(label)
            column.addWidget(field, 3 if part == "questions" else 1)
            column.addWidget(message)
            self.fields[language, part], self._messages[language, part] = field, message
            self._labels[language, part] = label
        return page

    def _lay_out(self, *, own: bool) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(Space.M)
        form.setVerticalSpacing(Space.S)
        if own:
            form.addRow(self.tr("Name"), self.name)
            form.addRow(self.tr("Kind"), self.kind)
            help_beside(self.name, "template.name", into=form)
            help_beside(self.kind, "template.kind", into=form)
        else:
            self.name.hide()
            self.kind.hide()
        self._absent_label = QLabel(self.tr("Absent refs a picture"), self)
        form.addRow(self._absent_label, self.absent)
        help_beside(self._absent_label, "template.absent", self.absent, into=form)
        foot = QHBoxLayout()
        foot.setSpacing(Space.S)
        foot.addWidget(self.reset_button)
        foot.addStretch(1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.keep_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        layout.setSpacing(Space.M)
        layout.addLayout(form)
        switch = QHBoxLayout()
        switch.setSpacing(Space.XS)
        for button in self.tongues.buttons():
            switch.addWidget(button)
        switch.addStretch(1)
        layout.addLayout(switch)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.help)
        layout.addLayout(foot)
