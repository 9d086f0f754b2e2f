"""Finds words that no language can change: what is on the screen without having gone through `tr`.

Owns collecting every word of a window (`words_of`) and, in the long language (`long_words`), those that bear no marks
and are no data (`unmarked`). The words of the demo project are data, and so are paths, keys, units and names of models.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QDoubleSpinBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QSpinBox,
    QTabBar,
    QTextEdit,
    QWidget,
)

from qvl_desktop.gui.help.book import Book
from qvl_desktop.storage.project import Project
from tests.gui.clipping import name_of, visible
from tests.gui.long_words import LEFT, RIGHT
from tests.gui.painted import painted

MARKED = re.compile(f"{LEFT}[^{LEFT}{RIGHT}]*(?:{RIGHT}|…)")
"""Words between marks, or shortened ones that have lost their end."""
_NAMES = "span|b|i|p|br|a|table|tr|td|div|html|head|body|code|hr|img|meta"
TAGS = re.compile(rf"<style.*?</style>|</?(?:{_NAMES})\b[^<>]*>", re.DOTALL)
WORD = re.compile(r"[A-Za-z]{2,}")
TOKENS = re.compile(r"</?(?:ref|box|quad|img)>|<\|?[a-z_]+\|?>")
ROWS = 12
"""How many rows of a model are read."""


def words_of(root: QWidget) -> Iterator[tuple[str, str]]:
    """(where, words) of everything a user can read or have read to them, tool tips and menus included."""
    if root.isWindow():
        yield "title", root.windowTitle()
    for widget in (root, *visible(root)):
        where = name_of(widget)
        for words in _own(widget):
            yield where, words
        for action in widget.actions():
            yield from _of_action(where, action)
    for menu in root.findChildren(QMenu):
        yield f"{name_of(menu)} menu", menu.title()
        for action in menu.actions():
            yield from _of_action(f"{name_of(menu)} menu", action)
    for one in painted(root):
        if "…" not in one.words:  # a shortened word cannot be told from others
            yield "painted", one.words


def _own(widget: QWidget) -> Iterator[str]:
    yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription(), widget.whatsThis())
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    elif isinstance(widget, QGroupBox):
        yield widget.title()
    elif isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit):
        yield widget.placeholderText()
    elif isinstance(widget, QSpinBox | QDoubleSpinBox):
        yield from (widget.prefix(), widget.suffix(), widget.specialValueText())
    elif isinstance(widget, QComboBox):
        yield from (widget.itemText(row) for row in range(min(widget.count(), ROWS)))
        yield from (str(widget.itemData(row, Qt.ItemDataRole.ToolTipRole) or "") for row in range(widget.count()))
    elif isinstance(widget, QTabBar):
        yield from (widget.tabText(place) for place in range(widget.count()))
        yield from (widget.tabToolTip(place) for place in range(widget.count()))
    elif isinstance(widget, QHeaderView) and widget.isVisible():
        yield from _headings(widget)
    elif isinstance(widget, QAbstractItemView) and widget.model() is not None and not isinstance(widget, QHeaderView):
        yield from _rows(widget.model())


def _headings(header: QHeaderView) -> Iterator[str]:
    for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
        yield from (str(header.model().headerData(n, header.orientation(), role) or "") for n in range(header.count()))


def _rows(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[str]:
    above = parent or QModelIndex()
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
    for row in range(min(model.rowCount(above), ROWS)):
        for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount(above)):
            index = model.index(row, column, above)
            for role in roles:
                value = index.data(role)
                if isinstance(value, str):
                    yield value
            if column == 0 and model.rowCount(index):
                yield from _rows(model, index)


def _of_action(where: str, action: QAction) -> Iterator[tuple[str, str]]:
    if not action.isSeparator():
        yield where, action.text()
        yield where, action.toolTip()


def unmarked(root: QWidget, data: Iterable[str]) -> list[str]:
    """What bears no marks and is not among `data`: regular expressions of words that no language changes."""
    known = re.compile("|".join(f"(?:{one})" for one in data))
    found = {}
    for where, words in words_of(root):
        rest = without_marks(words)
        left = WORD.findall(known.sub(" ", rest))
        if left:
            found[f"{where}: {words[:100]!r}: {' '.join(left)[:60]}"] = None
    return list(found)


def without_marks(words: str) -> str:
    """What is left when all that stands between marks, tags and tokens of a model are taken away."""
    rest = TOKENS.sub(" ", TAGS.sub(" ", html.unescape(TAGS.sub(" ", words))))
    before = ""
    while rest != before:
        before, rest = rest, MARKED.sub(" ", rest)
    return rest


_NAMES_OF_OTHERS = (r"QVL Desktop", r"Qwen[\w.\-/]*", r"qwen[\w.\-]*", r"\bLoRA\b", r"\bbf16\b", r"\bEnglish\b")
_KEYS = (
    r"\b(?:Ctrl|Shift|Alt|Del|Return|Enter|Esc|Tab|Space|Home|End|PgUp|PgDown|Backspace|Ins|Up|Down|Left|Right|F\d+)\b",
)
_UNITS = (r"\b(?:px|[KMGT]i?B|ms|min|s|h)\b",)
_PLACES = (r"https?://[\w.:/\-]+", r"[\w./~\-]*/[\w./~\- ]*", r"\b[\w\-]+\.(?:jpg|png|json|qvl|txt|csv)\b")
_MADE = (
    "red circle", "hexagon rank 4", "hexagon", "too large", "demo", "Demo", "a cup", "cup", "the", "thing",
    "Find the thing", "Two.", "And how many?", "And the hexagon?", "Where is the cup?", "What is round?", "There is",
    "and",
    "Something was done.", "this is not a picture that can be read.", "boxes were deleted.", "Undo",
    "The card has no memory left: 2.00 GiB were asked for.", "python -m qvl_desktop train", "is no box.",
)  # fmt: skip
"""What `every_page` writes into runs, chats and notices."""
_ASKED = (r"Picture \d+:", r"Find the", r"Where is the", r"\((?:en|zh)\)", r"\{\w+\}")
"""Words of conversations: they are in the language of the data."""


def data_of(project: Project) -> list[str]:
    """Regular expressions of what is data in the windows of `every_page`; `project` is the demo project."""
    refs = {region.ref for picture in project.picture_ids() for region in project.regions(picture)}
    words = sorted((*refs, *_MADE, *documentation()), key=len, reverse=True)
    spaced = [re.escape(word).replace(r"\ ", r"\s+") for word in words]
    return [*_PLACES, *_NAMES_OF_OTHERS, *_KEYS, *_UNITS, *_ASKED, *(rf"(?<!\w){word}(?!\w)" for word in spaced)]


def documentation() -> set[str]:
    """The titles of the documentation's pages: it is written in each language, not translated word by word."""
    contents = Book("en").contents
    return {group for group, _ in contents} | {title for _, pages in contents for title, _ in pages}
