"""Help in the window: the documentation with contents, search and links, in both languages, by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication, QTextBlock, QTextCursor, QTextTable
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.help.book import Book, Link, Page
from qvl_desktop.gui.help.desk import close_help, show_help
from qvl_desktop.gui.help.pieces import pieces
from qvl_desktop.gui.help.plain import plain_text, slug
from qvl_desktop.gui.help.window import HelpWindow
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.translation import install_language

LANGUAGES = ("en", "zh")


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[HelpWindow]:
    theme().install("light")
    window = show_help()
    qtbot.waitExposed(window)
    yield window
    install_language("en")
    theme().set_mode("light")
    close_help()


def blocks(window: HelpWindow) -> list[QTextBlock]:
    found, block = [], window.viewer.document().begin()
    while block.isValid():
        found.append(block)
        block = block.next()
    return found


def top_text(window: HelpWindow) -> str:
    """The first words that are in sight."""
    return window.viewer.cursorForPosition(QPoint(20, 12)).block().text()


# The documentation


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_between_pages_leads_somewhere(language: str) -> None:
    import re

    book = Book(language)
    assert len(book.names) >= 29
    seen = 0
    for name in book.names:
        for address in re.findall(r"(?<!!)\[[^]]+\]\(([^)\s]+)\)", book.page(name).source):
            link = book.link(address, name)
            if link is not None:
                assert book.has(link), f"{name}: {address}"
                seen += 1
    assert seen > 80


def test_the_contents_are_those_of_the_site_in_both_languages() -> None:
    english, chinese = Book("en"), Book("zh")
    assert [path for _, pages in english.contents for _, path in pages] == [
        path for _, pages in chinese.contents for _, path in pages
    ]
    assert ("Memory and cards", "memory.md") in [one for _, pages in english.contents for one in pages]
    assert ("显存与显卡", "memory.md") in [one for _, pages in chinese.contents for one in pages]


def test_a_chinese_heading_has_the_name_of_the_english_one() -> None:
    english, chinese = Book("en"), Book("zh")
    for name in english.names:
        assert english.page(name).anchors == chinese.page(name).anchors, name


def test_names_of_headings_are_those_of_the_site() -> None:
    assert slug("What fits a card?") == "what-fits-a-card"
    assert slug("1. Make a project") == "1-make-a-project"
    assert slug("`plan.json`, and **more**") == "planjson-and-more"
    assert Page("x.md", "# A\n\n## B { #own }\n\n```\n# no heading\n```\n").anchors == ("a", "own")


def test_words_are_without_marks() -> None:
    said = plain_text("**Bold** and `code`, [a link](memory.md#x).\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n")
    assert said.startswith("Bold and code, a link.")
    assert "---" not in said
    assert "|" not in said


def test_pieces_of_a_page() -> None:
    source = "# T { #t }\n\nText\n\n```sh\ncode\n```\n\n"
    source += '!!! note "Mind"\n    One\n    two\n\n> {path}: gone.\n\n![P](i.png)\n'
    found = pieces(source)
    assert [one.kind for one in found] == ["text", "code", "note", "quote", "picture"]
    assert found[0].body.startswith("# T\n")
    assert found[2].title == "Mind"
    assert found[2].body == "One\ntwo"
    assert found[4].body == "i.png"
    assert pieces("中文\n继续")[0].body == "中文继续", "a line end between Chinese characters is no space"


@pytest.mark.parametrize(
    ("language", "typed", "page"),
    [
        ("en", "learning rate", "settings.md#learning-rate"),
        ("en", "LEARN rat", "settings.md#learning-rate"),
        ("en", "glossary", "glossary.md"),
        ("en", "memory cards", "memory.md"),
        ("zh", "学习率", "settings.md#learning-rate"),
        ("zh", "显存", "memory.md"),
        ("zh", "磁盘", "memory.md#the-disk"),
    ],
)
def test_search_finds_titles_first(language: str, typed: str, page: str) -> None:
    hits = Book(language).search(typed)
    assert page in [str(hit.link) for hit in hits[:3]], [str(hit.link) for hit in hits[:5]]


def test_search_finds_words_in_the_text_and_nothing_where_there_is_nothing() -> None:
    book = Book("en")
    hits = book.search("certificate proxy")
    assert hits
    assert all("troubleshooting" in hit.link.page or "models" in hit.link.page for hit in hits)
    assert "certificat" in hits[0].snippet.casefold() or "prox" in hits[0].snippet.casefold()
    assert book.search("xyzzy") == []
    assert book.search("   ") == []


# The window


def test_every_page_is_drawn_in_both_languages_and_looks(shown: HelpWindow) -> None:
    for language in ("en", "zh_CN"):
        install_language(language)
        QTest.qWait(20)
        for mode in ("light", "dark"):
            theme().set_mode(mode)  # type: ignore[arg-type]
            for name in shown.book.names:
                shown.show_link(Link(name))
                text = shown.viewer.document().toPlainText()
                assert shown.book.page(name).title in text, name
                assert "\n```" not in text, name
                assert "!!!" not in text, name
                assert "{ #" not in text, name
                assert "\n:   " not in text, name


def test_headings_tables_code_and_notes_look_apart(shown: HelpWindow) -> None:
    shown.show_link(Link("memory.md"))
    first = blocks(shown)[0]
    assert first.blockFormat().headingLevel() == 1
    heading = first.begin().fragment().charFormat().font()
    assert heading.bold()
    assert heading.pixelSize() > shown.font().pixelSize()
    frames = shown.viewer.document().rootFrame().childFrames()
    tables = [frame for frame in frames if isinstance(frame, QTextTable)]
    assert tables
    assert tables[0].format().borderCollapse()
    assert tables[0].cellAt(0, 0).format().background().color() == theme().colour("hover")
    boxes = [frame for frame in frames if not isinstance(frame, QTextTable)]
    assert boxes
    assert boxes[0].frameFormat().background().color() == theme().colour("hover")
    assert QTextCursor(boxes[0].firstCursorPosition()).block().text().startswith("qvl-desktop plan")


def test_a_link_leads_to_a_heading_of_another_page_and_back(shown: HelpWindow, qtbot: QtBot) -> None:
    shown.show_link(Link("tutorial.md"))
    shown.viewer.place = 300
    shown.follow("train-a-model.md#presets")
    assert shown.link == Link("train-a-model.md", "presets")
    assert "Presets" in (top_text(shown), blocks_at_top(shown))
    QTest.keyClick(shown.viewer, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert shown.link == Link("tutorial.md")
    assert shown.viewer.place == 300, "back means where one was"
    assert shown.forth.isEnabled()
    QTest.mouseClick(shown.forth, Qt.MouseButton.LeftButton)
    assert shown.link == Link("train-a-model.md", "presets")
    assert not shown.forth.isEnabled()


def blocks_at_top(shown: HelpWindow) -> str:
    """The heading that is nearest to the top of what is in sight."""
    layout = shown.viewer.document().documentLayout()
    return min(
        (block for block in blocks(shown) if block.blockFormat().headingLevel()),
        key=lambda block: abs(layout.blockBoundingRect(block).top() - shown.viewer.place),
    ).text()


def test_a_link_is_followed_by_a_click_and_by_keys(shown: HelpWindow, qtbot: QtBot) -> None:
    shown.show_link(Link("comparing.md"))
    href = next(
        fragment.fragment().charFormat().anchorHref()
        for block in blocks(shown)
        for fragment in _fragments(block)
        if fragment.fragment().charFormat().isAnchor()
    )
    place = next(
        fragment.fragment().position()
        for block in blocks(shown)
        for fragment in _fragments(block)
        if fragment.fragment().charFormat().anchorHref() == href
    )
    cursor = QTextCursor(shown.viewer.document())
    cursor.setPosition(place + 1)
    shown.viewer.setTextCursor(cursor)
    at = shown.viewer.cursorRect(cursor).center()
    QTest.mouseClick(shown.viewer.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert shown.link != Link("comparing.md")
    shown.go_back()
    shown.viewer.setFocus()
    QTest.keyClick(shown.viewer, Qt.Key.Key_Tab)
    QTest.keyClick(shown.viewer, Qt.Key.Key_Return)
    assert shown.link != Link("comparing.md")


def _fragments(block: QTextBlock) -> Iterator[QTextBlock.iterator]:
    at = block.begin()
    while not at.atEnd():
        yield at
        at += 1


def test_an_address_that_leads_out_is_shown_and_not_opened(
    shown: HelpWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    shown.follow("https://example.org/somewhere")
    assert opened == []
    bar = shown.findChild(type(shown._outside), "outsideBar")
    assert bar is not None
    assert bar.isVisible()
    copy, open_it = bar.findChildren(QPushButton)
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "https://example.org/somewhere"
    QTest.mouseClick(open_it, Qt.MouseButton.LeftButton)
    assert opened == ["https://example.org/somewhere"]
    assert not bar.isVisible()


def test_search_is_typed_and_its_first_hit_opened_by_keys(shown: HelpWindow) -> None:
    QTest.keyClick(shown.viewer, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert shown.contents.search.hasFocus()
    QTest.keyClicks(shown.contents.search, "gradient limit")
    assert str(shown.contents.hits[0].link) == "settings.md#max-grad-norm"
    QTest.keyClick(shown.contents.search, Qt.Key.Key_Return)
    assert shown.link == Link("settings.md", "max-grad-norm")
    assert shown.viewer.extraSelections(), "the words are marked on the page"
    QTest.keyClick(shown.contents.search, Qt.Key.Key_Down)
    QTest.keyClick(shown.contents.search, Qt.Key.Key_Escape)
    assert shown.contents.search.text() == ""
    assert shown.contents.tree.isVisible(), "the contents are back"


def test_the_contents_lead_to_pages(shown: HelpWindow) -> None:
    shown.show_link(Link("index.md"))
    tree = shown.contents.tree
    item = tree.topLevelItem(2).child(0)
    assert item is not None
    rect = tree.visualItemRect(item)
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert shown.link.page == item.data(0, Qt.ItemDataRole.UserRole)
    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_Down)
    assert shown.link.page != item.data(0, Qt.ItemDataRole.UserRole)


def test_pictures_come_in_the_look_in_force(shown: HelpWindow, qtbot: QtBot) -> None:
    shown.show_link(Link("models.md"))
    assert [name for name in shown.viewer._sizes] == ["images/models-light-en.png"]
    qtbot.waitUntil(lambda: not any(task.running for task in shown.viewer._tasks))
    theme().set_mode("dark")
    assert [name for name in shown.viewer._sizes] == ["images/models-dark-en.png"]
    qtbot.waitUntil(lambda: not any(task.running for task in shown.viewer._tasks))
    size = shown.viewer._sizes["images/models-dark-en.png"]
    image = shown.viewer.document().resource(2, "images/models-dark-en.png")
    assert image.width() == round(size.width() * shown.viewer.devicePixelRatioF())
    assert image.pixelColor(4, 4).lightness() < 90, "a dark window"
    assert size.width() <= shown.viewer.viewport().width()


def test_what_is_read_stays_at_the_top_in_another_width(shown: HelpWindow, qtbot: QtBot) -> None:
    shown.show_link(Link("settings.md", "packing"))
    assert blocks_at_top(shown) == "Packing"
    for width in (760, 1200, 900):
        shown.resize(width, 500)
        QTest.qWait(20)
        assert blocks_at_top(shown) == "Packing", width
    theme().set_mode("dark")
    assert blocks_at_top(shown) == "Packing"


def test_a_place_is_shown_at_the_top_when_help_opens_there() -> None:
    close_help()
    window = show_help("troubleshooting.md#message-40")
    QTest.qWait(50)
    layout = window.viewer.document().documentLayout()
    block = window.viewer.document().findBlock(window.viewer._places["message-40"] + 1)
    assert 0 <= layout.blockBoundingRect(block).top() - window.viewer.place < 60
    close_help()


def test_another_language_shows_the_same_place(shown: HelpWindow) -> None:
    shown.show_link(Link("memory.md", "what-fits-a-card"))
    install_language("zh_CN")
    QTest.qWait(50)
    assert shown.link == Link("memory.md", "what-fits-a-card")
    assert shown.windowTitle() == "帮助"
    assert blocks_at_top(shown) == "什么放得进显卡"
    assert shown.contents.search.placeholderText() == "搜索帮助"


def test_help_opens_by_its_keys_by_the_menu_and_from_the_palette(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ControlModifier)
    shown = next(top for top in QApplication.topLevelWidgets() if isinstance(top, HelpWindow) and top.isVisible())
    assert shown.isVisible()
    assert not shown.isModal()
    assert shown.link == Link("index.md")
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert not shown.isVisible()
    window._palette()
    QTest.keyClicks(window.palette_card.line, "help memory")
    assert window.palette_card.texts[0] == "Help: Memory and cards"
    QTest.keyClick(window.palette_card.line, Qt.Key.Key_Return)
    assert shown.isVisible()
    assert shown.link == Link("memory.md")
    assert window.window_actions["help"] in window._settings_menu.actions()
    close_help()


def test_the_program_ends_though_help_is_open(shown: HelpWindow) -> None:
    assert not shown.testAttribute(Qt.WidgetAttribute.WA_QuitOnClose)
    assert shown.parent() is None, "a modal dialog would hold it back otherwise"
