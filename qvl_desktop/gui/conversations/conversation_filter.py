"""Which conversations are listed: split, number of turns, how they were made, and whether something is wrong with them.

Owns the button with its menu and what is chosen there. Does not own asking the project (`browser`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.templates import LANGUAGES, Template, template_key
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.words import split_text
from qvl_desktop.storage.project import Project

TURNS: tuple[tuple[int | None, int | None], ...] = ((None, 1), (2, 2), (3, 4), (5, None))


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """What is asked of conversations besides words; the default asks nothing. `template` is that of `template_key`."""

    split: Split | None = None
    turns: tuple[int | None, int | None] = (None, None)
    template: str | None = None
    picture_id: int | None = None
    faulty: bool = False

    @property
    def empty(self) -> bool:
        return self == ConversationFilter()

    def ids(self, project: Project, text: str) -> list[int]:
        """The conversations that pass, faults left aside."""
        return project.conversation_ids(
            picture_id=self.picture_id,
            split=self.split,
            text=text,
            template=self.template,
            turns_from=self.turns[0],
            turns_to=self.turns[1],
        )


class FilterButton(QToolButton):
    """Signals: `changed()`: another filter is chosen."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.asked = ConversationFilter()
        self._templates: Mapping[str, Template] = {}
        self._picture: tuple[int, str] | None = None
        set_icon(self, "filter", "muted")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip(self.tr("Filter the conversations"))
        self.setAccessibleName(self.tr("Filter the conversations"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        menu = QMenu(self)
        menu.aboutToShow.connect(self.fill)
        self.setMenu(menu)

    def offer(self, templates: Mapping[str, Template], picture: tuple[int, str] | None) -> None:
        """Offer these templates, and the picture (id, name) the user was at."""
        self._templates, self._picture = templates, picture

    def set_asked(self, asked: ConversationFilter) -> None:
        """Take another filter."""
        if asked != self.asked:
            self.asked = asked
            set_icon(self, "filter", "muted" if asked.empty else "accent")
            self.changed.emit()

    def clear(self) -> None:
        """Ask nothing, without a signal."""
        self.asked = ConversationFilter()
        set_icon(self, "filter", "muted")

    def words(self) -> str:
        """What is asked, in a few words; "" for nothing."""
        asked = self.asked
        parts = [
            self._split_name(asked.split) if asked.split is not None else "",
            self._turns_name(asked.turns) if asked.turns != (None, None) else "",
            self._template_name(asked.template) if asked.template is not None else "",
            self.tr("one picture") if asked.picture_id is not None else "",
            self.tr("with faults") if asked.faulty else "",
        ]
        return " · ".join(part for part in parts if part)

    def fill(self) -> None:
        """Make the menu anew."""
        menu, asked = self.menu(), self.asked
        menu.clear()
        splits = menu.addMenu(self.tr("Split"))
        self._add(splits, self.tr("Any"), asked.split is None, split=None)
        for split in (*SPLITS, ""):
            known: Split = next(one for one in (*SPLITS, "") if one == split)
            self._add(splits, self._split_name(known), asked.split == known, split=known)
        turns = menu.addMenu(self.tr("Turns"))
        self._add(turns, self.tr("Any"), asked.turns == (None, None), turns=(None, None))
        for span in TURNS:
            self._add(turns, self._turns_name(span), asked.turns == span, turns=span)
        made = menu.addMenu(self.tr("Made from"))
        self._add(made, self.tr("Anything"), asked.template is None, template=None)
        self._add(made, self._template_name(""), asked.template == "", template="")
        for name in self._templates:
            for language in LANGUAGES:
                key = template_key(name, language)
                self._add(made, self._template_name(key), asked.template == key, template=key)
        menu.addSeparator()
        if self._picture is not None:
            number, name = self._picture
            one = self._add(menu, self.tr("About {name}").format(name=name), asked.picture_id == number)
            one.triggered.connect(lambda on: self.set_asked(replace(self.asked, picture_id=number if on else None)))
        faulty = self._add(menu, self.tr("With faults"), asked.faulty)
        faulty.triggered.connect(lambda on: self.set_asked(replace(self.asked, faulty=on)))
        if not asked.empty:
            menu.addSeparator()
            menu.addAction(self.tr("Clear the filter"), partial(self.set_asked, ConversationFilter()))

    def _add(self, menu: QMenu, words: str, checked: bool, **changes: object) -> QAction:
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(checked)
        if changes:
            action.triggered.connect(lambda _on: self.set_asked(replace(self.asked, **changes)))  # type: ignore[arg-type]
        return action

    def _split_name(self, split: Split) -> str:
        return split_text(split) if split else self.tr("Without a split")

    def _turns_name(self, span: tuple[int | None, int | None]) -> str:
        low, high = span
        if low is None:
            return self.tr("At most %n turn(s)", "", high or 0)
        if high is None:
            return self.tr("At least %n turn(s)", "", low)
        if low == high:
            return self.tr("%n turn(s)", "", low)
        return self.tr("{low} to {high} turns").format(low=low, high=high)

    def _template_name(self, key: str) -> str:
        if not key:
            return self.tr("By hand or imported")
        name, _, language = key.partition("/")
        label = translate("templates", self._templates[name].label) if name in self._templates else name
        return f"{label} ({language})"
