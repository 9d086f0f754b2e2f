"""The comparison of pictures: what another machine draws differently passes, what somebody broke does not.

A real page in a real window, drawn with the fonts of the golden pictures.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QBuffer
from PySide6.QtGui import QFont, QFontDatabase, QIcon
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QWidget

from qvl_desktop.gui.icons import icon
from qvl_desktop.gui.theme import theme
from tests.gui.every_page import VIEWS, Stage, settle, stage

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def tools() -> Iterator[Any]:
    """The module of the comparison."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "packaging"))
        yield importlib.import_module("picture_compare")
        sys.modules.pop("picture_compare", None)


@pytest.fixture(scope="module")
def font(qapp: QApplication) -> Iterator[QFont]:
    """The golden pictures' font, as the application's."""
    added = QFontDatabase.addApplicationFont(str(ROOT / "tests/gui/golden/fonts/QVLPictures.ttf"))
    font = QFont("QVL Pictures")
    font.setPixelSize(14)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    yield font
    QFontDatabase.removeApplicationFont(added)


@pytest.fixture(scope="module")
def there(font: QFont, qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "QVL_CONFIG_DIR"):
            patch.setenv(name, str(home / name.lower()))
        theme().install("light")  # which sets its own font, once
        with in_font(qapp, font), stage(tmp_path_factory.mktemp("stage")) as made:
            yield made


@contextlib.contextmanager
def in_font(qapp: QApplication, font: QFont) -> Iterator[None]:
    """What is made meanwhile is written in this font."""
    before = qapp.font()
    qapp.setFont(font)
    yield
    qapp.setFont(before)


Page = tuple[QWidget, Callable[[], Image.Image]]


@pytest.fixture
def page(there: Stage) -> Page:
    """The Models page, and how to take its picture; made anew for each test."""
    models_page(there)
    shown = there.window._stack.currentWidget()
    assert shown is not None

    def picture() -> Image.Image:
        QApplication.processEvents()
        settle(there.window)
        return taken(there.window)

    return shown, picture


def models_page(there: Stage) -> Image.Image:
    """A new Models page; its picture."""
    for name in list(there.window._pages):
        there.window._drop(there.window._pages.pop(name))
    next(view for view in VIEWS if view.name == "models").show(there)
    return taken(there.window)


