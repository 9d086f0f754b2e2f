"""Which templates, in which language, for which pictures: the left side of the template dialog.

Owns these controls and remembering them. Does not own the preview or making (`template_dialog`), nor editing wordings
(`template_editor`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.templates import Language, Template
from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.wrapped_check import WrappedCheckBox
from qvl_desktop.gui.words import split_text
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.project import Project

_REMEMBERED = "conversations.templates"
_EVERY = "*"


class TemplateChoice(QWidget):
    """Signals: `changed()`; `editRequested(name)`, "" for a new template."""

    changed = Signal()
    editRequested = Signal(str)

    def __init__(
        self, session: Session, picture_id: int | None, listed: PictureFilter, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._picture_id = picture_id
        self._listed = listed
        self.kinds: dict[str, QCheckBox] = {}
        self.languages: dict[Language, QRadioButton] = {
            "en": QRadioButton("English", self),
            "zh": QRadioButton("中文", self),
        }
        self.only_this = QRadioButton(self.tr("This picture"), self)
        self.filtered = QRadioButton(self.tr("The pictures of the list"), self)
        self.all_pictures = QRadioButton(self.tr("All pictures with boxes"), self)
        self.split = ChoiceBox(self)
        self.ref = ChoiceBox(self)
        self.seed = QSpinBox(self)
        self.seed.setRange(0, 999_999)
        self.seed.lineEdit().setTextMargins(Space.S, 0, Space.S, 0)
        self.seed.setAccessibleName(self.tr("Seed"))
        self.seed.setToolTip(self.tr("The same seed gives the same questions, wordings and absent things."))
        self.replace = WrappedCheckBox(self.tr("Replace earlier ones of these kinds"), self)
        self.replace.setToolTip(self.tr("Conversations that were edited by hand always stay."))
        self.replace.setChecked(True)
        self._groups = [QButtonGroup(self), QButtonGroup(self)]
        self._list = QVBoxLayout()
        self._list.setSpacing(Space.XS)
        self._fill_filters()
        self._lay_out()
        self._restore()

    # What is chosen

    @property
    def names(self) -> list[str]:
        """The templates that are ticked."""
        return [name for name, box in self.kinds.items() if box.isChecked()]

    @property
    def language(self) -> Language:
        return "zh" if self.languages["zh"].isChecked() else "en"

    @property
    def asked(self) -> PictureFilter | None:
        """The pictures that are asked for; None: the one picture alone."""
        if self.only_this.isChecked():
            return None
        asked = self._listed if self.filtered.isChecked() else PictureFilter()
        split, ref = self.split.currentData(), self.ref.currentData()
        if split != _EVERY:
            known: Split = next(one for one in ("", *SPLITS) if one == split)
            asked = asked.but(splits=(known,))
        if ref != _EVERY:
            asked = asked.but(refs=(str(ref),))
        return asked.but(regions_from=max(asked.regions_from or 0, 1))

    def pictures(self) -> Callable[[Project], list[int]]:
        """How to find the pictures that are chosen now, in any thread."""
        asked, own = self.asked, [self._picture_id] if self._picture_id is not None else []
        return lambda project: own if asked is None else list(project.picture_ids(asked))

    def show_templates(self, templates: Mapping[str, Template], broken: Mapping[str, str]) -> None:
        """Offer these templates; what was ticked stays ticked."""
        ticked = set(self.names) if self.kinds else self._remembered()[0]
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.kinds = {}
        for name, template in templates.items():
            self._list.addWidget(self._row(name, template, name in ticked, broken.get(name, "")))
        for name in broken.keys() - templates.keys():
            label = QLabel(broken[name], self)
            label.setWordWrap(True)
            set_role(label, "danger")
            self._list.addWidget(label)

    def remember(self) -> None:
        """Keep the choice for next time."""
        settings = self._session.settings
        said = f"{','.join(self.names)}/{self.language}/{self.seed.value()}"
        settings.window_state = settings.window_state | {_REMEMBERED: said}

    def _remembered(self) -> tuple[set[str], str, int]:
        said = self._session.settings.window_state.get(_REMEMBERED, "")
        if not said:
            chinese = self.locale().language() == self.locale().Language.Chinese
            return {"grounding"}, "zh" if chinese else "en", 0
        names, _, rest = said.partition("/")
        language, _, seed = rest.partition("/")
        return set(names.split(",")), language, int(seed) if seed.isdigit() else 0

    def _restore(self) -> None:
        _, language, seed = self._remembered()
        self.languages["zh" if language == "zh" else "en"].setChecked(True)
        self.seed.setValue(seed)
        project = self._session.project
        rows = project.pictures([self._picture_id]) if project is not None and self._picture_id is not None else []
        self.only_this.setEnabled(bool(rows))
        self.filtered.setVisible(not self._listed.empty)
        if rows and rows[0].region_count:
            self.only_this.setChecked(True)
        else:
            (self.all_pictures if self._listed.empty else self.filtered).setChecked(True)
        self._show_filters()
        self._connect()

    def _connect(self) -> None:
        for button in (self.languages["zh"], self.only_this, self.filtered):
            button.toggled.connect(self._on_changed)
        self.split.currentIndexChanged.connect(self._on_changed)
        self.ref.currentIndexChanged.connect(self._on_changed)
        self.seed.valueChanged.connect(self._on_changed)
        self.replace.toggled.connect(self._on_changed)

    def _on_changed(self) -> None:
        self._show_filters()
        self.changed.emit()

    def _show_filters(self) -> None:
        for widget in (self.split, self.ref):
            widget.setEnabled(not self.only_this.isChecked())

    # Parts

    def _fill_filters(self) -> None:
        self.split.addItem(self.tr("Any split"), _EVERY)
        for split in SPLITS:
            self.split.addItem(split_text(split), split)
        self.split.addItem(self.tr("Without a split"), "")
        self.ref.addItem(self.tr("Any ref"), _EVERY)
        project = self._session.project
        for ref in project.all_refs(limit=200) if project else []:
            self.ref.addItem(ref, ref)
        self.split.setAccessibleName(self.tr("Only pictures of this split"))
        self.ref.setAccessibleName(self.tr("Only pictures with this ref"))
        for box in (self.split, self.ref):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(6)

    def _row(self, name: str, template: Template, ticked: bool, broken: str) -> QWidget:
        row = QWidget(self)
        box = QCheckBox(translate("templates", template.label), row)
        box.setChecked(ticked)
        box.toggled.connect(self._on_changed)
        box.setToolTip(translate("templates", template.help))
        self.kinds[name] = box
        edit = QToolButton(row)
        set_icon(edit, "edit", "muted")
        edit.setToolTip(self.tr("Change its wordings"))
        edit.setAccessibleName(self.tr("Change the wordings of “{name}”").format(name=box.text()))
        edit.clicked.connect(lambda: self.editRequested.emit(name))
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(box, 1)
        head.addWidget(edit)
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        words = QLabel(broken or translate("templates", template.help), row)
        words.setWordWrap(True)
        words.setContentsMargins(Space.XL, 0, 0, Space.XS)
        set_role(words, "danger" if broken else "caption")
        column.addWidget(words)
        return row

    def _lay_out(self) -> None:
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.S)
        head = QHBoxLayout()
        asked = self._heading(self.tr("Ask for"))
        head.addWidget(asked)
        head.addWidget(HelpMark("template.kind", asked, self.tr("Ask for"), self))
        head.addStretch(1)
        self.new_button = QToolButton(self)
        set_icon(self.new_button, "plus", "muted")
        self.new_button.setToolTip(self.tr("A template of your own"))
        self.new_button.setAccessibleName(self.tr("A template of your own"))
        self.new_button.clicked.connect(lambda: self.editRequested.emit(""))
        head.addWidget(self.new_button)
        column.addLayout(head)
        column.addLayout(self._list)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        foot = QGridLayout()
        foot.setContentsMargins(Space.L, Space.M, Space.L, Space.S)
        foot.setVerticalSpacing(Space.S)
        foot.setHorizontalSpacing(Space.M)
        language = QHBoxLayout()
        language.setSpacing(Space.L)
        for button in self.languages.values():
            self._groups[0].addButton(button)
            language.addWidget(button)
        language.addStretch(1)
        tongue, asked_for = QLabel(self.tr("Language"), self), QLabel(self.tr("For"), self)
        foot.addWidget(tongue, 0, 0)
        foot.addLayout(language, 0, 1)
        foot.addWidget(asked_for, 1, 0)
        for place, button in enumerate((self.only_this, self.filtered, self.all_pictures), start=1):
            self._groups[1].addButton(button)
            foot.addWidget(button, place, 1)
        narrowed = QHBoxLayout()
        narrowed.setSpacing(Space.S)
        narrowed.addWidget(self.split, 1)
        narrowed.addWidget(HelpMark("template.split", self.split, parent=self))
        narrowed.addWidget(self.ref, 1)
        narrowed.addWidget(HelpMark("template.ref", self.ref, parent=self))
        foot.addLayout(narrowed, 4, 1)
        seed = QLabel(self.tr("Seed"), self)
        foot.addWidget(seed, 5, 0)
        foot.addWidget(self.seed, 5, 1)
        help_beside(tongue, "template.language", self.languages["en"], into=foot)
        help_beside(asked_for, "template.scope", self.all_pictures, into=foot)
        help_beside(seed, "template.seed", self.seed, into=foot)
        foot.setColumnStretch(1, 1)
        last = QVBoxLayout()
        last.setContentsMargins(Space.L, 0, Space.L, Space.M)
        last.addWidget(self.replace)
        help_beside(self.replace, "template.replace", into=last)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addLayout(foot)
        layout.addLayout(last)

    def _heading(self, words: str) -> QLabel:
        label = QLabel(words, self)
        set_role(label, "heading")
        return label