def taken(widget: QWidget) -> Image.Image:
    """A picture of a widget."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.ReadWrite)
    widget.grab().save(buffer, "BMP")
    return Image.open(io.BytesIO(buffer.data().data())).convert("RGB")


def looked_at(tools: Any, before: Image.Image, after: Image.Image) -> Any:
    return tools.difference(tools.kept(before), after)


def chat_button(page: QWidget) -> QPushButton:
    """A plain button with a word and an icon."""
    return next(button for button in page.findChildren(QPushButton) if button.text() == "Chat" and button.isVisible())


def inside(found: Any, widget: QWidget, margin: int = 24) -> bool:
    """Whether all that differs lies at the widget."""
    corner = widget.mapTo(widget.window(), widget.rect().topLeft())
    left, top = corner.x() - margin, corner.y() - margin
    right, bottom = corner.x() + widget.width() + margin, corner.y() + widget.height() + margin
    return all(x >= left and y >= top and x1 <= right and y1 <= bottom for x, y, x1, y1 in found.places)


def test_the_same_window_is_the_same_picture(page: Page, tools: Any) -> None:
    _, picture = page
    assert not looked_at(tools, picture(), picture())


@pytest.mark.parametrize(("right", "down"), [(8, 0), (0, 8), (-8, 0), (6, 6)])
def test_a_button_that_moved_is_found(page: Page, tools: Any, right: int, down: int) -> None:
    shown, picture = page
    before = picture()
    button = chat_button(shown)
    button.move(button.x() + right, button.y() + down)
    found = looked_at(tools, before, taken(shown.window()))
    assert found.places
    assert inside(found, button)


def test_a_button_that_is_gone_is_found(page: Page, tools: Any) -> None:
    shown, picture = page
    before, button = picture(), chat_button(shown)
    kept = button.sizePolicy()
    kept.setRetainSizeWhenHidden(True)
    button.setSizePolicy(kept)
    button.hide()
    found = looked_at(tools, before, picture())
    assert found.places
    assert inside(found, button)


def test_an_icon_that_is_gone_is_found(page: Page, tools: Any) -> None:
    """Of a button with words, whose words stay where they were, and one that is nothing but its icon."""
    shown, picture = page
    before = picture()
    button = chat_button(shown)
    blank = icon("chat").pixmap(button.iconSize())
    blank.fill(button.palette().button().color())
    button.setIcon(QIcon(blank))
    found = looked_at(tools, before, picture())
    assert found.places
    assert inside(found, button)
    before = picture()
    undo = next(one for one in shown.window().findChildren(QToolButton) if one.isVisible() and not one.text())
    undo.setIcon(QIcon())
    assert inside(looked_at(tools, before, picture()), undo)


@pytest.mark.parametrize("colour", ["background: #b9c6f2", "color: #b3261e", "border-color: #b3261e"])
def test_another_colour_is_found(page: Page, tools: Any, colour: str) -> None:
    shown, picture = page
    before, button = picture(), chat_button(shown)
    button.setStyleSheet(f"QPushButton {{ {colour}; }}")
    found = looked_at(tools, before, picture())
    assert found.places
    assert inside(found, button)


def test_another_ground_is_found(page: Page, tools: Any) -> None:
    """A whole surface that is a little darker, everywhere."""
    _, picture = page
    before = picture()
    assert looked_at(tools, before, before.point(lambda value: max(0, value - 12))).places


def test_what_is_cut_off_is_found(page: Page, tools: Any) -> None:
    shown, picture = page
    before = picture()
    label = next(one for one in shown.findChildren(QLabel) if one.text() == "On this machine")
    label.resize(label.fontMetrics().horizontalAdvance(label.text()) // 2, label.height())
    found = looked_at(tools, before, taken(shown.window()))
    assert found.places
    assert inside(found, label, 120)


def test_words_that_are_longer_are_found(page: Page, tools: Any) -> None:
    shown, picture = page
    before = picture()
    label = next(one for one in shown.findChildren(QLabel) if one.isVisible() and one.text() == "On this machine")
    label.setText("On this machine here")
    found = looked_at(tools, before, picture())
    assert found.places
    assert inside(found, label, 60)


def test_letters_drawn_in_another_way_pass(there: Stage, tools: Any, font: QFont, qapp: QApplication) -> None:
    """Each line of them fitted to whole pixels, as another FreeType or another setting of fontconfig may do."""
    before = models_page(there)
    another = QFont(font)
    another.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    with in_font(qapp, another):
        after = models_page(there)
    assert after.tobytes() != before.tobytes()
    assert not looked_at(tools, before, after), str(looked_at(tools, before, after))


def test_a_pixel_beside_passes(page: Page, tools: Any) -> None:
    """A line of text that was rounded in the other direction moves what stands below it."""
    _, picture = page
    before = picture()
    for right, down in ((1, 0), (0, 1)):
        moved = before.copy()
        moved.paste(before, (right, down))
        assert moved.tobytes() != before.tobytes()
        assert not looked_at(tools, before, moved)


def test_noise_and_a_pixel_more_pass(page: Page, tools: Any) -> None:
    """What another decoder of pictures gives, and a size that was rounded in the other direction."""
    _, picture = page
    before = picture()
    noise = Image.effect_noise(before.size, 6).convert("L")
    noisy = Image.merge("RGB", [Image.blend(band, noise, 0.02) for band in before.split()])
    assert not looked_at(tools, before, noisy)
    width, height = before.size
    assert not looked_at(tools, before, before.crop((0, 0, width - 2, height)))
    assert looked_at(tools, before, before.crop((0, 0, width - 8, height)))
